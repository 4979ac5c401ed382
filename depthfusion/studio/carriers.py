"""Files of our own come back: scenes in a folder or a zip, and files that say how to make one."""

import shutil
from pathlib import Path

from depthfusion.io.file_errors import os_errors_explained, regular_file
from depthfusion.io.recipes import take_recipe
from depthfusion.io.scene_archive import read_scene_archive
from depthfusion.io.scene_folder import load_scene, read_info, staged_scene
from depthfusion.studio.import_options import ImportOptions
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.recreating import create_from, recipe_in, recipe_words
from depthfusion.studio.stages import Stages
from depthfusion.types import InputError, Progress


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
