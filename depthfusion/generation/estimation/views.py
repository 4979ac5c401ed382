"""Overlapping perspective views that cover the sphere: cut out of a panorama and laid back."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from depthfusion.geometry.cameras import Perspective
from depthfusion.geometry.equirectangular import (
    direction_from_angles,
    directions,
    latitudes,
    longitudes,
    pad,
    pixel_from_direction,
)
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.types.arrays import Bool, Float32, Float64, UInt8

FOV = np.radians(90)
RING = np.arctan(0.5)  # latitude of the icosahedron's corners but the two at the poles
MARGIN = 4  # pixels by which pictures are continued before they are filtered
FADE = 0.35  # of half a view's width over which its weight falls to 0
SHARPEST = 2.5  # panorama pixels to a view's pixel from which on they are averaged first


@dataclass(frozen=True, eq=False)
class View:
    """One look at the sphere.

    Parameters
    ----------
    camera : a square pinhole, the same for all views.
    world_from_camera : rotation [3, 3].
    """

    camera: Perspective
    world_from_camera: Float64

    def cut(self, rgb: UInt8) -> UInt8:
        """The view's picture out of a panorama uint8 [H, 2H, 3]: uint8 [S, S, 3]."""
        height, width = rgb.shape[:2]
        coarse = width * FOV / (2 * np.pi) / self.camera.width
        if coarse > SHARPEST:
            size = (int(width / coarse), int(height / coarse))
            rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
            height, width = rgb.shape[:2]
        _, rays = self.camera.rays()
        at = pixel_from_direction(rays @ self.world_from_camera.T, height, width) + MARGIN
        column, row = np.moveaxis(at.astype(np.float32), -1, 0)
        return cv2.remap(pad(rgb, MARGIN), column, row, cv2.INTER_LINEAR)


@dataclass(frozen=True, eq=False)
class Footprint:
    """Where on a panorama a view lies, a rectangle of it that may cross the seam.

    Parameters
    ----------
    rows, columns : [h], [w], indices into the panorama.
    at : float32 [h, w, 2], positions (x, y) in the view.
    along : float32 [h, w], cosine of the angle to the optical axis: z-depth over distance.
    weight : float32 [h, w], 0 outside the view, rising to 1 inside.
    """

    rows: NDArray
    columns: NDArray
    at: Float32
    along: Float32
    weight: Float32

    @property
    def inside(self) -> Bool:
        """Where the view shows something."""
        return self.weight > 0

    def lay(self, image: Float32) -> Float32:
        """The view's picture float32 [S, S] as the panorama sees it, [h, w]."""
        return cv2.remap(
            image,
            self.at[..., 0],
            self.at[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )


def covering_views(size: int) -> tuple[View, ...]:
    """Twelve views of 90° towards an icosahedron's corners, two of them at the poles.

    Parameters
    ----------
    size : pixels of a view each way.
    """
    camera = Perspective.from_fov(size, size, FOV)
    looks = [(0.0, np.pi / 2), (0.0, -np.pi / 2)]
    looks += [(2 * np.pi * k / 5, RING) for k in range(5)]
    looks += [(2 * np.pi * (k + 0.5) / 5, -RING) for k in range(5)]
    return tuple(
        View(camera, yaw_pitch(yaw, pitch).world_from_camera[:3, :3]) for yaw, pitch in looks
    )


def footprint(view: View, height: int, width: int) -> Footprint:
    """Find where a view lies on a panorama of `height` × `width` pixels."""
    coarse = _in_camera(view, directions(32, 64))
    hit = _covered(coarse, grow=0.35)
    rows = _spread(np.asarray(hit.any(1)), height)
    columns = _round(np.asarray(hit.any(0)), width)
    rays = direction_from_angles(longitudes(width)[columns], latitudes(height)[rows][:, None])
    x, y, z = np.moveaxis(_in_camera(view, rays), -1, 0)
    ahead = np.maximum(-z, 1e-6)
    a, b = x / ahead, -y / ahead  # −1 … 1 inside a view of 90°
    edge = 1 - np.maximum(np.abs(a), np.abs(b))
    share = np.clip(edge / FADE, 0, 1)
    weight = np.where(-z > 0.1, share * share * (3 - 2 * share), 0)
    half = view.camera.width / 2
    at = np.stack([a * half + half - 0.5, b * half + half - 0.5], axis=-1)
    return Footprint(
        rows, columns, at.astype(np.float32), ahead.astype(np.float32), weight.astype(np.float32)
    )


def _in_camera(view: View, rays: NDArray) -> NDArray:
    return rays @ view.world_from_camera


def _covered(rays: NDArray, grow: float) -> Bool:
    x, y, z = np.moveaxis(rays, -1, 0)
    ahead = np.maximum(-z, 1e-6)
    return (-z > 0) & (np.maximum(np.abs(x), np.abs(y)) / ahead < 1 + grow)


def _spread(hit: NDArray, count: int) -> NDArray:
    """Indices of `count` lines that a coarse hit list covers, in one run."""
    found = np.flatnonzero(hit)
    first, last = found[0] * count // hit.size, -(-(found[-1] + 1) * count // hit.size)
    return np.arange(first, last)


def _round(hit: NDArray, count: int) -> NDArray:
    """The same for columns, which go round: the run leaves out the widest gap."""
    found = np.flatnonzero(hit)
    if found.size == hit.size:
        return np.arange(count)
    ends = [*found, found[0] + hit.size]
    gap, start = max((b - a, b) for a, b in pairwise(ends))
    first = start * count // hit.size
    span = -(-(hit.size - gap + 1) * count // hit.size)
    return np.arange(first, first + span) % count
