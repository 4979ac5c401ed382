"""Files of our own come back: scenes in a folder or a zip, and files that say how to make one."""

import shutil
import zipfile
from importlib.util import find_spec
from pathlib import Path

from depthfusion.io.file_errors import os_errors_explained, regular_file
from depthfusion.io.scene_folder import load_scene, staged_scene
from depthfusion.studio.import_options import ImportOptions
from depthfusion.studio.outcome import Outcome
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
    if find_spec("depthfusion.studio.recreating") is None:
        raise InputError(f"{source} holds no photo; bring a JPEG, PNG or WebP")
    from depthfusion.studio.recreating import create_from

    return create_from(source, place, progress=progress)


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
    if not zipfile.is_zipfile(source):
        raise InputError(f"cannot read {source}: it is no zip archive, or damaged or cut short")
    if find_spec("depthfusion.studio.scene_zip") is None:
        raise InputError(f"{source} can't be imported by this version; unpack it first")
    from depthfusion.studio.scene_zip import import_scene_zip

    return import_scene_zip(source, place, progress)
