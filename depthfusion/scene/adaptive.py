"""Triangles where a layer bends, few where it is flat, and never a crack between them.

A right-triangulated irregular network over the equirectangular grid (Evans, Kirkpatrick and
Townsend, "Right-Triangulated Irregular Networks", Algorithmica 2001; Lindstrom and Pascucci,
"Terrain Simplification Simplified", 2002): longest edges are halved until the error at every
midpoint is small, and errors are handed from fine to coarse so that neighbours always agree. The
grid goes round the seam; each pole row is one point.
"""

import numba
import numpy as np

from depthfusion.types.arrays import Bool, Float32, Int32

COARSER = 4  # times, that a rim may be followed less closely where errors count less


@numba.njit(cache=True, nogil=True)
def _ends(j: int, i: int) -> tuple[int, int, int]:
    """Half the length of the edge that vertex (j, i) halves, and the step (dj, di) to its ends."""
    merged = j | i
    scale = merged & -merged
    row_odd, column_odd = j & scale, i & scale
    if row_odd and column_odd:  # a diagonal, through the corner that is odd at the next scale
        corner_j = j + scale if (j + scale) & (2 * scale) else j - scale
        corner_i = i + scale if (i + scale) & (2 * scale) else i - scale
        return scale, corner_j - j, corner_i - i
    return (scale, scale, 0) if row_odd else (scale, 0, scale)


@numba.njit(cache=True, nogil=True)
def _count(table, top, bottom, left, right, columns):
    """Pixels with support in rows top…bottom and columns left…right of the wrapping grid."""
    top, bottom = max(top, 0), min(bottom, table.shape[0] - 1)
    if right - left >= columns:
        left, right = 0, columns
    total = 0
    while left < 0:
        left += columns
        right += columns
    first = min(right, columns)
    total += table[bottom, first] - table[top, first] - table[bottom, left] + table[top, left]
    if right > columns:
        rest = right - columns
        total += table[bottom, rest] - table[top, rest]
    return total


@numba.njit(cache=True, nogil=True)
def _own_errors(
    first,
    last,
    directions,
    distance,
    table,
    texel,
    reach,
    finest,
    weight,
    error,
):
    """Fill `error` for grid rows first…last: how far, in texels, a skipped vertex would be off.

    Two things go wrong when an edge stands in for the surface: what is drawn sits beside the ray
    that its texture belongs to, and it moves by the wrong parallax when the eye moves by `reach`.
    """
    rows, columns = distance.shape[0] - 1, distance.shape[1] - 1
    for j in range(first, last):
        for i in range(columns):
            if j == 0 and i == 0:
                continue
            scale, dj, di = _ends(j, i) if (j or i) else (1, 0, 0)
            if scale >= rows:
                continue
            held = _count(table, j - scale, j + scale, i - scale, i + scale, columns)
            if held == 0:
                continue
            if 4 * scale >= rows:  # a coarser ball than of 8 by 4 cells is none
                error[j, i] = np.inf
                continue
            area = (min(j + scale, rows) - max(j - scale, 0)) * 2 * scale
            rim = finest if weight[j, i] == 1 else COARSER * finest
            if held < area and scale > rim:
                error[j, i] = np.inf
                continue
            ja, jb = j - dj, j + dj
            ia, ib = (i - di) % columns, (i + di) % columns
            if ja < 0 or jb > rows:
                continue
            ra, rb = distance[ja, ia], distance[jb, ib]
            x = (directions[ja, ia, 0] * ra + directions[jb, ib, 0] * rb) / 2
            y = (directions[ja, ia, 1] * ra + directions[jb, ib, 1] * rb) / 2
            z = (directions[ja, ia, 2] * ra + directions[jb, ib, 2] * rb) / 2
            r = np.sqrt(x * x + y * y + z * z)
            if r < 1e-9:
                error[j, i] = np.inf
                continue
            cx = y * directions[j, i, 2] - z * directions[j, i, 1]
            cy = z * directions[j, i, 0] - x * directions[j, i, 2]
            cz = x * directions[j, i, 1] - y * directions[j, i, 0]
            dot = x * directions[j, i, 0] + y * directions[j, i, 1] + z * directions[j, i, 2]
            aside = np.arctan2(np.sqrt(cx * cx + cy * cy + cz * cz), dot)
            parallax = reach * abs(1 / r - 1 / distance[j, i])
            error[j, i] = weight[j, i] * (aside + parallax) / texel


@numba.njit(cache=True, nogil=True)
def _hand_up(error):
    """Make every vertex's error at least that of the vertices that are only there with it."""
    rows, columns = error.shape[0] - 1, error.shape[1]
    scale = 1
    while scale <= rows // 2:
        half = scale // 2
        if half:  # midpoints of sides wait for the centres of the four squares around them
            for j in range(0, rows + 1, scale):
                start = scale if (j // scale) % 2 == 0 else 0
                for i in range(start, columns, 2 * scale):
                    worst = error[j, i]
                    for sj in (-half, half):
                        if 0 <= j + sj <= rows:
                            worst = max(worst, error[j + sj, (i - half) % columns])
                            worst = max(worst, error[j + sj, (i + half) % columns])
                    error[j, i] = worst
        for j in range(scale, rows, 2 * scale):  # centres of squares wait for its four sides
            for i in range(scale, columns, 2 * scale):
                worst = max(error[j, i], error[j - scale, i], error[j + scale, i])
                worst = max(worst, error[j, i - scale], error[j, (i + scale) % columns])
                error[j, i] = worst
        scale *= 2


@numba.njit(cache=True, nogil=True)
def _put(row, ja, ia, jb, ib, jc, ic):
    row[0], row[1], row[2], row[3], row[4], row[5] = ja, ia, jb, ib, jc, ic


@numba.njit(cache=True, nogil=True)
def _leaves(error, tolerance, table, out):
    """Halve triangles until every midpoint left out is within tolerance; return how many remain.

    Writes (j, i) of the corners to `out` [N, 6] as far as it reaches; columns run to the second
    seam column.
    """
    rows, columns = error.shape[0] - 1, error.shape[1]
    stack = np.empty((128, 6), np.int32)
    found = 0
    for side in range(2):
        x0, x1 = side * rows, (side + 1) * rows
        for upper in range(2):
            depth = 0
            if upper:
                _put(stack[0], 0, x1, rows, x0, 0, x0)
            else:
                _put(stack[0], rows, x0, 0, x1, rows, x1)
            while depth >= 0:
                ja, ia, jb = stack[depth, 0], stack[depth, 1], stack[depth, 2]
                ib, jc, ic = stack[depth, 3], stack[depth, 4], stack[depth, 5]
                depth -= 1
                # Longest edge a–b, right angle at c.
                jm, im = (ja + jb) // 2, (ia + ib) // 2
                can = max(abs(ja - jb), abs(ia - ib)) > 1
                if can and error[jm, im % columns] > tolerance:
                    _put(stack[depth + 1], jc, ic, ja, ia, jm, im)
                    _put(stack[depth + 2], jb, ib, jc, ic, jm, im)
                    depth += 2
                    continue
                poles = (ja == 0) + (jb == 0) + (jc == 0)
                poles = max(poles, (ja == rows) + (jb == rows) + (jc == rows))
                if poles > 1:  # two corners on one pole: nothing between them
                    continue
                top, bottom = min(ja, jb, jc), max(ja, jb, jc)
                left, right = min(ia, ib, ic), max(ia, ib, ic)
                if _count(table, top, bottom, left, right, columns) == 0:
                    continue
                if found < len(out):
                    _put(out[found], ja, ia, jc, ic, jb, ib)
                found += 1
    return found


def support_table(support: Bool | None, columns: int, rows: int) -> Int32:
    """Summed-area table [rows + 1, columns + 1] of the grid cells that hold any support."""
    table = np.zeros((rows + 1, columns + 1), np.int32)
    if support is None:
        table[:] = np.arange(rows + 1, dtype=np.int32)[:, None] * np.arange(
            columns + 1, dtype=np.int32
        )
        return table
    # First and last pixel that a cell touches, where the grid is not the picture's.
    height, width = support.shape
    j, i = np.arange(rows), np.arange(columns)
    across = i * width // columns, -(-(i + 1) * width // columns)
    down = j * height // rows, -(-(j + 1) * height // rows)
    _sum_up(support, *across, *down, table)
    return table


@numba.njit(cache=True, nogil=True)
def _sum_up(support, left, right, top, bottom, table):
    for j in range(len(top)):
        row = 0
        for i in range(len(left)):
            any_held = False
            for y in range(top[j], bottom[j]):
                for x in range(left[i], right[i]):
                    any_held |= support[y, x]
            row += any_held
            table[j + 1, i + 1] = table[j, i + 1] + row


def grid_errors(
    directions: Float32,
    distance: Float32,
    table: Int32,
    *,
    texel: float,
    reach: float,
    finest: int = 2,
    weight: Float32 | None = None,
) -> Float32:
    """Error in texels of leaving each vertex out, handed up, [rows + 1, columns].

    Parameters
    ----------
    directions, distance : the grid's, [rows + 1, columns + 1, 3] and [rows + 1, columns + 1];
        rows a power of two, columns twice that.
    table : from `support_table`; where nothing is supported no error counts.
    texel : angle of one texel, radians.
    reach : how far the eye may move, in the unit of distance.
    finest : edges across the rim of the support are halved down to this many cells.
    weight : how much an error at each vertex counts, [rows + 1, columns]; 1 where absent.
    """
    rows, columns = distance.shape[0] - 1, distance.shape[1] - 1
    if rows & (rows - 1) or columns != 2 * rows:
        raise ValueError(f"the grid must be 2ⁿ by 2ⁿ⁺¹ cells; got {rows} by {columns}")
    error = np.zeros((rows + 1, columns), np.float32)
    if weight is None:
        weight = np.ones_like(error)
    _own_errors(0, rows + 1, directions, distance, table, texel, reach, finest, weight, error)
    # A pole row is one point: leaving out one of its columns moves nothing.
    _hand_up(error)
    return error


def triangles(error: Float32, tolerance: float, table: Int32) -> Int32:
    """Corners (j, i) of the triangles left at `tolerance` texels, [N, 3, 2]."""
    expected = 64 + 3 * int((error > tolerance).sum())
    out = np.empty((expected, 6), np.int32)
    found = _leaves(error, tolerance, table, out)
    if found > expected:
        out = np.empty((found, 6), np.int32)
        _leaves(error, tolerance, table, out)
    return out[:found].reshape(-1, 3, 2)


def count_triangles(error: Float32, tolerance: float, table: Int32) -> int:
    """How many `triangles` would give."""
    return int(_leaves(error, tolerance, table, np.empty((0, 6), np.int32)))
