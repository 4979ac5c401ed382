"""Compiled filters of textures: all lie one after the other in a flat store, uint8 [N, 4]."""

import numba
import numpy as np

from depthfusion.rendering.lanes import sixteen


@numba.njit(cache=True, nogil=True)
def alpha_at(texels, offset, height, width, u, v):
    """Bilinear alpha 0…255 of a texture in the flat store, wrapping in u."""
    x, y = u * width - 0.5, v * height - 0.5
    left, top = int(np.floor(x)), int(np.floor(y))
    fx, fy = x - left, y - top
    x0, x1 = left % width, (left + 1) % width
    y0, y1 = min(max(top, 0), height - 1), min(max(top + 1, 0), height - 1)
    a00 = texels[offset + y0 * width + x0, 3]
    a01 = texels[offset + y0 * width + x1, 3]
    a10 = texels[offset + y1 * width + x0, 3]
    a11 = texels[offset + y1 * width + x1, 3]
    if a00 == a01 and a00 == a10 and a00 == a11:
        return a00 * 1.0
    return (a00 * (1 - fx) + a01 * fx) * (1 - fy) + (a10 * (1 - fx) + a11 * fx) * fy


@numba.njit(cache=True, nogil=True)
def _cubic(t):
    """Catmull-Rom's four weights at t in 0…1, float32."""
    half = np.float32(0.5)
    return (
        half * (((2 - t) * t - 1) * t),
        half * ((3 * t - 5) * t * t + 2),
        half * (((4 - 3 * t) * t + 1) * t),
        half * ((t - 1) * t * t),
    )


@numba.njit(cache=True, nogil=True, fastmath=True, inline="always")
def _across(texels, p0, p1, p2, p3, a0, a1, a2, a3):
    """Red, green and blue of four texels, weighted."""
    return (
        a0 * texels[p0, 0] + a1 * texels[p1, 0] + a2 * texels[p2, 0] + a3 * texels[p3, 0],
        a0 * texels[p0, 1] + a1 * texels[p1, 1] + a2 * texels[p2, 1] + a3 * texels[p3, 1],
        a0 * texels[p0, 2] + a1 * texels[p1, 2] + a2 * texels[p2, 2] + a3 * texels[p3, 2],
    )


@numba.njit(cache=True, nogil=True, fastmath=True)
def colour_at(texels, offset, height, width, u, v, out):
    """Bicubic colour of a texture, out = r, g, b in 0…255 and a little beyond.

    Colours are not weighted by alpha: textures carry the rim's colour on beyond the rim.
    """
    x, y = u * width - 0.5, v * height - 0.5
    left, top = int(np.floor(x)), int(np.floor(y))
    across, down = _cubic(np.float32(x - left)), _cubic(np.float32(y - top))
    if 1 <= left < width - 2 and 1 <= top < height - 2:
        first = offset + (top - 1) * width + left - 1
        out[0], out[1], out[2] = sixteen(texels, first, width, down, across)
        return
    a0, a1, a2, a3 = across
    d0, d1, d2, d3 = down
    out[0] = out[1] = out[2] = 0
    for j in range(4):
        share = d0 if j == 0 else d1 if j == 1 else d2 if j == 2 else d3
        row, turn = top - 1 + j, 0
        if row < 0 or row >= height:  # over a pole, half a turn away
            row %= 2 * height
            if row >= height:
                row, turn = 2 * height - 1 - row, width // 2
        base, first = offset + row * width, left - 1 + turn
        p0, p1 = base + first % width, base + (first + 1) % width
        p2, p3 = base + (first + 2) % width, base + (first + 3) % width
        r, g, b = _across(texels, p0, p1, p2, p3, a0, a1, a2, a3)
        out[0] += share * r
        out[1] += share * g
        out[2] += share * b
