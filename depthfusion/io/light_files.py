"""OpenEXR and Radiance HDR: pictures of light, linear and without an upper end."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthfusion.io.atomic import StrPath
from depthfusion.types import InputError
from depthfusion.types.arrays import Float32

EXR_MAGIC = b"\x76\x2f\x31\x01"
HDR_MAGIC = (b"#?RADIANCE", b"#?RGBE")
_HDR_SIZE = re.compile(rb"\n\s*\n-Y (\d{1,6}) \+X (\d{1,6})\n")
_EXR_ERRORS = (RuntimeError, ValueError, KeyError, TypeError, OSError)


def exr_size(path: StrPath) -> tuple[int, int]:
    """Width and height of an OpenEXR picture.

    Raises
    ------
    InputError
        It is damaged.
    """
    header = _header(path)
    try:
        (left, top), (right, bottom) = ([int(n) for n in end] for end in header["dataWindow"])
    except _EXR_ERRORS as error:
        raise _damaged(path) from error
    return right - left + 1, bottom - top + 1


def has_colours(path: StrPath) -> bool:
    """Whether an OpenEXR file holds red, green and blue."""
    try:
        names = {channel.name for channel in _header(path)["channels"]}
    except _EXR_ERRORS as error:
        raise _damaged(path) from error
    return {"R", "G", "B"} <= {name.rpartition(".")[2].upper() for name in names}


def _header(path: StrPath) -> dict[str, Any]:
    import OpenEXR  # 60 ms that only those who read EXR should wait for

    try:
        with OpenEXR.File(str(path), header_only=True) as file:
            return dict(file.header())
    except _EXR_ERRORS as error:
        raise _damaged(path) from error


def read_exr(path: StrPath) -> Float32:
    """Colours of an OpenEXR file, float32 [H, W, 3]; brightness alone (Y) becomes grey.

    Raises
    ------
    InputError
        It is damaged, or has neither colour nor brightness.
    """
    import OpenEXR

    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            planes = {name: channel.pixels for name, channel in file.channels().items()}
    except _EXR_ERRORS as error:
        raise _damaged(path) from error
    named = {name.rpartition(".")[2].upper(): name for name in reversed(planes)}
    wanted = ("R", "G", "B") if {"R", "G", "B"} <= set(named) else ("Y", "Y", "Y")
    if wanted[0] not in named:
        held = ", ".join(planes) or "none"
        raise InputError(f"{path} holds no colours (R, G and B); its channels are {held}")
    colours: list[NDArray | None] = [planes[named[name]] for name in wanted]
    if any(plane is None or plane.shape != colours[0].shape for plane in colours):  # type: ignore[union-attr]
        raise _damaged(path)
    return np.stack(colours, axis=-1).astype(np.float32)  # type: ignore[arg-type]


def hdr_size(path: StrPath, data: bytes) -> tuple[int, int]:
    """Width and height of a Radiance picture, rows from the top.

    Raises
    ------
    InputError
        It has no size, or its rows run another way.
    """
    found = _HDR_SIZE.search(data[:4096])
    if found is None:
        raise InputError(f"cannot read {path}: its HDR header says no size, or another row order")
    return int(found[2]), int(found[1])


def read_hdr(path: StrPath, data: bytes) -> Float32:
    """Colours of a Radiance HDR file, float32 [H, W, 3].

    Raises
    ------
    InputError
        It is damaged or cut short.
    """
    import cv2

    width, height = hdr_size(path, data)
    try:
        bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_ANYDEPTH | cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise _damaged(path) from error
    if bgr is None or bgr.shape != (height, width, 3) or bgr.dtype != np.float32:
        raise _damaged(path)
    return np.ascontiguousarray(bgr[..., ::-1])


def _damaged(path: StrPath) -> InputError:
    return InputError(f"cannot read {path}: the picture is damaged or cut short")
