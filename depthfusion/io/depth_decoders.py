"""One decoder for each format of depth file: bytes → numbers as they stand, nothing interpreted."""

import re
import struct
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from depthfusion.io.file_errors import os_errors_explained
from depthfusion.io.images import DECODING_ERRORS
from depthfusion.types import InputError

EXR_CHANNELS = ("Z", "Y", "depth", "Depth", "DEPTH", "R", "V")
_EXR_MAGIC = b"\x76\x2f\x31\x01"
_PFM_HEAD = re.compile(rb"\A(P[fF])\s+(\d{1,7})\s+(\d{1,7})\s+([-+0-9.eE]+)[ \t\r]*\n")
_INTEGER_MODES = {"L": 255, "I;16": 65535, "I;16B": 65535, "I;16L": 65535, "I;16N": 65535}
_EIGHT_BITS = (
    "8 bits leave 256 steps of depth, which shows as terraces; 16 bits or float are better"
)

_JPEG = "JPEG blurs depth at its edges and adds blocks; PNG, EXR, NPY, TIFF and PFM keep it exact"


@dataclass(frozen=True, eq=False)
class Decoded:
    """Numbers [H, W] as they stand in a file, float32 or float64; the most that integers can be."""

    values: NDArray
    integer_max: int | None = None
    notes: tuple[str, ...] = ()


def decode_png(path: Path, pixel_limit: int) -> Decoded:
    """Read an 8- or 16-bit grey PNG."""
    return _decode_picture(path, pixel_limit, PngImageFile)


def decode_tiff(path: Path, pixel_limit: int) -> Decoded:
    """Read a float, 16- or 8-bit TIFF with one channel."""
    return _decode_picture(path, pixel_limit, TiffImageFile)


def decode_jpeg(path: Path, pixel_limit: int) -> Decoded:
    """Read a grey JPEG, whose blocks smear depth where it jumps."""
    decoded = _decode_picture(path, pixel_limit, JpegImageFile)
    return Decoded(decoded.values, decoded.integer_max, (*decoded.notes, _JPEG))


def decode_npy(path: Path, pixel_limit: int) -> Decoded:
    """Read a NumPy array of numbers; one that carries Python objects is refused."""
    with os_errors_explained("read", path), path.open("rb") as stream:
        try:
            shape, _, dtype = _npy_header(stream)
        except (ValueError, EOFError, SyntaxError, UnicodeDecodeError) as error:
            raise InputError(f"cannot read {path}: it is no .npy array") from error
        if dtype.hasobject or dtype.kind not in "fiu":
            raise InputError(f"cannot read {path}: it holds {dtype}, not numbers")
        _check_size(path, shape, pixel_limit)
        stream.seek(0)
        try:
            array = np.lib.format.read_array(stream, allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise InputError(f"cannot read {path}: it is damaged or cut short") from error
    squeezed = array.reshape([length for length in array.shape if length != 1] or [1])
    if squeezed.ndim != 2:
        raise InputError(f"{path} must hold [H, W] numbers; got {list(array.shape)}")
    if dtype.kind == "f":
        return Decoded(squeezed.astype(np.float64 if dtype.itemsize > 4 else np.float32))
    if dtype in (np.dtype(np.uint8), np.dtype(np.uint16)):
        largest = int(np.iinfo(dtype).max)
        return Decoded(squeezed.astype(np.float32), largest, _eight_bit_note(largest))
    return Decoded(squeezed.astype(np.float64))


def decode_pfm(path: Path, pixel_limit: int) -> Decoded:
    """Read a portable float map with one channel; its rows run from the bottom up."""
    with os_errors_explained("read", path):
        data = path.read_bytes()
    head = _PFM_HEAD.match(data)
    if head is None:
        raise InputError(f"cannot read {path}: it is no PFM file")
    if head[1] == b"PF":
        raise InputError(f"cannot read {path}: it is a colour PFM, and depth has one channel")
    width, height = int(head[2]), int(head[3])
    _check_size(path, (height, width), pixel_limit)
    try:
        order = "<" if float(head[4]) < 0 else ">"
    except ValueError as error:
        raise InputError(f"cannot read {path}: it is no PFM file") from error
    body = data[head.end() : head.end() + 4 * width * height]
    if len(body) < 4 * width * height:
        raise InputError(f"cannot read {path}: it is damaged or cut short")
    rows = np.frombuffer(body, f"{order}f4").reshape(height, width)
    return Decoded(rows[::-1].astype(np.float32))


def decode_exr(path: Path, pixel_limit: int) -> Decoded:
    """Read the depth channel of an OpenEXR file: Z, Y, depth or R, whichever is there first."""
    import OpenEXR  # 60 ms that only those who read EXR should wait for

    with os_errors_explained("read", path), path.open("rb") as stream:
        if stream.read(4) != _EXR_MAGIC:
            raise InputError(f"cannot read {path}: it is no OpenEXR file")
    damaged = InputError(f"cannot read {path}: it is damaged or cut short")
    try:
        with OpenEXR.File(str(path), header_only=True) as header:
            (left, top), (right, bottom) = (
                [int(n) for n in corner] for corner in header.header()["dataWindow"]
            )
    except (RuntimeError, ValueError, KeyError, TypeError, OSError) as error:
        raise damaged from error
    _check_size(path, (bottom - top + 1, right - left + 1), pixel_limit)
    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            channels = {name: channel.pixels for name, channel in file.channels().items()}
    except (RuntimeError, ValueError, KeyError, TypeError, OSError) as error:
        raise damaged from error
    return _depth_channel(channels, path)


def _depth_channel(channels: dict[str, NDArray], path: Path) -> Decoded:
    short = {name.rpartition(".")[2]: name for name in reversed(channels)}
    for wanted in EXR_CHANNELS:
        if wanted in short:
            values = channels[short[wanted]]
            if values is None or values.ndim != 2:
                break
            return Decoded(np.array(values, np.float32))
    held = ", ".join(channels) or "none"
    raise InputError(f"{path} has no depth channel (Z, Y, depth or R); its channels are {held}")


def _npy_header(stream: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(stream)
    return np.lib.format.read_array_header_2_0(stream)


def _decode_picture(path: Path, pixel_limit: int, kind: type[ImageFile]) -> Decoded:
    """Read a grey picture with Pillow, of one given format."""
    with os_errors_explained("read", path):
        data = path.read_bytes()
    damaged = InputError(f"cannot read {path}: it is no {kind.format}, or damaged or cut short")
    try:
        picture = kind(BytesIO(data))
        _check_size(path, picture.size[::-1], pixel_limit)
        picture.load()
    except InputError:
        raise
    except (*DECODING_ERRORS, struct.error) as error:
        raise damaged from error
    return _grey(picture, path)


def _grey(picture: Image.Image, path: Path) -> Decoded:
    mode = picture.mode
    if mode in _INTEGER_MODES:
        largest = _INTEGER_MODES[mode]
        return Decoded(np.asarray(picture).astype(np.float32), largest, _eight_bit_note(largest))
    if mode == "F":
        return Decoded(np.array(picture, np.float32))
    if mode == "I":  # 32-bit integers; PNG's 16 bits in older Pillow
        return Decoded(np.asarray(picture, np.float64), 65535 if picture.format == "PNG" else None)
    if mode in ("RGB", "RGBA", "LA", "P"):
        rgb = np.asarray(picture.convert("RGB"))
        # JPEG's chroma leaves a grey level or two between the channels of a grey picture.
        off = 3 if picture.format == "JPEG" else 0
        if _is_grey(rgb, off):
            return Decoded(rgb[..., 0].astype(np.float32), 255, _eight_bit_note(255))
        raise InputError(f"{path} is a colour picture, not a depth map, which has one grey channel")
    raise InputError(f"{path} has pixels of type {mode}, which is no depth")


def _is_grey(rgb: NDArray, tolerance: int) -> bool:
    spread = rgb.max(axis=-1).astype(np.int16) - rgb.min(axis=-1)
    return bool((spread <= tolerance).all())


def _eight_bit_note(largest: int) -> tuple[str, ...]:
    return (_EIGHT_BITS,) if largest == 255 else ()


def _check_size(path: Path, shape: tuple[int, ...], pixel_limit: int) -> None:
    count = int(np.prod([int(length) for length in shape], dtype=object)) if shape else 0
    if count <= 0:
        raise InputError(f"{path} holds nothing")
    if count > pixel_limit:
        raise InputError(
            f"{path} has {count:,} values, more than the limit of {pixel_limit:,}; make it smaller "
            "or raise the limit"
        )
