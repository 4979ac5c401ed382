"""The search for where a surface looks the same: patch matching by moves along a plane.

A panorama is packed for it as `seen`, float32 [H, W, 4]: colour 0 … 255 and inverse distance, which
is −inf where nothing is known. A plane is `n` of `1/r = n · direction`; a move is a vector in it.
"""

import numba
import numpy as np

from depthfusion.scene.solving import on_plane

CELL = 8  # pixels a side that move together
AROUND = 12  # pixels from a cell's middle by which it is compared
SIDE = 5  # pixels compared to each side of the middle, in a grid that thin
FEW = 8  # compared pixels, fewer than which tell nothing
DRAWS = 48  # moves tried at random in each sweep
NEARBY = 200.0  # pixels within which these lead
CLOSE = 8.0  # pixels within which the best move so far is bettered
NOISE = 20.0  # squared colour difference that is no difference
LIGHT = 0.7  # share of a difference in brightness that is forgiven
NOT_SEEN = -1.0


@numba.njit(cache=True, nogil=True)
def _arctan2(y, x):
    """Arc tangent within 2e-5 (Abramowitz and Stegun, 4.4.49), several times faster."""
    a, b = abs(x), abs(y)
    if a == 0 and b == 0:
        return 0.0
    t = min(a, b) / max(a, b)
    s = t * t
    angle = t * (0.9998660 + s * (-0.3302995 + s * (0.1801410 + s * (-0.0851330 + s * 0.0208351))))
    if b > a:
        angle = np.pi / 2 - angle
    if x < 0:
        angle = np.pi - angle
    return -angle if y < 0 else angle


@numba.njit(cache=True, nogil=True)
def _cosine(y, height):
    """Cosine of a row's latitude, not quite 0 at the poles."""
    return max(np.cos((0.5 - (y + 0.5) / height) * np.pi), 0.1)


@numba.njit(cache=True, nogil=True)
def _seen_at(px, py, pz, seen, tolerance):
    """Continuous pixel (x, y) that shows a point, NOT_SEEN where something else is seen there."""
    height, width = seen.shape[:2]
    level = px * px + pz * pz
    x = (_arctan2(px, -pz) / (2 * np.pi) + 0.5) * width
    y = (0.5 - _arctan2(py, np.sqrt(level)) / np.pi) * height
    ix, iy = min(int(x), width - 1), min(int(y), height - 1)
    if abs(seen[iy, ix, 3] - 1 / np.sqrt(level + py * py)) > tolerance:
        return NOT_SEEN, NOT_SEEN
    return x - 0.5, y - 0.5


@numba.njit(cache=True, nogil=True)
def moved(y, x, plane, move, rays, seen, tolerance):
    """Continuous pixel that the plane's point at pixel (y, x) comes to, or NOT_SEEN twice."""
    value = on_plane(plane, rays[y, x])
    if value <= 0:
        return NOT_SEEN, NOT_SEEN
    return _seen_at(
        rays[y, x, 0] / value + move[0], rays[y, x, 1] / value + move[1],
        rays[y, x, 2] / value + move[2], seen, tolerance,
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def sample(seen, x, y):
    """Colour at a continuous pixel, linear, round the seam."""
    height, width = seen.shape[:2]
    fx, fy = np.floor(x), np.floor(y)
    ax, ay = np.float32(x - fx), np.float32(y - fy)
    x0, y0 = int(fx), int(fy)
    x0 = x0 if x0 >= 0 else width - 1
    x1 = x0 + 1 if x0 + 1 < width else 0
    y0 = max(y0, 0)
    y1 = min(y0 + 1, height - 1)
    a, b = (1 - ax) * (1 - ay), ax * (1 - ay)
    c, d = (1 - ax) * ay, ax * ay
    p, q, r, s = seen[y0, x0], seen[y0, x1], seen[y1, x0], seen[y1, x1]
    return (
        a * p[0] + b * q[0] + c * r[0] + d * s[0],
        a * p[1] + b * q[1] + c * r[1] + d * s[1],
        a * p[2] + b * q[2] + c * r[2] + d * s[2],
    )


@numba.njit(cache=True, nogil=True)
def _surroundings(y0, x0, plane, rays, seen, tolerance, points, shades):
    """List known pixels of the plane around (y0, x0), from farther off where few are near.

    Fills `points`, where they are in space, and `shades`, their colours, in scattered order, so
    that the first few already tell a good move from a bad one. Returns how many.
    """
    height, width = seen.shape[:2]
    flat = _cosine(y0, height)
    side = 2 * SIDE + 1
    around = AROUND
    count = 0
    for _ in range(3):
        count = 0
        for turn in range(side * side):
            cell = (turn * 97) % (side * side)
            y = y0 + (cell // side - SIDE) * around // SIDE
            x = (x0 + int((cell % side - SIDE) * around / (SIDE * flat))) % width
            if y < 0 or y >= height:
                continue
            value = on_plane(plane, rays[y, x])
            if abs(value - seen[y, x, 3]) < tolerance and value > 0:
                for c in range(3):
                    points[count, c] = rays[y, x, c] / value
                    shades[count, c] = seen[y, x, c]
                count += 1
        if count >= FEW:
            break
        around = around * 2
    return count


@numba.njit(cache=True, nogil=True)
def _spread(shades, count):
    """Variance of the listed colours, mean over the channels."""
    result = 0.0
    for c in range(3):
        total = square = 0.0
        for k in range(count):
            total += shades[k, c]
            square += shades[k, c] ** 2
        result += (square - total * total / count) / count / 3
    return result


@numba.njit(cache=True, nogil=True)
def _compare(move, points, shades, count, least, seen, tolerance, mean):
    """Mean squared difference between listed pixels and where they move to; fills `mean`.

    Gives up, with +inf, as soon as it will not come below `least`.
    """
    valid = 0
    square = 0.0
    mean[:] = 0.0
    for index in range(count):
        x, y = _seen_at(
            points[index, 0] + move[0], points[index, 1] + move[1], points[index, 2] + move[2],
            seen, tolerance,
        )  # fmt: skip
        if x == NOT_SEEN and y == NOT_SEEN:
            if index + 1 - valid > 0.4 * count:
                return np.inf
            continue
        shade = sample(seen, x, y)
        for c in range(3):
            off = shades[index, c] - shade[c]
            mean[c] += off
            square += off * off
        valid += 1
        if valid % 8 == 0:
            rest = square - (mean[0] ** 2 + mean[1] ** 2 + mean[2] ** 2) / valid
            if rest > 3 * least * max(0.7 * count, 2.0 * valid):
                return np.inf
            if valid >= 16 and rest > 3 * 1.7 * least * valid:
                return np.inf
    if valid < FEW // 2:
        return np.inf
    for c in range(3):
        mean[c] /= valid
    light = mean[0] ** 2 + mean[1] ** 2 + mean[2] ** 2
    return (square / valid - LIGHT * light) / 3


@numba.njit(cache=True, nogil=True)
def _covers(y0, x0, plane, move, rays, seen, tolerance):
    """Whether most corners of a cell come to seen pixels of the plane."""
    height, width = seen.shape[:2]
    half = CELL // 2
    found = 0
    for dy in (-half, half):
        for dx in (-half, half):
            y = min(max(y0 + dy, 0), height - 1)
            x, y = moved(y, (x0 + dx) % width, plane, move, rays, seen, tolerance)
            found += x != NOT_SEEN or y != NOT_SEEN
    return found >= 3


@numba.njit(cache=True, nogil=True)
def _towards(x, y, start, value, plane, height, width, move):
    """Fill `move` with what leads the plane's point on ray `start` to pixel (x, y), if anything."""
    longitude = ((x + 0.5) / width - 0.5) * 2 * np.pi
    latitude = (0.5 - (y + 0.5) / height) * np.pi
    level = np.cos(latitude)
    rx, ry, rz = level * np.sin(longitude), np.sin(latitude), -level * np.cos(longitude)
    there = plane[0] * rx + plane[1] * ry + plane[2] * rz
    if there <= 0.1 * value:
        return False
    move[0] = rx / there - start[0] / value
    move[1] = ry / there - start[1] / value
    move[2] = rz / there - start[2] / value
    return True


@numba.njit(cache=True, nogil=True)
def _draw(state, y0, x0, best, close, plane, ray, value, height, width, move):
    """Fill `move` with a random one, close to the best or anywhere near; return the state."""
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    state ^= state << np.uint64(17)
    a = (state & np.uint64(0xFFFF)) / 65536.0 * 2 - 1
    b = ((state >> np.uint64(16)) & np.uint64(0xFFFF)) / 65536.0 * 2 - 1
    c = ((state >> np.uint64(32)) & np.uint64(0xFFFF)) / 65536.0
    flat = _cosine(y0, height)
    if close:
        reach = CLOSE * 0.5 ** (c * 6)
        px, py = ray[0] / value + best[0], ray[1] / value + best[1]
        pz = ray[2] / value + best[2]
        x = (_arctan2(px, -pz) / (2 * np.pi) + 0.5) * width - 0.5
        y = (0.5 - _arctan2(py, np.hypot(px, pz)) / np.pi) * height - 0.5
    else:
        reach = NEARBY * (0.1 + 0.9 * c)
        x, y = float(x0), float(y0)
    x, y = x + a * reach / flat, y + b * reach
    inside = 0 <= y <= height - 1
    return state, inside and _towards(x, y, ray, value, plane, height, width, move)


@numba.njit(cache=True, nogil=True)
def _inherit(other, plane, moves, move):
    """Fill `move` with a neighbour's, laid into this cell's plane; false where it has none."""
    if moves[other, 0] == 0 and moves[other, 1] == 0 and moves[other, 2] == 0:
        return False
    size = plane[0] ** 2 + plane[1] ** 2 + plane[2] ** 2
    along = on_plane(plane, moves[other]) / size
    for c in range(3):
        move[c] = moves[other, c] - along * plane[c]
    return True


@numba.njit(cache=True, nogil=True)
def _try(move, best, bias, cost, y0, x0, plane, points, shades, count, rays, seen, tolerance, mean):
    """Take `move` where it matches better than the best so far; return the better cost."""
    if not _covers(y0, x0, plane, move, rays, seen, tolerance):
        return cost
    new = _compare(move, points, shades, count, cost, seen, tolerance, mean)
    if new >= cost:
        return cost
    for c in range(3):
        best[c], bias[c] = move[c], mean[c]
    return new


@numba.njit(cache=True, nogil=True)
def match(first, last, cells, patches, planes, surface, rays, seen, tolerance, moves, bias, cost,
          spread):  # fmt: skip
    """Find the move of patches first … last, in two sweeps that hand good ones to neighbours.

    Parameters
    ----------
    cells : int32 [N, 2], row and column of each patch's cell.
    patches : int32 [rows, columns, slots], the patches of each cell, −1 where there are fewer.
    planes : [N, 3], each patch's plane; surface : [N], its number, equal for the same surface.
    rays : [H, W, 3]; seen : [H, W, 4].
    tolerance : difference of inverse distance that counts as the same plane.
    moves, bias : [N, 3], filled: the move, 0 where none was found, and the brightness to add.
    cost, spread : [N], filled: mean squared difference under the move, and of no move at all.
    """
    height, width = seen.shape[:2]
    rows, columns, slots = patches.shape
    most = (2 * SIDE + 1) ** 2
    points, shades = np.empty((most, 3)), np.empty((most, 3))
    move, mean = np.empty(3), np.empty(3)
    state = np.uint64(88172645463325252)
    for turn in range(2 * (last - first)):
        sweep = turn >= last - first
        at = 2 * last - first - 1 - turn if sweep else first + turn
        plane, best = planes[at], moves[at]
        y0, x0 = cells[at, 0] * CELL + CELL // 2, cells[at, 1] * CELL + CELL // 2
        value = on_plane(plane, rays[y0, x0])
        count = _surroundings(y0, x0, plane, rays, seen, tolerance, points, shades)
        if count < FEW or value <= 0:
            continue
        if not sweep:
            spread[at] = _spread(shades, count)
            cost[at] = 2 * spread[at] + NOISE
        for near in range(9 * slots):
            j, i = cells[at, 0] + near // slots // 3 - 1, cells[at, 1] + near // slots % 3 - 1
            if j < 0 or j >= rows:
                continue
            other = patches[j, i % columns, near % slots]
            known = first <= other < last and other != at and surface[other] == surface[at]
            if known and _inherit(other, plane, moves, move):
                cost[at] = _try(move, best, bias[at], cost[at], y0, x0, plane, points, shades,
                                count, rays, seen, tolerance, mean)  # fmt: skip
        for draw in range(DRAWS):
            any_yet = best[0] != 0 or best[1] != 0 or best[2] != 0
            state, drawn = _draw(state, y0, x0, best, any_yet and draw % 2 == 1, plane,
                                 rays[y0, x0], value, height, width, move)  # fmt: skip
            if drawn:
                cost[at] = _try(move, best, bias[at], cost[at], y0, x0, plane, points, shades,
                                count, rays, seen, tolerance, mean)  # fmt: skip
