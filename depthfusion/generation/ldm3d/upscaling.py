"""Colour and depth made larger without a network: Lanczos for colour, the colour's edges for depth.

Depth that is stretched linearly becomes a ramp, and later a curtain, wherever it jumps. Here each
new pixel takes its depth from the neighbours whose colour it shares (joint bilateral upsampling,
Kopf et al. 2007), and only from those on the same side of a jump: around their weighted median.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

from depthfusion.generation.ldm3d.resampling import MARGIN, continued, resized_rgb
from depthfusion.types import Progress, silent
from depthfusion.types.arrays import Float32, UInt8

REACH = 2  # old pixels to each side
NEAR = 0.8  # old pixels: fall-off with distance
LIKE = 14.0  # of 255: fall-off with difference of colour
SIDE = 0.02  # of the whole range of inverse depth: what lies on the same side of a jump
BAND = 64  # rows between two reports


def upscale(
    rgb: UInt8, inverse: Float32, width: int, height: int, progress: Progress = silent
) -> tuple[UInt8, Float32]:
    """Enlarge a panorama and its depth together, over the seam and the poles.

    Parameters
    ----------
    rgb : uint8 [H, W, 3].
    inverse : float32 [H, W], relative inverse depth, 0 to 1.
    width, height : the new size, not smaller.

    Returns
    -------
    rgb : uint8 [height, width, 3].
    inverse : float32 [height, width]; every value lies between old values near by.
    """
    if rgb.shape[:2] == (height, width):
        return rgb, inverse
    large = resized_rgb(rgb, width, height)
    guide = continued(rgb).astype(np.float32)
    depth = continued(np.asarray(inverse, np.float32))
    result = np.empty((height, width), np.float32)
    scale = np.array([rgb.shape[0] / height, rgb.shape[1] / width])
    bands = [(top, min(top + BAND, height)) for top in range(0, height, BAND)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        work = [pool.submit(_guide, large, guide, depth, scale, result, *band) for band in bands]
        try:
            for index, done in enumerate(work):
                progress("Enlarging", index / len(bands))
                done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return large, result


@njit(cache=True, nogil=True)
def _guide(
    large: np.ndarray,
    guide: np.ndarray,
    depth: np.ndarray,
    scale: np.ndarray,
    result: np.ndarray,
    top: int,
    bottom: int,
) -> None:
    """Fill rows `top` to `bottom` of `result`; guide and depth are continued by MARGIN."""
    count = (2 * REACH + 1) ** 2
    values = np.empty(count, np.float32)
    weights = np.empty(count, np.float32)
    for y in range(top, bottom):
        old_y = (y + 0.5) * scale[0] - 0.5 + MARGIN
        for x in range(large.shape[1]):
            old_x = (x + 0.5) * scale[1] - 0.5 + MARGIN
            total = _neighbours(large[y, x], guide, depth, old_y, old_x, values, weights)
            middle = _weighted_median(values, weights, total)
            upper, lower = 0.0, 0.0
            for i in range(count):
                off = (values[i] - middle) / SIDE
                share = weights[i] * np.exp(-0.5 * off * off)
                upper += share * values[i]
                lower += share
            result[y, x] = upper / lower


@njit(cache=True, nogil=True)
def _neighbours(
    colour: np.ndarray,
    guide: np.ndarray,
    depth: np.ndarray,
    old_y: float,
    old_x: float,
    values: np.ndarray,
    weights: np.ndarray,
) -> float:
    """Collect the depths around a place and how much each counts; gives the sum of the latter."""
    row, column = int(np.round(old_y)), int(np.round(old_x))
    index, total = 0, 0.0
    for dy in range(-REACH, REACH + 1):
        for dx in range(-REACH, REACH + 1):
            far = ((row + dy - old_y) ** 2 + (column + dx - old_x) ** 2) / (2 * NEAR * NEAR)
            unlike = 0.0
            for channel in range(3):
                step = guide[row + dy, column + dx, channel] - colour[channel]
                unlike += step * step
            weight = np.exp(-far - unlike / (2 * LIKE * LIKE)) + 1e-9 * np.exp(-far)
            values[index] = depth[row + dy, column + dx]
            weights[index] = weight
            total += weight
            index += 1
    return total


@njit(cache=True, nogil=True)
def _weighted_median(values: np.ndarray, weights: np.ndarray, total: float) -> float:
    order = np.argsort(values)
    passed = 0.0
    for i in order:
        passed += weights[i]
        if passed >= total / 2:
            return values[i]
    return values[order[-1]]
