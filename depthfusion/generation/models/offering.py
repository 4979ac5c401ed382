"""What the hub offers: which files of a model are needed, how large, under which licence."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from depthfusion.generation.models.catalogue import Licence, Model, known
from depthfusion.generation.models.checking import PICKLED
from depthfusion.generation.models.store import is_folder, is_offline, split_revision, storage_of
from depthfusion.types import InputError

TIMEOUT = 20.0  # seconds without an answer


@dataclass(frozen=True)
class RemoteFile:
    """A file on the hub: its path, its size, and its digest, which is its name in the cache.

    `digest` is the SHA-256 of large files, and git's SHA-1 of small ones.
    """

    path: str
    bytes: int
    digest: str


@dataclass(frozen=True)
class Offer:
    """What a download would bring.

    Parameters
    ----------
    id : the model's id.
    branch : the branch or tag it was asked by.
    revision : the commit that is meant from now on.
    files : what is needed.
    missing : those of them that are not here.
    model : its row in the table, `None` where it is not known by name.
    licence_tag : what the hub says its licence is.
    """

    id: str
    branch: str
    revision: str
    files: tuple[RemoteFile, ...]
    missing: tuple[RemoteFile, ...]
    model: Model | None
    licence_tag: str | None

    @property
    def bytes(self) -> int:
        """Of everything that is needed."""
        return sum(file.bytes for file in self.files)

    @property
    def missing_bytes(self) -> int:
        """Still to come; what has come of a file counts as here."""
        return sum(file.bytes - self._come(file) for file in self.missing)

    @property
    def licence(self) -> Licence | None:
        """Its licence, where it is known by name."""
        return self.model.licence if self.model else None

    def _come(self, file: RemoteFile) -> int:
        part = part_of(self.id, file)
        return min(part.stat().st_size, file.bytes) if part.exists() else 0


def offer(name: str) -> Offer:
    """Ask the hub what a model's files are; nothing is fetched.

    Parameters
    ----------
    name : an id or a known name, with "@revision" where another than main is meant.

    Raises
    ------
    InputError
        There is no network or no such model, it asks for a sign-in, or has only pickled weights.
    """
    if is_folder(name):
        raise InputError(f"{name} is a folder here already; only models of the hub are fetched")
    plain, branch = split_revision(name)
    model = known(plain)
    model_id = model.id if model else plain
    if is_offline():
        raise InputError(
            f"HF_HUB_OFFLINE forbids the network: unset it to fetch {model_id}, or copy "
            f"{storage_of(model_id)} from a machine that has it, or name a folder with --model"
        )
    with hub_errors_explained(model_id):
        from huggingface_hub import HfApi

        said = HfApi(endpoint=endpoint()).model_info(
            model_id, revision=branch, files_metadata=True, timeout=TIMEOUT
        )
    everything = tuple(map(_remote_file, said.siblings or ()))
    files = needed(everything, model, model_id)
    folder = storage_of(model_id) / "snapshots" / str(said.sha)
    missing = tuple(file for file in files if not (folder / file.path).exists())
    card = said.card_data.get("license") if said.card_data else None
    return Offer(model_id, branch, str(said.sha), files, missing, model, card)


def needed(
    everything: tuple[RemoteFile, ...], model: Model | None, model_id: str
) -> tuple[RemoteFile, ...]:
    """Choose the files that loading needs: configurations, vocabularies, and safetensors.

    Raises
    ------
    InputError
        A part has weights in a pickle only.
    """
    if model and model.files:
        found = {file.path: file for file in everything}
        lacking = [path for path in model.files if path not in found]
        if lacking:
            raise InputError(f"{model_id} on the hub has no {lacking[0]}")
        return tuple(found[path] for path in model.files)
    parts = {file.path.partition("/")[0] for file in everything if "/" in file.path}
    is_pipeline = any(file.path == "model_index.json" for file in everything)
    places = [*sorted(parts)] if is_pipeline else [""]
    chosen = [file for file in everything if is_pipeline and file.path == "model_index.json"]
    for place in places:
        prefix = f"{place}/" if place else ""
        inside = [
            file for file in everything
            if file.path.startswith(prefix) and "/" not in file.path.removeprefix(prefix)
        ]  # fmt: skip
        chosen += _of_one_part(inside, prefix, model_id)
    if not any(file.path.endswith(".safetensors") for file in chosen):
        raise InputError(f"{model_id} on the hub has no weights in safetensors")
    return tuple(chosen)


def _of_one_part(inside: list[RemoteFile], prefix: str, model_id: str) -> list[RemoteFile]:
    names = {file.path.removeprefix(prefix): file for file in inside}
    # "x.fp16.safetensors" and "x.non_ema.safetensors" are variants of "x.safetensors".
    plain = [name for name in names if name.endswith(".safetensors") and name.count(".") == 1]
    pickled = [name for name in names if Path(name).suffix in PICKLED and "training" not in name]
    if pickled and not plain:
        raise InputError(
            f"{model_id} has only pickled weights in {prefix or 'its folder'} ({pickled[0]}), "
            "which are never read; a revision with safetensors can be named: "
            f"`models pull {model_id}@refs/pr/N`"
        )
    small = [name for name in names if Path(name).suffix in (".json", ".txt", ".model")]
    return [names[name] for name in sorted([*plain, *small])]


def part_of(model_id: str, file: RemoteFile) -> Path:
    """Where a file's bytes gather until all are here; tools of the hub know the ending."""
    return storage_of(model_id) / "blobs" / f"{file.digest}.incomplete"


def endpoint() -> str | None:
    """The hub's address where it is not the usual one."""
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or None


def _remote_file(sibling: Any) -> RemoteFile:
    digest = sibling.lfs.sha256 if sibling.lfs else sibling.blob_id
    return RemoteFile(sibling.rfilename, int(sibling.size or 0), str(digest))


@contextmanager
def hub_errors_explained(model_id: str) -> Iterator[None]:
    """Say what the hub or the network answered in one sentence."""
    import httpx2
    from huggingface_hub import errors

    where = endpoint() or "https://huggingface.co"
    try:
        yield
    except errors.GatedRepoError as error:
        raise InputError(
            f"{model_id} asks for a sign-in: accept its terms at {where}/{model_id}, then "
            "`hf auth login`"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise InputError(f"there is no model {model_id} at {where}, or it is private") from error
    except errors.RevisionNotFoundError as error:
        raise InputError(f"{model_id} has no such revision at {where}") from error
    except errors.HFValidationError as error:
        raise InputError(f'"{model_id}" is no id of a model; ids look like owner/name') from error
    except errors.OfflineModeIsEnabled as error:
        raise InputError(f"HF_HUB_OFFLINE forbids the network: unset it for {model_id}") from error
    except (errors.HfHubHTTPError, httpx2.HTTPError, errors.LocalEntryNotFoundError) as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise InputError(
            f"{where} could not be asked for {model_id} ({reason}): try again when there is a "
            f"network, or copy {storage_of(model_id)} from a machine that has it, or name a folder "
            "with --model"
        ) from error
