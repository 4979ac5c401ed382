"""How near a camera's way comes to what stands around the scene's centre, and ways kept clear."""

import numpy as np

from depthfusion.geometry.equirectangular import pixel_from_direction
from depthfusion.types import CameraPath, InputError, Pose
from depthfusion.types.arrays import Float32, Float64

LIMIT = 0.9  # of the way from the centre to the surface


def used_clearance(path: CameraPath, distance: Float32) -> Float64:
    """Share of the way from the centre to the nearest surface that each pose has gone, [N].

    From 1 on a pose lies in or behind the surface: a panorama's depth is the first thing that each
    direction meets.

    Parameters
    ----------
    path : poses in world axes.
    distance : [H, W], of the panorama; +inf for sky.
    """
    positions = np.array([pose.position for pose in path.poses])
    gone = np.linalg.norm(positions, axis=1)
    ways = np.where(gone[:, None] > 0, positions, (0.0, 0.0, -1.0))
    height, width = distance.shape
    x, y = np.moveaxis(pixel_from_direction(ways.astype(np.float32), height, width), -1, 0)
    column, row = np.rint(x).astype(int), np.rint(y).astype(int)
    nearest = np.full(len(gone), np.inf)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            at = distance[np.clip(row + down, 0, height - 1), (column + right) % width]
            nearest = np.minimum(nearest, at)
    return gone / nearest


def kept_clear(path: CameraPath, distance: Float32) -> tuple[CameraPath, float]:
    """The way drawn in towards the centre as a whole until it passes no surface, and by how much.

    Parameters
    ----------
    path, distance : as for `used_clearance`.

    Returns
    -------
    The path, and the factor of its positions, 1 where it was clear.
    """
    most = float(used_clearance(path, distance).max(initial=0.0))
    if most <= LIMIT:
        return path, 1.0
    factor = LIMIT / most
    poses = []
    for pose in path.poses:
        matrix = pose.world_from_camera.copy()
        matrix[:3, 3] *= factor
        poses.append(Pose(matrix))
    return CameraPath(path.times, poses), factor


def verify_clear(path: CameraPath, distance: Float32) -> None:
    """Refuse a way that passes a surface.

    Raises
    ------
    InputError
        It does; the message says when.
    """
    used = used_clearance(path, distance)
    if used.max(initial=0.0) >= 1:
        first = int(np.argmax(used >= 1))
        raise InputError(
            f"the camera path goes through a surface at {path.times[first]:.3g} s: bring the "
            "keyframes nearer to the centre, or allow the path outside"
        )
