"""The ground as heights on a log-polar grid round the eye, as fine everywhere as its pixels.

From the origin, the first hit along an azimuth is where the running maximum of the elevation
first reaches the ray's: found by bisection, exact on the interpolated surface, at any distance.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from depthfusion.generation.sketch.model import Ground
from depthfusion.generation.sketch.noise import kernel

NEAR = 0.2  # radius of the first ring, metres; within it the ground is a cone down to its centre
TAU = 2 * np.pi


class Relief(NamedTuple):
    """Heights and cover by azimuth and ring: radius 0, then NEAR · exp((k − 1) · step)."""

    height: NDArray
    ceiling: NDArray
    cover: NDArray
    radius: NDArray
    step: float
    centre: float
    flat: bool
    there: bool
    roofed: bool


def survey(ground: Ground | None, azimuths: int, rings: int) -> Relief:
    """Measure the ground: float32 [azimuths, rings]."""
    if ground is None:
        nothing, none = np.zeros((1, 2), np.float32), np.array([0.0, 1.0])
        return Relief(nothing, nothing, nothing, none, 1.0, 0.0, True, False, False)
    step = np.log(ground.reach / NEAR) / (rings - 2)
    radius = np.concatenate([[0.0], NEAR * np.exp(step * np.arange(rings - 1))])
    angle = (((np.arange(azimuths) + 0.5) / azimuths) - 0.5) * TAU
    x, z = np.sin(angle)[:, None] * radius, -np.cos(angle)[:, None] * radius

    def measure(function):
        return np.broadcast_to(function(x, z), x.shape).astype(np.float32)

    height = measure(ground.height)
    return Relief(
        height=height,
        ceiling=measure(ground.ceiling) if ground.ceiling else np.zeros((1, 2), np.float32),
        cover=measure(ground.covered) if ground.covered else np.zeros_like(height),
        radius=radius,
        step=float(step),
        centre=float(height[0, 0]),
        flat=bool(np.ptp(height) == 0),
        there=True,
        roofed=ground.ceiling is not None,
    )


@kernel
def level(grid, radius, step, x, z):
    """Interpolate a log-polar grid at a point of the plane."""
    azimuths, rings = grid.shape
    r = np.sqrt(x * x + z * z)
    a = (np.arctan2(x, -z) / TAU + 0.5) * azimuths - 0.5
    i = int(np.floor(a))
    u = a - i
    k = r / radius[1]
    if k > 1.0:
        k = 1.0 + np.log(k) / step
    k = min(k, rings - 1.001)
    j = int(k)
    v = k - j
    i0, i1 = i % azimuths, (i + 1) % azimuths
    low = grid[i0, j] + v * (grid[i0, j + 1] - grid[i0, j])
    high = grid[i1, j] + v * (grid[i1, j + 1] - grid[i1, j])
    return low + u * (high - low)


@kernel
def profile(grid, radius, sign, column, heights, crest):
    """Cut the ground along one azimuth: heights, and the running maximum of sign · elevation."""
    azimuths, rings = grid.shape
    i = int(np.floor(column))
    u = column - i
    i0, i1 = i % azimuths, (i + 1) % azimuths
    best = -np.inf
    for k in range(rings):
        h = grid[i0, k] + u * (grid[i1, k] - grid[i0, k])
        heights[k] = h
        if k > 0:
            best = max(best, sign * h / radius[k])
        crest[k] = best


@kernel
def land(heights, crest, radius, sign, slope):
    """Radius at which a ray from the origin with y = slope · r first meets a profile."""
    last = radius.size - 1
    rise = sign * slope
    if crest[last] < rise:
        return np.inf
    low, high = 0, last
    while high - low > 1:
        middle = (low + high) // 2
        if crest[middle] >= rise:
            high = middle
        else:
            low = middle
    r0, r1 = radius[low], radius[high]
    g0, g1 = heights[low] - slope * r0, heights[high] - slope * r1
    return r0 + (r1 - r0) * g0 / (g0 - g1) if g0 != g1 else r1


@kernel
def shaded(relief, x, y, z, dx, dy, dz, reach, jitter):
    """March towards the light: how much of it the hills leave, 0 to 1, softly."""
    left = 1.0
    t = 0.02 * np.sqrt(x * x + z * z) * (0.6 + 0.8 * jitter) + 0.05
    for _ in range(52):
        gap = y + t * dy - level(relief.height, relief.radius, relief.step, x + t * dx, z + t * dz)
        left = min(left, 0.5 + 28.0 * gap / t)
        if left <= 0.0 or t > reach:
            break
        t = t * 1.09 + max(0.0, 0.4 * gap)
    return max(0.0, left)
