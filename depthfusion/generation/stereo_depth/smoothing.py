"""Smoothing that stops at edges, along rows and columns in turn, round the seam.

Each line is solved exactly as a tridiagonal system: Min, Choi, Lu, Ham, Sohn and Do, "Fast Global
Image Smoothing Based on Weighted Least Squares", IEEE TIP 2014. It costs the same however far it
reaches.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from depthfusion.scene.slices import by_rows
from depthfusion.types.arrays import Float32

ROUNDS = 2
WRAPPED = 6.0  # times the reach: a margin of columns on each side that stands for the closed row


def affinities(guide: Float32, softness: float) -> tuple[Float32, Float32]:
    """How much neighbours belong together, 0 … 1: with the next column, with the next row.

    Parameters
    ----------
    guide : float32 [H, W, C], whatever tells surfaces apart.
    softness : difference at which they stop to.

    Returns
    -------
    Two float32 [H, W]; the last column goes with the first, the last row with nothing.
    """
    across = np.abs(guide - np.roll(guide, -1, 1)).sum(-1)
    down = np.full(across.shape, np.inf, np.float32)
    down[:-1] = np.abs(np.diff(guide, axis=0)).sum(-1)
    return np.exp(-across / softness), np.exp(-down / softness)


def smooth(
    values: NDArray, across: Float32, down: Float32, strength: float, rounds: int = ROUNDS
) -> NDArray:
    """Smooth each channel with the affinities given; constants stay.

    Parameters
    ----------
    values : [C, H, W], float32 or float64, which the result is too.
    across, down : of `affinities`.
    strength : about the square of the reach in pixels.

    Returns
    -------
    [C, H, W].
    """
    out = np.ascontiguousarray(values).copy()
    width = across.shape[1]
    margin = min(width, int(WRAPPED * np.sqrt(strength)) + 1)
    turned = np.ascontiguousarray(down.T)
    for k in range(rounds):
        # Weaker each time, so that the streaks of one direction are not left at the end.
        now = strength * 1.5 * 4 ** (rounds - 1 - k) / (4**rounds - 1) * 2
        for channel in out:
            lines = _solved(channel, across, now, margin)
            channel[:] = _solved(np.ascontiguousarray(lines.T), turned, now, 0).T
    return out


def _solved(lines: NDArray, affinity: Float32, strength: float, margin: int) -> NDArray:
    """Each row solved, in place."""
    by_rows(len(lines), lambda a, b: _rows(a, b, lines, affinity, strength, margin))
    return lines


@numba.njit(cache=True, nogil=True)
def _rows(first, last, values, affinity, strength, margin):
    """Solve (I + strength · Laplacian) u = values on each row, in place."""
    width = values.shape[1]
    count = width + 2 * margin
    ahead = np.empty(count, values.dtype)
    held = np.empty(count, values.dtype)
    for y in range(first, last):
        before = carried = ratio = 0.0
        for k in range(count):
            x = (k - margin) % width
            after = strength * affinity[y, x] if k < count - 1 else 0.0
            pivot = 1 + before + after - before * ratio
            carried = (values[y, x] + before * carried) / pivot
            ratio = after / pivot
            held[k] = carried
            ahead[k] = ratio
            before = after
        for k in range(count - 2, -1, -1):
            held[k] += ahead[k] * held[k + 1]
        for x in range(width):
            values[y, x] = held[x + margin]
