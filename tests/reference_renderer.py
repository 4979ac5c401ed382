"""The plain renderer that the fast one is held against: every ray meets every triangle.

Slow, without bounds, bands or limits, and sharing no code with `depthfusion.rendering`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from depthfusion.geometry.cameras import Camera
from depthfusion.types import Pose, TexturedMesh


@dataclass(frozen=True)
class Picture:
    """What `render` gives: rgb float [H, W, 3], distance [H, W], holes and doubtful bool [H, W].

    `doubtful` marks pixels whose ray grazes an edge, a plane or another hit too closely for two
    ways of rounding to agree.
    """

    rgb: NDArray
    distance: NDArray
    holes: NDArray
    doubtful: NDArray


def world_rays(camera: Camera, pose: Pose) -> tuple[NDArray, NDArray]:
    """Origins and unit directions in the world, float64 [H·W, 3]."""
    origin, direction = (part.reshape(-1, 3) for part in camera.exact_rays())
    direction = direction @ pose.rotation.T
    return (
        origin @ pose.rotation.T + pose.position,
        direction / np.linalg.norm(direction, axis=1, keepdims=True),
    )


def render(meshes: Sequence[TexturedMesh], camera: Camera, pose: Pose) -> Picture:
    """Blend all hits of every ray, near to far."""
    origin, direction = world_rays(camera, pose)
    hits = [_intersect(mesh, origin, direction) for mesh in meshes]
    count = len(origin)
    rgb, distance = np.zeros((count, 3)), np.full(count, np.inf)
    holes, doubtful = np.ones(count, bool), np.zeros(count, bool)
    for t, _, margin in hits:
        doubtful |= ((margin < 1e-6) & (margin > -1e-6) & (t > -1e-6)).any(axis=1)
    for pixel in range(count):
        found = []
        for mesh, (t, uv, margin) in zip(meshes, hits, strict=True):
            for face in np.flatnonzero((margin[pixel] >= 0) & (t[pixel] > 0)):
                found.append((t[pixel, face], mesh, uv[pixel, face]))
        found.sort(key=lambda hit: hit[0])
        seen, total = 0.0, np.zeros(3)
        last = -1.0
        for t, mesh, (u, v) in found:
            doubtful[pixel] |= t - last < 1e-7 * t
            last = t
            alpha = 1.0
            if mesh.alpha_mode != "opaque" and mesh.texture.shape[2] == 4:
                alpha = _linear(mesh.texture[..., 3], u, v) / 255
            if mesh.alpha_mode == "mask":
                doubtful[pixel] |= abs(alpha - 0.5) < 1e-6
                alpha = float(alpha >= 0.5)
            share = (1 - seen) * alpha
            total += share * _cubic(mesh.texture[..., :3], u, v)
            doubtful[pixel] |= abs(seen + share - 0.5) < 0.01
            if seen < 0.5 <= seen + share:
                distance[pixel] = t
            seen += share
            if seen > 0.9999:
                break
        # Less than one step of alpha may count as nothing.
        doubtful[pixel] |= 0 < seen < 0.02
        if seen > 0:
            rgb[pixel] = total / seen
        holes[pixel] = seen < 0.5 and np.isfinite(direction[pixel]).all()
    size = (camera.height, camera.width)
    return Picture(
        np.clip(rgb, 0, 255).reshape(*size, 3),
        distance.reshape(size),
        holes.reshape(size),
        doubtful.reshape(size),
    )


def _intersect(
    mesh: TexturedMesh, origin: NDArray, direction: NDArray
) -> tuple[NDArray, NDArray, NDArray]:
    """Distance [P, F], uv [P, F, 2] and smallest barycentric coordinate [P, F], all hits or not.

    Möller and Trumbore, "Fast, Minimum Storage Ray/Triangle Intersection", 1997.
    """
    a, b, c = np.moveaxis(mesh.vertices[mesh.faces].astype(np.float64), 1, 0)
    p = np.cross(direction[:, None], (c - a)[None])
    determinant = (p * (b - a)).sum(-1)
    size = np.linalg.norm(b - a, axis=1) * np.linalg.norm(c - a, axis=1)
    flat = np.abs(determinant) <= 1e-12 * size
    determinant = np.where(flat, 1, determinant)
    s = origin[:, None] - a[None]
    q = np.cross(s, (b - a)[None])
    beta = (s * p).sum(-1) / determinant
    gamma = (direction[:, None] * q).sum(-1) / determinant
    t = ((c - a) * q).sum(-1) / determinant
    margin = np.minimum(np.minimum(beta, gamma), 1 - beta - gamma)
    ua, ub, uc = np.moveaxis(mesh.uvs[mesh.faces].astype(np.float64), 1, 0)
    with np.errstate(over="ignore", invalid="ignore"):
        uv = ua + beta[..., None] * (ub - ua) + gamma[..., None] * (uc - ua)
    return np.where(flat, -1, t), uv, np.where(flat, -1, margin)


def _linear(channel: NDArray, u: float, v: float) -> float:
    """One channel [h, w] between its four nearest texels; u wraps, v stops at the border."""
    height, width = channel.shape
    x, y = u * width - 0.5, v * height - 0.5
    total = 0.0
    for j in (int(np.floor(y)), int(np.floor(y)) + 1):
        for i in (int(np.floor(x)), int(np.floor(x)) + 1):
            weight = (1 - abs(x - i)) * (1 - abs(y - j))
            total += weight * float(channel[min(max(j, 0), height - 1), i % width])
    return total


def _cubic(texture: NDArray, u: float, v: float) -> NDArray:
    """Colour of a texture [h, w, 3] by Catmull and Rom's kernel, over the seam and the poles."""
    height, width = texture.shape[:2]
    x, y = u * width - 0.5, v * height - 0.5
    total = np.zeros(3)
    for j in range(int(np.floor(y)) - 1, int(np.floor(y)) + 3):
        for i in range(int(np.floor(x)) - 1, int(np.floor(x)) + 3):
            row, column = j % (2 * height), i
            if row >= height:
                row, column = 2 * height - 1 - row, i + width // 2
            total += _kernel(x - i) * _kernel(y - j) * texture[row, column % width]
    return total


def _kernel(s: float) -> float:
    """Keys' cubic convolution with a = −1/2: Catmull and Rom's spline."""
    s = abs(s)
    if s < 1:
        return 1.5 * s**3 - 2.5 * s**2 + 1
    return -0.5 * s**3 + 2.5 * s**2 - 4 * s + 2 if s < 2 else 0.0
