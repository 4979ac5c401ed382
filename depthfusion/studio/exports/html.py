"""A scene and its viewer in one HTML file."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import depthfusion
from depthfusion.io.atomic import write_bytes
from depthfusion.io.viewer_page import Shown, encode_page
from depthfusion.studio.exports.glb import glb_of
from depthfusion.studio.exports.order import Order, Written
from depthfusion.studio.library import THUMBNAIL
from depthfusion.studio.loading import open_scene
from depthfusion.studio.low_level import LOW_NAME, low_glb
from depthfusion.types import InputError, Scene

VIEWER = Path(depthfusion.__file__).parents[1] / "app" / "viewer"
"""Data to this package, which imports nothing of the app: both are installed side by side."""
_SUFFIXES = (".css", ".html", ".js", ".svg", ".woff2")


def write(order: Order) -> Written:
    """Mesh the layers, and put them into the viewer's page."""
    viewer = viewer_files()
    # The page brings what reads it: the smallest form that there is.
    options = replace(order.options, compress="meshopt")
    chosen = {}
    if options.texture == "auto":
        options = replace(options, texture="webp")
        chosen["texture"] = "webp, which every browser reads"
    opened, meshes = open_scene(order.scene, order.stages, options.mesh)
    with order.stages.stage("Writing the file"):
        glb = glb_of(opened, meshes, options)
        shown = Shown(
            glb,
            page_info(opened),
            thumbnail=_kept(order.scene / THUMBNAIL),
            low=_kept(order.scene / LOW_NAME) or low_glb(opened.panorama),
        )
        write_bytes(order.target, encode_page(viewer, shown))
    facts = {
        "meshes": len(meshes),
        "triangles": sum(len(mesh.faces) for mesh in meshes),
        "glb_bytes": len(glb),
    }
    return Written(facts, chosen=chosen)


def viewer_files() -> dict[str, bytes]:
    """The viewer's files by their name within its folder.

    Raises
    ------
    InputError
        The web app's files, of which the viewer is one part, are not installed.
    """
    if not (VIEWER / "index.html").is_file():
        raise InputError(
            "an HTML export needs the viewer in app/viewer, which is not installed: run it from a "
            "full copy of DepthFusion"
        )
    return {
        file.relative_to(VIEWER).as_posix(): file.read_bytes()
        for file in sorted(VIEWER.rglob("*"))
        if file.suffix in _SUFFIXES
    }


def _kept(path: Path) -> bytes:
    """A file of the scene's folder, where it is there."""
    return path.read_bytes() if path.is_file() else b""


def page_info(scene: Scene) -> dict[str, Any]:
    """What the viewer reads of scene.json."""
    finite = scene.panorama.distance[scene.panorama.distance < float("inf")]
    facts = {
        "title": scene.info.title,
        "prompt": scene.info.prompt,
        "forward_yaw": scene.info.forward_yaw,
        "head_box": scene.layered.head_box,
        "scale": scene.panorama.scale,
        "near": float(finite.min()) if finite.size else None,
        "far": float(finite.max()) if finite.size else None,
    }
    return {name: value for name, value in facts.items() if value is not None}
