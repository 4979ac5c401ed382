"""What a photo is, by its size, its records, its name and a glance at it.

Three things are decided: how many eyes it holds (layout), how one eye's picture covers the sphere
(projection, and where), and whether a person should say so first (`--fit`).
"""

import math
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from depthfusion.io.cube_layouts import (
    ARRANGEMENT_NAMES,
    arrangement,
    has_broken_columns,
    has_empty_corners,
)
from depthfusion.io.gpano import PanoRecord, read_gpano
from depthfusion.io.photo_files import PhotoFile
from depthfusion.io.placement import STRETCH_LIMIT, Placement, choose_placement, turned
from depthfusion.types import InputError
from depthfusion.types.arrays import UInt8

Eyes = Literal["auto", "mono", "tb", "lr"]
Shape = Literal["auto", "panorama", "cube", "vr180", "photo"]
ALIKE = 0.6  # correlation of two halves from which they are two eyes' pictures of one place
_TB_WORDS = {"tb", "ou", "topbottom", "overunder", "3dv"}
_LR_WORDS = {"lr", "sbs", "sidebyside", "3dh"}
_VR180_WORDS = {"vr180", "180", "180x180"}


@dataclass(frozen=True)
class Wanted:
    """What the person has said about a photo; "auto" and `None` are for the photo to say.

    Parameters
    ----------
    layout : how many eyes, and how they lie.
    projection : how one eye's picture covers the sphere.
    hfov_deg, vfov_deg : what the picture covers, degrees.
    turn : yaw, pitch and roll (radians) of the camera.
    fit : shapes that say nothing may be laid on the sphere by the usual guess.
    """

    layout: Eyes = "auto"
    projection: Shape = "auto"
    hfov_deg: float | None = None
    vfov_deg: float | None = None
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    fit: bool = False


@dataclass(frozen=True)
class Reading:
    """How a photo is read.

    Parameters
    ----------
    kind : "panorama", "cropped", "strip", "half", "photo", "cube", "vr180" or "stereo".
    layout : "mono", "tb" or "lr".
    placement : of one eye's picture.
    words : what the photo is, a clause.
    assumed : sentences: what nothing in the file says.
    warnings : sentences: what is odd about it.
    needs_fit : why `--fit` is needed before this is done, or `None`.
    """

    kind: str
    layout: Literal["mono", "tb", "lr"]
    placement: Placement
    words: str
    assumed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    needs_fit: str | None = None


def read_photo_kind(photo: PhotoFile, wanted: Wanted) -> Reading:
    """Decide what a photo is.

    Parameters
    ----------
    photo : as opened; a small picture of it is looked at only where its shape is ambiguous.
    wanted : what the person said.

    Raises
    ------
    InputError
        What was said can't be: eyes of no known shape, a cube map that is none.
    """
    layout, why = _layout(photo, wanted)
    height, width = _eye_shape(photo, layout)
    record = read_gpano(photo.xmp)
    if layout == "mono":
        reading = _one_eye(photo, record, wanted)
    else:
        reading = _two_eyes(photo, layout, height, width, wanted)
        reading = replace(reading, assumed=(*why, *reading.assumed))
    if record.lacking and reading.kind != "panorama":
        told = f"its GPano record lacks {', '.join(record.lacking)} and was left aside"
        reading = replace(reading, warnings=(*reading.warnings, told))
    if photo.grey:
        told = "it has no colours; if it is a depth map, give it with --depth and the photo first"
        reading = replace(reading, warnings=(*reading.warnings, told))
    return replace(reading, placement=turned(reading.placement, *wanted.turn))


def _eye_shape(photo: PhotoFile, layout: str) -> tuple[int, int]:
    height = photo.height // 2 if layout == "tb" else photo.height
    return height, photo.width // 2 if layout == "lr" else photo.width


def _words_of(path: Path) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", path.stem.lower()))


def _layout(
    photo: PhotoFile, wanted: Wanted
) -> tuple[Literal["mono", "tb", "lr"], tuple[str, ...]]:
    """Eyes by what was said, then the name, then the shape and whether the halves are alike."""
    if wanted.layout != "auto":
        return wanted.layout, ()
    if wanted.projection in ("cube", "photo") or wanted.hfov_deg:
        return "mono", ()
    words, (height, width) = _words_of(photo.path), (photo.height, photo.width)
    aspect = width / height
    for layout, names in (("tb", _TB_WORDS), ("lr", _LR_WORDS)):
        if words & names and _is_eye(*_eye_shape(photo, layout)):
            return layout, ("two eyes by the file's name",)  # type: ignore[return-value]
    if width == height and _alike(photo, 0):
        return "tb", ("two eyes, as its halves show the same place",)
    if aspect == 4 and _alike(photo, 1):
        return "lr", ("two eyes, as its halves show the same place",)
    if aspect == 0.5 and _alike(photo, 0):
        return "tb", ("two eyes, as its halves show the same place",)
    hinted = bool(words & _VR180_WORDS) or wanted.projection == "vr180"
    if aspect == 2 and (hinted or photo.format == "JPEG") and _alike(photo, 1):
        return "lr", ("two eyes, as its halves show the same place",)
    return "mono", ()


def _is_eye(height: int, width: int) -> bool:
    return width in (height, 2 * height, 4 * height)


def _alike(photo: PhotoFile, axis: int) -> bool:
    return likeness(photo.glance(), axis) > ALIKE


def likeness(small: UInt8, axis: int) -> float:
    """How alike the two halves of a picture are, −1 to 1, whatever every row has in common.

    Parameters
    ----------
    small : uint8 [h, w, 3].
    axis : 0 compares top and bottom, 1 left and right.
    """
    grey = small.astype(np.float32).mean(axis=-1)
    half = grey.shape[axis] // 2
    one, other = (grey[:half], grey[half : 2 * half]) if axis == 0 else (
        grey[:, :half], grey[:, half : 2 * half]
    )  # fmt: skip
    return _correlation(_levelled(one), _levelled(other))


def _levelled(grey: NDArray) -> NDArray:
    """Sky above and floor below are in every picture: only what differs within a row counts."""
    return grey - grey.mean(axis=1, keepdims=True)


def _correlation(one: NDArray, other: NDArray) -> float:
    spread = math.sqrt(float((one**2).sum()) * float((other**2).sum()))
    return float((one * other).sum()) / spread if spread > one.size else 0.0


def _two_eyes(
    photo: PhotoFile, layout: Literal["tb", "lr"], height: int, width: int, wanted: Wanted
) -> Reading:
    how = "one above the other" if layout == "tb" else "side by side"
    half = Placement(height, width, span=(math.pi, math.pi))
    narrow = wanted.projection == "vr180" or bool(_words_of(photo.path) & _VR180_WORDS)
    if width == 2 * height and not narrow:
        words = f"a stereo 360° photo, two eyes {how}, {width}×{height} each"
        return Reading("stereo", layout, Placement(height, width), words)
    if wanted.projection == "panorama" or width == 4 * height:
        words = f"a stereo 360° photo, two eyes {how}, squeezed to {width}×{height} each"
        return Reading("stereo", layout, Placement(height, width), words)
    if width == height:
        words = f"a VR180 photo, two eyes {how}, {width}×{height} each for the front half"
        return Reading("vr180", layout, half, words)
    raise InputError(
        f"{photo.path} as {layout} would be two eyes of {width}×{height}, and an eye is 2:1 (360°) "
        "or 1:1 (180°); is --layout right?"
    )


def _one_eye(photo: PhotoFile, record: PanoRecord, wanted: Wanted) -> Reading:
    height, width = photo.height, photo.width
    size = f"{width}×{height}"
    if wanted.projection == "cube" or wanted.projection == "auto":
        cells = _cube_cells(photo, wanted)
        if cells:
            words = f"a cube map, {ARRANGEMENT_NAMES[cells]} of faces {width // cells[0]} wide"
            return Reading("cube", "mono", Placement(height, width, "cube"), words)
    if wanted.projection == "vr180":
        if abs(width / height - 1) > STRETCH_LIMIT:
            raise InputError(f"{photo.path} is {size}, and one eye of VR180 is square")
        half = Placement(height, width, span=(math.pi, math.pi))
        return Reading("half", "mono", half, "one eye of VR180: the front half of the sphere")
    if wanted.hfov_deg or wanted.vfov_deg:
        return _by_view(photo, wanted)
    if wanted.projection == "photo":
        return _guessed(photo, b"", wanted, ordinary=True)
    if record.complete and not _is_whole(record, height, width):
        placement, note = choose_placement(height, width, photo.exif, photo.xmp)
        if placement.span != (2 * math.pi, math.pi):
            return Reading("cropped", "mono", placement, f"part of a 360° photo: {note}")
    if width == 2 * height and height >= 2:
        return Reading("panorama", "mono", Placement(height, width), f"a 360° photo, {size}")
    return _guessed(photo, photo.xmp, wanted, ordinary=False)


def _is_whole(record: PanoRecord, height: int, width: int) -> bool:
    return width == 2 * height and record.covers_all


def _cube_cells(photo: PhotoFile, wanted: Wanted) -> tuple[int, int] | None:
    height, width = photo.height, photo.width
    cells = arrangement(height, width)
    if wanted.projection == "cube":
        if cells is None:
            raise InputError(
                f"{photo.path} is {width}×{height}, and a cube map is 4:3 or 3:4 (a cross) or 6:1 "
                "or 1:6 (a strip), its faces square"
            )
        return cells
    if cells is None or min(height, width) < 6:
        return None
    named = bool(_words_of(photo.path) & {"cube", "cubemap", "cubestrip", "skybox"})
    if cells == (1, 6) or named:
        return cells
    glance = photo.glance()
    found = has_broken_columns(glance) if cells == (6, 1) else has_empty_corners(glance)
    return cells if found else None


def _by_view(photo: PhotoFile, wanted: Wanted) -> Reading:
    """Place by `--hfov` and `--vfov`: part of a panorama, or with them an ordinary photo."""
    height, width = photo.height, photo.width
    ordinary = wanted.projection == "photo"
    largest = (179.0, 179.0) if ordinary else (360.0, 180.0)
    across, down = wanted.hfov_deg, wanted.vfov_deg
    for name, value, most in (("hfov", across, largest[0]), ("vfov", down, largest[1])):
        if value is not None and not 0 < value <= most:
            raise InputError(f"--{name} must be above 0 and at most {most:g}; got {value:g}")
    if ordinary:
        span = _ordinary_span(height, width, across, down)
    else:
        across = across or min(360.0, (down or 180.0) * width / height)
        down = down or min(180.0, across * height / width)
        span = (math.radians(across), math.radians(down))
    words = f"{math.degrees(span[0]):.4g}° by {math.degrees(span[1]):.4g}°, as was said"
    if ordinary:
        placed = Placement(height, width, "perspective", span)
        return Reading("photo", "mono", placed, f"an ordinary photo, {words}, put straight ahead")
    placed = Placement(height, width, span=span)
    return Reading(
        "cropped", "mono", placed, f"part of a 360° photo, {words}; the rest was filled with a blur"
    )


def _ordinary_span(
    height: int, width: int, across: float | None, down: float | None
) -> tuple[float, float]:
    """Both views of a pinhole from one of them, as its pixels are square."""
    half_x = math.tan(math.radians(across) / 2) if across else 0.0
    half_y = math.tan(math.radians(down) / 2) if down else half_x * height / width
    half_x = half_x or half_y * width / height
    return 2 * math.atan(half_x), 2 * math.atan(half_y)


def _guessed(photo: PhotoFile, xmp: bytes, wanted: Wanted, *, ordinary: bool) -> Reading:
    """The usual guess by shape, which a person should agree to."""
    height, width = photo.height, photo.width
    placement, note = choose_placement(height, width, photo.exif, xmp, ordinary=ordinary)
    needs = None if wanted.fit or ordinary else _not_two_to_one(photo.path, width, height)
    kind = {"perspective": "photo"}.get(placement.projection, "half")
    if placement.whole:
        kind = "panorama"
    elif placement.goes_round:
        kind = "strip"
    return Reading(kind, "mono", placement, note, (note,), needs_fit=needs)


def _not_two_to_one(path: Path, width: int, height: int) -> str:
    hint = ""
    if width == height:
        hint = ", or --layout tb where it holds two eyes, one above the other"
    elif width == 4 * height:
        hint = ", or --layout lr where it holds two eyes side by side"
    return (
        f"{path} is {width}×{height}, but a 360° panorama is 2:1, twice as wide as high, because "
        "it spans 360° by 180°; add --fit to lay this picture on the sphere, or say with --hfov "
        f"how many degrees it covers{hint}"
    )
