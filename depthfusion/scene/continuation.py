"""The hidden part of a surface: its distance goes on as the plane it was where last seen.

On a plane, inverse distance is a linear function of the ray's direction, `1/r = n · direction`, so
a plane is three numbers fitted linearly, seen at whatever slant.
"""

import numba
import numpy as np

from depthfusion.geometry.equirectangular import directions
from depthfusion.scene.solving import on_plane, solve
from depthfusion.scene.surface import NO_PLANE, HiddenSurface
from depthfusion.types.arrays import Bool, Float32, Int32

WINDOW = 7  # pixels around a border pixel from which its plane is fitted
SUPPORT = 12  # pixels of that window that must lie on a large plane for it to be taken


@numba.njit(cache=True, nogil=True)
def _fit(at, rays, inverse, known, tolerance, normal, m, v):
    """Fit the plane around flat index `at` to known pixels near it, the unlike counting little."""
    height, width = inverse.shape
    y0, x0 = at // width, at % width
    i0 = inverse[y0, x0]
    flat = max(np.cos((0.5 - (y0 + 0.5) / height) * np.pi), 0.05)
    stretch = min(int(WINDOW / flat), 64)
    step = max(1, stretch // WINDOW)
    for c in range(3):
        normal[c] = i0 * rays[y0, x0, c]
    for turn in range(3):
        for a in range(3):
            v[a] = 0.0
            for b in range(3):
                m[a, b] = 0.0
        total = 0.0
        for y in range(max(y0 - WINDOW, 0), min(y0 + WINDOW + 1, height)):
            for dx in range(-stretch, stretch + 1, step):
                x = (x0 + dx) % width
                if not known[y, x]:
                    continue
                value = inverse[y, x]
                if turn == 0:
                    # Before any slope is known: what could belong to a surface not too slanted.
                    away = abs(y - y0) + abs(dx) * flat
                    off = (value - i0) / (tolerance * (1 + away))
                else:
                    off = (on_plane(normal, rays[y, x]) - value) / tolerance
                weight = 1 / (1 + off * off) ** 2
                total += weight
                for a in range(3):
                    v[a] += weight * value * rays[y, x, a]
                    for b in range(3):
                        m[a, b] += weight * rays[y, x, a] * rays[y, x, b]
        if total < 1e-6:
            return
        # Without evidence the surface faces the viewer.
        hold = 1e-6 * total + 1e-9
        for a in range(3):
            m[a, a] += hold
            v[a] += hold * i0 * rays[y0, x0, a]
        solve(m, v, normal)


@numba.njit(cache=True, nogil=True)
def _snap(at, rays, inverse, known, large, tolerance):
    """Number of the large plane that flat index `at` and most of its surroundings lie on, or −1."""
    height, width = inverse.shape
    y0, x0 = at // width, at % width
    best, number = 0, -1
    for k in range(len(large)):
        off = on_plane(large[k], rays[y0, x0]) - inverse[y0, x0]
        if abs(off) > tolerance:
            continue
        count = 0
        for y in range(max(y0 - WINDOW, 0), min(y0 + WINDOW + 1, height)):
            for dx in range(-WINDOW, WINDOW + 1):
                x = (x0 + dx) % width
                if not known[y, x]:
                    continue
                off = on_plane(large[k], rays[y, x]) - inverse[y, x]
                if abs(off) < tolerance:
                    count += 1
        if count > best:
            best, number = count, k
    return number if best >= SUPPORT else -1


@numba.njit(cache=True, nogil=True)
def _extend(source, rays, inverse, known, ceiling, tolerance, large, fitted, planes, of_source,
            number, out):  # fmt: skip
    height, width = inverse.shape
    m, v, normal = np.empty((3, 3)), np.empty(3), np.empty(3)
    for y in range(height):
        for x in range(width):
            at = source[y, x]
            if at < 0:
                continue
            qy, qx = at // width, at % width
            if not fitted[qy, qx]:
                k = _snap(at, rays, inverse, known, large, 2 * tolerance)
                of_source[qy, qx] = k
                if k < 0:
                    _fit(at, rays, inverse, known, tolerance, normal, m, v)
                    for c in range(3):
                        planes[qy, qx, c] = normal[c]
                else:
                    for c in range(3):
                        planes[qy, qx, c] = large[k, c]
                fitted[qy, qx] = True
            i0 = inverse[qy, qx]
            value = on_plane(planes[qy, qx], rays[y, x])
            number[y, x] = of_source[qy, qx]
            value = min(max(value, 0.6 * i0), 1.6 * i0)
            out[y, x] = min(value, ceiling[y, x])


@numba.njit(cache=True, nogil=True)
def _settle(out, wanted, held, ceiling, tolerance, rounds):
    """Even out neighbouring continuations of one surface, between what is known around them."""
    height, width = out.shape
    for _ in range(rounds):
        for y in range(1, height - 1):
            for x in range(width):
                if not wanted[y, x]:
                    continue
                total = weight = 0.0
                for side in range(4):
                    ny = y + (side == 0) - (side == 1)
                    nx = (x + (side == 2) - (side == 3)) % width
                    if not held[ny, nx]:
                        continue
                    off = (out[ny, nx] - out[y, x]) / tolerance
                    w = 1 / (1 + off * off)
                    total += w * out[ny, nx]
                    weight += w
                if weight > 0:
                    out[y, x] = min((total + 0.05 * out[y, x]) / (weight + 0.05), ceiling[y, x])


def continue_distance(
    inverse: Float32,
    known: Bool,
    source: Int32,
    ceiling: Float32,
    large: Float32,
    *,
    tolerance: float,
) -> HiddenSurface:
    """Go on with the planes of the surfaces that hidden pixels belong to.

    Parameters
    ----------
    inverse : float32 [H, W].
    known : bool [H, W], pixels that planes may be fitted to.
    source : int32 [H, W], from `reveal.sources`; what is not −1 is filled.
    ceiling : float32 [H, W], the most that inverse distance may be there: behind the occluder.
    large : float32 [N, 3], from `planes.large_planes`, taken before any fitted to few pixels.
    tolerance : difference of inverse distance that counts as the same surface.
    """
    out = inverse.copy()
    shape = inverse.shape
    number, of_source = np.full(shape, NO_PLANE, np.int8), np.full(shape, NO_PLANE, np.int8)
    planes = np.zeros((*shape, 3), np.float32)
    _extend(
        source, directions(*shape), inverse, known, ceiling, tolerance, large,
        np.zeros(shape, np.bool_), planes, of_source, number, out,
    )  # fmt: skip
    wanted = source >= 0
    _settle(out, wanted & (number == NO_PLANE), known | wanted, ceiling, tolerance, 8)
    return HiddenSurface(wanted, out, number, planes.reshape(-1, 3)[np.maximum(source, 0)])
