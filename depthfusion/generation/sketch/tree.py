"""A bounding-volume tree over the shapes of a scene: built by NumPy, walked by numba.

The tree is complete and lies in one array like a heap: the children of node i are 2i + 1 and
2i + 2, so it needs no pointers. Each level halves every segment along its widest axis.
"""

import numpy as np

from depthfusion.generation.sketch.cutouts import opening
from depthfusion.generation.sketch.model import BOX, CARD, CONE, SOLID, SPHERE, Shapes, Stage
from depthfusion.generation.sketch.noise import kernel

LEAF = 4
NOWHERE = 1e30  # both corners of an empty box: an inside-out one would let every ray in
CUTOUT = 12  # the column of `Material.row` that the walk reads


def plant(stage: Stage) -> Shapes:
    """Sort the stage's shapes into a tree.

    Returns
    -------
    Shapes : [N] instances in leaf order, padded with nothing to a power of two times `LEAF`;
        bounds float32 [nodes, 6], lower then upper corner, empty where nothing is.
    """
    shape, matrix, material, tint, taper = stage.parts()
    count = len(shape)
    reach = np.linalg.norm(matrix[:, :, :3], axis=-1)  # the tight box of a turned sphere
    corners = np.abs(matrix[:, :, :3]).sum(axis=-1)  # of a turned cube
    flat = np.abs(matrix[:, :, :2]).sum(axis=-1)
    half = np.where((shape == SPHERE)[:, None], reach, corners)
    half = np.where((shape == CARD)[:, None], flat, half) + 1e-5
    middle = matrix[:, :, 3]
    levels = int(np.ceil(np.log2(max(1.0, count / LEAF))))
    slots = LEAF << levels
    order = np.concatenate([np.arange(count), np.full(slots - count, -1)])
    order = _split(order, middle, levels)

    real = order >= 0
    low = np.where(real[:, None], (middle - half)[order], np.inf)
    high = np.where(real[:, None], (middle + half)[order], -np.inf)
    rows = [np.concatenate([
        low.reshape(-1, LEAF, 3).min(axis=1), high.reshape(-1, LEAF, 3).max(axis=1)
    ], axis=1)]  # fmt: skip
    while len(rows[0]) > 1:
        pairs = rows[0].reshape(-1, 2, 6)
        rows.insert(0, np.concatenate([pairs[..., :3].min(axis=1), pairs[..., 3:].max(axis=1)], 1))

    bounds = np.concatenate(rows)
    linear = np.linalg.inv(matrix[:, :, :3])
    offset = -np.einsum("nij,nj->ni", linear, middle)
    inverse = np.concatenate([linear, offset[..., None]], axis=-1).reshape(count, 12)
    inverse = np.where(real[:, None], inverse[order], 0.0)
    return Shapes(
        shape=np.where(real, shape[order], -1).astype(np.int8),
        inverse=inverse.astype(np.float32),
        material=np.where(real, material[order], 0).astype(np.int16),
        tint=tint[order].astype(np.float32),
        taper=taper[order].astype(np.float32),
        bounds=np.where(np.isfinite(bounds), bounds, NOWHERE).astype(np.float32),
    )


def _split(order, middle, levels):
    """Reorder so that every segment of every level is halved along its widest axis."""
    padded = np.concatenate([middle, np.full((1, 3), np.inf)])  # -1 picks the last: sorts behind
    for level in range(levels):
        segments = order.reshape(1 << level, -1)
        points = padded[segments]
        known = np.isfinite(points)
        span = np.where(known, points, -np.inf).max(axis=1) - np.where(known, points, np.inf).min(
            axis=1
        )
        axis = np.argmax(np.where(np.isfinite(span), span, 0.0), axis=1)
        key = np.take_along_axis(points, axis[:, None, None], axis=2)[..., 0]
        order = np.take_along_axis(segments, np.argsort(key, axis=1, kind="stable"), axis=1)
    return order.reshape(-1)


@kernel
def _meet(kind, taper, cut, seed, ox, oy, oz, dx, dy, dz, limit):
    """Where a ray meets a shape in its local space, or infinity. Cut-outs let rays through."""
    if kind == CARD:
        t = -oz / dz if dz != 0.0 else -1.0
        u, v = ox + t * dx, oy + t * dy
        if t > 1e-4 and t < limit and abs(u) <= 1.0 and abs(v) <= 1.0:
            if cut == SOLID or not opening(cut, u, v, seed):
                return t
        return np.inf
    if kind == BOX:
        ix, iy, iz = 1.0 / (dx + 1e-12), 1.0 / (dy + 1e-12), 1.0 / (dz + 1e-12)
        ax, ay, az = abs(ix), abs(iy), abs(iz)
        enter = max(-ox * ix - ax, -oy * iy - ay, -oz * iz - az)
        leave = min(-ox * ix + ax, -oy * iy + ay, -oz * iz + az)
        if enter > leave or leave <= 1e-4:
            return np.inf
        return enter if enter > 1e-4 else leave
    if kind == SPHERE:
        a = dx * dx + dy * dy + dz * dz
        b = ox * dx + oy * dy + oz * dz
        root = b * b - a * (ox * ox + oy * oy + oz * oz - 1.0)
        if root < 0.0:
            return np.inf
        root = np.sqrt(root)
        t = (-b - root) / a
        if t > 1e-4:
            return t
        t = (-b + root) / a
        return t if t > 1e-4 else np.inf
    if kind == CONE:
        k, m = 0.5 * (taper - 1.0), 0.5 * (taper + 1.0)
        base = m + k * oy
        a = dx * dx + dz * dz - k * k * dy * dy
        b = ox * dx + oz * dz - k * base * dy
        root = b * b - a * (ox * ox + oz * oz - base * base)
        best = np.inf
        if root >= 0.0 and abs(a) > 1e-14:
            root = np.sqrt(root)
            for side in (-1.0, 1.0):
                t = (-b + side * root) / a
                y = oy + t * dy
                if t > 1e-4 and t < best and abs(y) <= 1.0 and m + k * y >= 0.0:
                    best = t
        for cap in (-1.0, 1.0):
            t = (cap - oy) / (dy + 1e-12)
            x, z, r = ox + t * dx, oz + t * dz, m + k * cap
            if t > 1e-4 and t < best and x * x + z * z <= r * r:
                best = t
        return best
    return np.inf


@kernel
def _enter(bounds, node, ox, oy, oz, ix, iy, iz, limit):
    """Where a ray enters a node's box, or infinity."""
    x0, x1 = (bounds[node, 0] - ox) * ix, (bounds[node, 3] - ox) * ix
    y0, y1 = (bounds[node, 1] - oy) * iy, (bounds[node, 4] - oy) * iy
    z0, z1 = (bounds[node, 2] - oz) * iz, (bounds[node, 5] - oz) * iz
    near = max(min(x0, x1), min(y0, y1), min(z0, z1))
    far = min(max(x0, x1), max(y0, y1), max(z0, z1))
    return near if near <= far and far > 0.0 and near < limit else np.inf


@kernel
def hit(shapes, table, ox, oy, oz, dx, dy, dz, limit, anything, stack):
    """Follow a ray through the tree.

    Parameters
    ----------
    table : [M, columns] of `Material.row`.
    limit : no farther than this; `anything` stops at the first shape met (shadows).
    stack : int32 [64], the caller's, so that no ray allocates.

    Returns
    -------
    (distance, instance) : infinity and −1 where nothing is met.
    """
    ix, iy, iz = 1.0 / (dx + 1e-13), 1.0 / (dy + 1e-13), 1.0 / (dz + 1e-13)
    bounds, inverse = shapes.bounds, shapes.inverse
    first = bounds.shape[0] // 2
    found = -1
    top = 0
    if _enter(bounds, 0, ox, oy, oz, ix, iy, iz, limit) < np.inf:
        stack[0] = 0
        top = 1
    while top > 0:
        top -= 1
        node = stack[top]
        if node < first:
            left = 2 * node + 1
            a = _enter(bounds, left, ox, oy, oz, ix, iy, iz, limit)
            b = _enter(bounds, left + 1, ox, oy, oz, ix, iy, iz, limit)
            near, far = (left, left + 1) if a <= b else (left + 1, left)
            if max(a, b) < np.inf:
                stack[top] = far
                top += 1
            if min(a, b) < np.inf:
                stack[top] = near
                top += 1
            continue
        if _enter(bounds, node, ox, oy, oz, ix, iy, iz, limit) == np.inf:
            continue
        for n in range((node - first) * LEAF, (node - first + 1) * LEAF):
            kind = shapes.shape[n]
            if kind < 0:
                break
            m = inverse[n]
            t = _meet(
                kind, shapes.taper[n], int(table[shapes.material[n], CUTOUT]), n,
                m[0] * ox + m[1] * oy + m[2] * oz + m[3],
                m[4] * ox + m[5] * oy + m[6] * oz + m[7],
                m[8] * ox + m[9] * oy + m[10] * oz + m[11],
                m[0] * dx + m[1] * dy + m[2] * dz,
                m[4] * dx + m[5] * dy + m[6] * dz,
                m[8] * dx + m[9] * dy + m[10] * dz,
                limit,
            )  # fmt: skip
            if t < limit:
                limit = t
                found = n
                if anything:
                    return limit, found
    return (limit if found >= 0 else np.inf), found
