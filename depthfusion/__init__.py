"""From a prompt or a 360° photo to a place you can stand in.

This page is the table of contents. Every name is loaded when it is first asked for, so that
`import depthfusion` costs nothing and pulls in neither torch, Gradio, Open3D nor OpenGL.
"""

from importlib import import_module
from typing import Any

from depthfusion.version import __version__

_HOME = {
    "depthfusion.types": (
        "CameraPath",
        "Cancelled",
        "InputError",
        "Layer",
        "LayeredScene",
        "Pose",
        "Progress",
        "RGBDPanorama",
        "Scene",
        "SceneInfo",
        "TexturedMesh",
    ),
    "depthfusion.studio": (
        "create",
        "export",
        "import_photo",
        "list_scenes",
        "render",
        "show",
        "stereo",
        "video",
    ),
}
_HOME_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = ["__version__", *sorted(_HOME_OF)]


def __getattr__(name: str) -> Any:
    """Load `name` from the module it lives in (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'depthfusion' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the contents page."""
    return sorted(__all__)
