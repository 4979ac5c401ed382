"""Texture for what no one has seen, taken from where the same surface goes on in sight.

Patch matching (Barnes et al., "PatchMatch", SIGGRAPH 2009) in the surface's own plane, so that a
tile far off serves for a tile close by (Huang et al., "Image Completion using Planar Structure
Guidance", SIGGRAPH 2014). A cell of hidden pixels looks for the move along its plane under which
the known pixels around it look most alike, and shows what that move brings into it. Cells overlap
as in block motion compensation, and each counts by how well its surroundings matched: what nothing
resembles stays smooth.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np

from depthfusion.geometry.equirectangular import directions
from depthfusion.scene.matching import CELL, NOISE, NOT_SEEN, match, moved, sample
from depthfusion.scene.slices import by_rows
from depthfusion.scene.solving import on_plane
from depthfusion.scene.surface import HiddenSurface
from depthfusion.types.arrays import Bool, Float32

DOUBT = 1.2  # how much worse hidden pixels match than those that were compared
LEAST = 3  # pixels of a surface in a cell that make a patch
SLOTS = 2  # surfaces a cell may have
BANDS = 4  # parts searched on their own, as many on every machine so that all find the same


@numba.njit(cache=True, nogil=True)
def _list_patches(wanted, number, planes, patches, cells, surface, patch_planes):
    """List the surfaces of each cell; return how many there are in all."""
    rows, columns, slots = patches.shape
    found = 0
    for j in range(rows):
        for i in range(columns):
            for slot in range(slots):
                count, y0, x0 = 0, 0, 0
                for y in range(j * CELL, (j + 1) * CELL):
                    for x in range(i * CELL, (i + 1) * CELL):
                        if not wanted[y, x]:
                            continue
                        if slot and number[y, x] == surface[patches[j, i, 0]]:
                            continue
                        count += 1
                        if count == 1 or 2 * (y - j * CELL) < CELL:
                            y0, x0 = y, x
                if count < LEAST:
                    break
                cells[found, 0], cells[found, 1] = j, i
                surface[found] = number[y0, x0]
                patch_planes[found] = planes[y0, x0]
                patches[j, i, slot] = found
                found += 1
    return found


@numba.njit(cache=True, nogil=True)
def _show(first, last, wanted, number, inverse, patches, planes, surface, rays, seen, tolerance,
          moves, bias, cost, spread, out):  # fmt: skip
    """Mix what the moves of four cells bring to a pixel with its smooth colour, by their doubt."""
    rows, columns, slots = patches.shape
    for y in range(first, last):
        for x in range(inverse.shape[1]):
            if not wanted[y, x]:
                continue
            gy, gx = (y + 0.5) / CELL - 0.5, (x + 0.5) / CELL - 0.5
            j0, i0 = int(np.floor(gy)), int(np.floor(gx))
            red = green = blue = total = calm = 0.0
            for near in range(4 * slots):
                dj, di, slot = near // slots // 2, near // slots % 2, near % slots
                if j0 + dj < 0 or j0 + dj >= rows:
                    continue
                at = patches[j0 + dj, (i0 + di) % columns, slot]
                if at < 0 or surface[at] != number[y, x]:
                    continue
                if abs(on_plane(planes[at], rays[y, x]) - inverse[y, x]) > 2 * tolerance:
                    continue
                if moves[at, 0] == 0 and moves[at, 1] == 0 and moves[at, 2] == 0:
                    continue
                sx, sy = moved(y, x, planes[at], moves[at], rays, seen, tolerance)
                if sx == NOT_SEEN and sy == NOT_SEEN:
                    continue
                tent = (1 - abs(gy - j0 - dj)) * (1 - abs(gx - i0 - di))
                weight = tent / (DOUBT * max(cost[at], 0.0) + NOISE)
                shade = sample(seen, sx, sy)
                red += weight * (shade[0] + bias[at, 0])
                green += weight * (shade[1] + bias[at, 1])
                blue += weight * (shade[2] + bias[at, 2])
                total += weight
                calm += tent / (spread[at] + NOISE)
            if total > 0:
                scale = 1 / (total + calm)
                out[y, x, 0] = (red + calm * out[y, x, 0]) * scale
                out[y, x, 1] = (green + calm * out[y, x, 1]) * scale
                out[y, x, 2] = (blue + calm * out[y, x, 2]) * scale


def textured(
    smooth: Float32,
    hidden: HiddenSurface,
    colour: Float32,
    inverse: Float32,
    clear: Bool,
    *,
    tolerance: float,
) -> Float32:
    """Put texture onto smoothly filled colours.

    Parameters
    ----------
    smooth : float32 [H, W, 3], 0 … 255, filled already; not changed.
    hidden : what is to be textured.
    colour, inverse : float32 [H, W, 3] and [H, W], what is seen.
    clear : bool [H, W], where nothing else is mixed into it.
    tolerance : difference of inverse distance that counts as the same plane.
    """
    height, width = inverse.shape
    patches = np.full((height // CELL, width // CELL, SLOTS), -1, np.int32)
    cells = np.zeros((patches.size, 2), np.int32)
    surface, planes = np.zeros(patches.size, np.int32), np.zeros((patches.size, 3), np.float32)
    count = _list_patches(
        hidden.wanted, hidden.number, hidden.planes, patches, cells, surface, planes
    )
    if count == 0:
        return smooth
    rays = directions(height, width)
    seen = np.concatenate([colour, np.where(clear, inverse, -np.inf)[..., None]], axis=-1)
    seen = seen.astype(np.float32)
    moves, bias = np.zeros((count, 3)), np.zeros((count, 3))
    cost, spread = np.zeros(count), np.zeros(count)

    def search(band: int) -> None:
        first, last = band * count // BANDS, (band + 1) * count // BANDS
        match(first, last, cells, patches, planes, surface, rays, seen, tolerance, moves, bias,
              cost, spread)  # fmt: skip

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(search, range(BANDS)))
    out = smooth.copy()
    by_rows(
        height,
        lambda first, last: _show(
            first, last, hidden.wanted, hidden.number, hidden.inverse, patches, planes, surface,
            rays, seen, tolerance, moves, bias, cost, spread, out,
        ),
    )  # fmt: skip
    return out
