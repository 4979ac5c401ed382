"""Compiled kernels of the CPU renderer: from what each ray met to colours and distances."""

import numba
import numpy as np

from depthfusion.rendering.raster import SOFT
from depthfusion.rendering.texels import alpha_at, colour_at


@numba.njit(cache=True, nogil=True)
def _texture_at(f, dx, dy, dz, ox, oz, points, faces, uvs):
    """Texture coordinates where the ray from (ox, 0, oz) to (dx, dy, dz) meets triangle f."""
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
def shade(
    y_first, y_last, points, faces, uvs, face_mesh, mesh_store, texels, columns, rows, grid,
    near, hit, part, soft_t, soft_f, rgb, distance, holes,
):  # fmt: skip
    """Colour rows y_first…y_last from their hits, soft ones over the opaque one.

    grid, near, hit, part, soft_t and soft_f are those of `fill`, the last two empty where nothing
    is soft; rgb float32 [h, W, 3], distance float32 [h, W] and holes bool [h, W] are of these rows
    alone.
    """
    colour = np.empty(3, np.float32)
    kept = SOFT if len(soft_t) else 0
    for y in range(y_first, y_last):
        row = y - y_first
        v, h, shift = rows[y, 0], rows[y, 1], rows[y, 2]
        for x in range(hit.shape[1]):
            if grid is None:
                dx, dy, dz = columns[x, 0] * v, h, columns[x, 1] * v
            else:
                dx, dy, dz = grid[row, x, 0], grid[row, x, 1], grid[row, x, 2]
            r = g = b = 0.0
            seen = 0.0
            first = np.inf
            some = kept > 0 and soft_f[row, x, 0] >= 0  # they come in order: none, or the first
            for k in range(0 if some else kept, kept + 1):
                if k < kept:
                    f, t = soft_f[row, x, k], soft_t[row, x, k]
                    if f < 0 or not t < near[row, x]:
                        continue
                    ox, oz = columns[x, 2] * shift, columns[x, 3] * shift
                    u, w = _texture_at(f, dx, dy, dz, ox, oz, points, faces, uvs)
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
                colour_at(texels, offset, height, width, u, w, colour)
                share = 1 - seen
                if k < kept:
                    share *= alpha_at(texels, offset, height, width, u, w) / 255
                r += share * colour[0]
                g += share * colour[1]
                b += share * colour[2]
                if seen < 0.5 and seen + share >= 0.5:
                    first = t
                seen += share
            holes[row, x] = seen < 0.5 and dz == dz  # NaN: nothing to see here
            scale = 1 / seen if seen > 0 else 0.0
            rgb[row, x, 0], rgb[row, x, 1], rgb[row, x, 2] = r * scale, g * scale, b * scale
            distance[row, x] = first * np.sqrt(dx * dx + dy * dy + dz * dz) if seen else np.inf


@numba.njit(cache=True, nogil=True)
def _settle_one(y_first, rgb, distance, holes, out_rgb, out_distance, out_holes):
    """Round the colours where there is nothing to average, see `settle`."""
    for y in range(len(rgb)):
        for x in range(rgb.shape[1]):
            for c in range(3):
                value = min(max(rgb[y, x, c] + np.float32(0.5), np.float32(0)), np.float32(255))
                out_rgb[y_first + y, x, c] = np.uint8(value)
            out_distance[y_first + y, x] = distance[y, x]
            out_holes[y_first + y, x] = holes[y, x]


@numba.njit(cache=True, nogil=True)
def settle(y_first, samples, rgb, distance, holes, out_rgb, out_distance, out_holes):
    """Average `samples`² rays to a pixel, from row y_first of the picture on.

    rgb, distance and holes are from `shade`; the picture gets uint8 [H, W, 3] colour, the distance
    of the middle ray, and a hole where any ray met nothing.
    """
    if samples == 1:
        _settle_one(y_first, rgb, distance, holes, out_rgb, out_distance, out_holes)
        return
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
