"""Where a scene's triangles lie in a camera's picture: the renderer's work before the first pixel.

Each function gives two steps over ranges of vertices and of triangles, for the renderer to share
out among its threads, the second when the first is done.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from depthfusion.geometry.cameras import (
    Camera,
    OmnidirectionalStereo,
    Perspective,
    TabledCamera,
    VR180Fisheye,
)
from depthfusion.rendering import bounds
from depthfusion.types.arrays import Float64, Int32

Step = Callable[[int, int], None]  # over items first…last (excluded)


class Placing(NamedTuple):
    """Two steps, and where they write.

    Parameters
    ----------
    points : [N, 3], vertices around the camera's centre, by `project`.
    boxes : [F, 4], x0, x1, y0, y1 of each triangle, inclusive, x1 < x0 for none, by `bound`.
    project, bound : the steps, over vertices and over triangles.
    """

    points: Float64
    boxes: Int32
    project: Step
    bound: Step


def placing(
    camera: Camera, vertices: Float64, faces: Int32, rotation: Float64, origin: Float64
) -> Placing:
    """Steps that place triangles in the picture of any camera.

    Parameters
    ----------
    camera : whose picture.
    vertices, faces : of the scene, [N, 3] in the world and [F, 3].
    rotation, origin : of the camera's centre, world from camera.
    """
    points = np.empty((len(vertices), 3))
    boxes = np.empty((len(faces), 4), np.int32)

    def transform(first: int, last: int) -> None:
        bounds.transform(first, last, vertices, rotation, origin, points)

    if isinstance(camera, Perspective):
        project, bound = _perspective(camera, points, faces, boxes)
    elif isinstance(camera, VR180Fisheye):
        project, bound = _fisheye(camera, points, faces, boxes)
    elif isinstance(camera, TabledCamera):
        project, bound = _sphere(camera, points, faces, boxes)
    else:
        raise ValueError(f"the CPU renderer draws no {type(camera).__name__}")

    def place(first: int, last: int) -> None:
        transform(first, last)
        project(first, last)

    return Placing(points, boxes, place, bound)


def _perspective(
    camera: Perspective, points: Float64, faces: Int32, boxes: Int32
) -> tuple[Step, Step]:
    pixels = np.empty((len(points), 2))
    lens = np.array([camera.fl_x, camera.fl_y, camera.cx, camera.cy])
    size = camera.width, camera.height

    def project(first: int, last: int) -> None:
        bounds.project_perspective(first, last, points, *lens, pixels)

    def bound(first: int, last: int) -> None:
        bounds.bound_perspective(first, last, points, pixels, faces, lens, *size, boxes)

    return project, bound


def _fisheye(
    camera: VR180Fisheye, points: Float64, faces: Int32, boxes: Int32
) -> tuple[Step, Step]:
    pixels, units = np.empty((len(points), 2)), np.empty((len(points), 3))
    size = camera.width, camera.height

    def project(first: int, last: int) -> None:
        bounds.project_fisheye(first, last, points, *size, pixels, units)

    def bound(first: int, last: int) -> None:
        bounds.bound_fisheye(first, last, points, pixels, units, faces, *size, boxes)

    return project, bound


def _sphere(camera: TabledCamera, points: Float64, faces: Int32, boxes: Int32) -> tuple[Step, Step]:
    columns = np.empty(len(points))
    turn = camera.width if camera.periodic else 2 * camera.width
    circle = 0.0
    if isinstance(camera, OmnidirectionalStereo):
        circle = camera.ipd / 2 * (-1 if camera.eye == "left" else 1)
    share = np.ascontiguousarray(camera.ray_tables().rows[:, 2])
    size = camera.width, camera.height

    def project(first: int, last: int) -> None:
        bounds.project_sphere(first, last, points, turn, columns)

    def bound(first: int, last: int) -> None:
        bounds.bound_sphere(
            first, last, points, columns, faces, circle, share, turn, *size, boxes
        )  # fmt: skip

    return project, bound
