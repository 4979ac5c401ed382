"""The large planes of a place: walls, floors, tops, the ground.

On a plane, inverse distance is linear in the ray's direction, `1/r = n · direction`, so a plane is
three numbers `n` = unit normal / distance from the centre. Small blocks of pixels are fitted one by
one; the planes that most blocks agree with, wherever they lie, are the large ones.
"""

import numba
import numpy as np

from depthfusion.geometry.equirectangular import directions
from depthfusion.scene.solving import solve
from depthfusion.types.arrays import Bool, Float32

BLOCK = 8  # pixels a side of what is fitted first
MOST = 24  # planes looked for
SHARE = 0.002  # of the sphere: what counts as large
TRIES = 96  # blocks asked for each plane
TOLERANCE = 0.5  # texels of uncovering by which a plane's pixels may be off
ALIGNED = 0.98  # cosine between a block's normal and its plane's


@numba.njit(cache=True, nogil=True)
def _fit_blocks(inverse, usable, rays, tolerance, planes, centres, weight):
    """Least-squares planes of blocks of pixels that are planes indeed; the rest weigh nothing."""
    rows, columns = weight.shape
    m, v, n = np.empty((3, 3)), np.empty(3), np.empty(3)
    for j in range(rows):
        for i in range(columns):
            m[:], v[:] = 0.0, 0.0
            count = 0
            for y in range(j * BLOCK, (j + 1) * BLOCK):
                for x in range(i * BLOCK, (i + 1) * BLOCK):
                    if usable[y, x]:
                        count += 1
                        for a in range(3):
                            v[a] += inverse[y, x] * rays[y, x, a]
                            for b in range(3):
                                m[a, b] += rays[y, x, a] * rays[y, x, b]
            if count < BLOCK * BLOCK // 2:
                continue
            for a in range(3):
                m[a, a] += 1e-9
            solve(m, v, n)
            worst = 0.0
            for y in range(j * BLOCK, (j + 1) * BLOCK):
                for x in range(i * BLOCK, (i + 1) * BLOCK):
                    if usable[y, x]:
                        off = n[0] * rays[y, x, 0] + n[1] * rays[y, x, 1] + n[2] * rays[y, x, 2]
                        worst = max(worst, abs(off - inverse[y, x]))
            if worst > tolerance:
                continue
            y, x = j * BLOCK + BLOCK // 2, i * BLOCK + BLOCK // 2
            for a in range(3):
                planes[j, i, a], centres[j, i, a] = n[a], rays[y, x, a]
            weight[j, i] = np.cos((0.5 - y / inverse.shape[0]) * np.pi)


def _agreeing(plane: Float32, planes: Float32, centres: Float32, tolerance: float) -> Bool:
    """Which blocks lie on `plane` and are turned like it."""
    off = np.abs(centres @ plane - (centres * planes).sum(-1))
    along = planes @ plane
    sizes = np.linalg.norm(planes, axis=-1) * np.linalg.norm(plane)
    return (off < tolerance) & (along > ALIGNED * sizes)


def _refined(plane: Float32, planes: Float32, centres: Float32, weight: Float32, tolerance: float
) -> Float32:  # fmt: skip
    """Fit a plane to all blocks that agree with it."""
    for _ in range(3):
        on = _agreeing(plane, planes, centres, tolerance)
        share = weight[on, None] * centres[on]
        normal_matrix = share.T @ centres[on] + 1e-9 * np.eye(3)
        plane = np.linalg.solve(normal_matrix, share.T @ (centres[on] * planes[on]).sum(-1))
    return plane.astype(np.float32)


def large_planes(inverse: Float32, border: Bool, scale: float) -> Float32:
    """Planes that much of the sphere lies on, those found by most blocks first, [N, 3].

    Parameters
    ----------
    inverse : float32 [H, W], inverse distance, 0 is sky.
    border : bool [H, W], pixels beside a discontinuity.
    scale : texels of uncovering for a jump of 1 in inverse distance.
    """
    height, width = inverse.shape
    shape = (height // BLOCK, width // BLOCK)
    planes, centres = np.zeros((*shape, 3), np.float32), np.zeros((*shape, 3), np.float32)
    weight = np.zeros(shape, np.float32)
    tolerance = TOLERANCE / scale
    usable = (inverse > 0) & ~border
    _fit_blocks(inverse, usable, directions(height, width), tolerance, planes, centres, weight)
    enough = SHARE * shape[0] * shape[1] * 2 / np.pi  # the mean of the weights is 2/π
    fitted = weight > 0
    planes, centres, weight = planes[fitted], centres[fitted], weight[fitted]
    chance = np.random.default_rng(0)
    found: list[Float32] = []
    while len(found) < MOST and weight.sum() > enough:
        tried = planes[chance.choice(len(weight), TRIES, p=weight / weight.sum())]
        votes = [weight[_agreeing(plane, planes, centres, tolerance)].sum() for plane in tried]
        if max(votes) < enough:
            break
        plane = _refined(tried[np.argmax(votes)], planes, centres, weight, tolerance)
        on = _agreeing(plane, planes, centres, tolerance)
        if weight[on].sum() < 0.5 * enough:
            break
        found.append(plane)
        planes, centres, weight = planes[~on], centres[~on], weight[~on]
    return np.array(found, np.float32).reshape(-1, 3)
