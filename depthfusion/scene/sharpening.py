"""Estimated depth made fit for cutting: an edge one pixel wide, lying on the colour's edge.

Networks give soft depth: between a near and a far surface lies a ramp that belongs to neither and
would become a curtain. Each pixel of a ramp is given to the side whose colours it shares (a joint,
two-cluster vote; in the spirit of the weighted median of Ma et al., "Constant Time Weighted Median
Filtering for Stereo Matching and Beyond", ICCV 2013), and noise is evened out within surfaces.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np
from scipy.ndimage import maximum_filter, minimum_filter

from depthfusion.scene.slices import by_rows
from depthfusion.types.arrays import Bool, Float32, UInt8

LEAST_SPAN = 8.0  # texels of uncovering between two surfaces; what is less may be noise
STEEPEST = 0.18  # of that span, from one pixel to the next; a slanted surface has no such place
EVEN_WITHIN = 4  # pixels to either side
NOISE = 2.0  # texels of uncovering by which neighbours on one surface may differ


@dataclass(frozen=True)
class SharpenOptions:
    """How soft depth is treated.

    Parameters
    ----------
    radius : pixels to either side in which a ramp finds the surfaces it lies between; 1 or more.
    colour : difference of colour (0…255) at which two pixels stop looking alike.
    rounds : how often the vote is repeated; each moves an edge by up to a pixel or two.
    """

    radius: int = 6
    colour: float = 14.0
    rounds: int = 1


def softness(inverse: Float32, scale: float) -> float:
    """Share of depth edges that are ramps rather than steps, 0 … 1; NaN where there are none.

    Parameters
    ----------
    inverse : [H, W], inverse distance, 0 is sky.
    scale : texels of uncovering for a jump of 1 in inverse distance.
    """
    across = np.abs(inverse - np.roll(inverse, -1, 1))
    wide = np.abs(np.roll(inverse, 3, 1) - np.roll(inverse, -4, 1))
    edge = wide * scale > 6
    # Only the middle of a ramp: its steepest step within reach.
    edge &= across >= maximum_filter(across, (1, 9), mode="wrap") * 0.999
    if edge.sum() < 16:
        return float("nan")
    return float((across[edge] < 0.6 * wide[edge]).mean())


def sharpened(
    rgb: UInt8, inverse: Float32, scale: float, options: SharpenOptions | None = None
) -> Float32:
    """Inverse distance with ramps turned into steps on colour edges; sky stays sky.

    Parameters
    ----------
    rgb : uint8 [H, W, 3], the photo that the depth belongs to.
    inverse : float32 [H, W], 0 is sky.
    scale : texels of uncovering for a jump of 1 in inverse distance.

    Returns
    -------
    float32 [H, W].
    """
    options = options or SharpenOptions()
    colour = rgb.astype(np.float32)
    depth = inverse.copy()
    for _ in range(options.rounds):
        ramp = _ramps(depth, scale, options.radius)
        depth = _run(_vote, colour, depth, ramp, options)
    return _run(_even_out, colour, depth, depth > 0, options, NOISE / scale)


def _ramps(inverse: Float32, scale: float, radius: int) -> Bool:
    """Pixels that lie clearly between the nearest and the farthest around them."""
    size = 2 * radius + 1
    top = maximum_filter(inverse, size, mode=("nearest", "wrap"))
    bottom = minimum_filter(inverse, size, mode=("nearest", "wrap"))
    span = top - bottom
    slope = np.abs(inverse - np.roll(inverse, 1, 1)) + np.abs(inverse - np.roll(inverse, -1, 1))
    slope[1:] += np.abs(np.diff(inverse, axis=0))
    steepest = maximum_filter(slope, size, mode=("nearest", "wrap"))
    ramp = (slope * 2 * size > span) & (steepest > STEEPEST * span)
    return ramp & (span * scale > LEAST_SPAN) & (inverse > 0)


def _run(
    kernel: Callable[..., None],
    colour: Float32,
    inverse: Float32,
    where: Bool,
    options: SharpenOptions,
    *more: float,
) -> Float32:
    """What a kernel makes of all rows."""
    out = inverse.copy()
    by_rows(
        len(inverse),
        lambda first, last: kernel(
            first, last, colour, inverse, where, options.radius, 1 / options.colour**2, *more, out
        ),
    )
    return out


@numba.njit(cache=True, nogil=True)
def _vote(first, last, colour, inverse, ramp, radius, sharpness, out):
    """Give each pixel of a ramp to the nearer or the farther surface, by colour."""
    height, width = inverse.shape
    for y in range(first, last):
        for x in range(width):
            if not ramp[y, x]:
                continue
            low, high = np.inf, 0.0
            for dy in range(-radius, radius + 1):
                ny = min(max(y + dy, 0), height - 1)
                for dx in range(-radius, radius + 1):
                    value = inverse[ny, (x + dx) % width]
                    if value > 0:
                        low, high = min(low, value), max(high, value)
            # The two surfaces are the outer thirds; what lies between has no say.
            near_from, far_to = high - (high - low) / 3, low + (high - low) / 3
            # What a surface is taken to be is its outer part, where no ramp reaches.
            near_core, far_core = high - (high - low) / 8, low + (high - low) / 8
            near_sum = far_sum = near_total = far_total = 0.0
            near = far = near_room = far_room = 0.0
            for dy in range(-radius, radius + 1):
                ny = min(max(y + dy, 0), height - 1)
                for dx in range(-radius, radius + 1):
                    nx = (x + dx) % width
                    value = inverse[ny, nx]
                    if value <= 0 or (far_to < value < near_from):
                        continue
                    apart = 0.0
                    for c in range(3):
                        d = colour[ny, nx, c] - colour[y, x, c]
                        apart += d * d
                    room = np.exp(-(dx * dx + dy * dy) / (0.5 * radius * radius))
                    weight = room * np.exp(-apart * sharpness)
                    if value >= near_from:
                        near += weight
                        near_room += room
                        if value >= near_core:
                            near_sum += room * value
                            near_total += room
                    else:
                        far += weight
                        far_room += room
                        if value <= far_core:
                            far_sum += room * value
                            far_total += room
            if near_room < 1e-6 or far_room < 1e-6:
                continue
            # Likeness per pixel, so that a thin surface is not outvoted by a broad one.
            near, far = near / near_room, far / far_room
            if near + far < 1e-6:
                continue
            share = near / (near + far)
            if 0.4 < share < 0.6:  # colours don't tell: to the side that depth is closer to
                share = (inverse[y, x] - low) / (high - low)
            out[y, x] = near_sum / near_total if share > 0.5 else far_sum / far_total


@numba.njit(cache=True, nogil=True)
def _even_out(first, last, colour, inverse, where, radius, sharpness, step, out):
    """Average with neighbours of like colour and depth (a joint bilateral filter)."""
    height, width = inverse.shape
    for y in range(first, last):
        for x in range(width):
            if not where[y, x]:
                continue
            total = weights = 0.0
            for dy in range(-EVEN_WITHIN, EVEN_WITHIN + 1):
                ny = min(max(y + dy, 0), height - 1)
                for dx in range(-EVEN_WITHIN, EVEN_WITHIN + 1):
                    nx = (x + dx) % width
                    off = (inverse[ny, nx] - inverse[y, x]) / step
                    weight = 1 / (1 + off * off) ** 2
                    total += weight * inverse[ny, nx]
                    weights += weight
            out[y, x] = total / weights
