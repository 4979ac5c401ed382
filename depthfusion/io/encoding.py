"""Pictures → bytes: PNG, JPEG and WebP, quick rather than smallest."""

import io
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from depthfusion.io.atomic import StrPath, write_bytes
from depthfusion.types import InputError

ImageFormat = Literal["png", "jpeg", "webp"]
FORMATS: dict[str, ImageFormat] = {
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".webp": "webp",
}
WEBP_LIMIT = 16383
JPEG_LIMIT = 65500


def encode_image(
    pixels: NDArray,
    image_format: ImageFormat = "png",
    *,
    quality: int = 92,
    compress_level: int = 1,
    xmp: bytes | None = None,
) -> bytes:
    """Encode a picture.

    Parameters
    ----------
    pixels : uint8 [H, W], [H, W, 3] or [H, W, 4], sRGB; or uint16 [H, W], PNG only.
    image_format : "png" (lossless), "jpeg" (no alpha) or "webp".
    quality : 1 to 100, JPEG and WebP; 100 is WebP's lossless.
    compress_level : 0 to 9, PNG; 1 is three times as quick as 6 and some 7 % larger.
    xmp : an XMP packet to embed, JPEG and WebP.

    Returns
    -------
    The file's content.

    Raises
    ------
    ValueError
        `pixels` has a type or shape that the format can't hold.
    InputError
        The picture is larger than the format allows.
    """
    _check(pixels, image_format)
    options: dict[str, object] = {"xmp": xmp} if xmp else {}
    if image_format == "png":
        options["compress_level"] = compress_level
    elif image_format == "jpeg":
        options |= {"quality": quality, "subsampling": 0 if quality > 90 else 2}
    else:
        options |= {"quality": quality, "lossless": quality == 100, "method": 2, "exact": True}
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(stream, image_format, **options)
    return stream.getvalue()


def write_image(path: StrPath, pixels: NDArray, *, quality: int = 92) -> None:
    """Write a picture in the format that `path`'s extension names, whole or not at all.

    Parameters
    ----------
    path : ends in .png, .jpg, .jpeg or .webp.
    pixels, quality : as `encode_image`.

    Raises
    ------
    InputError
        Another extension, a size beyond the format's, or the file can't be written.
    """
    image_format = FORMATS.get(Path(path).suffix.lower())
    if image_format is None:
        raise InputError(f"cannot write {path}: the name must end in .png, .jpg or .webp")
    write_bytes(path, encode_image(pixels, image_format, quality=quality))


def _check(pixels: NDArray, image_format: ImageFormat) -> None:
    channels = 1 if pixels.ndim == 2 else pixels.shape[-1]
    deep = pixels.dtype == np.uint16 and channels == 1 and image_format == "png"
    wanted = (1, 3) if image_format == "jpeg" else (1, 3, 4)
    if not deep and (pixels.dtype != np.uint8 or channels not in wanted or pixels.ndim > 3):
        raise ValueError(
            f"pixels must be uint8 with {wanted} channels for {image_format}; "
            f"got {pixels.dtype} {list(pixels.shape)}"
        )
    limit = {"webp": WEBP_LIMIT, "jpeg": JPEG_LIMIT}.get(image_format)
    if limit and max(pixels.shape[:2]) > limit:
        raise InputError(
            f"a picture of {pixels.shape[1]}×{pixels.shape[0]} is too large for "
            f"{image_format.upper()}, which ends at {limit} pixels a side; use PNG"
        )
