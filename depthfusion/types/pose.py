"""Where a camera stands and how it is turned, and how that changes in time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from depthfusion.types.arrays import Float64, frozen


@dataclass(frozen=True, eq=False)
class Pose:
    """A camera's place: `world_from_camera`, 4×4, OpenGL camera axes (looks along its −Z).

    Raises
    ------
    ValueError
        Not 4×4, not finite, the last row is not 0 0 0 1, or the rotation is skewed, scaled or
        mirrored by more than 1e-3.
    """

    world_from_camera: Float64

    def __post_init__(self) -> None:
        """Verify that the matrix is a rigid motion."""
        matrix = frozen("world_from_camera", self.world_from_camera, np.float64, (4, 4))
        if not np.isfinite(matrix).all():
            raise ValueError("world_from_camera must be finite")
        if np.abs(matrix[3] - (0, 0, 0, 1)).max() > 1e-6:
            raise ValueError(
                f"world_from_camera must end in the row 0 0 0 1; got {matrix[3].tolist()}"
            )
        rotation = matrix[:3, :3]
        skew = np.abs(rotation.T @ rotation - np.eye(3)).max()
        if skew > 1e-3 or np.linalg.det(rotation) < 0:
            raise ValueError(
                "world_from_camera must rotate without skew, scale or mirroring; "
                f"its columns are off by {skew:.3g}, determinant {np.linalg.det(rotation):.3g}"
            )
        object.__setattr__(self, "world_from_camera", matrix)

    @classmethod
    def at(cls, position: ArrayLike) -> "Pose":
        """Upright, looking forward (−Z), with the camera at `position` [3]."""
        matrix = np.eye(4)
        matrix[:3, 3] = position
        return cls(matrix)

    @property
    def position(self) -> Float64:
        """Where the camera is, [3]."""
        return self.world_from_camera[:3, 3]

    @property
    def rotation(self) -> Float64:
        """World axes from camera axes, [3, 3]."""
        return self.world_from_camera[:3, :3]


@dataclass(frozen=True, eq=False)
class CameraPath:
    """Poses at moments in time.

    Parameters
    ----------
    times : float64 [N], seconds, increasing, from 0.
    poses : N of them.
    """

    times: Float64
    poses: Sequence[Pose]

    def __post_init__(self) -> None:
        """Verify that there is one pose for each moment, in order."""
        times = frozen("times", self.times, np.float64, (None,))
        if len(times) == 0 or len(times) != len(self.poses):
            raise ValueError(
                f"times must match poses, at least one; got {len(times)} and {len(self.poses)}"
            )
        if not np.isfinite(times).all():
            raise ValueError("times must be finite")
        if (np.diff(times) <= 0).any():
            raise ValueError("times must increase")
        object.__setattr__(self, "times", times)
        object.__setattr__(self, "poses", tuple(self.poses))

    def __len__(self) -> int:
        """Count the poses."""
        return len(self.poses)
