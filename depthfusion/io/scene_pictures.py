"""The PNG files of a scene folder, read strictly: type and size before anything is unpacked."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL.PngImagePlugin import PngImageFile

from depthfusion.geometry.depth import decode_distance16
from depthfusion.io.file_errors import os_errors_explained, regular_file
from depthfusion.io.images import DECODING_ERRORS
from depthfusion.types import InputError
from depthfusion.types.arrays import Float32, UInt8


def read_pixels(path: Path, size: tuple[int, int], mode: str) -> UInt8:
    """Read an 8-bit picture.

    Parameters
    ----------
    path : the PNG file.
    size : the rows and columns that it must have.
    mode : "RGB" or "RGBA", which it must be.

    Raises
    ------
    InputError
        Missing, damaged, or of another size or type.
    """
    return np.array(_opened(path, size, (mode,)))


def read_distance(path: Path, size: tuple[int, int], near: float, far: float) -> Float32:
    """Read a 16-bit distance picture; 0 becomes +inf, sky.

    Parameters
    ----------
    path, size : as `read_pixels`.
    near, far : what its codes span.

    Raises
    ------
    InputError
        As `read_pixels`.
    """
    return decode_distance16(np.array(_opened(path, size, ("I;16", "I"))), near, far)


def _opened(path: Path, size: tuple[int, int], modes: tuple[str, ...]) -> PngImageFile:
    with os_errors_explained("read", path):
        data = regular_file(path).read_bytes()
    damaged = InputError(f"{path} is damaged: it is no PNG picture, or is cut short")
    try:
        picture = PngImageFile(BytesIO(data))
    except DECODING_ERRORS as error:
        raise damaged from error
    if picture.size != size[::-1]:
        raise InputError(
            f"{path} is {picture.width}×{picture.height}, but scene.json says {size[1]}×{size[0]}"
        )
    if picture.mode not in modes:
        raise InputError(f"{path} must hold {modes[0]} pixels; got {picture.mode}")
    try:
        picture.load()
    except DECODING_ERRORS as error:
        raise damaged from error
    return picture
