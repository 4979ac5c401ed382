"""Cube maps, drawn by whoever draws perspective views."""

import numpy as np

from depthfusion.geometry.cubemap import CubeMap
from depthfusion.rendering.renderer import Frame, Renderer
from depthfusion.types import Pose


def draw_cube(renderer: Renderer, camera: CubeMap, pose: Pose, samples: int = 1) -> Frame:
    """Draw the six faces and put them together; a cross's corners stay black, and are no holes.

    Parameters
    ----------
    renderer : loaded; draws perspective cameras.
    camera, pose, samples : as for `Renderer.render`.
    """
    rgb = np.zeros((camera.height, camera.width, 3), np.uint8)
    distance = np.full(rgb.shape[:2], np.inf, np.float32)
    holes = np.zeros(rgb.shape[:2], np.bool_)
    for face in camera.faces():
        turned = np.eye(4)
        turned[:3, :3] = face.rotation
        frame = renderer.render(face.camera, Pose(pose.world_from_camera @ turned), samples)
        rgb[face.place], distance[face.place] = frame.rgb, frame.distance
        holes[face.place] = frame.holes
    return Frame(rgb, distance, holes)
