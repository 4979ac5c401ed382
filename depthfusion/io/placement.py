"""Where a picture that is not 2:1 lies on the sphere."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from depthfusion.geometry.equirectangular import latitudes, longitudes
from depthfusion.types.arrays import Bool, UInt8

STRETCH_LIMIT = 0.04  # how far from 2:1 a picture is stretched rather than laid
PHOTO_FOV = math.radians(75)  # of an ordinary photo's longer side where EXIF doesn't tell
_EXIF_IFD, _FOCAL_35MM = 0x8769, 0xA405
_GPANO = re.compile(rb'GPano:(\w+)(?:="|>)\s*(\d+)')


@dataclass(frozen=True)
class Placement:
    """How a picture of `height` × `width` pixels covers the sphere.

    Parameters
    ----------
    height, width : of the picture.
    projection : "equirectangular", or "perspective": a pinhole looking forward.
    span : radians the picture covers: longitude and latitude, or horizontal and vertical view.
    centre : longitude and latitude (radians) of an equirectangular picture's middle.
    """

    height: int
    width: int
    projection: Literal["equirectangular", "perspective"] = "equirectangular"
    span: tuple[float, float] = (2 * math.pi, math.pi)
    centre: tuple[float, float] = (0.0, 0.0)

    @property
    def whole(self) -> bool:
        """Nothing of the sphere is left out."""
        return self == Placement(self.height, self.width)

    @property
    def panorama_width(self) -> int:
        """Even width of a panorama that keeps the picture's detail in its middle."""
        if self.whole:
            return max(self.width - self.width % 2, 4)
        if self.projection == "perspective":
            radian = self.width / (2 * math.tan(self.span[0] / 2))
        else:
            radian = self.width / self.span[0]
        return max(2 * round(radian * math.pi), 4)


def choose_placement(
    height: int, width: int, exif: Mapping[int, Any], xmp: bytes
) -> tuple[Placement, str]:
    """Decide how a picture that is not 2:1 is laid on the sphere.

    In this order: as its GPano record says; nearly 2:1: stretched to it; wider: a strip all the
    way round; square: the front half, 180° each way; anything else: an ordinary photo.

    Parameters
    ----------
    height, width : of the picture, pixels.
    exif : EXIF tags as Pillow gives them; the focal length counts.
    xmp : XMP packet, may be empty.

    Returns
    -------
    The placement, and a clause for the person that says what was decided.
    """
    recorded = _from_gpano(height, width, xmp)
    if recorded:
        return recorded, "laid on the sphere where its GPano record says; the rest was filled"
    aspect = width / height
    if abs(aspect / 2 - 1) <= STRETCH_LIMIT:
        even = width - width % 2
        return Placement(height, width), f"stretched from {width}×{height} to {even}×{even // 2}"
    if aspect > 2:
        span = 2 * math.pi / aspect
        strip = Placement(height, width, span=(2 * math.pi, span))
        return strip, (
            f"taken as a strip all the way round, {math.degrees(span):.0f}° high; "
            "what is above and below was filled with a blur"
        )
    if abs(aspect - 1) <= STRETCH_LIMIT:
        half = Placement(height, width, span=(math.pi, math.pi))
        return half, "taken as the front half, 180° by 180°; what is behind was filled with a blur"
    return _ordinary(height, width, exif)


def _ordinary(height: int, width: int, exif: Mapping[int, Any]) -> tuple[Placement, str]:
    longer = max(height, width)
    focal = _focal_35mm(exif)
    if focal:
        pixels = focal * math.hypot(height, width) / math.hypot(36, 24)
        source = "by the focal length in its EXIF"
    else:
        pixels = longer / (2 * math.tan(PHOTO_FOV / 2))
        source = "assumed, because the file doesn't say"
    span = (2 * math.atan(width / 2 / pixels), 2 * math.atan(height / 2 / pixels))
    return Placement(height, width, "perspective", span), (
        f"taken as an ordinary photo, {math.degrees(span[0]):.0f}° wide ({source}), put straight "
        "ahead; the rest of the sphere was filled with a blur"
    )


def _focal_35mm(exif: Mapping[int, Any]) -> float:
    """Focal length for a 36×24 mm picture, mm, 0 where EXIF has none or nonsense."""
    read = getattr(exif, "get_ifd", None)
    value = (read(_EXIF_IFD) if read else exif).get(_FOCAL_35MM, 0)
    try:
        focal = float(value)
    except (TypeError, ValueError):
        return 0.0
    return focal if 5 <= focal <= 2000 else 0.0


def _from_gpano(height: int, width: int, xmp: bytes) -> Placement | None:
    """Read Google's photo sphere record where it makes sense for a picture of this size."""
    record = {name.decode(): int(value) for name, value in _GPANO.findall(xmp)}
    try:
        full_w, full_h = record["FullPanoWidthPixels"], record["FullPanoHeightPixels"]
        crop_w, crop_h = (
            record["CroppedAreaImageWidthPixels"],
            record["CroppedAreaImageHeightPixels"],
        )
        left, top = record["CroppedAreaLeftPixels"], record["CroppedAreaTopPixels"]
    except KeyError:
        return None
    if not (0 < crop_w and left + crop_w <= full_w and 0 < crop_h and top + crop_h <= full_h):
        return None
    if full_w != 2 * full_h or abs(crop_w / crop_h / (width / height) - 1) > 0.01:
        return None
    degrees = 2 * math.pi / full_w
    centre = ((left + crop_w / 2 - full_w / 2) * degrees, (full_h / 2 - top - crop_h / 2) * degrees)
    return Placement(height, width, span=(crop_w * degrees, crop_h * degrees), centre=centre)


def source_pixels(placement: Placement, height: int, width: int) -> tuple[NDArray, NDArray, Bool]:
    """Where each pixel of a panorama [height, width] lies in the placed picture.

    Returns
    -------
    x, y : float64 [height, width], the centre of the picture's first pixel at (0, 0).
    known : bool [height, width], whether the picture reaches there.
    """
    lon, lat = longitudes(width)[None, :], latitudes(height)[:, None]
    if placement.projection == "perspective":
        ahead = np.cos(lat) * np.cos(lon)
        front = ahead > 1e-6
        depth = np.where(front, ahead, 1)
        u = np.cos(lat) * np.sin(lon) / depth / (2 * math.tan(placement.span[0] / 2))
        v = -np.sin(lat) / depth / (2 * math.tan(placement.span[1] / 2))
    else:
        turn = np.mod(lon - placement.centre[0] + math.pi, 2 * math.pi) - math.pi
        u = turn / placement.span[0]
        v = (placement.centre[1] - lat) / placement.span[1]
        front = np.ones((height, width), bool)
    u, v = np.broadcast_arrays(u, v)
    known = front & (np.abs(u) <= 0.5) & (np.abs(v) <= 0.5)
    return (u + 0.5) * placement.width - 0.5, (v + 0.5) * placement.height - 0.5, known


def place(
    picture: NDArray, placement: Placement, height: int, width: int, *, nearest: bool = False
) -> tuple[NDArray, Bool]:
    """Lay a picture on the sphere.

    Parameters
    ----------
    picture : [h, w] or [h, w, C]; `placement` was made for its shape, or for one of its aspect.
    height, width : of the panorama.
    nearest : take pixels as they are instead of mixing neighbours.

    Returns
    -------
    placed : [height, width, ...], type of `picture`, 0 where it doesn't reach.
    known : bool [height, width], where it does.
    """
    fitted = Placement(*picture.shape[:2], *_shape_of(placement))
    x, y, known = source_pixels(fitted, height, width)
    columns, rows = x[known], y[known]
    if nearest:
        taken = _taken(picture, np.rint(columns), np.rint(rows))
    else:
        taken = _mixed(picture, columns, rows)
    placed = np.zeros((height, width, *picture.shape[2:]), picture.dtype)
    placed[known] = taken
    return placed, known


def _shape_of(placement: Placement) -> tuple[Any, ...]:
    return placement.projection, placement.span, placement.centre


def _taken(picture: NDArray, x: NDArray, y: NDArray) -> NDArray:
    height, width = picture.shape[:2]
    row = np.clip(y, 0, height - 1).astype(np.intp)
    return picture[row, np.clip(x, 0, width - 1).astype(np.intp)]


def _mixed(picture: NDArray, x: NDArray, y: NDArray) -> NDArray:
    left, top = np.floor(x), np.floor(y)
    channels = (slice(None), *(None for _ in picture.shape[2:]))
    across, down = (x - left)[channels], (y - top)[channels]
    above = _taken(picture, left, top) * (1 - across) + _taken(picture, left + 1, top) * across
    below = (
        _taken(picture, left, top + 1) * (1 - across) + _taken(picture, left + 1, top + 1) * across
    )
    mixed = above * (1 - down) + below * down
    return np.rint(mixed).astype(picture.dtype) if picture.dtype == np.uint8 else mixed


def resize_wrapped(rgb: UInt8, height: int, width: int) -> UInt8:
    """Resample a panorama [h, w, 3] to another size without a seam (Lanczos)."""
    if rgb.shape[:2] == (height, width):
        return rgb
    old = rgb.shape[1]
    margin = min(old, math.ceil(4 * max(1, old / width)))
    padded = np.concatenate([rgb[:, -margin:], rgb, rgb[:, :margin]], axis=1)
    box = (margin, 0, margin + old, rgb.shape[0])
    resized = Image.fromarray(padded).resize((width, height), Image.Resampling.LANCZOS, box=box)
    return np.array(resized)
