"""Continuation of surfaces where the eyes have nothing to compare: planes through what is known.

Inverse distance is linear in the direction on every plane (1/r = n · direction), so weighted fits
of n, their sums gathered by edge-stopping smoothing, pass planes unchanged however far they reach:
a guided filter (He, Sun and Tang, PAMI 2013) whose guide is the direction itself.
"""

import numba
import numpy as np

from depthfusion.generation.stereo_depth.smoothing import smooth
from depthfusion.geometry.equirectangular import directions
from depthfusion.scene.slices import by_rows
from depthfusion.types.arrays import Float32

LEVEL = 2e-3  # of the window's reach squared: how strongly a slope is held to 0
UPPER = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]


def fit_planes(
    inverse: Float32, weight: Float32, across: Float32, down: Float32, reach: float
) -> tuple[Float32, Float32]:
    """Inverse distance of the plane that fits best around each pixel.

    Parameters
    ----------
    inverse : float32 [H, W], inverse distance from the centre.
    weight : float32 [H, W], what each pixel's is worth; 0 is unknown.
    across, down : of `affinities`.
    reach : of the window, pixels.

    Returns
    -------
    float32 [H, W] inverse distance, and [H, W] the weight that stands behind it.
    """
    height, width = inverse.shape
    ray = directions(height, width).astype(np.float64)
    w = weight.astype(np.float64)
    sums = [w * ray[..., i] * ray[..., j] for i, j in UPPER]
    sums += [w * inverse * ray[..., i] for i in range(3)]
    gathered = smooth(np.stack(sums), across, down, reach**2)
    out = np.empty((height, width), np.float32)
    behind = gathered[0] + gathered[3] + gathered[5]
    hold = LEVEL * (reach * 2 * np.pi / width) ** 2
    by_rows(height, lambda a, b: _solve(a, b, gathered, ray, hold, out))
    return out, behind.astype(np.float32)


@numba.njit(cache=True, nogil=True)
def _solve(first, last, sums, ray, hold, out):
    """Solve each pixel's normal equations, slopes held to 0 a little (Cramer's rule)."""
    for y in range(first, last):
        for x in range(ray.shape[1]):
            d0, d1, d2 = ray[y, x, 0], ray[y, x, 1], ray[y, x, 2]
            total = sums[0, y, x] + sums[3, y, x] + sums[5, y, x] + 1e-12
            h = hold * total
            a = sums[0, y, x] + h * (1 - d0 * d0) + 1e-9 * total
            b = sums[1, y, x] - h * d0 * d1
            c = sums[2, y, x] - h * d0 * d2
            e = sums[3, y, x] + h * (1 - d1 * d1) + 1e-9 * total
            f = sums[4, y, x] - h * d1 * d2
            g = sums[5, y, x] + h * (1 - d2 * d2) + 1e-9 * total
            u, v, w = sums[6, y, x], sums[7, y, x], sums[8, y, x]
            c00, c01, c02 = e * g - f * f, c * f - b * g, b * f - c * e
            c11, c12, c22 = a * g - c * c, b * c - a * f, a * e - b * b
            det = a * c00 + b * c01 + c * c02
            n0 = (c00 * u + c01 * v + c02 * w) / det
            n1 = (c01 * u + c11 * v + c12 * w) / det
            n2 = (c02 * u + c12 * v + c22 * w) / det
            out[y, x] = n0 * d0 + n1 * d1 + n2 * d2
