"""From layers to everything a scene folder holds, all of it in the staging folder."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from depthfusion.geometry.cameras import Perspective
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.io.file_errors import os_errors_explained
from depthfusion.io.glb import encode_glb
from depthfusion.io.scene_folder import write_scene
from depthfusion.scene.detail import MeshOptions
from depthfusion.scene.meshing import mesh_scene
from depthfusion.studio.drawing import COARSE_FILM, Artist
from depthfusion.studio.film import Film
from depthfusion.studio.library import THUMBNAIL
from depthfusion.studio.low_level import LOW_NAME, low_glb
from depthfusion.studio.options import RenderOptions, VideoOptions
from depthfusion.studio.recipe import recipe
from depthfusion.studio.room import with_safe_head_box
from depthfusion.studio.stages import Stages
from depthfusion.types import Scene, TexturedMesh
from depthfusion.types.arrays import UInt8

GLB_NAME = "scene.glb"
PREVIEW_NAME = "preview.mp4"
THUMBNAIL_SIZE = (640, 360)
THUMBNAIL_FOV = 1.5  # radians wide


def finish(
    folder: Path,
    scene: Scene,
    stages: Stages,
    mesh: MeshOptions,
    preview: VideoOptions | None = None,
) -> dict[str, Any]:
    """Write a scene with scene.glb, its thumbnail and, where asked for, preview.mp4.

    Its head box is verified first, and taken in where holes would show.

    Parameters
    ----------
    folder : of `staged_scene`.
    scene : what to write; its `made` gains the files written here.
    stages : told what is under way.
    mesh : how finely scene.glb is meshed.
    preview : the film to make of it, or `None`.

    Returns
    -------
    Facts about the scene: size, scale, head box, layers, triangles, and about the preview.
    """
    with stages.stage("Meshing"):
        meshes = mesh_scene(scene.layered, mesh)
    with stages.stage("Verifying the head box") as inside:
        scene = with_safe_head_box(scene, meshes, inside)
    facts = _facts(scene, meshes)
    made = dict(scene.info.made)
    made["layers"] = f"{facts['layers']}, near to far; {stages.took('Building layers')}"
    with stages.stage("Writing GLB"):
        glb = encode_glb(meshes, recipe(scene.info, scene.layered))
        with os_errors_explained("write", GLB_NAME):
            (folder / GLB_NAME).write_bytes(glb)
            (folder / LOW_NAME).write_bytes(low_glb(scene.panorama))
    made[LOW_NAME] = "one coarse sheet, for viewers to show while scene.glb arrives"
    made[GLB_NAME] = f"the layers meshed, unlit; {stages.took('Meshing', 'Writing GLB')}"
    with stages.stage("Drawing the thumbnail"):
        thumbnail = draw_thumbnail(meshes, scene)
    made[THUMBNAIL] = f"drawn from the origin; {stages.took('Drawing the thumbnail')}"
    if preview is not None:
        film = Film(preview, scene.layered.head_box, scene.info.forward_yaw)
        artist = Artist(meshes, scene, coarse=COARSE_FILM)
        with stages.stage("Filming the preview") as inside, artist:
            made_by = recipe(scene.info, scene.layered)
            said = film.shoot(artist, folder / PREVIEW_NAME, inside, recipe=made_by)
            facts["preview"] = said
        made[PREVIEW_NAME] = (
            f"{said['path']}, {said['seconds']:g} s, renderer {said['renderer']}; "
            f"{stages.took('Filming the preview')}"
        )
    with stages.stage("Saving the scene"):
        write_scene(
            replace(scene, info=replace(scene.info, made=made)), folder, thumbnail=thumbnail
        )
    return facts


def draw_thumbnail(meshes: Sequence[TexturedMesh], scene: Scene) -> UInt8:
    """Draw what a visitor sees first, uint8 [360, 640, 3]."""
    camera = Perspective.from_fov(*THUMBNAIL_SIZE, THUMBNAIL_FOV)
    with Artist(meshes, scene, RenderOptions("cpu", samples=2)) as artist:
        return artist.draw(camera, yaw_pitch(scene.info.forward_yaw, 0.0)).rgb


def _facts(scene: Scene, meshes: Sequence[TexturedMesh]) -> dict[str, Any]:
    return {
        "width": scene.panorama.width,
        "height": scene.panorama.height,
        "scale": scene.panorama.scale,
        "head_box": scene.layered.head_box,
        "layers": len(scene.layered.layers),
        "triangles": sum(len(mesh.faces) for mesh in meshes),
    }
