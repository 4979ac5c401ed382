"""Files of our own come back: scenes in a folder or a zip, and files that say how to make one."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from depthfusion.geometry.cameras import Equirectangular
from depthfusion.io.file_errors import os_errors_explained, regular_file
from depthfusion.io.glb_reading import SKY, GlbContent, read_glb
from depthfusion.io.recipes import take_recipe
from depthfusion.io.scene_archive import read_scene_archive
from depthfusion.io.scene_folder import load_scene, read_info, staged_scene
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.scene.build import build_scene
from depthfusion.studio.finishing import GLB_NAME, finish
from depthfusion.studio.import_options import ImportOptions
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.recreating import create_from, recipe_in, recipe_words
from depthfusion.studio.stages import Stages
from depthfusion.types import (
    InputError,
    Pose,
    Progress,
    RGBDPanorama,
    Scale,
    Scene,
    SceneInfo,
)


def import_carrier(
    source: Path, place: Path, options: ImportOptions, progress: Progress
) -> Outcome:
    """Make a scene of something that this program made.

    Parameters
    ----------
    source : a scene's folder, a zip of one, or a GLB or film with its recipe inside.
    place : the new scene's folder.

    Raises
    ------
    InputError
        It holds no scene and no recipe, is damaged, or a depth file was given with it.
    """
    if options.depth is not None:
        raise InputError(f"{source} brings its own depth; leave --depth out")
    if source.is_dir():
        return _copied(source, place, progress)
    regular_file(source)
    if source.suffix.lower() == ".zip":
        return _unpacked(source, place, progress)
    if source.suffix.lower() == ".glb":
        return _looked_at(source, place, options, progress)
    return create_from(source, place, progress=progress)


def carried(source: Path) -> str:
    """Say in a sentence what a file or folder of our own holds.

    Raises
    ------
    InputError
        It holds no scene and no recipe, or is damaged.
    """
    recipe = recipe_in(source)
    kind = "a scene" if source.is_dir() or source.suffix.lower() == ".zip" else "a recipe"
    return f"{source.name} holds {kind}, {recipe_words(recipe)}"


def recipe_note(photo: Path) -> list[str]:
    """Say how a picture was made where it tells, as those do that this program wrote.

    Parameters
    ----------
    photo : a file that was read as a photo; one whose record is damaged says nothing.
    """
    if photo.is_dir():
        return []
    try:
        found = take_recipe(photo)
    except InputError:
        return []
    return [f"{photo.name} says how it was made: {recipe_words(found)}"] if found else []


def _copied(source: Path, place: Path, progress: Progress) -> Outcome:
    stages = Stages(progress)
    if source.resolve() == place.resolve():
        raise InputError(f"{source} is that scene already; choose another --out")
    with stages.stage("Reading the scene"):
        scene = load_scene(source)
    with stages.stage("Saving the scene"), staged_scene(place) as folder:
        with os_errors_explained("copy", source):
            shutil.copytree(source, folder, dirs_exist_ok=True)
    facts = {"photo": "scene", "width": scene.panorama.width, "height": scene.panorama.height}
    return Outcome({"scene": place}, stages.seconds, {}, ["a scene was copied as it is"], facts)


def _unpacked(source: Path, place: Path, progress: Progress) -> Outcome:
    stages = Stages(progress)
    with stages.stage("Unpacking the scene") as inside:
        read_scene_archive(source, place, inside)
    record = read_info(place)
    facts = {"photo": "scene", "width": record["width"], "height": record["height"]}
    return Outcome({"scene": place}, stages.seconds, {}, ["a scene was unpacked as it is"], facts)


def _looked_at(source: Path, place: Path, options: ImportOptions, progress: Progress) -> Outcome:
    """A GLB's meshes seen from the middle, which is all that a panorama holds; layers anew."""
    stages = Stages(progress)
    with staged_scene(place) as folder:
        with stages.stage("Reading the photo"):
            content = read_glb(source)
            panorama = seen_from_within(content, options.max_width)
        with stages.stage("Building layers", steps=True) as inside:
            layered = build_scene(panorama, options.scene, inside)
        note = f"what the meshes of {source.name} show from the middle; layers were built anew"
        info = _info_of(content.recipe, source, note)
        facts = finish(folder, Scene(info, panorama, layered), stages, options.mesh)
    facts = {"photo": "scene", **facts}
    paths = {"scene": place, "glb": place / GLB_NAME}
    return Outcome(paths, stages.seconds, {}, [note], facts)


def seen_from_within(content: GlbContent, max_width: int) -> RGBDPanorama:
    """Draw a GLB's meshes from the origin: colour and distance of the whole sphere.

    Parameters
    ----------
    content : as read.
    max_width : pixels round at most; else as many as the largest texture has.

    Raises
    ------
    InputError
        Nothing of it has a distance.
    """
    width = min(max(mesh.texture.shape[1] for mesh in content.meshes), max_width) // 2 * 2
    with CpuRenderer() as renderer:
        renderer.load(content.meshes[::-1])
        frame = renderer.render(Equirectangular(width, width // 2), Pose.at((0, 0, 0)), 1)
    distance = frame.distance.copy()
    skies = [mesh.vertices for mesh in content.meshes if mesh.name.startswith(SKY)]
    if skies:
        far = min(float(np.linalg.norm(sky, axis=-1).min()) for sky in skies)
        distance[distance > 0.98 * far] = np.inf
    if not np.isfinite(distance).any():
        raise InputError("the meshes show nothing from the middle")
    scale: Scale = "relative" if content.recipe.get("scale") == "relative" else "metric"
    return RGBDPanorama(frame.rgb, distance, scale)


def _info_of(recipe: Mapping[str, Any], source: Path, note: str) -> SceneInfo:
    def words(name: str) -> str | None:
        return recipe[name] if isinstance(recipe.get(name), str) else None

    asked, seed = recipe.get("options"), recipe.get("seed")
    return SceneInfo(
        title=str(recipe.get("title") or source.stem)[:200],
        engine=str(recipe["engine"]),
        prompt=words("prompt"),
        model=words("model"),
        revision=words("revision"),
        licence=words("licence"),
        seed=seed if isinstance(seed, int) else None,
        options=dict(asked) if isinstance(asked, Mapping) else {},
        made={"rgb.png": note, "distance.png": note},
    )
