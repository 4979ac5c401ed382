"""Whether a folder of weights is whole and safe, found without loading any of it."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from depthfusion.types import InputError

PICKLED = (".bin", ".ckpt", ".pt", ".pth", ".pkl")
HEADER_LIMIT = 100 * 2**20  # bytes; the format's own limit
INDEX_LIMIT = 16 * 2**20
PARTS = ("unet", "vae", "text_encoder", "tokenizer", "scheduler")
PACKINGS = (4, 6)  # channels of a VAE that holds colour and depth


def verified(folder: Path, *, panorama: bool = False) -> Path:
    """Give the folder back where everything in it can be loaded.

    Parameters
    ----------
    folder : in the layout of diffusers or transformers.
    panorama : whether it must be an LDM3D pipeline.

    Raises
    ------
    InputError
        It is no model, something is missing, weights are pickled, cut off or damaged.
    """
    lacking = missing(folder)
    if lacking:
        raise InputError(f"{folder} is not whole: it lacks {lacking[0]}{_more(lacking)}")
    if panorama:
        _verify_ldm3d(folder)
    for file in weights(folder):
        verify_weights(file)
    return folder


def missing(folder: Path) -> list[str]:
    """Name what a model's folder lacks to be loaded; empty where it is whole.

    Raises
    ------
    InputError
        It is no model's folder at all, its weights are pickled, or an index can't be read.
    """
    if (folder / "model_index.json").is_file():
        parts = read_json(folder / "model_index.json")
        named = [name for name, kind in parts.items() if _is_part(name, kind)]
        return [piece for name in named for piece in _part_lacks(folder, name)]
    if (folder / "config.json").is_file():
        return list(_weights_lack(folder, ""))
    pickled = [file.name for file in _files(folder) if file.suffix in PICKLED]
    if pickled:
        raise _refused(folder / pickled[0])
    what = "has neither model_index.json nor config.json" if folder.is_dir() else "does not exist"
    raise InputError(f"{folder} is no model's folder: it {what}")


def weights(folder: Path) -> list[Path]:
    """Every safetensors file under a folder, in order."""
    return sorted(file for file in folder.rglob("*.safetensors") if file.is_file())


def verify_weights(file: Path) -> None:
    """Hold a safetensors file's length against what its header says is in it.

    Raises
    ------
    InputError
        It is pickled, no safetensors file, or cut off.
    """
    if file.suffix in PICKLED:
        raise _refused(file)
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            length = struct.unpack("<Q", stream.read(8))[0] if size >= 8 else HEADER_LIMIT + 1
            if length > min(HEADER_LIMIT, size - 8):
                raise ValueError
            header = json.loads(stream.read(length))
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name[:2] != "__"]
        wanted = 8 + length + max(ends, default=0)
    except OSError as error:
        raise InputError(f"cannot read {file}: {(error.strerror or 'refused').lower()}") from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise InputError(f"{file} is no safetensors file, or is damaged; fetch it again") from error
    if size != wanted:
        raise InputError(f"{file} is damaged: {size} bytes of {wanted}; fetch it again")


def read_json(file: Path) -> dict[str, Any]:
    """Read a small JSON object.

    Raises
    ------
    InputError
        It can't be read, or is none.
    """
    try:
        if file.stat().st_size > INDEX_LIMIT:
            raise ValueError
        found = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {file}: {(error.strerror or 'refused').lower()}") from error
    except ValueError as error:
        raise InputError(f"{file} is damaged: it is not valid JSON") from error
    if not isinstance(found, dict):
        raise InputError(f"{file} is damaged: it holds no object")
    return found


def _verify_ldm3d(folder: Path) -> None:
    if not (folder / "model_index.json").is_file():
        raise InputError(f"{folder} is no LDM3D model: it has no model_index.json")
    lacking = [f"{part}/" for part in PARTS if not (folder / part).is_dir()]
    if lacking:
        raise InputError(f"{folder} is no LDM3D model: it lacks {lacking[0]}{_more(lacking)}")
    channels = read_json(folder / "vae" / "config.json").get("out_channels")
    if channels not in PACKINGS:
        raise InputError(
            f"{folder} is no LDM3D model: its VAE gives {channels} channels, and colour with depth "
            "is 4 or 6"
        )


def _is_part(name: str, kind: Any) -> bool:
    """Whether an entry of model_index.json, like `["diffusers", "UNet2D…"]`, names a part."""
    return name[:1] != "_" and isinstance(kind, list) and len(kind) == 2 and kind[0] is not None


def _part_lacks(folder: Path, name: str) -> Iterator[str]:
    place = folder / name
    if not place.is_dir():
        yield f"{name}/"
    elif "scheduler" in name:
        yield from _absent(place, f"{name}/", "scheduler_config.json")
    elif "tokenizer" in name:
        if not (place / "tokenizer.json").is_file():
            yield from _absent(place, f"{name}/", "vocab.json", "merges.txt")
    elif name in ("feature_extractor", "image_processor"):
        yield from _absent(place, f"{name}/", "preprocessor_config.json")
    else:
        yield from _absent(place, f"{name}/", "config.json")
        yield from _weights_lack(place, f"{name}/")


def _absent(place: Path, prefix: str, *names: str) -> Iterator[str]:
    yield from (prefix + name for name in names if not (place / name).is_file())


def _weights_lack(place: Path, prefix: str) -> Iterator[str]:
    """What is missing of one network's weights: all in one file, or the shards of an index."""
    for index in place.glob("*.safetensors.index.json"):
        shards = read_json(index).get("weight_map")
        if not isinstance(shards, dict):
            raise InputError(f"{index} is damaged: it has no weight_map")
        yield from _absent(place, prefix, *sorted(set(map(str, shards.values()))))
        return
    if any(place.glob("*.safetensors")):
        return
    pickled = [file for file in _files(place) if file.suffix in PICKLED]
    if pickled:
        raise _refused(pickled[0])
    yield f"{prefix}*.safetensors"


def _files(place: Path) -> list[Path]:
    return sorted(file for file in place.iterdir() if file.is_file()) if place.is_dir() else []


def _refused(file: Path) -> InputError:
    return InputError(
        f"{file} is pickled, which can run any program when it is loaded; only safetensors are "
        "read: take the model's safetensors, or convert it elsewhere"
    )


def _more(lacking: list[str]) -> str:
    return f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
