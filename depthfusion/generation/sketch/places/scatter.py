"""Spreading things over the ground: points that keep apart, and heights by fractal noise."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from depthfusion.generation.sketch.noise import fractal


def hills(
    x: NDArray, z: NDArray, size: float, octaves: int = 6, ridge: float = 0.0, seed: int = 0
) -> NDArray:
    """Fractal noise over the plane, about ±1, its largest features `size` metres across."""
    x, z = np.broadcast_arrays(np.asarray(x, float), np.asarray(z, float))
    out = np.empty(x.size)
    fractal(np.ravel(x) / size, np.ravel(z) / size, octaves, float(ridge), int(seed), out)
    return out.reshape(x.shape)


def ring(rng: Generator, count: int, near: float, far: float, even: float = 0.5) -> NDArray:
    """Scatter [N, 2] points x, z between radii; `even` 0.5 is uniform by area, 1 denser near."""
    radius = (rng.uniform(0, 1, count) ** even) * (far - near) + near
    angle = rng.uniform(-np.pi, np.pi, count)
    return np.stack([radius * np.sin(angle), -radius * np.cos(angle)], axis=1)


def apart(points: NDArray, gap: float, grow: float = 0.0) -> NDArray:
    """Keep the points that stand at least `gap` + `grow` · radius from those before them."""
    kept: list[NDArray] = []
    for point in points:
        need = gap + grow * np.hypot(*point)
        if not kept or (np.linalg.norm(np.array(kept) - point, axis=1) > need).all():
            kept.append(point)
    return np.array(kept).reshape(-1, 2)
