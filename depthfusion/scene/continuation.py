"""The hidden part of a surface: its distance goes on as the plane it was where last seen.

On a plane, inverse distance is a linear function of the ray's direction, `1/r = n · direction`, so
a plane is three numbers fitted linearly, seen at whatever slant.
"""

import numba
import numpy as np

from depthfusion.geometry.equirectangular import directions
from depthfusion.types.arrays import Bool, Float32, Int32

WINDOW = 7  # pixels around a border pixel from which its plane is fitted


@numba.njit(cache=True, nogil=True)
def _solve(m, v, out):
    """Solve the symmetric 3×3 system m · out = v by Cramer's rule."""
    c00 = m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1]
    c01 = m[1, 2] * m[2, 0] - m[1, 0] * m[2, 2]
    c02 = m[1, 0] * m[2, 1] - m[1, 1] * m[2, 0]
    det = m[0, 0] * c00 + m[0, 1] * c01 + m[0, 2] * c02
    out[0] = (
        v[0] * c00
        + m[0, 1] * (m[1, 2] * v[2] - v[1] * m[2, 2])
        + m[0, 2] * (v[1] * m[2, 1] - m[1, 1] * v[2])
    ) / det
    out[1] = (
        m[0, 0] * (v[1] * m[2, 2] - m[1, 2] * v[2])
        + v[0] * c01
        + m[0, 2] * (m[1, 0] * v[2] - v[1] * m[2, 0])
    ) / det
    out[2] = (
        m[0, 0] * (m[1, 1] * v[2] - v[1] * m[2, 1])
        + m[0, 1] * (v[1] * m[2, 0] - m[1, 0] * v[2])
        + v[0] * c02
    ) / det


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
                    off = (
                        normal[0] * rays[y, x, 0] + normal[1] * rays[y, x, 1]
                        + normal[2] * rays[y, x, 2] - value
                    ) / tolerance  # fmt: skip
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
        _solve(m, v, normal)


@numba.njit(cache=True, nogil=True)
def _extend(source, rays, inverse, known, ceiling, tolerance, fitted, planes, out):
    height, width = inverse.shape
    m, v, normal = np.empty((3, 3)), np.empty(3), np.empty(3)
    for y in range(height):
        for x in range(width):
            at = source[y, x]
            if at < 0:
                continue
            qy, qx = at // width, at % width
            if not fitted[qy, qx]:
                _fit(at, rays, inverse, known, tolerance, normal, m, v)
                for c in range(3):
                    planes[qy, qx, c] = normal[c]
                fitted[qy, qx] = True
            i0 = inverse[qy, qx]
            value = (
                planes[qy, qx, 0] * rays[y, x, 0]
                + planes[qy, qx, 1] * rays[y, x, 1]
                + planes[qy, qx, 2] * rays[y, x, 2]
            )
            value = min(max(value, 0.6 * i0), 1.6 * i0)
            out[y, x] = min(value, ceiling[y, x])


@numba.njit(cache=True, nogil=True)
def _settle(out, source, held, ceiling, tolerance, rounds):
    """Even out neighbouring continuations of one surface, between what is known around them."""
    height, width = out.shape
    for _ in range(rounds):
        for y in range(1, height - 1):
            for x in range(width):
                if source[y, x] < 0:
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
    inverse: Float32, known: Bool, source: Int32, ceiling: Float32, *, tolerance: float
) -> Float32:
    """Inverse distance with hidden pixels filled by the planes of the surfaces they belong to.

    Parameters
    ----------
    inverse : [H, W].
    known : bool [H, W], pixels that planes may be fitted to.
    source : [H, W], from `reveal.sources`; what is not −1 is filled.
    ceiling : [H, W], the most that inverse distance may be there: behind the occluder.
    tolerance : difference of inverse distance that counts as the same surface.
    """
    out = inverse.copy()
    shape = inverse.shape
    _extend(
        source, directions(*shape), inverse, known, ceiling, tolerance,
        np.zeros(shape, np.bool_), np.zeros((*shape, 3), np.float32), out,
    )  # fmt: skip
    _settle(out, source, known | (source >= 0), ceiling, tolerance, 8)
    return out
