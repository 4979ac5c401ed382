"""Frozen dataclasses that every floor shares. They check themselves once, when made."""

from depthfusion.types.errors import Cancelled, InputError
from depthfusion.types.mesh import AlphaMode, TexturedMesh
from depthfusion.types.panorama import RGBDPanorama, Scale
from depthfusion.types.pose import CameraPath, Pose
from depthfusion.types.progress import Progress, silent
from depthfusion.types.scene import Layer, LayeredScene, Scene, SceneInfo

__all__ = [
    "AlphaMode",
    "CameraPath",
    "Cancelled",
    "InputError",
    "Layer",
    "LayeredScene",
    "Pose",
    "Progress",
    "RGBDPanorama",
    "Scale",
    "Scene",
    "SceneInfo",
    "TexturedMesh",
    "silent",
]
