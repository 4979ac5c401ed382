"""A nerfstudio data set: what trainers of splats and radiance fields start from.

Source: docs.nerf.studio, "Data conventions", "Dataset format".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from depthfusion.geometry.cameras import Perspective
from depthfusion.geometry.depth import z_from_distance
from depthfusion.io.encoding import encode_image
from depthfusion.types import Pose
from depthfusion.types.arrays import Float32, UInt8, UInt16

POINTS_NAME = "sparse_pc.ply"
CAMERAS_NAME = "transforms.json"
UNIT = 0.001  # of a depth picture's steps, in the scene's unit: what nerfstudio takes by default
_POINT = np.dtype(
    [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("red", "u1"), ("green", "u1"), ("blue", "u1")]
)


@dataclass(frozen=True)
class DataSetView:
    """One picture of a data set.

    Parameters
    ----------
    number : from 1; names the files.
    pose : where the camera stood.
    """

    number: int
    pose: Pose

    @property
    def image_name(self) -> str:
        """Of the picture, within the data set."""
        return f"images/frame_{self.number:05}.png"

    @property
    def depth_name(self) -> str:
        """Of its depth."""
        return f"depths/frame_{self.number:05}.png"


def encode_transforms(
    camera: Perspective, views: Sequence[DataSetView], recipe: Mapping[str, Any] | None = None
) -> bytes:
    """Write transforms.json.

    Parameters
    ----------
    camera : of all views.
    views : in the order of the file.
    recipe : how the scene was made, JSON values; other programs pass it over.
    """
    document: dict[str, Any] = {
        "camera_model": "OPENCV",
        "w": camera.width,
        "h": camera.height,
        "fl_x": camera.fl_x,
        "fl_y": camera.fl_y,
        "cx": camera.cx,
        "cy": camera.cy,
        "k1": 0.0,
        "k2": 0.0,
        "p1": 0.0,
        "p2": 0.0,
        "ply_file_path": POINTS_NAME,
        "frames": [
            {
                "file_path": view.image_name,
                "depth_file_path": view.depth_name,
                "transform_matrix": view.pose.world_from_camera.tolist(),
            }
            for view in views
        ],
        "recipe": dict(recipe or {}),
    }
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def encode_depth(distance: Float32, camera: Perspective) -> bytes:
    """Depth along the optical axis as a 16-bit PNG, 0 where there is none or it is too far.

    Parameters
    ----------
    distance : float32 [H, W], along the rays; +inf for sky.
    camera : whose view it is.
    """
    steps = z_from_distance(distance, camera.rays()[1]) / UNIT
    known = np.isfinite(steps) & (steps < 65535.5)
    codes: UInt16 = np.rint(np.where(known, steps, 0)).astype(np.uint16)
    return encode_image(codes)


def encode_points(points: Float32, colours: UInt8) -> bytes:
    """A coloured point cloud as binary PLY.

    Parameters
    ----------
    points : float32 [N, 3], the scene's axes and unit.
    colours : uint8 [N, 3], sRGB.
    """
    rows = np.empty(len(points), _POINT)
    for axis, name in enumerate(("x", "y", "z")):
        rows[name] = points[:, axis]
    for channel, name in enumerate(("red", "green", "blue")):
        rows[name] = colours[:, channel]
    words = {"f4": "float", "u1": "uchar"}
    properties = "".join(
        f"property {words[kind.str[1:]]} {name}\n"
        for name, kind in ((name, _POINT[name]) for name in _POINT.names or ())
    )
    head = f"ply\nformat binary_little_endian 1.0\nelement vertex {len(rows)}\n{properties}"
    return f"{head}end_header\n".encode() + rows.tobytes()
