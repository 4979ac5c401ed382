"""Planes inside compiled loops: three numbers `n` of `1/r = n · direction`."""

import numba


@numba.njit(cache=True, nogil=True)
def on_plane(plane, ray):
    """Inverse distance of a plane along a ray."""
    return plane[0] * ray[0] + plane[1] * ray[1] + plane[2] * ray[2]


@numba.njit(cache=True, nogil=True)
def solve(m, v, out):
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
