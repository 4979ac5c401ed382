"""Edits in a scene's folder: the depth before them, and each with its mask.

edits/edits.json   what was done, in order, and the range of source.png
edits/source.png   distance.png as it was before the first edit
edits/01_mask.png  …
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthfusion.io.atomic import StrPath
from depthfusion.io.encoding import encode_image
from depthfusion.io.file_errors import os_errors_explained, regular_file
from depthfusion.io.photo_files import open_photo
from depthfusion.io.scene_folder import read_info
from depthfusion.io.scene_pictures import read_distance
from depthfusion.scene.edits import Edit
from depthfusion.types import InputError
from depthfusion.types.arrays import Float32, UInt8

FOLDER = "edits"
_RECORD = "edits.json"
_SOURCE = "source.png"


@dataclass(frozen=True, eq=False)
class EditHistory:
    """What was painted on a scene.

    Parameters
    ----------
    source : float32 [H, W], the distance before the first edit.
    coded : the PNG file that it was read from, kept byte for byte so that undoing loses nothing.
    near, far : what its codes span.
    edits : in order.
    masks : uint8 [H, W] each.
    """

    source: Float32
    coded: bytes
    near: float
    far: float
    edits: tuple[Edit, ...] = ()
    masks: tuple[UInt8, ...] = ()


def read_edits(scene: Path) -> EditHistory:
    """Read what was painted on a scene.

    Parameters
    ----------
    scene : its folder.

    Returns
    -------
    Without edits where nothing was painted, or where the scene's depth has been changed otherwise
    since: what it is now is then the source.

    Raises
    ------
    InputError
        No scene, or what was painted is damaged.
    """
    record, folder = read_info(scene), scene / FOLDER
    size = (record["height"], record["width"])
    if not (folder / _RECORD).is_file():
        return _opened(scene / "distance.png", size, record["near"], record["far"])
    document = _document(folder / _RECORD)
    if document["result"] != _digest(scene / "distance.png"):
        return _opened(scene / "distance.png", size, record["near"], record["far"])
    edits = tuple(Edit(entry["kind"], entry["amount"]) for entry in document["edits"])
    masks = tuple(_mask(folder / _name(number), size) for number in range(len(edits)))
    source = _opened(folder / _SOURCE, size, document["near"], document["far"])
    return replace(source, edits=edits, masks=masks)


def _opened(path: Path, size: tuple[int, int], near: float, far: float) -> EditHistory:
    with os_errors_explained("read", path):
        coded = path.read_bytes()
    return EditHistory(read_distance(path, size, near, far), coded, near, far)


def write_edits(scene: Path, history: EditHistory) -> None:
    """Write what was painted into a scene's folder whose distance.png is written already.

    Raises
    ------
    InputError
        It can't be written.
    """
    folder = scene / FOLDER
    files = {_SOURCE: history.coded}
    for number, mask in enumerate(history.masks):
        files[_name(number)] = encode_image(mask)
    document = {
        "near": history.near,
        "far": history.far,
        "result": _digest(scene / "distance.png"),
        "edits": [asdict(edit) for edit in history.edits],
    }
    files[_RECORD] = (json.dumps(document, indent=2) + "\n").encode()
    with os_errors_explained("write", folder):
        folder.mkdir(exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)


def read_mask(path: StrPath) -> UInt8:
    """Read a mask a person drew: white, or opaque where it has transparency, is painted.

    Returns
    -------
    uint8 [h, w].

    Raises
    ------
    InputError
        Not readable.
    """
    from PIL import Image

    regular_file(path)
    photo = open_photo(path)
    if photo.format == "PNG":
        with os_errors_explained("read", path), Image.open(path) as picture:
            if picture.has_transparency_data:
                rgba = np.array(picture.convert("RGBA"))
                grey = rgba[..., :3].max(axis=-1)
                whole = grey.max() == 0  # black strokes on nothing are strokes
                return rgba[..., 3] if whole else np.minimum(rgba[..., 3], grey)
    return photo.pixels().max(axis=-1)


def _name(number: int) -> str:
    return f"{number + 1:02d}_mask.png"


def _mask(path: Path, size: tuple[int, int]) -> NDArray:
    mask = read_mask(path)
    if mask.shape != size:
        raise InputError(f"{path} is damaged: it has another size than the scene")
    return mask


def _digest(path: Path) -> str:
    with os_errors_explained("read", path):
        return hashlib.sha256(path.read_bytes()).hexdigest()


def _document(path: Path) -> Mapping[str, Any]:
    damaged = InputError(f"{path} is damaged; remove the folder {path.parent} to paint anew")
    with os_errors_explained("read", path):
        data = path.read_bytes()
    try:
        document = json.loads(data)
        edits: Sequence[Mapping[str, Any]] = document["edits"]
        sound = all({"kind", "amount"} <= set(edit) for edit in edits)
        ends = 0 < float(document["near"]) < float(document["far"])
        if not (sound and ends and isinstance(document["result"], str)):
            raise damaged
    except (ValueError, KeyError, TypeError) as error:
        raise damaged from error
    return document
