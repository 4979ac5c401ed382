"""Depth over the poles, where the eyes of ODS see nothing in common, by continuation.

There every longitude meets while the eyes' circle stays as wide as it is, and cameras of rigs often
see nothing at all. Inverse height is what is continued: floor and ceiling have one, sky has 0. In
the plane that touches the pole it is the membrane through what is known (Laplace's equation).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from depthfusion.geometry.equirectangular import latitudes, sample
from depthfusion.types.arrays import Bool, Float32, Float64

BEGINS = np.radians(45)  # nearer the horizon nothing is replaced
HIGHEST = np.radians(75)  # beyond, nothing that was measured is believed
REACH = np.pi / 2 - BEGINS + np.radians(1)  # of the plane that touches the pole
SIDE = 193  # its pixels each way


def continue_over_poles(inverse: Float32, known: Bool) -> tuple[Float32, Bool]:
    """Inverse distance with both caps continued.

    Parameters
    ----------
    inverse : float32 [H, W], inverse distance.
    known : bool [H, W], where it was measured.

    Returns
    -------
    float32 [H, W], and bool [H, W] where it was continued.
    """
    flipped, below = _continue_over_zenith(inverse[::-1], known[::-1])
    out, above = _continue_over_zenith(flipped[::-1], known)
    return out, above | below[::-1]


def _continue_over_zenith(inverse: Float32, known: Bool) -> tuple[Float32, Bool]:
    height, width = inverse.shape
    lines = latitudes(height)
    rows = np.flatnonzero(lines >= BEGINS)
    lifted = (inverse / np.maximum(np.sin(lines), 0.1)[:, None]).astype(np.float64)
    trusted = known & (lines < HIGHEST)[:, None]
    cap = _membrane(lifted, trusted)
    x, y = _on_plane(lines[rows][:, None], np.arange(width)[None, :], width)
    changed = np.zeros(known.shape, bool)
    changed[rows] = ~trusted[rows]
    out = inverse.copy()
    out[rows] = np.where(
        trusted[rows], out[rows], _bilinear(cap, x, y) * np.sin(lines[rows])[:, None]
    )
    return out.astype(np.float32), changed


def _membrane(lifted: Float64, trusted: Bool) -> Float64:
    """Solve Laplace's equation on the plane; fixed where trusted, and outside the cap."""
    height, width = lifted.shape
    across = np.linspace(-1, 1, SIDE) * REACH
    a, b = np.meshgrid(across, across)
    apart = np.hypot(a, b)
    x = (np.arctan2(a, b) / (2 * np.pi) + 0.5) * width - 0.5
    y = np.maximum(apart / np.pi * height - 0.5, 0)
    known = sample(trusted, x, y, order="nearest") | (apart >= np.pi / 2 - BEGINS)
    known[[0, -1]] = known[:, [0, -1]] = True
    return _harmonic(sample(lifted, x, y, order="nearest").astype(np.float64), known)


def _harmonic(values: Float64, known: Bool) -> Float64:
    """What is known, and between it the mean of the four neighbours everywhere."""
    free = np.flatnonzero(~known.ravel())
    place = np.full(values.size, -1)
    place[free] = np.arange(free.size)
    rows, columns = [np.arange(free.size)], [np.arange(free.size)]
    entries = [np.full(free.size, 4.0)]
    right = np.zeros(free.size)
    for step in (1, -1, SIDE, -SIDE):
        beside = free + step
        inner = place[beside] >= 0
        rows.append(np.flatnonzero(inner))
        columns.append(place[beside[inner]])
        entries.append(np.full(inner.sum(), -1.0))
        right[~inner] += values.ravel()[beside[~inner]]
    system = coo_matrix(
        (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))),
        shape=(free.size, free.size),
    )
    out = values.ravel().copy()
    if free.size:
        out[free] = spsolve(system.tocsc(), right)
    return out.reshape(values.shape)


def _on_plane(latitude: Float64, column: NDArray, width: int) -> tuple[Float64, Float64]:
    """Where on the plane a direction lies, pixels."""
    longitude = ((column + 0.5) / width - 0.5) * 2 * np.pi
    apart = (np.pi / 2 - latitude) / REACH
    half = (SIDE - 1) / 2
    return (apart * np.sin(longitude) + 1) * half, (apart * np.cos(longitude) + 1) * half


def _bilinear(image: Float64, x: Float64, y: Float64) -> Float64:
    left = np.clip(np.floor(x).astype(np.intp), 0, SIDE - 2)
    top = np.clip(np.floor(y).astype(np.intp), 0, SIDE - 2)
    u, v = x - left, y - top
    upper = image[top, left] * (1 - u) + image[top, left + 1] * u
    lower = image[top + 1, left] * (1 - u) + image[top + 1, left + 1] * u
    return upper * (1 - v) + lower * v
