"""A function on the sphere from its gradients, solved directly.

Least squares of ∇u against g, weighted as the sphere is (the equirectangular grid makes cells near
the poles narrow), held to a guide where gradients don't tell: Fourier in longitude, which closes
the seam, and one tridiagonal system in latitude for each frequency, in which no flux leaves
through the poles. O(n log n), no iterations.
"""

import numpy as np
from numba import njit
from scipy.fft import irfft, rfft

from depthfusion.geometry.equirectangular import latitudes
from depthfusion.types.arrays import Float32


def solve_gradients(across: Float32, down: Float32, guide: Float32, hold: float) -> Float32:
    """Find the u on the sphere whose differences are nearest to those given.

    Parameters
    ----------
    across : [H, W], u of the next column less u here, round the seam.
    down : [H − 1, W], u of the next row less u here.
    guide : [H, W], what u should stay near.
    hold : 1/radian²: how strongly; over 1/√hold radians gradients count for more than the guide.

    Returns
    -------
    float32 [H, W].
    """
    height, width = guide.shape
    step = np.pi / height
    turn = 2 * np.pi / width
    flat = np.cos(latitudes(height))
    h = step / (turn * flat)  # weight of a difference along the row: length over width of a cell
    v = np.cos((0.5 - np.arange(1, height) / height) * np.pi) * turn / step
    a = hold * flat * step * turn
    right = a[:, None] * guide
    flux = h[:, None] * across
    right += np.roll(flux, 1, 1) - flux
    flux = v[:, None] * down
    right[1:] += flux
    right[:-1] -= flux
    spectrum = rfft(right, axis=1)
    stiff = 2 - 2 * np.cos(2 * np.pi * np.arange(spectrum.shape[1]) / width)
    _solve_columns(spectrum, stiff, h, v, a)
    return irfft(spectrum, n=width, axis=1).astype(np.float32)


@njit(cache=True, nogil=True)
def _solve_columns(values, stiff, h, v, a):
    """Solve one symmetric tridiagonal system for each frequency, in place (Thomas)."""
    height, count = values.shape
    ratio = np.empty((height, count))
    for y in range(height):
        above = v[y - 1] if y > 0 else 0.0
        below = v[y] if y < height - 1 else 0.0
        for k in range(count):
            pivot = h[y] * stiff[k] + a[y] + above + below
            if y > 0:
                pivot -= above * ratio[y - 1, k]
                values[y, k] += above * values[y - 1, k]
            ratio[y, k] = below / pivot
            values[y, k] /= pivot
    for y in range(height - 2, -1, -1):
        for k in range(count):
            values[y, k] += ratio[y, k] * values[y + 1, k]
