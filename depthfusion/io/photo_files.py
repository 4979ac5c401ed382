"""Photo files, opened by what is in them: size and records at once, pixels when asked for.

JPEG, PNG, WebP and TIFF by Pillow, HEIC by Pillow's plugin where it is installed, OpenEXR and
Radiance HDR as light that is brought to eight bits.
"""

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageOps
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from depthfusion.io.atomic import StrPath
from depthfusion.io.continuation import continue_smoothly
from depthfusion.io.file_errors import os_errors_explained, regular_file
from depthfusion.io.light_files import (
    EXR_MAGIC,
    HDR_MAGIC,
    exr_size,
    has_colours,
    hdr_size,
    read_exr,
    read_hdr,
)
from depthfusion.io.tone_mapping import tone_mapped
from depthfusion.types import InputError
from depthfusion.types.arrays import Float32, UInt8

PIXEL_LIMIT = 16384 * 8192
PHOTO_SUFFIXES = (
    ".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".tif", ".tiff", ".exr", ".hdr",
)  # fmt: skip
# What Pillow raises on content that is damaged, beside OSError; warnings where they are errors.
DECODING_ERRORS = (
    OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, UserWarning,
)  # fmt: skip
_WIDE_MODES = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_ORIENTATION = 0x0112
_XMP_TAG = 700
_PEEK = 256  # pixels, the longer side of a small picture that is looked at to recognise layouts


@dataclass(frozen=True, eq=False)
class PhotoFile:
    """A photo that was opened and not yet unpacked.

    Parameters
    ----------
    path : the file.
    format : "JPEG", "PNG", "WEBP", "TIFF", "HEIF", "EXR" or "HDR".
    width, height : pixels, upright by EXIF.
    exif : tags as Pillow gives them.
    xmp : the XMP packet, may be empty.
    unpack : gives the pixels, uint8 [h, w, 3], sRGB, upright; told by how much they may be smaller.
    grey : it has no colours.
    """

    path: Path
    format: str
    width: int
    height: int
    exif: Mapping[int, Any]
    xmp: bytes
    unpack: Callable[[float], UInt8] = field(repr=False)
    grey: bool = False

    def pixels(self, shrink: float = 1.0) -> UInt8:
        """Unpack the photo.

        Parameters
        ----------
        shrink : ≥ 1; the picture may come smaller by a whole number up to this, which keeps large
            files from ever being whole in memory (JPEG) or from being there twice.

        Returns
        -------
        uint8 [h, w, 3], sRGB, upright; transparent parts continue their surroundings.

        Raises
        ------
        InputError
            The content is damaged, cut short or transparent everywhere.
        """
        return self.unpack(max(1.0, shrink))

    def glance(self) -> UInt8:
        """A small picture, uint8 [h, w, 3], for recognising what the photo shows."""
        small = Image.fromarray(self.pixels(max(self.width, self.height) / _PEEK))
        small.thumbnail((_PEEK, _PEEK), Image.Resampling.BOX)
        return np.array(small)


def open_photo(path: StrPath, *, pixel_limit: int = PIXEL_LIMIT) -> PhotoFile:
    """Recognise a photo by its first bytes and check its size; nothing is unpacked yet.

    Parameters
    ----------
    path : the file; its content counts, not its extension.
    pixel_limit : largest width · height.

    Raises
    ------
    InputError
        Not readable, no picture of a known format, damaged, or more pixels than `pixel_limit`.
    """
    with os_errors_explained("read", path):
        data = regular_file(path).read_bytes()
    if data.startswith(EXR_MAGIC):
        size = exr_size(path)
        _verify_size(path, size, pixel_limit)
        light = _light(path, "EXR", size, lambda: read_exr(path))
        return replace(light, grey=not has_colours(path))
    if data.startswith(HDR_MAGIC):
        size = hdr_size(path, data)
        _verify_size(path, size, pixel_limit)
        return _light(path, "HDR", size, lambda: read_hdr(path, data))
    kind = _sniff(path, data)
    picture = _header(path, kind, data)
    _verify_size(path, picture.size, pixel_limit)
    exif = _exif(picture)
    turned = exif.get(_ORIENTATION) in (5, 6, 7, 8)
    width, height = picture.size[::-1] if turned else picture.size

    def unpack(shrink: float) -> UInt8:
        return _pixels(path, _header(path, kind, data), shrink)

    name = picture.format or ""
    grey = picture.mode in (*_WIDE_MODES, "L", "LA", "1")
    return PhotoFile(Path(path), name, width, height, exif, _xmp(picture), unpack, grey)


def _light(
    path: StrPath, name: str, size: tuple[int, int], read: Callable[[], Float32]
) -> PhotoFile:
    """A picture of light: linear, of any range."""

    def unpack(shrink: float) -> UInt8:
        light = read()
        step = _divisor(int(shrink), *light.shape[:2])
        if step > 1:
            height, width = light.shape[0] // step, light.shape[1] // step
            cells = light.reshape(height, step, width, step, 3)
            light = cells.mean(axis=(1, 3), dtype=np.float32)
        return tone_mapped(light)

    return PhotoFile(Path(path), name, *size, {}, b"", unpack)


def _divisor(largest: int, height: int, width: int) -> int:
    """The largest number up to `largest` that divides both sides."""
    return next((n for n in range(largest, 1, -1) if height % n == 0 and width % n == 0), 1)


def _verify_size(path: StrPath, size: tuple[int, int], pixel_limit: int) -> None:
    width, height = size
    if width * height > pixel_limit:
        raise InputError(
            f"{path} has {width}×{height} pixels, more than the limit of {pixel_limit:,}; "
            "make it smaller or raise the limit"
        )


def _header(path: StrPath, kind: type[ImageFile], data: bytes) -> ImageFile:
    """Open by the format's class: `Image.open` has one limit of pixels for the whole process."""
    try:
        return kind(BytesIO(data))
    except DECODING_ERRORS as error:
        raise InputError(f"cannot read {path}: the picture is damaged or cut short") from error


def _sniff(path: StrPath, data: bytes) -> type[ImageFile]:
    head = data[:16]
    if head.startswith(b"\xff\xd8\xff"):
        return JpegImageFile
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImageFile
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WebPImageFile
    if head[:4] in (b"II*\0", b"MM\0*"):
        return TiffImageFile
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return _heif(path)
    what = "no JPEG, PNG or WebP picture, nor HEIC, TIFF, EXR or HDR" if data else "empty"
    raise InputError(f"cannot read {path}: it is {what}")


def _heif(path: StrPath) -> type[ImageFile]:
    """HEIC's class from Pillow's plugin, which not everybody has."""
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise InputError(
            f"cannot read {path}: HEIC needs a plugin; pip install 'depthfusion[heic]', or save "
            "the photo as JPEG"
        ) from error
    return HeifImageFile


def _exif(picture: ImageFile) -> Mapping[int, Any]:
    """EXIF without unpacking the picture, which Pillow would do for a PNG that has none."""
    if isinstance(picture, TiffImageFile):
        return picture.getexif()
    found, packed = Image.Exif(), picture.info.get("exif")
    try:
        if packed:
            found.load(packed)
    except DECODING_ERRORS:
        return Image.Exif()  # a damaged record says nothing, and the picture may be whole
    return found


def _xmp(picture: ImageFile) -> bytes:
    packet = picture.info.get("xmp") or b""
    if isinstance(picture, TiffImageFile) and not packet:
        packet = picture.getexif().get(_XMP_TAG, b"")
    return packet if isinstance(packet, bytes) else str(packet).encode()


def _pixels(path: StrPath, picture: ImageFile, shrink: float) -> UInt8:
    """Unpack, make smaller, turn upright, bring to sRGB and 8 bits, fill what is transparent."""
    profile, full = picture.info.get("icc_profile"), picture.size[0]
    try:
        if isinstance(picture, JpegImageFile) and shrink >= 2:
            wanted = [max(1, round(side / shrink)) for side in picture.size]
            picture.draft(None, (wanted[0], wanted[1]))
        picture.load()
    except DECODING_ERRORS as error:
        raise InputError(f"cannot read {path}: the picture is damaged or cut short") from error
    still = int(shrink * picture.size[0] / full)
    # Whole copies are what costs: nothing is turned that need not be, and small things first.
    turned = _exif(picture).get(_ORIENTATION, 1) != 1
    plain = _eight_bits(ImageOps.exif_transpose(picture) if turned else picture)
    upright = _in_srgb(plain.reduce(still) if still > 1 else plain, profile)
    if upright.mode != "RGBA":
        return np.array(upright.convert("RGB"))
    return _without_alpha(np.array(upright), path)


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
