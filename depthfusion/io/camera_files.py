"""nerfstudio's camera files, transforms.json → cameras and poses (DESIGN.md, section 5)."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from depthfusion.geometry.cameras import (
    IPD,
    VR180,
    Camera,
    Equirectangular,
    OmnidirectionalStereo,
    Perspective,
    VR180Fisheye,
)
from depthfusion.geometry.cubemap import CubeMap
from depthfusion.io.atomic import StrPath
from depthfusion.io.file_errors import os_errors_explained, regular_file
from depthfusion.io.images import PIXEL_LIMIT
from depthfusion.types import InputError, Pose

PINHOLE_MODELS = ("OPENCV", "PINHOLE", "SIMPLE_PINHOLE")
SPHERE_MODELS = (
    "EQUIRECTANGULAR",
    "OMNIDIRECTIONALSTEREO_L",
    "OMNIDIRECTIONALSTEREO_R",
    "VR180_L",
    "VR180_R",
    "VR180_FISHEYE_L",
    "VR180_FISHEYE_R",
    "CUBEMAP",
)
DISTORTION = ("k1", "k2", "k3", "k4", "k5", "k6", "p1", "p2")
FILE_LIMIT = 256 * 2**20  # bytes
SIDE_LIMIT = 65536  # pixels
_PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".exr")


@dataclass(frozen=True, eq=False)
class CameraFrame:
    """One picture to take.

    Parameters
    ----------
    file_path : as in the file, relative, with forward slashes.
    camera : model and size.
    pose : where it stands, `world_from_camera`.
    """

    file_path: str
    camera: Camera
    pose: Pose

    @property
    def png_path(self) -> str:
        """`file_path` with the ending .png, in place of another picture format's."""
        path = PurePosixPath(self.file_path)
        if path.suffix.lower() in _PICTURE_ENDINGS:
            path = path.with_suffix("")
        return f"{path}.png"


def read_cameras(path: StrPath) -> list[CameraFrame]:
    """Read a nerfstudio transforms.json.

    Parameters
    ----------
    path : JSON with `frames`; `w h fl_x fl_y cx cy camera_model ipd` at the top or per frame.

    Returns
    -------
    One entry a frame, in the file's order.

    Raises
    ------
    InputError
        Not readable or not such a file; a frame lacks something, is out of range, has a distorted
        lens or an unknown model, or its file would lie outside the output folder.
    """
    document = _read_document(path)
    entries = document.get("frames")
    if not isinstance(entries, list) or not entries:
        raise InputError(f"{path} lists no frames; transforms.json has a list `frames`")
    shared = {name: value for name, value in document.items() if name != "frames"}
    frames: list[CameraFrame] = []
    taken: dict[str, int] = {}
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise InputError(f"{path}: frame {number} must be an object with transform_matrix")
        where = f"{path}: frame {number}"
        file_path = _file_path(entry, where)
        where += f" ({file_path})"
        frame = CameraFrame(file_path, _camera(shared | entry, where), _pose(entry, where))
        earlier = taken.setdefault(frame.png_path, number)
        if earlier != number:
            raise InputError(f"{where} has the file_path of frame {earlier}; each needs its own")
        frames.append(frame)
    return frames


def _read_document(path: StrPath) -> dict[str, Any]:
    with os_errors_explained("read", path):
        if regular_file(path).stat().st_size > FILE_LIMIT:
            raise InputError(f"{path} is too large for a camera file")
        text = Path(path).read_bytes()
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"cannot read {path}: it is not valid JSON") from error
    if not isinstance(document, dict):
        raise InputError(f"{path} is no camera file: transforms.json holds one object")
    return document


def _file_path(entry: Mapping[str, Any], where: str) -> str:
    given = entry.get("file_path")
    if not isinstance(given, str) or not given.strip():
        raise InputError(f"{where} has no file_path")
    path = PurePosixPath(given)
    if path.is_absolute() or ".." in path.parts or any(c in given for c in "\\:\0"):
        raise InputError(
            f"{where}: file_path {given!r:.80} must be relative and stay within the output folder"
        )
    if not path.name:
        raise InputError(f"{where}: file_path {given!r:.80} names no file")
    return str(path)


def _pose(entry: Mapping[str, Any], where: str) -> Pose:
    matrix = entry.get("transform_matrix")
    if matrix is None:
        raise InputError(f"{where} has no transform_matrix")
    rows = matrix if isinstance(matrix, list) and len(matrix) == 4 else []
    if not rows or not all(isinstance(row, list) and len(row) == 4 for row in rows):
        raise InputError(f"{where}: transform_matrix must be 4 rows of 4 numbers")
    if not all(_is_number(value) for row in rows for value in row):
        raise InputError(f"{where}: transform_matrix must be 4 rows of 4 finite numbers")
    try:
        return Pose(rows)  # type: ignore[arg-type]
    except ValueError as error:
        words = str(error).replace("world_from_camera", "transform_matrix")
        raise InputError(f"{where}: {words}") from error


def _camera(facts: Mapping[str, Any], where: str) -> Camera:
    model = facts.get("camera_model", "OPENCV")
    if model not in PINHOLE_MODELS + SPHERE_MODELS:
        known = ", ".join(("OPENCV", *SPHERE_MODELS))
        raise InputError(f"{where}: camera_model {model!r:.40} is not one of {known}")
    width, height = _side(facts, "w", where), _side(facts, "h", where)
    if width * height > PIXEL_LIMIT:
        raise InputError(f"{where}: {width}×{height} pixels are more than {PIXEL_LIMIT:,}")
    if model in PINHOLE_MODELS:
        return _perspective(facts, width, height, where)
    if model == "EQUIRECTANGULAR":
        return Equirectangular(width, height)
    if model == "CUBEMAP":
        return _cube_map(width, height, where)
    ipd = _number(facts, "ipd", where, default=IPD)
    if ipd < 0:
        raise InputError(f"{where}: ipd must be 0 or more; got {ipd}")
    return _EYES[model[:-2]](width, height, "left" if model.endswith("_L") else "right", ipd)


_EYES: Mapping[str, type[VR180 | VR180Fisheye | OmnidirectionalStereo]] = {
    "OMNIDIRECTIONALSTEREO": OmnidirectionalStereo,
    "VR180": VR180,
    "VR180_FISHEYE": VR180Fisheye,
}


def _cube_map(width: int, height: int, where: str) -> CubeMap:
    try:
        return CubeMap(width, height)
    except ValueError as error:
        raise InputError(f"{where}: {error}") from error


def _perspective(facts: Mapping[str, Any], width: int, height: int, where: str) -> Perspective:
    for name in DISTORTION:
        if _number(facts, name, where, default=0.0) != 0:
            raise InputError(
                f"{where}: {name} is {facts[name]}, but only lenses without distortion are drawn; "
                "set k1 … k6, p1, p2 to 0 or leave them out"
            )
    fl_x = _number(facts, "fl_x", where)
    fl_y = _number(facts, "fl_y", where, default=fl_x)
    if fl_x <= 0 or fl_y <= 0:
        raise InputError(f"{where}: fl_x and fl_y must be above 0; got {fl_x} and {fl_y}")
    cx = _number(facts, "cx", where, default=width / 2)
    cy = _number(facts, "cy", where, default=height / 2)
    return Perspective(width, height, fl_x, fl_y, cx, cy)


def _side(facts: Mapping[str, Any], name: str, where: str) -> int:
    value = _number(facts, name, where)
    if value != int(value) or not 1 <= value <= SIDE_LIMIT:
        raise InputError(f"{where}: {name} must be a whole number, 1 to {SIDE_LIMIT}; got {value}")
    return int(value)


def _number(facts: Mapping[str, Any], name: str, where: str, default: float | None = None) -> float:
    value = facts.get(name, default)
    if value is None:
        raise InputError(f"{where} has no {name}, neither of its own nor at the top of the file")
    if not _is_number(value):
        raise InputError(f"{where}: {name} must be a finite number; got {value!r:.40}")
    return float(value)


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
