"""OpenEXR files: distance in full precision, colour in linear light, panoramas for lighting."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthfusion.io.atomic import StrPath, replacing
from depthfusion.io.library_errors import refusals_understood
from depthfusion.types.arrays import Float32, UInt8


def linear_from_srgb(rgb: UInt8) -> NDArray[np.float16]:
    """Linear light, float16, from sRGB bytes of any shape (IEC 61966-2-1)."""
    code = np.arange(256) / 255
    curve = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return curve.astype(np.float16)[rgb]


def write_exr(
    path: StrPath,
    *,
    rgb: UInt8 | None = None,
    distance: Float32 | None = None,
    latlong: bool = False,
    attributes: Mapping[str, str | float] | None = None,
) -> None:
    """Write an OpenEXR file, whole or not at all.

    Parameters
    ----------
    path : the file; replaced where it exists.
    rgb : uint8 [H, W, 3], sRGB; becomes channels R, G and B in linear light, half precision, which
        tells all 256 steps apart.
    distance : float32 [H, W], along the ray; becomes channel Z, float, bit by bit; +inf is sky.
    latlong : mark it as the whole sphere around, by OpenEXR's own attribute.
    attributes : further entries of the header.

    Raises
    ------
    InputError
        The file can't be written.
    ValueError
        There is nothing to write.
    """
    import OpenEXR  # 60 ms that only those who write EXR should wait for

    channels: dict[str, NDArray] = {}
    if rgb is not None:
        linear = linear_from_srgb(rgb)
        channels |= {
            name: np.ascontiguousarray(linear[..., k]) for k, name in enumerate(("R", "G", "B"))
        }
    if distance is not None:
        channels["Z"] = np.ascontiguousarray(distance, np.float32)
    if not channels:
        raise ValueError("give rgb or distance, or both")
    header: dict[str, Any] = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        **(attributes or {}),
    }
    if latlong:
        header["envmap"] = OpenEXR.ENVMAP_LATLONG
    with replacing(path) as partial:
        with refusals_understood(path), OpenEXR.File(header, channels) as file:
            file.write(str(partial))
