"""Upright walls along two directions at right angles, where the floor ends.

In a column of a level panorama a wall meets the floor, h below the camera, at the latitude
−atan(h/ρ), ρ its horizontal distance. Every pair of a direction and an offset gives one such curve;
the cheapest sequence of them all the way round is found by dynamic programming (Viterbi), as the
layout methods before learning did (Lee, Hebert, Kanade: Geometric Reasoning for Single Image
Structure Recovery, CVPR 2009, for the world of right angles).
"""

import numpy as np

from depthfusion.geometry.equirectangular import latitudes, longitudes
from depthfusion.types.arrays import Bool, Float32, Float64

NEAREST, FARTHEST = 0.7, 45.0  # of a wall's offset, in heights of the camera
OFFSETS = 56
_GRAZING = 0.12  # cosine below which a wall is seen too flat to count
_TURN = 4.0  # cost of going on with another wall that meets this one
_JUMP = 10.0  # … that doesn't
_MEETS = 0.12  # of the logarithm of distance
_CLUTTER = 0.5  # what is not floor below the walls' end: things, rugs, shadows stand there
_EDGE = 2.0  # what an edge of the photo along the floor's end is worth


def wall_distances(floor: Bool, edges: Float32, azimuth: float) -> Float64:
    """Horizontal distance of the wall in each column, in heights of the camera.

    Parameters
    ----------
    floor : bool [H, W], what is floor.
    edges : float32 [H, W], 0 to 1, how much the photo changes from above to below.
    azimuth : radians of one of the walls' directions, from −Z towards +X.

    Returns
    -------
    float64 [W], from `NEAREST` up.
    """
    cost = _boundary_cost(floor, edges)
    states = _states(floor.shape[1], azimuth)
    row = _row_of(states, floor.shape[0])
    unary = np.take_along_axis(cost, row, axis=0)
    unary = np.where(np.isfinite(states), unary, np.inf)
    chosen = _cheapest_round(unary, np.log(np.where(np.isfinite(states), states, 1e3) / NEAREST))
    columns = np.arange(floor.shape[1])
    return states[chosen, columns]


def _boundary_cost(floor: Bool, edges: Float32) -> Float64:
    """Cost [H, W] of the floor ending at a row: what is then on the wrong side, and no edge."""
    height = len(floor)
    weight = np.cos(latitudes(height))[:, None] * 40.0 / height * (latitudes(height) < 0)[:, None]
    above = np.cumsum(floor * weight, axis=0)
    below = np.cumsum((~floor * weight)[::-1], axis=0)[::-1]
    return above + _CLUTTER * below - _EDGE * edges


def _states(width: int, azimuth: float) -> Float64:
    """Horizontal distance of every wall in every column, [S, W]; +inf where it can't be seen."""
    lon = longitudes(width)
    offsets = np.geomspace(NEAREST, FARTHEST, OFFSETS)
    rows = []
    for quarter in range(4):
        facing = np.cos(lon - azimuth - quarter * np.pi / 2)
        along = np.where(facing > _GRAZING, np.maximum(facing, _GRAZING), np.nan)
        rows.append(offsets[:, None] / along)
    states = np.concatenate(rows)
    return np.where(np.isfinite(states) & (states < 1.5 * FARTHEST), states, np.inf)


def _row_of(distance: Float64, height: int) -> np.ndarray:
    """The row in which the floor ends at a horizontal distance."""
    lat = -np.arctan(1 / np.where(np.isfinite(distance), distance, 1e3))
    row = np.rint((0.5 - lat / np.pi) * height - 0.5)
    return np.clip(row, 0, height - 1).astype(np.intp)


def _cheapest_round(unary: Float64, logs: Float64) -> np.ndarray:
    """The cheapest state for each column, [W]; going on with the same wall is free.

    The sequence runs twice round; the middle half is taken, which has forgotten where it began.
    """
    count, width = unary.shape
    order = np.concatenate([np.arange(width), np.arange(width)])
    total = unary[:, order[0]]
    origin = np.zeros((len(order), count), np.intp)
    here = np.arange(count)
    for step, column in enumerate(order[1:], start=1):
        before = order[step - 1]
        best = int(total.argmin())
        reached = total.copy()
        jumped = total[best] + _JUMP
        source = np.where(jumped < reached, best, here)
        reached = np.minimum(reached, jumped)
        met, cheapest = _cheapest_meeting(total, logs[:, before], logs[:, column])
        source = np.where(met + _TURN < reached, cheapest, source)
        reached = np.minimum(reached, met + _TURN)
        origin[step] = source
        total = reached + unary[:, column]
    path = np.empty(len(order), np.intp)
    path[-1] = int(total.argmin())
    for step in range(len(order) - 1, 0, -1):
        path[step - 1] = origin[step, path[step]]
    start = width // 2
    return np.roll(path[start : start + width], start)


def _cheapest_meeting(
    total: Float64, before: Float64, after: Float64
) -> tuple[Float64, np.ndarray]:
    """For each state the cheapest one before whose wall is about as far there."""
    order = np.argsort(before)
    bins = np.floor(before / _MEETS).astype(np.intp)
    least = np.full(bins.max() + 3, np.inf)
    owner = np.zeros(len(least), np.intp)
    for state in order:
        place = max(int(bins[state]), 0) + 1
        if total[state] < least[place]:
            least[place], owner[place] = total[state], state
    cell = np.clip(np.floor(after / _MEETS).astype(np.intp), 0, len(least) - 3) + 1
    around = np.stack([cell - 1, cell, cell + 1])
    nearest = least[around].argmin(axis=0)
    chosen = np.take_along_axis(around, nearest[None], axis=0)[0]
    return least[chosen], owner[chosen]
