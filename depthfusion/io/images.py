"""Photos → panoramas: read, recognised, laid on the sphere, what they leave out filled."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from depthfusion.io.atomic import StrPath
from depthfusion.io.continuation import continue_smoothly
from depthfusion.io.photo_files import (
    DECODING_ERRORS,
    PHOTO_SUFFIXES,
    PIXEL_LIMIT,
    PhotoFile,
    open_photo,
)
from depthfusion.io.photo_reading import Reading, Wanted, read_photo_kind
from depthfusion.io.placement import Placement, place, resize_wrapped
from depthfusion.types import InputError
from depthfusion.types.arrays import Bool, UInt8

__all__ = [
    "DECODING_ERRORS",
    "PHOTO_SUFFIXES",
    "PIXEL_LIMIT",
    "PanoramaPhoto",
    "lay_photo",
    "read_panorama_rgb",
    "read_rgb",
]


@dataclass(frozen=True, eq=False)
class PanoramaPhoto:
    """A photo over the whole sphere, and what was done to make it one.

    Parameters
    ----------
    rgb : uint8 [H, 2H, 3], sRGB; of two eyes the left one.
    placement : where the file's picture lies in it; a depth file of the same view goes there too.
    notes : sentences for the person: what was assumed, changed or filled.
    right : the right eye, like `rgb`, where there is one.
    known : bool [H, 2H], where the photo reaches; `None` is everywhere.
    """

    rgb: UInt8
    placement: Placement
    notes: tuple[str, ...] = ()
    right: UInt8 | None = None
    known: Bool | None = None


def read_rgb(path: StrPath, *, pixel_limit: int = PIXEL_LIMIT) -> UInt8:
    """Read a photo of any shape.

    Parameters
    ----------
    path : the file; its content counts, not its extension.
    pixel_limit : largest width · height; checked before anything is unpacked.

    Returns
    -------
    uint8 [H, W, 3], sRGB, upright by EXIF. Transparent parts continue their surroundings.

    Raises
    ------
    InputError
        Not readable, no such picture, damaged or cut short, or more pixels than `pixel_limit`.
    """
    return open_photo(path, pixel_limit=pixel_limit).pixels()


def read_panorama_rgb(
    path: StrPath,
    *,
    fit: bool = False,
    max_width: int | None = None,
    pixel_limit: int = PIXEL_LIMIT,
) -> PanoramaPhoto:
    """Read a 360° photo, which is twice as wide as high, or fit another onto the sphere.

    Parameters
    ----------
    path, pixel_limit : as `read_rgb`.
    fit : accept other shapes: nearly 2:1 is stretched to it, keeping the width; anything else is
        laid on the sphere at its angular scale, and the rest continues its rim, blurred.
    max_width : make the panorama smaller where it is wider than this; even.

    Raises
    ------
    InputError
        As `read_rgb`; the shape is not 2:1 and `fit` is off.
    """
    photo = open_photo(path, pixel_limit=pixel_limit)
    reading = read_photo_kind(photo, Wanted(fit=fit))
    return lay_photo(photo, reading, max_width=max_width, pixel_limit=pixel_limit)


def lay_photo(
    photo: PhotoFile,
    reading: Reading,
    *,
    max_width: int | None = None,
    pixel_limit: int = PIXEL_LIMIT,
) -> PanoramaPhoto:
    """Unpack a photo and lay it on the sphere as it was recognised.

    Parameters
    ----------
    photo : as opened.
    reading : what it is.
    max_width : make the panorama smaller where it is wider than this; even.
    pixel_limit : largest width · height, of the panorama too.

    Raises
    ------
    InputError
        Damaged, too narrow to be seen, or `reading` wants a person to say `--fit` first.
    """
    if reading.needs_fit:
        raise InputError(reading.needs_fit)
    placement, notes = reading.placement, []
    if reading.kind != "panorama" or not placement.whole or reading.assumed or reading.warnings:
        told = "; ".join((reading.words, *(w for w in reading.assumed if w not in reading.words)))
        notes.append(f"{photo.path.name}: {told}")
    notes += [f"{photo.path.name}: {warning}" for warning in reading.warnings]
    size = min(placement.panorama_width, max_width or placement.panorama_width)
    size = min(size, _widest(pixel_limit)) // 2 * 2
    if size != placement.panorama_width:
        notes.append(f"made smaller: {size}×{size // 2} of {placement.panorama_width} wide")
    pixels = photo.pixels(placement.panorama_width / size)
    left, right = _eyes(pixels, reading.layout)
    rgb, known = _panorama(left, placement, size, photo.path)
    other = None if right is None else _panorama(right, placement, size, photo.path)[0]
    return PanoramaPhoto(rgb, placement, tuple(notes), other, known)


def _eyes(pixels: UInt8, layout: str) -> tuple[UInt8, UInt8 | None]:
    """The left and the right eye's picture; the left one is on top."""
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    if layout == "tb":
        return pixels[:height], pixels[height : 2 * height]
    if layout == "lr":
        return pixels[:, :width], pixels[:, width : 2 * width]
    return pixels, None


def _panorama(
    rgb: UInt8, placement: Placement, width: int, path: StrPath
) -> tuple[UInt8, Bool | None]:
    if placement.whole:
        return resize_wrapped(rgb, width // 2, width), None
    share = width / placement.panorama_width * placement.width / rgb.shape[1]
    if share < 1:
        smaller = [max(1, round(side * share)) for side in (rgb.shape[1], rgb.shape[0])]
        if placement.projection != "cube":  # a cube's faces must stay whole pixels
            rgb = np.array(Image.fromarray(rgb).resize(smaller, Image.Resampling.LANCZOS))
    placed, known = place(rgb, placement, width // 2, width)
    if not known.any():
        raise InputError(f"{path} is too narrow to be seen on a sphere {width} pixels round")
    if known.all():
        return placed, None
    filled = continue_smoothly(placed.astype(np.float32), known)
    return np.where(known[..., None], placed, np.rint(filled)).astype(np.uint8), known


def _widest(pixel_limit: int) -> int:
    return max(2, int((2 * pixel_limit) ** 0.5))
