"""Ways to say where a camera stands and looks."""

import numpy as np
from numpy.typing import ArrayLike

from depthfusion.types import Pose
from depthfusion.types.arrays import Float64


def yaw_pitch(yaw: float, pitch: float, position: ArrayLike = (0, 0, 0)) -> Pose:
    """Turned by `yaw` (radians, + towards +X), then tilted by `pitch` (+ up), at `position` [3]."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation_y(-yaw) @ rotation_x(pitch)
    matrix[:3, 3] = position
    return Pose(matrix)


def look_at(position: ArrayLike, target: ArrayLike, up: ArrayLike = (0, 1, 0)) -> Pose:
    """At `position` [3], looking at `target` [3], with `up` [3] upwards in the picture.

    `up` may have any length.

    Raises
    ------
    ValueError
        `target` is where the camera stands, lies along `up`, or is not finite.
    """
    position, upwards = np.asarray(position, np.float64), np.asarray(up, np.float64)
    back = position - np.asarray(target, np.float64)
    if not np.isfinite([back, upwards]).all():
        raise ValueError("target must be finite, and position and up too")
    right = np.cross(upwards, back)
    length = np.linalg.norm(back)
    if np.linalg.norm(right) <= 1e-9 * np.linalg.norm(upwards) * length:
        raise ValueError(
            "target must differ from position and must not lie along up; "
            f"got {np.asarray(target).tolist()} seen from {position.tolist()}"
        )
    back = back / length
    right = right / np.linalg.norm(right)
    matrix = np.eye(4)
    matrix[:3] = np.stack([right, np.cross(back, right), back, position], axis=1)
    return Pose(matrix)


def rotation_x(angle: float) -> Float64:
    """Rotation [3, 3] about +X, radians, right-handed: turns −Z towards +Y."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def rotation_y(angle: float) -> Float64:
    """Rotation [3, 3] about +Y, radians, right-handed: turns −Z towards −X."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
