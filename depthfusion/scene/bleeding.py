"""What lies just beyond a layer's rim, so that filtering and triangles meet nothing foreign."""

import numba
import numpy as np

from depthfusion.types.arrays import Bool, Float32


@numba.njit(cache=True, nogil=True)
def _ring(colour, inverse, age, turn, frontier, found):
    """Give the pixels around `frontier` the mean of their neighbours of age ≤ turn."""
    height, width = inverse.shape
    count = 0
    for index in range(len(frontier)):
        y0, x0 = frontier[index] // width, frontier[index] % width
        for dy in range(-1, 2):
            y = y0 + dy
            if y < 0 or y >= height:
                continue
            for dx in range(-1, 2):
                x = (x0 + dx) % width
                if age[y, x] != 255:
                    continue
                r = g = b = i = total = 0.0
                for ey in range(-1, 2):
                    ny = y + ey
                    if ny < 0 or ny >= height:
                        continue
                    for ex in range(-1, 2):
                        nx = (x + ex) % width
                        if age[ny, nx] <= turn:
                            r += colour[ny, nx, 0]
                            g += colour[ny, nx, 1]
                            b += colour[ny, nx, 2]
                            i += inverse[ny, nx]
                            total += 1
                colour[y, x, 0], colour[y, x, 1] = r / total, g / total
                colour[y, x, 2], inverse[y, x] = b / total, i / total
                age[y, x] = turn + 1
                found[count] = y * width + x
                count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _rim(support, out):
    height, width = support.shape
    count = 0
    for y in range(height):
        for x in range(width):
            if support[y, x] and not (
                support[y, (x + 1) % width]
                and support[y, (x - 1) % width]
                and (y == 0 or support[y - 1, x])
                and (y + 1 == height or support[y + 1, x])
            ):
                out[count] = y * width + x
                count += 1
    return count


def bleed(
    colour: Float32, inverse: Float32, support: Bool, steps: int = 8
) -> tuple[Float32, Float32]:
    """Colour and inverse distance carried `steps` pixels beyond the support.

    Farther out one mean colour and distance stand, which cost nothing to store.

    Parameters
    ----------
    colour, inverse : float32 [H, W, 3] and [H, W]; not changed.
    support : bool [H, W], where they are the layer's own.
    """
    colour, inverse = colour.copy(), inverse.copy()
    age = np.where(support, 0, 255).astype(np.uint8)
    listed = np.empty(support.size, np.int32)
    frontier = listed[: _rim(support, listed)].copy()
    for turn in range(steps):
        found = np.empty(8 * len(frontier) + 1, np.int32)
        frontier = found[: _ring(colour, inverse, age, turn, frontier, found)]
    if support.any():
        colour[age == 255] = colour[support].mean(axis=0)
        inverse[age == 255] = inverse[support].mean()
    return colour, inverse
