"""Compiled kernels of the CPU renderer: triangles to pixels for every camera of `RayTables`.

A triangle's pixels are those whose ray passes it on the same side of its three edges (the signed
volume test in Plücker form). Rays and triangles meet exactly, whatever the projection; projected
corners only bound where to look. Neighbours compute a shared edge from the same numbers with the
sign turned, so no ray slips between them.

A pixel keeps its nearest opaque hit and the few nearest soft ones (texture alpha between 0 and 1),
whatever layer they come from, so that blending is right without sorting meshes.
"""

import numba
import numpy as np

SOFT = 4  # soft hits kept per pixel
OPAQUE, BLEND, MASK = 0, 1, 2  # what alpha means to a triangle
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
def project_sphere(first, last, points, eye_x, turn, out):
    """Column of points first…last seen from (eye_x, 0, 0), where `turn` columns go once round."""
    for k in range(first, last):
        longitude = np.arctan2(points[k, 0] - eye_x, -points[k, 2])
        out[k] = (longitude / (2 * np.pi) + 0.5) * turn - 0.5


@numba.njit(cache=True, nogil=True)
def _axis_inside(points, face, eye_x):
    """Whether the vertical axis through the eye passes the triangle (or nearly so)."""
    positive = negative = True
    for corner in range(3):
        a, b = face[corner], face[(corner + 1) % 3]
        left = (points[a, 0] - eye_x) * points[b, 2]
        right = points[a, 2] * (points[b, 0] - eye_x)
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
def _outline(points, face, eye_x, outer, inner, out):
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
        x, y, z = points[a, 0] - eye_x, points[a, 1], points[a, 2]
        ex, ey, ez = points[b, 0] - eye_x - x, points[b, 1] - y, points[b, 2] - z
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
    round_axis = closest <= outer or _axis_inside(points, face, eye_x)
    if round_axis:  # what surrounds an eye reaches to the pole
        low, high = (-np.inf if down else low), (np.inf if up else high)
        closest = 0.0
    out[0], out[1], out[2], out[3] = low, high, np.sqrt(closest), np.sqrt(farthest)


@numba.njit(cache=True, nogil=True)
def bound_sphere(
    first, last, points, turn_columns, faces, eye_x, circle, share, turn, width, height, boxes
):
    """Pixel bounds x0, x1, y0, y1 (inclusive, x1 < x0 for none) of triangles first…last.

    Where columns go once round, x0 and x1 may run over the seam, by less than one width.

    Parameters
    ----------
    turn_columns : from `project_sphere`.
    eye_x : where a fixed eye stands beside the centre.
    circle : how far a turning eye stands from the axis, + for the right eye.
    share : [H], how much of `circle` each row uses; falls towards the poles.
    turn : columns of a whole turn; more than `width` where the picture shows less.
    """
    outline = np.empty(4, np.float64)
    outer = abs(circle)
    inner = outer * min(share[0], share[-1])
    for f in range(first, last):
        boxes[f, 0], boxes[f, 1] = 0, -1
        _outline(points, faces[f], eye_x, outer, inner, outline)
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


@numba.njit(cache=True, nogil=True)
def _alpha(texels, offset, height, width, u, v):
    """Bilinear alpha 0…255 of a texture in the flat store, wrapping in u."""
    x, y = u * width - 0.5, v * height - 0.5
    left, top = int(np.floor(x)), int(np.floor(y))
    fx, fy = x - left, y - top
    x0, x1 = left % width, (left + 1) % width
    y0, y1 = min(max(top, 0), height - 1), min(max(top + 1, 0), height - 1)
    a00 = texels[offset + y0 * width + x0, 3]
    a01 = texels[offset + y0 * width + x1, 3]
    a10 = texels[offset + y1 * width + x0, 3]
    a11 = texels[offset + y1 * width + x1, 3]
    if a00 == a01 and a00 == a10 and a00 == a11:
        return a00 * 1.0
    return (a00 * (1 - fx) + a01 * fx) * (1 - fy) + (a10 * (1 - fx) + a11 * fx) * fy


@numba.njit(cache=True, nogil=True)
def _keep_soft(t, f, soft_t, soft_f):
    """Insert a soft hit in order of distance; the farthest falls out when there is no room."""
    for k in range(SOFT):
        if t < soft_t[k]:
            for later in range(SOFT - 1, k, -1):
                soft_t[later] = soft_t[later - 1]
                soft_f[later] = soft_f[later - 1]
            soft_t[k] = t
            soft_f[k] = f
            return


@numba.njit(cache=True, nogil=True)
def _sign(side, nx, ny, nz, ox, oz, ex, ey, ez):
    """Side of an edge, as if no ray ever met one: each is thought turned by a trifle, all alike.

    `side` is direction · (n − origin × e); on the edge, the first part of that vector decides.
    """
    if side == 0:
        side = nx + oz * ey
    if side == 0:
        side = ny - (oz * ex - ox * ez)
    if side == 0:
        side = nz - ox * ey
    return side > 0


@numba.njit(cache=True, nogil=True)
def _span(first, last, sign, q0, c0, q1, c1, q2, c2):
    """Columns first…last narrowed to where c + q·x has the sign of `sign` for all three sides."""
    low, high = first - 0.5, last + 0.5
    for k in range(3):
        q = q0 if k == 0 else q1 if k == 1 else q2
        c = c0 if k == 0 else c1 if k == 1 else c2
        if sign < 0:
            q, c = -q, -c
        if q > 0:
            low = max(low, min(-c / q, high + 1))
        elif q < 0:
            high = min(high, max(-c / q, low - 1))
        elif c < 0:
            return 0, -1
    return max(int(np.ceil(low - HAIR)), first), min(int(np.floor(high + HAIR)), last)


@numba.njit(cache=True, nogil=True)
def fill(
    y_first, y_last, listed, boxes, points, faces, uvs, soft_face, face_mesh, mesh_store,
    texels, columns, rows, moving, straight, near, hit, part, soft_t, soft_f,
):  # fmt: skip
    """Find what each pixel of rows y_first…y_last sees.

    moving says that rays start in different places, straight that they come from one and that
    their directions are linear along a row.
    near [h, W] and hit [h, W] receive ray parameter and triangle of the nearest opaque hit, part
    float32 [h, W, 2] the shares of its second and third corner; soft_t, soft_f [h, W, SOFT] the
    soft hits. near and soft_t start at inf, hit and soft_f at −1.
    """
    width = len(columns)
    start, ahead = columns[0, 0], columns[0, 1]
    step = (columns[-1, 0] - start) / max(width - 1, 1)
    for index in range(len(listed)):
        f = listed[index]
        ia, ib, ic = faces[f, 0], faces[f, 1], faces[f, 2]
        ax, ay, az = points[ia, 0], points[ia, 1], points[ia, 2]
        bx, by, bz = points[ib, 0], points[ib, 1], points[ib, 2]
        cx, cy, cz = points[ic, 0], points[ic, 1], points[ic, 2]
        # Normals of the planes through the eye and each edge.
        n0x, n0y, n0z = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
        n1x, n1y, n1z = cy * az - cz * ay, cz * ax - cx * az, cx * ay - cy * ax
        n2x, n2y, n2z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        nx, ny, nz = n0x + n1x + n2x, n0y + n1y + n2y, n0z + n1z + n2z
        volume = nx * ax + ny * ay + nz * az
        soft = soft_face[f]
        for y in range(max(boxes[f, 2], y_first), min(boxes[f, 3] + 1, y_last)):
            v, h, w = rows[y, 0], rows[y, 1], rows[y, 2]
            r0, r1, r2 = n0y * h, n1y * h, n2y * h
            x_first, x_last = boxes[f, 0], boxes[f, 1]
            if straight and x_last - x_first > 3:
                x_first, x_last = _span(
                    x_first, x_last, volume, n0x * step, n0x * start + n0z * ahead + r0,
                    n1x * step, n1x * start + n1z * ahead + r1,
                    n2x * step, n2x * start + n2z * ahead + r2,
                )  # fmt: skip
            for column in range(x_first, x_last + 1):
                x = column
                if x < 0:
                    x += width
                elif x >= width:
                    x -= width
                dx, dz = columns[x, 0] * v, columns[x, 1] * v
                s0 = n0x * dx + n0z * dz + r0
                s1 = n1x * dx + n1z * dz + r1
                s2 = n2x * dx + n2z * dz + r2
                top = volume
                if moving:
                    px, pz = columns[x, 2] * w, columns[x, 3] * w
                    # moment = direction × origin
                    mx, my, mz = h * pz, dz * px - dx * pz, -h * px
                    s0 -= mx * (cx - bx) + my * (cy - by) + mz * (cz - bz)
                    s1 -= mx * (ax - cx) + my * (ay - cy) + mz * (az - cz)
                    s2 -= mx * (bx - ax) + my * (by - ay) + mz * (bz - az)
                    top -= nx * px + nz * pz
                if not ((s0 >= 0 and s1 >= 0 and s2 >= 0) or (s0 <= 0 and s1 <= 0 and s2 <= 0)):
                    continue
                total = s0 + s1 + s2
                if total == 0:
                    continue
                t = top / total
                row = y - y_first
                if not (0 < t < near[row, x]):
                    continue
                if soft:
                    m = face_mesh[f]
                    a = _alpha(
                        texels, mesh_store[m, 0], mesh_store[m, 1], mesh_store[m, 2],
                        (s0 * uvs[ia, 0] + s1 * uvs[ib, 0] + s2 * uvs[ic, 0]) / total,
                        (s0 * uvs[ia, 1] + s1 * uvs[ib, 1] + s2 * uvs[ic, 1]) / total,
                    )  # fmt: skip
                    if soft == MASK:
                        if a < 127.5:
                            continue
                    elif a < 1:
                        continue
                    elif a < 254:
                        if s0 == 0 or s1 == 0 or s2 == 0:
                            # On an edge: belongs to one of the two triangles, or it counted twice.
                            ox, oz = columns[x, 2] * w, columns[x, 3] * w
                            k0 = _sign(s0, n0x, n0y, n0z, ox, oz, cx - bx, cy - by, cz - bz)
                            k1 = _sign(s1, n1x, n1y, n1z, ox, oz, ax - cx, ay - cy, az - cz)
                            k2 = _sign(s2, n2x, n2y, n2z, ox, oz, bx - ax, by - ay, bz - az)
                            if not (k0 == k1 and k1 == k2):
                                continue
                        _keep_soft(t, f, soft_t[row, x], soft_f[row, x])
                        continue
                near[row, x] = t
                hit[row, x] = f
                part[row, x, 0] = s1 / total
                part[row, x, 1] = s2 / total


@numba.njit(cache=True, nogil=True)
def _texture_at(f, x, y, points, faces, uvs, columns, rows):
    """Texture coordinates where pixel (x, y)'s ray meets triangle f."""
    v, h, w = rows[y, 0], rows[y, 1], rows[y, 2]
    dx, dy, dz = columns[x, 0] * v, h, columns[x, 1] * v
    ox, oz = columns[x, 2] * w, columns[x, 3] * w
    ia, ib, ic = faces[f, 0], faces[f, 1], faces[f, 2]
    ax, ay, az = points[ia, 0] - ox, points[ia, 1], points[ia, 2] - oz
    bx, by, bz = points[ib, 0] - ox, points[ib, 1], points[ib, 2] - oz
    cx, cy, cz = points[ic, 0] - ox, points[ic, 1], points[ic, 2] - oz
    s0 = dx * (by * cz - bz * cy) + dy * (bz * cx - bx * cz) + dz * (bx * cy - by * cx)
    s1 = dx * (cy * az - cz * ay) + dy * (cz * ax - cx * az) + dz * (cx * ay - cy * ax)
    s2 = dx * (ay * bz - az * by) + dy * (az * bx - ax * bz) + dz * (ax * by - ay * bx)
    total = s0 + s1 + s2
    if total == 0:
        return uvs[ia, 0] + 0.0, uvs[ia, 1] + 0.0
    return (
        (s0 * uvs[ia, 0] + s1 * uvs[ib, 0] + s2 * uvs[ic, 0]) / total,
        (s0 * uvs[ia, 1] + s1 * uvs[ib, 1] + s2 * uvs[ic, 1]) / total,
    )


@numba.njit(cache=True, nogil=True)
def _cubic(t):
    """Catmull-Rom's four weights at t in 0…1, float32."""
    half = np.float32(0.5)
    return (
        half * (((2 - t) * t - 1) * t),
        half * ((3 * t - 5) * t * t + 2),
        half * (((4 - 3 * t) * t + 1) * t),
        half * ((t - 1) * t * t),
    )


@numba.njit(cache=True, nogil=True, fastmath=True, inline="always")
def _across(texels, p0, p1, p2, p3, a0, a1, a2, a3):
    """Red, green and blue of four texels, weighted."""
    return (
        a0 * texels[p0, 0] + a1 * texels[p1, 0] + a2 * texels[p2, 0] + a3 * texels[p3, 0],
        a0 * texels[p0, 1] + a1 * texels[p1, 1] + a2 * texels[p2, 1] + a3 * texels[p3, 1],
        a0 * texels[p0, 2] + a1 * texels[p1, 2] + a2 * texels[p2, 2] + a3 * texels[p3, 2],
    )


@numba.njit(cache=True, nogil=True, inline="always")
def _four(texels, first, a0, a1, a2, a3):
    """The same for four that lie side by side; unsigned, or each index were tested for its sign."""
    p = np.uint64(first)
    return _across(texels, p, p + np.uint64(1), p + np.uint64(2), p + np.uint64(3), a0, a1, a2, a3)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _colour(texels, offset, height, width, u, v, out):
    """Bicubic colour of a texture, out = r, g, b in 0…255 and a little beyond.

    Colours are not weighted by alpha: textures carry the rim's colour on beyond the rim.
    """
    x, y = u * width - 0.5, v * height - 0.5
    left, top = int(np.floor(x)), int(np.floor(y))
    a0, a1, a2, a3 = _cubic(np.float32(x - left))
    d0, d1, d2, d3 = _cubic(np.float32(y - top))
    if 1 <= left < width - 2 and 1 <= top < height - 2:
        p = offset + (top - 1) * width + left - 1
        r0, g0, b0 = _four(texels, p, a0, a1, a2, a3)
        r1, g1, b1 = _four(texels, p + width, a0, a1, a2, a3)
        r2, g2, b2 = _four(texels, p + 2 * width, a0, a1, a2, a3)
        r3, g3, b3 = _four(texels, p + 3 * width, a0, a1, a2, a3)
        out[0] = d0 * r0 + d1 * r1 + d2 * r2 + d3 * r3
        out[1] = d0 * g0 + d1 * g1 + d2 * g2 + d3 * g3
        out[2] = d0 * b0 + d1 * b1 + d2 * b2 + d3 * b3
        return
    out[0] = out[1] = out[2] = 0
    for j in range(4):
        down = d0 if j == 0 else d1 if j == 1 else d2 if j == 2 else d3
        row, turn = top - 1 + j, 0
        if row < 0 or row >= height:  # over a pole, half a turn away
            row %= 2 * height
            if row >= height:
                row, turn = 2 * height - 1 - row, width // 2
        base, first = offset + row * width, left - 1 + turn
        p0, p1 = base + first % width, base + (first + 1) % width
        p2, p3 = base + (first + 2) % width, base + (first + 3) % width
        r, g, b = _across(texels, p0, p1, p2, p3, a0, a1, a2, a3)
        out[0] += down * r
        out[1] += down * g
        out[2] += down * b


@numba.njit(cache=True, nogil=True)
def shade(
    y_first, y_last, points, faces, uvs, face_mesh, mesh_store, texels, columns, rows,
    near, hit, part, soft_t, soft_f, rgb, distance, holes,
):  # fmt: skip
    """Colour rows y_first…y_last from their hits, soft ones over the opaque one.

    near, hit, part, soft_t and soft_f come from `fill`, the last two empty where nothing is soft;
    rgb float32 [h, W, 3], distance float32 [h, W] and holes bool [h, W] are of these rows alone.
    """
    colour = np.empty(3, np.float32)
    kept = SOFT if len(soft_t) else 0
    for y in range(y_first, y_last):
        row = y - y_first
        h, v = rows[y, 1], rows[y, 0]
        for x in range(len(columns)):
            r = g = b = 0.0
            seen = 0.0
            first = np.inf
            for k in range(kept + 1):
                if k < kept:
                    f, t = soft_f[row, x, k], soft_t[row, x, k]
                    if f < 0 or not t < near[row, x]:
                        continue
                    u, w = _texture_at(f, x, y, points, faces, uvs, columns, rows)
                else:
                    f, t = hit[row, x], near[row, x]
                    if f < 0:
                        continue
                    ia, ib, ic = faces[f, 0], faces[f, 1], faces[f, 2]
                    s1, s2 = part[row, x, 0], part[row, x, 1]
                    s0 = 1 - s1 - s2
                    u = s0 * uvs[ia, 0] + s1 * uvs[ib, 0] + s2 * uvs[ic, 0]
                    w = s0 * uvs[ia, 1] + s1 * uvs[ib, 1] + s2 * uvs[ic, 1]
                m = face_mesh[f]
                offset, height, width = mesh_store[m, 0], mesh_store[m, 1], mesh_store[m, 2]
                _colour(texels, offset, height, width, u, w, colour)
                share = 1 - seen
                if k < kept:
                    share *= _alpha(texels, offset, height, width, u, w) / 255
                r += share * colour[0]
                g += share * colour[1]
                b += share * colour[2]
                if seen < 0.5 and seen + share >= 0.5:
                    first = t
                seen += share
            holes[row, x] = seen < 0.5
            scale = 1 / seen if seen > 0 else 0.0
            rgb[row, x, 0], rgb[row, x, 1], rgb[row, x, 2] = r * scale, g * scale, b * scale
            length = np.sqrt(v * v * (columns[x, 0] ** 2 + columns[x, 1] ** 2) + h * h)
            distance[row, x] = first * length


@numba.njit(cache=True, nogil=True)
def settle(y_first, samples, rgb, distance, holes, out_rgb, out_distance, out_holes):
    """Average `samples`² rays to a pixel, from row y_first of the picture on.

    rgb, distance and holes are from `shade`; the picture gets uint8 [H, W, 3] colour, the distance
    of the middle ray, and a hole where any ray met nothing.
    """
    middle = samples // 2
    share = 1 / (samples * samples)
    for y in range(len(rgb) // samples):
        for x in range(rgb.shape[1] // samples):
            top, left = y * samples, x * samples
            hole = False
            for j in range(samples):
                for i in range(samples):
                    hole = hole or holes[top + j, left + i]
            for c in range(3):
                total = 0.0
                for j in range(samples):
                    for i in range(samples):
                        total += rgb[top + j, left + i, c]
                out_rgb[y_first + y, x, c] = int(min(max(total * share + 0.5, 0.0), 255.0))
            out_distance[y_first + y, x] = distance[top + middle, left + middle]
            out_holes[y_first + y, x] = hole
