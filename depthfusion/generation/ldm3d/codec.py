"""Colour and inverse depth ↔ the channels of the VAE, of which there are 4 or 6.

Four channels are RGB and inverse depth. Six are RGB and (0, high byte, low byte) of the 16-bit
inverse depth. The word is put together as a sum of real numbers, 256 · high + low: a byte that is
rounded or wrapped on the way turns a little noise at a carry (0x12FF to 0x1300) into a jump of
1/256 of the whole range, while in the sum an error of n in the low byte stays an error of n.
"""

import numpy as np
from numpy.typing import NDArray

from depthfusion.types.arrays import Float32, UInt8

WORD = 65535


def pack(rgb: UInt8, inverse: Float32, channels: int) -> Float32:
    """Give what the VAE encodes.

    Parameters
    ----------
    rgb : uint8 [N, H, W, 3].
    inverse : float32 [N, H, W], 0 to 1.
    channels : 4 or 6.

    Returns
    -------
    float32 [N, channels, H, W], −1 to 1.
    """
    colour = np.moveaxis(rgb, -1, 1).astype(np.float32) / 255
    depth = inverse[:, None] if channels == 4 else _bytes_of(inverse) / np.float32(255)
    return (2 * np.concatenate([colour, depth], axis=1) - 1).astype(np.float32)


def unpack(image: NDArray[np.floating]) -> tuple[Float32, Float32]:
    """Read what the VAE decoded.

    Parameters
    ----------
    image : [N, 4 or 6, H, W], about −1 to 1; what lies outside is clipped.

    Returns
    -------
    rgb : float32 [N, H, W, 3], 0 to 1.
    inverse : float32 [N, H, W], 0 to 1.
    """
    unit: Float32 = np.clip(np.asarray(image, np.float32) / 2 + 0.5, 0, 1)
    rgb = np.ascontiguousarray(np.moveaxis(unit[:, :3], 1, -1), np.float32)
    if unit.shape[1] == 4:
        return rgb, np.ascontiguousarray(unit[:, 3], np.float32)
    high, low = np.moveaxis(255 * unit[:, 4:].astype(np.float64), 1, 0)
    inverse = np.minimum((256 * high + low) / WORD, 1)
    return rgb, np.asarray(inverse, np.float32)


def as_bytes(rgb: Float32) -> UInt8:
    """Round colour from 0…1 to uint8."""
    return np.round(rgb * 255).astype(np.uint8)


def _bytes_of(inverse: Float32) -> Float32:
    """(0, high byte, low byte) [N, 3, H, W] of the 16-bit word."""
    word = np.round(inverse.astype(np.float64) * WORD).astype(np.uint16)
    return np.stack([np.zeros_like(word), word >> 8, word & 255], axis=1).astype(np.float32)
