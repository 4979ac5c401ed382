"""Compiled kernels of the CPU renderer: triangles to pixels for every camera.

A triangle's pixels are those whose ray passes it on the same side of its three edges (the signed
volume test in Plücker form). Rays and triangles meet exactly, whatever the projection. Neighbours
compute a shared edge from the same numbers with the sign turned, so no ray slips between them.

A pixel keeps its nearest opaque hit and the few nearest soft ones (texture alpha between 0 and 1),
whatever layer they come from, so that blending is right without sorting meshes.
"""

import numba
import numpy as np

from depthfusion.rendering.bounds import HAIR
from depthfusion.rendering.texels import alpha_at

SOFT = 4  # soft hits kept per pixel
TILE = 16  # columns that are looked at together for what they hide
OPAQUE, BLEND, MASK = 0, 1, 2  # what alpha means to a triangle


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
def _alpha_here(f, s0, s1, s2, faces, uvs, face_mesh, mesh_store, texels):
    """Alpha 0…255 of triangle f where a ray passes its edges at s0, s1, s2."""
    m, total = face_mesh[f], s0 + s1 + s2
    ia, ib, ic = faces[f, 0], faces[f, 1], faces[f, 2]
    return alpha_at(
        texels, mesh_store[m, 0], mesh_store[m, 1], mesh_store[m, 2],
        (s0 * uvs[ia, 0] + s1 * uvs[ib, 0] + s2 * uvs[ic, 0]) / total,
        (s0 * uvs[ia, 1] + s1 * uvs[ib, 1] + s2 * uvs[ic, 1]) / total,
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def _on_one_side(s0, s1, s2, n0, n1, n2, ox, oz, e0, e1, e2):
    """Whether the triangle owns a ray that may meet its edge: of two neighbours, one does.

    Parameters
    ----------
    n0, n1, n2, e0, e1, e2 : normals through the middle, and edges, 3 numbers each.
    ox, oz : where the ray starts.
    """
    k0 = _sign(s0, n0[0], n0[1], n0[2], ox, oz, e0[0], e0[1], e0[2])
    k1 = _sign(s1, n1[0], n1[1], n1[2], ox, oz, e1[0], e1[1], e1[2])
    k2 = _sign(s2, n2[0], n2[1], n2[2], ox, oz, e2[0], e2[1], e2[2])
    return k0 == k1 and k1 == k2


@numba.njit(cache=True, nogil=True)
def _farthest(near, tiles):
    """How far the farthest of the opaque hits in each tile's columns is, inf where one is missing.

    What is nearer everywhere in a tile hides whatever begins beyond that. Meshes come near to far,
    so that looking once for each of them is enough.
    """
    for tile in range(len(tiles)):
        first, last = tile * TILE, min((tile + 1) * TILE, near.shape[1])
        farthest = 0.0
        for row in range(near.shape[0]):
            for x in range(first, last):
                farthest = near[row, x] if near[row, x] > farthest else farthest
            if farthest == np.inf:
                break
        tiles[tile] = farthest


@numba.njit(cache=True, nogil=True)
def _hidden(tiles, closest, x_first, x_last):
    """Whether something that begins at ray parameter `closest` is hidden in all its columns."""
    count = len(tiles)
    for tile in range(x_first // TILE, x_last // TILE + 1):
        # Over the seam, the tile may be the neighbour's too: an uneven last one is narrower.
        at = tile if 0 <= tile < count - 1 else -1
        if at < 0:
            for other in (0, 1 % count, count - 1, max(count - 2, 0)):
                if closest <= tiles[other]:
                    return False
        elif closest <= tiles[at]:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _reach(columns):
    """How far from the origin rays start."""
    farthest = 0.0
    for x in range(len(columns)):
        farthest = max(farthest, columns[x, 2] ** 2 + columns[x, 3] ** 2)
    return 1.001 * np.sqrt(farthest)


@numba.njit(cache=True, nogil=True)
def _begins(ax, ay, az, bx, by, bz, cx, cy, cz, reach):
    """No point of a triangle is nearer than this to eyes within `reach` of the origin."""
    nearest = min(ax * ax + ay * ay + az * az, bx * bx + by * by + bz * bz)
    nearest = min(nearest, cx * cx + cy * cy + cz * cz)
    longest = max(
        (ax - bx) ** 2 + (ay - by) ** 2 + (az - bz) ** 2,
        (bx - cx) ** 2 + (by - cy) ** 2 + (bz - cz) ** 2,
        (cx - ax) ** 2 + (cy - ay) ** 2 + (cz - az) ** 2,
    )
    # A corner is never farther than a side over √3.
    return 0.999 * np.sqrt(nearest) - 0.578 * np.sqrt(longest) - reach


@numba.njit(cache=True, nogil=True)
def fill(
    y_first, y_last, listed, boxes, points, faces, uvs, soft_face, face_mesh, mesh_store,
    texels, columns, rows, grid, straight, near, hit, part, soft_t, soft_f,
):  # fmt: skip
    """Find what each pixel of rows y_first…y_last sees where all rays start at the origin.

    Parameters
    ----------
    columns, rows : of `RayTables`, for their directions.
    grid : `None`, or directions [h, W, 3] of these rows, which count instead; NaN sees nothing.
    straight : directions are linear along a row.
    near, hit : [h, W], get ray parameter and triangle of the nearest opaque hit; start at inf, −1.
    part : float32 [h, W, 2], gets the shares of its second and third corner.
    soft_t, soft_f : [h, W, SOFT], get the soft hits; start at inf, −1.
    """
    width = hit.shape[1]
    start, ahead = columns[0, 0], columns[0, 1]
    step = (columns[-1, 0] - start) / max(width - 1, 1)
    tiles, mesh = np.full(-(-width // TILE), np.inf), -1
    for index in range(len(listed)):
        f = listed[index]
        if face_mesh[f] != mesh:
            mesh = face_mesh[f]
            _farthest(near, tiles)
        ia, ib, ic = faces[f, 0], faces[f, 1], faces[f, 2]
        ax, ay, az = points[ia, 0], points[ia, 1], points[ia, 2]
        bx, by, bz = points[ib, 0], points[ib, 1], points[ib, 2]
        cx, cy, cz = points[ic, 0], points[ic, 1], points[ic, 2]
        if straight:
            closest = -max(az, bz, cz)
        else:
            closest = _begins(ax, ay, az, bx, by, bz, cx, cy, cz, 0.0)
        if _hidden(tiles, closest, boxes[f, 0], boxes[f, 1]):
            continue
        # Normals of the planes through the eye and each edge.
        n0x, n0y, n0z = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
        n1x, n1y, n1z = cy * az - cz * ay, cz * ax - cx * az, cx * ay - cy * ax
        n2x, n2y, n2z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        volume = (n0x + n1x + n2x) * ax + (n0y + n1y + n2y) * ay + (n0z + n1z + n2z) * az
        soft = soft_face[f]
        for y in range(max(boxes[f, 2], y_first), min(boxes[f, 3] + 1, y_last)):
            v, h, row = rows[y, 0], rows[y, 1], y - y_first
            x_first, x_last = boxes[f, 0], boxes[f, 1]
            if straight and x_last - x_first > 3:
                x_first, x_last = _span(
                    x_first, x_last, volume, n0x * step, n0x * start + n0z * ahead + n0y * h,
                    n1x * step, n1x * start + n1z * ahead + n1y * h,
                    n2x * step, n2x * start + n2z * ahead + n2y * h,
                )  # fmt: skip
            for column in range(x_first, x_last + 1):
                x = column
                if x < 0:
                    x += width
                elif x >= width:
                    x -= width
                if grid is None:
                    dx, dy, dz = columns[x, 0] * v, h, columns[x, 1] * v
                else:
                    dx, dy, dz = grid[row, x, 0], grid[row, x, 1], grid[row, x, 2]
                s0 = n0x * dx + n0z * dz + n0y * dy
                s1 = n1x * dx + n1z * dz + n1y * dy
                s2 = n2x * dx + n2z * dz + n2y * dy
                if not ((s0 >= 0 and s1 >= 0 and s2 >= 0) or (s0 <= 0 and s1 <= 0 and s2 <= 0)):
                    continue
                total = s0 + s1 + s2
                if total == 0:
                    continue
                t = volume / total
                if not (0 < t < near[row, x]):
                    continue
                if soft:
                    a = _alpha_here(f, s0, s1, s2, faces, uvs, face_mesh, mesh_store, texels)
                    if a < (127.5 if soft == MASK else 1):
                        continue
                    if soft == BLEND and a < 254:
                        if (s0 != 0 and s1 != 0 and s2 != 0) or _on_one_side(
                            s0, s1, s2, (n0x, n0y, n0z), (n1x, n1y, n1z), (n2x, n2y, n2z), 0.0, 0.0,
                            (cx - bx, cy - by, cz - bz), (ax - cx, ay - cy, az - cz),
                            (bx - ax, by - ay, bz - az),
                        ):  # fmt: skip
                            _keep_soft(t, f, soft_t[row, x], soft_f[row, x])
                        continue
                near[row, x] = t
                hit[row, x] = f
                part[row, x, 0] = s1 / total
                part[row, x, 1] = s2 / total


@numba.njit(cache=True, nogil=True)
def fill_turning(
    y_first, y_last, listed, boxes, points, faces, uvs, soft_face, face_mesh, mesh_store,
    texels, columns, rows, near, hit, part, soft_t, soft_f,
):  # fmt: skip
    """Find the same where each column has an eye of its own, see `fill`.

    With n the normal through the middle, e the edge, o = w·(p, 0, q) where the ray starts and
    d = (a·v, h, b·v) its direction, the side is d·(n − o × e). All but v, h and w is the column's:
    where a row has the whole baseline, w = 1, two products are left of an edge's test.
    """
    width = hit.shape[1]
    tiles, mesh, reach = np.full(-(-width // TILE), np.inf), -1, _reach(columns)
    for index in range(len(listed)):
        f = listed[index]
        if face_mesh[f] != mesh:
            mesh = face_mesh[f]
            _farthest(near, tiles)
        ia, ib, ic = faces[f, 0], faces[f, 1], faces[f, 2]
        ax, ay, az = points[ia, 0], points[ia, 1], points[ia, 2]
        bx, by, bz = points[ib, 0], points[ib, 1], points[ib, 2]
        cx, cy, cz = points[ic, 0], points[ic, 1], points[ic, 2]
        closest = _begins(ax, ay, az, bx, by, bz, cx, cy, cz, reach)
        if _hidden(tiles, closest, boxes[f, 0], boxes[f, 1]):
            continue
        e0x, e0y, e0z = cx - bx, cy - by, cz - bz
        e1x, e1y, e1z = ax - cx, ay - cy, az - cz
        e2x, e2y, e2z = bx - ax, by - ay, bz - az
        n0x, n0y, n0z = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
        n1x, n1y, n1z = cy * az - cz * ay, cz * ax - cx * az, cx * ay - cy * ax
        n2x, n2y, n2z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        nx, nz = n0x + n1x + n2x, n0z + n1z + n2z
        volume = nx * ax + (n0y + n1y + n2y) * ay + nz * az
        soft = soft_face[f]
        first, last = max(boxes[f, 2], y_first), min(boxes[f, 3] + 1, y_last)
        for column in range(boxes[f, 0], boxes[f, 1] + 1):
            x = column
            if x < 0:
                x += width
            elif x >= width:
                x -= width
            a, b, p, q = columns[x, 0], columns[x, 1], columns[x, 2], columns[x, 3]
            turn, move = b * p - a * q, nx * p + nz * q
            g0, k0 = n0x * a + n0z * b, q * e0x - p * e0z
            g1, k1 = n1x * a + n1z * b, q * e1x - p * e1z
            g2, k2 = n2x * a + n2z * b, q * e2x - p * e2z
            u0, u1, u2 = turn * e0y, turn * e1y, turn * e2y
            g0w, g1w, g2w = g0 - u0, g1 - u1, g2 - u2
            n0w, n1w, n2w = n0y - k0, n1y - k1, n2y - k2
            for y in range(first, last):
                v, h, w = rows[y, 0], rows[y, 1], rows[y, 2]
                if w == 1:
                    s0, s1, s2 = g0w * v + n0w * h, g1w * v + n1w * h, g2w * v + n2w * h
                else:
                    s0 = (g0 - w * u0) * v + (n0y - w * k0) * h
                    s1 = (g1 - w * u1) * v + (n1y - w * k1) * h
                    s2 = (g2 - w * u2) * v + (n2y - w * k2) * h
                if not ((s0 >= 0 and s1 >= 0 and s2 >= 0) or (s0 <= 0 and s1 <= 0 and s2 <= 0)):
                    continue
                total = s0 + s1 + s2
                if total == 0:
                    continue
                t, row = (volume - w * move) / total, y - y_first
                if not (0 < t < near[row, x]):
                    continue
                if soft:
                    alpha = _alpha_here(f, s0, s1, s2, faces, uvs, face_mesh, mesh_store, texels)
                    if alpha < (127.5 if soft == MASK else 1):
                        continue
                    if soft == BLEND and alpha < 254:
                        if (s0 != 0 and s1 != 0 and s2 != 0) or _on_one_side(
                            s0, s1, s2, (n0x, n0y, n0z), (n1x, n1y, n1z), (n2x, n2y, n2z),
                            p * w, q * w, (e0x, e0y, e0z), (e1x, e1y, e1z), (e2x, e2y, e2z),
                        ):  # fmt: skip
                            _keep_soft(t, f, soft_t[row, x], soft_f[row, x])
                        continue
                near[row, x] = t
                hit[row, x] = f
                part[row, x, 0] = s1 / total
                part[row, x, 1] = s2 / total
