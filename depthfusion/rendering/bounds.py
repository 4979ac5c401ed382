"""Compiled kernels that say where in a picture to look for a triangle, for every camera.

Projected corners only bound a triangle; what it covers is decided ray by ray, see `raster`.
"""

import numba
import numpy as np

NEAR = 1e-4  # a perspective sees nothing nearer
HAIR = 1e-3  # pixels by which bounds are wider, since corners are rounded and rays are not


@numba.njit(cache=True, nogil=True)
def transform(first, last, vertices, rotation, origin, out):
    """Vertices first…last in camera axes: out = (vertex − origin) · rotation."""
    for k in range(first, last):
        x = vertices[k, 0] - origin[0]
        y = vertices[k, 1] - origin[1]
        z = vertices[k, 2] - origin[2]
        for axis in range(3):
            out[k, axis] = x * rotation[0, axis] + y * rotation[1, axis] + z * rotation[2, axis]


@numba.njit(cache=True, nogil=True)
def project_perspective(first, last, points, fl_x, fl_y, cx, cy, out):
    """Pixel positions of points first…last, NaN behind the camera."""
    for k in range(first, last):
        depth = -points[k, 2]
        if depth > 1e-6:
            out[k, 0] = fl_x * points[k, 0] / depth + cx - 0.5
            out[k, 1] = -fl_y * points[k, 1] / depth + cy - 0.5
        else:
            out[k, 0] = np.nan
            out[k, 1] = np.nan


@numba.njit(cache=True, nogil=True)
def _grow(box, x, y):
    box[0] = min(box[0], x)
    box[1] = max(box[1], x)
    box[2] = min(box[2], y)
    box[3] = max(box[3], y)


@numba.njit(cache=True, nogil=True)
def _bound_cut(points, pixels, face, lens, box):
    """Bound a triangle's picture, cut at a plane just before the camera where it reaches behind."""
    box[0], box[1], box[2], box[3] = np.inf, -np.inf, np.inf, -np.inf
    near = NEAR
    for corner in range(3):
        a, b = face[corner], face[(corner + 1) % 3]
        za, zb = -points[a, 2], -points[b, 2]
        if za > near:
            _grow(box, pixels[a, 0], pixels[a, 1])
        if (za > near) != (zb > near):
            share = (near - za) / (zb - za)
            x = points[a, 0] + share * (points[b, 0] - points[a, 0])
            y = points[a, 1] + share * (points[b, 1] - points[a, 1])
            _grow(box, lens[0] * x / near + lens[2] - 0.5, -lens[1] * y / near + lens[3] - 0.5)


@numba.njit(cache=True, nogil=True)
def bound_perspective(first, last, points, pixels, faces, lens, width, height, boxes):
    """Pixel bounds x0, x1, y0, y1 (inclusive, x1 < x0 for none) of triangles first…last."""
    box = np.empty(4, np.float64)
    for f in range(first, last):
        face = faces[f]
        a, b, c = face[0], face[1], face[2]
        za, zb, zc = points[a, 2], points[b, 2], points[c, 2]
        boxes[f, 0], boxes[f, 1] = 0, -1
        if za >= -NEAR and zb >= -NEAR and zc >= -NEAR:
            continue
        if za < -NEAR and zb < -NEAR and zc < -NEAR:
            box[0] = min(pixels[a, 0], pixels[b, 0], pixels[c, 0])
            box[1] = max(pixels[a, 0], pixels[b, 0], pixels[c, 0])
            box[2] = min(pixels[a, 1], pixels[b, 1], pixels[c, 1])
            box[3] = max(pixels[a, 1], pixels[b, 1], pixels[c, 1])
        else:
            _bound_cut(points, pixels, face, lens, box)
        # Out of sight; the numbers that pass are small enough to become integers.
        if box[0] > width or box[1] < -1 or box[2] > height or box[3] < -1:
            continue
        boxes[f, 0] = max(int(np.ceil(max(box[0], -1.0) - HAIR)), 0)
        boxes[f, 1] = min(int(np.floor(min(box[1], width + 1.0) + HAIR)), width - 1)
        boxes[f, 2] = max(int(np.ceil(max(box[2], -1.0) - HAIR)), 0)
        boxes[f, 3] = min(int(np.floor(min(box[3], height + 1.0) + HAIR)), height - 1)
        if boxes[f, 3] < boxes[f, 2]:
            boxes[f, 1] = -1


@numba.njit(cache=True, nogil=True)
def project_sphere(first, last, points, turn, out):
    """Column of points first…last, where `turn` columns go once round."""
    for k in range(first, last):
        longitude = np.arctan2(points[k, 0], -points[k, 2])
        out[k] = (longitude / (2 * np.pi) + 0.5) * turn - 0.5


@numba.njit(cache=True, nogil=True)
def _axis_inside(points, face):
    """Whether the vertical axis through the eye passes the triangle (or nearly so)."""
    positive = negative = True
    for corner in range(3):
        a, b = face[corner], face[(corner + 1) % 3]
        left = points[a, 0] * points[b, 2]
        right = points[a, 2] * points[b, 0]
        slack = 1e-6 * (abs(left) + abs(right) + 1e-12)
        positive = positive and left - right >= -slack
        negative = negative and left - right <= slack
    return positive or negative


@numba.njit(cache=True, nogil=True)
def _slope(y, squared):
    """Tangent of the latitude of a point `y` up at a squared distance ahead of the eye."""
    if squared > 0:
        return y / np.sqrt(squared)
    return np.inf if y > 0 else (-np.inf if y < 0 else 0.0)


@numba.njit(cache=True, nogil=True)
def _outline(points, face, outer, inner, out):
    """Lowest and highest slope, closest and farthest distance from the axis of a triangle: `out`.

    The eye is anywhere on circles of radius inner…outer around the axis and looks along their
    tangents: what is ρ off the axis lies √(ρ² − R²) ahead. All rays of one column lie in a plane,
    which cuts the triangle in a segment, so the extremes lie on its edges; along an edge the slope
    is a linear function over the root of a quadratic one, with a single turning point.
    """
    low, high, closest, farthest = np.inf, -np.inf, np.inf, 0.0
    outer, inner = outer * outer, inner * inner
    up = down = False
    for corner in range(3):
        a, b = face[corner], face[(corner + 1) % 3]
        x, y, z = points[a, 0], points[a, 1], points[a, 2]
        ex, ey, ez = points[b, 0] - x, points[b, 1] - y, points[b, 2] - z
        squared = x * x + z * z
        closest, farthest = min(closest, squared), max(farthest, squared)
        up, down = up or y > 0, down or y < 0
        first, second = _slope(y, squared - outer), _slope(y, squared - inner)
        low, high = min(low, first, second), max(high, first, second)
        run = ex * ex + ez * ez
        if run == 0:
            continue
        foot = -(x * ex + z * ez) / run  # where the edge's line passes the axis
        pass_by = (x * ez - z * ex) ** 2 / run
        if 0 < foot < 1:
            closest = min(closest, pass_by)
        steep = run * (y + foot * ey)
        if steep == 0:
            continue
        for radius in (outer, inner):
            turning = foot + ey * (pass_by - radius) / steep
            if 0 < turning < 1:
                height = y + turning * ey
                squared = pass_by + run * (turning - foot) ** 2
                first, second = _slope(height, squared - outer), _slope(height, squared - inner)
                low, high = min(low, first, second), max(high, first, second)
            if inner == outer:
                break
    round_axis = closest <= outer or _axis_inside(points, face)
    if round_axis:  # what surrounds an eye reaches to the pole
        low, high = (-np.inf if down else low), (np.inf if up else high)
        closest = 0.0
    out[0], out[1], out[2], out[3] = low, high, np.sqrt(closest), np.sqrt(farthest)


@numba.njit(cache=True, nogil=True)
def bound_sphere(
    first, last, points, turn_columns, faces, circle, share, turn, width, height, boxes
):
    """Pixel bounds x0, x1, y0, y1 (inclusive, x1 < x0 for none) of triangles first…last.

    Where columns go once round, x0 and x1 may run over the seam, by less than one width.

    Parameters
    ----------
    turn_columns : from `project_sphere`.
    circle : how far a turning eye stands from the axis, + for the right eye.
    share : [H], how much of `circle` each row uses; falls towards the poles.
    turn : columns of a whole turn; more than `width` where the picture shows less.
    """
    outline = np.empty(4, np.float64)
    outer = abs(circle)
    inner = outer * min(share[0], share[-1])
    for f in range(first, last):
        boxes[f, 0], boxes[f, 1] = 0, -1
        _outline(points, faces[f], outer, inner, outline)
        top = (0.5 - np.arctan(outline[1]) / np.pi) * height - 0.5
        bottom = (0.5 - np.arctan(outline[0]) / np.pi) * height - 0.5
        y0, y1 = int(np.ceil(top - HAIR)), int(np.floor(bottom + HAIR))
        y0, y1 = max(y0, 0), min(y1, height - 1)
        if y1 < y0:
            continue
        boxes[f, 2], boxes[f, 3] = y0, y1
        if outline[2] == 0:
            boxes[f, 1] = width - 1
            continue
        # The three longitudes span less than half the circle: unroll around the first.
        start = turn_columns[faces[f, 0]]
        low = high = 0.0
        for corner in range(1, 3):
            step = turn_columns[faces[f, corner]] - start
            step -= turn * np.rint(step / turn)
            low, high = min(low, step), max(high, step)
        low, high = low + start, high + start
        if outer > 0:
            least, most = min(share[y0], share[y1]), max(share[y0], share[y1])
            if y0 <= height // 2 <= y1 + 1:
                most = share[height // 2]
            near = turn / (2 * np.pi) * np.arcsin(min(outer * most / outline[2], 1.0))
            far = turn / (2 * np.pi) * np.arcsin(min(outer * least / outline[3], 1.0))
            low, high = (low - near, high - far) if circle > 0 else (low + far, high + near)
        if turn > width:
            low, high = low - (turn - width) / 2, high - (turn - width) / 2
            if low > width - 0.5:
                low, high = low - turn, high - turn
            elif high < -0.5:
                low, high = low + turn, high + turn
            low, high = max(low, -0.5), min(high, width - 0.5)
        x0, x1 = int(np.ceil(low - HAIR)), int(np.floor(high + HAIR))
        if turn > width:
            x0, x1 = max(x0, 0), min(x1, width - 1)
        elif x1 - x0 >= width:
            x0, x1 = 0, width - 1
        boxes[f, 0], boxes[f, 1] = x0, x1


@numba.njit(cache=True, nogil=True)
def project_fisheye(first, last, points, width, height, pixels, units):
    """Pixel positions of points first…last in a 180° fisheye that goes on outside its circle.

    units [N, 3] receives their directions, zero for a point at the eye.
    """
    for k in range(first, last):
        x, y, z = points[k, 0], points[k, 1], points[k, 2]
        off = np.hypot(x, y)
        length = np.hypot(off, z)
        scale = 1 / length if length > 0 else 0.0
        units[k, 0], units[k, 1], units[k, 2] = x * scale, y * scale, z * scale
        share = np.arctan2(off, -z) / (np.pi / 2 * off) if off > 0 else 0.0
        pixels[k, 0] = (1 + x * share) / 2 * width - 0.5
        pixels[k, 1] = (1 - y * share) / 2 * height - 0.5


SMALL = 0.7  # radians; up to here a great circle bends little in a fisheye's picture


@numba.njit(cache=True, nogil=True)
def _longest_side(units, face):
    """Angle of a triangle's longest side, radians."""
    longest = 0.0
    for corner in range(3):
        a, b = units[face[corner]], units[face[(corner + 1) % 3]]
        chord = (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2
        longest = max(longest, chord)
    return 2 * np.arcsin(min(np.sqrt(longest) / 2, 1.0))


@numba.njit(cache=True, nogil=True)
def bound_fisheye(first, last, points, pixels, units, faces, width, height, boxes):
    """Pixel bounds x0, x1, y0, y1 (inclusive, x1 < x0 for none) of triangles first…last.

    A side of angle L appears as an arc no longer than 3·L, bent by less than 0.65 a radian, so that
    it leaves the box of its ends by less than 0.65·(3·L)²/8. Triangles with sides too long for that
    to hold, few in any scene, are looked for in the whole picture.
    """
    for f in range(first, last):
        face = faces[f]
        a, b, c = face[0], face[1], face[2]
        boxes[f, 0], boxes[f, 1], boxes[f, 2], boxes[f, 3] = 0, -1, 0, -1
        if points[a, 2] >= 0 and points[b, 2] >= 0 and points[c, 2] >= 0:
            continue
        longest = _longest_side(units, face)
        if not longest < SMALL:
            boxes[f, 1], boxes[f, 3] = width - 1, height - 1
            continue
        bulge = 0.75 * longest * longest / np.pi
        across, down = bulge * width + HAIR, bulge * height + HAIR
        left = min(pixels[a, 0], pixels[b, 0], pixels[c, 0]) - across
        right = max(pixels[a, 0], pixels[b, 0], pixels[c, 0]) + across
        top = min(pixels[a, 1], pixels[b, 1], pixels[c, 1]) - down
        bottom = max(pixels[a, 1], pixels[b, 1], pixels[c, 1]) + down
        boxes[f, 0], boxes[f, 1] = max(int(np.ceil(left)), 0), min(int(np.floor(right)), width - 1)
        boxes[f, 2], boxes[f, 3] = max(int(np.ceil(top)), 0), min(int(np.floor(bottom)), height - 1)
        if boxes[f, 3] < boxes[f, 2]:
            boxes[f, 1] = -1


@numba.njit(cache=True, nogil=True)
def bin_faces(boxes, band, bands):
    """Group triangles by the bands of `band` rows they touch: start [bands + 1] and their list."""
    start = np.zeros(bands + 1, np.int64)
    for f in range(len(boxes)):
        if boxes[f, 1] >= boxes[f, 0]:
            for k in range(boxes[f, 2] // band, boxes[f, 3] // band + 1):
                start[k + 1] += 1
    for k in range(bands):
        start[k + 1] += start[k]
    cursor = start[:-1].copy()
    listed = np.empty(start[bands], np.int32)
    for f in range(len(boxes)):
        if boxes[f, 1] >= boxes[f, 0]:
            for k in range(boxes[f, 2] // band, boxes[f, 3] // band + 1):
                listed[cursor[k]] = f
                cursor[k] += 1
    return start, listed
