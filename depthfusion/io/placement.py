"""Where a picture that is not 2:1 lies on the sphere."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from depthfusion.geometry.equirectangular import direction_from_angles, latitudes, longitudes, pad
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.io.cube_layouts import cube_pixels, face_side, spread_faces, spread_pixels
from depthfusion.io.gpano import NEEDED, read_gpano
from depthfusion.types.arrays import Bool, Float32, Float64, UInt8

Projection = Literal["equirectangular", "perspective", "cube"]
STRETCH_LIMIT = 0.04  # how far from 2:1 a picture is stretched rather than laid
PHOTO_FOV = math.radians(75)  # of an ordinary photo's longer side where EXIF doesn't tell
_EXIF_IFD, _FOCAL_35MM = 0x8769, 0xA405
MARGIN = 2  # pixels that the cubic reaches beyond a position
_BAND = 128  # rows of a panorama that are worked on at a time


@dataclass(frozen=True)
class Placement:
    """How a picture of `height` × `width` pixels covers the sphere.

    Parameters
    ----------
    height, width : of the picture.
    projection : "equirectangular", "perspective": a pinhole looking forward, or "cube": six faces.
    span : radians the picture covers: longitude and latitude, or horizontal and vertical view.
    centre : longitude and latitude (radians) of an equirectangular picture's middle.
    turn : yaw, pitch and roll (radians) that the camera was turned by when the picture was taken,
        as `yaw_pitch` and a roll about the axis; undone on the sphere.
    """

    height: int
    width: int
    projection: Projection = "equirectangular"
    span: tuple[float, float] = (2 * math.pi, math.pi)
    centre: tuple[float, float] = (0.0, 0.0)
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def whole(self) -> bool:
        """Nothing of the sphere is left out."""
        return self == Placement(self.height, self.width)

    @property
    def has_axis(self) -> bool:
        """Whether depth along an optical axis has a meaning in it."""
        return self.projection != "equirectangular"

    @property
    def goes_round(self) -> bool:
        """Whether its left and right sides meet."""
        return self.projection == "equirectangular" and self.span[0] > 2 * math.pi - 1e-6

    @property
    def panorama_width(self) -> int:
        """Even width of a panorama that keeps the picture's detail in its middle."""
        if self.whole:
            return max(self.width - self.width % 2, 4)
        if self.projection == "cube":
            return 4 * face_side(self.height, self.width)
        if self.projection == "perspective":
            radian = self.width / (2 * math.tan(self.span[0] / 2))
        else:
            radian = self.width / self.span[0]
        return max(2 * round(radian * math.pi), 4)


def choose_placement(
    height: int, width: int, exif: Mapping[int, Any], xmp: bytes, *, ordinary: bool = False
) -> tuple[Placement, str]:
    """Decide how a picture that is not 2:1 is laid on the sphere.

    In this order: as its GPano record says; nearly 2:1: stretched to it; wider: a strip all the
    way round; square: the front half, 180° each way; anything else: an ordinary photo.

    Parameters
    ----------
    height, width : of the picture, pixels.
    exif : EXIF tags as Pillow gives them; the focal length counts.
    xmp : XMP packet, may be empty.
    ordinary : it is an ordinary photo whatever its shape.

    Returns
    -------
    The placement, and a clause for the person that says what was decided.
    """
    recorded = _from_gpano(height, width, xmp)
    if recorded:
        return recorded, "laid on the sphere where its GPano record says; the rest was filled"
    aspect = width / height
    if ordinary:
        return _ordinary(height, width, exif)
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
    record = read_gpano(xmp)
    if not record.complete:
        return None
    full_w, full_h, crop_w, crop_h, left, top = (record.values[name] for name in NEEDED)
    if not (0 < crop_w and left + crop_w <= full_w and 0 < crop_h and top + crop_h <= full_h):
        return None
    if (
        full_w != 2 * full_h
        or left < 0
        or top < 0
        or abs(crop_w / crop_h / (width / height) - 1) > 0.01
    ):
        return None
    degrees = 2 * math.pi / full_w
    centre = ((left + crop_w / 2 - full_w / 2) * degrees, (full_h / 2 - top - crop_h / 2) * degrees)
    return Placement(height, width, span=(crop_w * degrees, crop_h * degrees), centre=centre)


def turned(placement: Placement, yaw: float, pitch: float, roll: float) -> Placement:
    """The same picture, taken by a camera that was turned by so much (radians) when level."""
    return replace(placement, turn=(yaw, pitch, roll))


def camera_from_world(placement: Placement) -> Float64:
    """Rotation [3, 3] that undoes the placement's turn."""
    yaw, pitch, roll = placement.turn
    rolled = np.eye(3)
    rolled[:2, :2] = [[math.cos(roll), math.sin(roll)], [-math.sin(roll), math.cos(roll)]]
    return (yaw_pitch(yaw, pitch).rotation @ rolled).T


def source_pixels(
    placement: Placement, height: int, width: int, rows: slice = slice(None)
) -> tuple[NDArray, NDArray, Bool]:
    """Where pixels of a panorama [height, width] lie in the placed picture.

    Parameters
    ----------
    rows : of the panorama; all of them by default.

    Returns
    -------
    x, y : float64 [rows, width], the centre of the picture's first pixel at (0, 0).
    known : bool [rows, width], whether the picture reaches there.
    """
    lon, lat = _angles(placement, height, width, rows)
    if placement.projection == "cube":
        rays = direction_from_angles(lon, lat)
        x, y = cube_pixels(rays, placement.height, placement.width)
        return x, y, np.ones(x.shape, bool)
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
        front = np.ones((1, 1), bool)
    u, v, front = np.broadcast_arrays(u, v, front)
    known = front & (np.abs(u) <= 0.5) & (np.abs(v) <= 0.5)
    return (u + 0.5) * placement.width - 0.5, (v + 0.5) * placement.height - 0.5, known


def _angles(placement: Placement, height: int, width: int, rows: slice) -> tuple[Float64, Float64]:
    """Longitude and latitude in the picture's own axes of pixels of the panorama."""
    lon, lat = longitudes(width)[None, :], latitudes(height)[rows, None]
    if placement.turn == (0.0, 0.0, 0.0):
        return lon, lat
    rays = direction_from_angles(lon, lat) @ camera_from_world(placement).T
    return np.arctan2(rays[..., 0], -rays[..., 2]), np.arcsin(np.clip(rays[..., 1], -1, 1))


def axis_cosines(placement: Placement, height: int, width: int) -> Float32:
    """Cosine between each pixel's ray and the optical axis it was taken with, [height, width].

    Raises
    ------
    ValueError
        The placed picture is equirectangular and has no axis.
    """
    if not placement.has_axis:
        raise ValueError("an equirectangular picture has no optical axis")
    rays = direction_from_angles(*_angles(placement, height, width, slice(None)))
    if placement.projection == "cube":
        return np.abs(rays).max(axis=-1).astype(np.float32)
    return -rays[..., 2].astype(np.float32)


def place(
    picture: NDArray, placement: Placement, height: int, width: int, *, nearest: bool = False
) -> tuple[NDArray, Bool]:
    """Lay a picture on the sphere, a band of rows at a time.

    Parameters
    ----------
    picture : [h, w] or [h, w, C]; `placement` was made for its shape, or for one of its aspect.
    height, width : of the panorama.
    nearest : take pixels as they are instead of mixing neighbours (8-bit pictures by Keys' cubic,
        others linearly).

    Returns
    -------
    placed : [height, width, ...], type of `picture`, 0 where it doesn't reach.
    known : bool [height, width], where it does.
    """
    fitted = replace(placement, height=picture.shape[0], width=picture.shape[1])
    closed = fitted.goes_round and fitted.span[1] > math.pi - 1e-6
    source = picture
    if closed:  # a turned sphere is looked at across its seam and poles
        source = pad(picture, MARGIN)
    elif fitted.projection == "cube":
        source = spread_faces(picture, MARGIN)
    placed = np.zeros((height, width, *picture.shape[2:]), picture.dtype)
    known = np.zeros((height, width), bool)
    for top in range(0, height, _BAND):
        rows = slice(top, min(top + _BAND, height))
        x, y, reached = source_pixels(fitted, height, width, rows)
        if reached.any():
            if closed:
                x, y = x + MARGIN, y + MARGIN
            elif fitted.projection == "cube":
                height_in, width_in = picture.shape[:2]
                x, y = spread_pixels(x, y, height_in, width_in, MARGIN)
            wraps = fitted.goes_round and not closed
            placed[rows] = _sampled(source, x, y, wraps=wraps, nearest=nearest)
            placed[rows][~reached] = 0
        known[rows] = reached
    return placed, known


def _sampled(picture: NDArray, x: NDArray, y: NDArray, *, wraps: bool, nearest: bool) -> NDArray:
    """Values at positions; the picture goes on at its sides where it wraps, else as its rim."""
    height, width = picture.shape[:2]
    down = np.clip(y, 0, height - 1).astype(np.float32)
    if nearest:
        column = np.rint(x).astype(np.intp)
        column = np.mod(column, width) if wraps else np.clip(column, 0, width - 1)
        return picture[np.rint(down).astype(np.intp), column]
    across = (x if wraps else np.clip(x, 0, width - 1)).astype(np.float32)
    order = cv2.INTER_CUBIC if picture.dtype == np.uint8 else cv2.INTER_LINEAR
    border = cv2.BORDER_WRAP if wraps else cv2.BORDER_REPLICATE
    return cv2.remap(picture, across, down, order, borderMode=border)


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
