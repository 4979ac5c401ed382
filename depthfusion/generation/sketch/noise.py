"""Hashed value noise on the integer lattice: the grain of every surface, cloud and hill."""

import numpy as np
from numba import njit

# Not nnan nor ninf: infinity means sky here. Division by zero gives infinity, as in NumPy.
FAST = {"contract", "afn", "arcp", "nsz", "reassoc"}
kernel = njit(
    fastmath=FAST, error_model="numpy", nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)


@kernel
def hash3(x, y, z):
    """Hash three integers to a number in [0, 1)."""
    h = x * 374761393 + y * 668265263 + z * 1440662683
    h = (h ^ ((h >> 13) & 0x7FFFF)) * 1274126177
    h = (h ^ ((h >> 16) & 0xFFFF)) * 2246822519
    return ((h >> 15) & 0xFFFFFF) / 16777216.0


@kernel
def noise(x, y, z):
    """Return value noise in [0, 1] and its gradient at a point."""
    fx, fy, fz = np.floor(x), np.floor(y), np.floor(z)
    i, j, k = int(fx), int(fy), int(fz)
    x, y, z = x - fx, y - fy, z - fz
    u, v, w = x * x * (3 - 2 * x), y * y * (3 - 2 * y), z * z * (3 - 2 * z)
    a, b = hash3(i, j, k), hash3(i + 1, j, k)
    c, d = hash3(i, j + 1, k), hash3(i + 1, j + 1, k)
    e, f = hash3(i, j, k + 1), hash3(i + 1, j, k + 1)
    g, h = hash3(i, j + 1, k + 1), hash3(i + 1, j + 1, k + 1)
    ab, cd, ef, gh = a + u * (b - a), c + u * (d - c), e + u * (f - e), g + u * (h - g)
    front, back = ab + v * (cd - ab), ef + v * (gh - ef)
    ux = (b - a) * (1 - v) + (d - c) * v
    ux += w * ((f - e) * (1 - v) + (h - g) * v - ux)
    uy = (cd - ab) * (1 - w) + (gh - ef) * w
    return (
        front + w * (back - front),
        6 * x * (1 - x) * ux,
        6 * y * (1 - y) * uy,
        6 * z * (1 - z) * (back - front),
    )


@kernel
def noise2(x, y, seed):
    """Return value noise in [0, 1] over the plane."""
    fx, fy = np.floor(x), np.floor(y)
    i, j = int(fx), int(fy)
    x, y = x - fx, y - fy
    u, v = x * x * (3 - 2 * x), y * y * (3 - 2 * y)
    a, b = hash3(i, j, seed), hash3(i + 1, j, seed)
    c, d = hash3(i, j + 1, seed), hash3(i + 1, j + 1, seed)
    ab, cd = a + u * (b - a), c + u * (d - c)
    return ab + v * (cd - ab)


@kernel
def fbm(x, y, z, octaves):
    """Sum octaves of noise, the last one faded in; value around 0 (±1) and gradient.

    A fractional number of octaves lets the detail stop where a pixel's footprint does.
    """
    value = gx = gy = gz = 0.0
    amplitude, frequency = 0.5, 1.0
    while octaves > 0.0:
        weight = amplitude * min(octaves, 1.0) * 2.0
        n, dx, dy, dz = noise(x * frequency, y * frequency, z * frequency)
        value += weight * (n - 0.5)
        gx += weight * frequency * dx
        gy += weight * frequency * dy
        gz += weight * frequency * dz
        x, y, z = x + 17.3, y + 5.1, z + 31.7
        amplitude *= 0.5
        frequency *= 2.03
        octaves -= 1.0
    return value, gx, gy, gz


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def fractal(x, z, octaves, ridge, seed, out):
    """Fill `out` with planar fractal noise around 0 (±1): rolling, or ridged by `ridge` 0 to 1."""
    for n in range(x.size):
        px, pz = x[n], z[n]
        total, amplitude, carry = 0.0, 0.5, 1.0
        for octave in range(octaves):
            value = 2.0 * noise2(px, pz, seed + octave) - 1.0
            crest = 1.0 - abs(value)
            crest = 2.0 * crest * crest - 1.0
            value += ridge * (crest - value)
            total += amplitude * value * carry
            carry = 1.0 - ridge + ridge * min(1.0, max(0.0, 0.6 + 0.5 * value))
            amplitude *= 0.5
            px, pz = 1.62 * px + 1.22 * pz + 3.7, -1.22 * px + 1.62 * pz - 8.1
        out[n] = total
