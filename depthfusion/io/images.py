"""Photos → 8-bit sRGB arrays: content checked, upright, colours managed, size limited first."""

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from depthfusion.io.atomic import StrPath
from depthfusion.io.continuation import continue_smoothly
from depthfusion.io.file_errors import os_errors_explained, regular_file
from depthfusion.io.placement import Placement, choose_placement, place, resize_wrapped
from depthfusion.types import InputError
from depthfusion.types.arrays import UInt8

PIXEL_LIMIT = 16384 * 8192
# What Pillow raises on content that is damaged, beside OSError.
DECODING_ERRORS = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)
_WIDE_MODES = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")


@dataclass(frozen=True, eq=False)
class PanoramaPhoto:
    """A photo over the whole sphere, and what was done to make it one.

    Parameters
    ----------
    rgb : uint8 [H, 2H, 3], sRGB.
    placement : where the file's picture lies in it; a depth file of the same view goes there too.
    notes : sentences for the person: what was assumed, changed or filled.
    """

    rgb: UInt8
    placement: Placement
    notes: tuple[str, ...] = ()


def read_rgb(path: StrPath, *, pixel_limit: int = PIXEL_LIMIT) -> UInt8:
    """Read a JPEG, PNG or WebP photo of any shape.

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
    picture, _ = _open(path, pixel_limit)
    return _pixels(picture, path)


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
    picture, xmp = _open(path, pixel_limit)
    rgb = _pixels(picture, path)
    exif = picture.getexif()  # unpacks a PNG, so not before damage is looked for
    height, width = rgb.shape[:2]
    placement, notes = Placement(height, width), []
    if width != 2 * height or height < 2:
        if not fit:
            raise InputError(_not_two_to_one(path, width, height))
        placement, note = choose_placement(height, width, exif, xmp)
        notes.append(f"{Path(path).name}: {note}")
    size = min(placement.panorama_width, max_width or placement.panorama_width)
    size = min(size, _widest(pixel_limit)) // 2 * 2
    if size != placement.panorama_width:
        notes.append(f"made smaller: {size}×{size // 2} of {placement.panorama_width} wide")
    if placement.whole:
        rgb = resize_wrapped(rgb, size // 2, size)
    else:
        rgb = _laid_on_sphere(rgb, placement, size, path)
    return PanoramaPhoto(rgb, placement, tuple(notes))


def _widest(pixel_limit: int) -> int:
    return max(2, int((2 * pixel_limit) ** 0.5))


def _laid_on_sphere(rgb: UInt8, placement: Placement, width: int, path: StrPath) -> UInt8:
    share = width / placement.panorama_width
    if share < 1:
        smaller = [max(1, round(side * share)) for side in (placement.width, placement.height)]
        rgb = np.array(Image.fromarray(rgb).resize(smaller, Image.Resampling.LANCZOS))
    placed, known = place(rgb, placement, width // 2, width)
    if not known.any():
        raise InputError(f"{path} is too narrow to be seen on a sphere {width} pixels round")
    filled = continue_smoothly(placed.astype(np.float32), known)
    return np.where(known[..., None], placed, np.rint(filled)).astype(np.uint8)


def _not_two_to_one(path: StrPath, width: int, height: int) -> str:
    hint = ""
    if width == height:
        hint = ", or --layout tb where it holds two eyes, one above the other"
    elif width == 4 * height:
        hint = ", or --layout lr where it holds two eyes side by side"
    return (
        f"{path} is {width}×{height}, but a 360° panorama is 2:1, twice as wide as high, because "
        f"it spans 360° by 180°; add --fit to lay this picture on the sphere{hint}"
    )


def _open(path: StrPath, pixel_limit: int) -> tuple[ImageFile, bytes]:
    """Recognise the file by its first bytes and check its size; nothing is unpacked yet.

    The format's class is called directly: `Image.open` has one limit of pixels for the whole
    process, and it is not ours to move.
    """
    with os_errors_explained("read", path):
        data = regular_file(path).read_bytes()
    kind = _sniff(data[:16])
    if kind is None:
        what = "empty" if not data else "no JPEG, PNG or WebP picture"
        raise InputError(f"cannot read {path}: it is {what}")
    try:
        picture = kind(BytesIO(data))
    except DECODING_ERRORS as error:
        raise InputError(f"cannot read {path}: the picture is damaged or cut short") from error
    width, height = picture.size
    if width * height > pixel_limit:
        raise InputError(
            f"{path} has {width}×{height} pixels, more than the limit of {pixel_limit:,}; "
            "make it smaller or raise the limit"
        )
    xmp = picture.info.get("xmp") or b""
    return picture, xmp if isinstance(xmp, bytes) else str(xmp).encode()


def _sniff(head: bytes) -> type[ImageFile] | None:
    if head.startswith(b"\xff\xd8\xff"):
        return JpegImageFile
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImageFile
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WebPImageFile
    return None


def _pixels(picture: ImageFile, path: StrPath) -> UInt8:
    """Unpack, turn upright, bring to sRGB and 8 bits, fill what is transparent."""
    try:
        picture.load()
    except DECODING_ERRORS as error:
        raise InputError(f"cannot read {path}: the picture is damaged or cut short") from error
    profile = picture.info.get("icc_profile")
    upright = _in_srgb(_eight_bits(ImageOps.exif_transpose(picture)), profile)
    if upright.mode != "RGBA":
        return np.array(upright.convert("RGB"))
    rgba = np.array(upright)
    return _without_alpha(rgba, path)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Bring 16-bit, palette, grey and alpha pictures to L, RGB, RGBA or CMYK, 8 bits each."""
    if picture.mode in _WIDE_MODES:
        wide = np.asarray(picture, np.float64)
        return Image.fromarray(np.rint(np.clip(wide, 0, 65535) / 257).astype(np.uint8))
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    if picture.mode in ("L", "RGB", "CMYK"):
        return picture
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by the embedded colour profile; one that Pillow can't use is left aside."""
    if not profile:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return picture
        colours = picture.convert("RGB") if picture.mode == "RGBA" else picture
        converted = ImageCms.profileToProfile(
            colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    if converted is None:
        return picture
    if picture.mode == "RGBA":
        converted.putalpha(picture.getchannel("A"))
    return converted


def _without_alpha(rgba: UInt8, path: StrPath) -> UInt8:
    """Blend a straight-alpha picture over a smooth continuation of what is opaque in it."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    if alpha.min() == 1:
        return np.ascontiguousarray(rgba[..., :3])
    if alpha.max() == 0:
        raise InputError(f"{path} is transparent everywhere; there is nothing to see in it")
    rgb = rgba[..., :3].astype(np.float32)
    behind = continue_smoothly(rgb, alpha[..., 0])
    return np.rint(rgb * alpha + behind * (1 - alpha)).astype(np.uint8)
