"""Colour for what no one has seen: the farther surface's own colours carried on underneath."""

import numba
import numpy as np

from depthfusion.types.arrays import Bool, Float32

RADIUS = 4


@numba.njit(cache=True, nogil=True)
def _carry(order, colour, inverse, done, tolerance):
    """Fill pixels in order, each from those around it that are filled and of its surface."""
    height, width = inverse.shape
    for index in range(len(order)):
        y, x = order[index] // width, order[index] % width
        r = g = b = total = 0.0
        for dy in range(-RADIUS, RADIUS + 1):
            ny = y + dy
            if ny < 0 or ny >= height:
                continue
            for dx in range(-RADIUS, RADIUS + 1):
                nx = (x + dx) % width
                if not done[ny, nx]:
                    continue
                off = (inverse[ny, nx] - inverse[y, x]) / tolerance
                near = dy * dy + dx * dx
                weight = 1 / (near * near * (1 + off * off) ** 4)
                r += weight * colour[ny, nx, 0]
                g += weight * colour[ny, nx, 1]
                b += weight * colour[ny, nx, 2]
                total += weight
        if total > 0:
            colour[y, x, 0] = r / total
            colour[y, x, 1] = g / total
            colour[y, x, 2] = b / total
        done[y, x] = True


def carry_on(
    colour: Float32, inverse: Float32, known: Bool, under: Bool, away: Float32, *, tolerance: float
) -> Float32:
    """Carry colours on from known pixels under the occluder, nearest to the border first.

    Parameters
    ----------
    colour : [H, W, 3]; inverse : [H, W], filled already.
    known, under : bool [H, W], where colours are taken from, and where they are wanted.
    away : [H, W], distance from the border, which sets the order.
    tolerance : difference of inverse distance at which a neighbour stops being the same surface.
    """
    order = np.flatnonzero(under)
    order = order[np.argsort(away.ravel()[order], kind="stable")]
    out = colour.copy()
    _carry(order, out, inverse, known & ~under, tolerance)
    return out
