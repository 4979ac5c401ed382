"""Which large planes bound a place where no one has seen it: the corner behind the furniture.

Planes that meet in a corner hide each other nowhere, so along a hidden ray the nearest of them is
seen. A plane that ought to hide something in sight nearby, but does not, ends somewhere before and
bounds nothing.
"""

import numba
import numpy as np

from depthfusion.geometry.equirectangular import directions
from depthfusion.scene.solving import on_plane
from depthfusion.scene.surface import NO_PLANE, HiddenSurface
from depthfusion.types.arrays import Bool, Float32

CELL = 16  # pixels a side that share their candidates
STEP = 4  # pixels between samples
AROUND = 96  # pixels from a cell in which planes are looked for
FEW = 16  # samples, fewer than which make no candidate
CLEARLY = 0.3  # tolerances by which another plane must be nearer
WRONG = 0.05  # share of a plane's samples that another may wrongly hide


@numba.njit(cache=True, nogil=True)
def _label(inverse, known, rays, large, tolerance, label):
    """Number of the plane that each sample lies on, or −1."""
    for j in range(label.shape[0]):
        for i in range(label.shape[1]):
            y, x = j * STEP + STEP // 2, i * STEP + STEP // 2
            if not known[y, x]:
                continue
            least = tolerance
            for k in range(len(large)):
                off = abs(on_plane(large[k], rays[y, x]) - inverse[y, x])
                if off < least:
                    least = off
                    label[j, i] = k


@numba.njit(cache=True, nogil=True)
def _candidates(y0, x0, label, inverse, rays, large, tolerance, count, hides):
    """Count the planes around a cell, and how often each would wrongly hide another."""
    rows, columns = label.shape
    height = inverse.shape[0]
    flat = max(np.cos((0.5 - (y0 + 0.5) / height) * np.pi), 0.15)
    count[:], hides[:] = 0, 0
    j0, i0 = y0 // STEP, x0 // STEP
    tall, wide = AROUND // STEP, int(AROUND / STEP / flat)
    stride = max(1, wide // tall)
    for j in range(max(j0 - tall, 0), min(j0 + tall + 1, rows)):
        for di in range(-wide, wide + 1, stride):
            i = (i0 + di) % columns
            if label[j, i] >= 0:
                count[label[j, i]] += 1
    for j in range(max(j0 - tall, 0), min(j0 + tall + 1, rows)):
        for di in range(-wide, wide + 1, stride):
            i = (i0 + di) % columns
            a = label[j, i]
            if a < 0:
                continue
            y, x = j * STEP + STEP // 2, i * STEP + STEP // 2
            for b in range(len(large)):
                if b != a and count[b] >= FEW:
                    if on_plane(large[b], rays[y, x]) - inverse[y, x] > tolerance:
                        hides[a, b] += 1


@numba.njit(cache=True, nogil=True)
def _may_bound(b, own, count, hides):
    """Whether plane b may stand before `own`, or, where that is none, before all around."""
    if b == own or count[b] < FEW or (own >= 0 and count[own] < FEW):
        return False
    for a in range(len(count)):
        if (own < 0 or a == own) and hides[a, b] > WRONG * count[a]:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _bound_cell(top, left, wanted, rays, large, ceiling, margin, count, hides, number, filled):
    """Move a cell's pixels to the nearest plane that may stand there."""
    for y in range(top, min(top + CELL, wanted.shape[0])):
        for x in range(left, min(left + CELL, wanted.shape[1])):
            if not wanted[y, x]:
                continue
            own = number[y, x]
            for b in range(len(large)):
                if not _may_bound(b, own, count, hides):
                    continue
                value = on_plane(large[b], rays[y, x])
                nearer = number[y, x] < 0 or value > filled[y, x] + margin
                if nearer and value <= ceiling[y, x]:
                    filled[y, x], number[y, x] = value, b


@numba.njit(cache=True, nogil=True)
def _bound(wanted, sampled, inverse, rays, large, ceiling, tolerance, number, filled):
    """Go through all cells that hold hidden pixels."""
    height, width = wanted.shape
    count = np.empty(len(large), np.int64)
    hides = np.empty((len(large), len(large)), np.int64)
    for top in range(0, height, CELL):
        for left in range(0, width, CELL):
            if not wanted[top : top + CELL, left : left + CELL].any():
                continue
            y0, x0 = min(top + CELL // 2, height - 1), min(left + CELL // 2, width - 1)
            _candidates(y0, x0, sampled, inverse, rays, large, 2 * tolerance, count, hides)
            _bound_cell(top, left, wanted, rays, large, ceiling, CLEARLY * tolerance, count, hides,
                        number, filled)  # fmt: skip


def bounded(
    hidden: HiddenSurface,
    inverse: Float32,
    known: Bool,
    large: Float32,
    ceiling: Float32,
    *,
    tolerance: float,
) -> HiddenSurface:
    """Move hidden pixels to the large planes that bound the place around them.

    Parameters
    ----------
    hidden : a surface as continued; not changed.
    inverse, known : float32 and bool [H, W], what is seen, and where.
    large : float32 [N, 3], the planes.
    ceiling : float32 [H, W], the most that inverse distance may be.
    tolerance : difference of inverse distance that counts as the same plane.
    """
    if not len(large):
        return hidden
    height, width = inverse.shape
    rays = directions(height, width)
    sampled = np.full((height // STEP, width // STEP), NO_PLANE, np.int8)
    _label(inverse, known, rays, large, tolerance, sampled)
    filled, number = hidden.inverse.copy(), hidden.number.copy()
    _bound(hidden.wanted, sampled, inverse, rays, large, ceiling, tolerance, number, filled)
    planes = hidden.planes.copy()
    on = hidden.wanted & (number != NO_PLANE)
    planes[on] = large[number[on]]
    return HiddenSurface(hidden.wanted, filled, number, planes)
