"""Depth painted by hand: edits on top of where the depth came from, undone in any number."""

import shutil
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthfusion.io.atomic import StrPath
from depthfusion.io.edit_files import FOLDER, EditHistory, read_edits, read_mask, write_edits
from depthfusion.io.file_errors import os_errors_explained
from depthfusion.io.scene_folder import load_scene, staged_scene
from depthfusion.scene.build import SceneOptions, build_scene
from depthfusion.scene.detail import MeshOptions
from depthfusion.scene.edits import Edit, edited, fitted_mask
from depthfusion.studio.finishing import GLB_NAME, PREVIEW_NAME, finish
from depthfusion.studio.library import find_scene
from depthfusion.studio.options import DESKTOP
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.room import head_box_notes
from depthfusion.studio.stages import Stages
from depthfusion.types import InputError, Progress, RGBDPanorama, Scene, silent
from depthfusion.types.arrays import Float32

# Made of the old depth; what is kept beside them (paths, notes of the person's) comes along.
_STALE = ("exports", "layers", FOLDER)


def paint(
    scene: StrPath, mask: StrPath | NDArray, edit: Edit, progress: Progress = silent
) -> Outcome:
    """Set the depth of a painted region, and build the scene anew.

    Parameters
    ----------
    scene : a scene's folder, or its name in the library; replaced in one step.
    mask : a picture 2:1 of any size, white (or opaque) where painted, or such an array [H, 2H],
        bool or uint8.
    edit : what the region becomes.
    progress : told each stage; may raise `Cancelled`, and then nothing has changed.

    Raises
    ------
    InputError
        No scene, no mask of that shape, nothing painted; nothing has changed on disk.
    """
    drawn = read_mask(mask) if isinstance(mask, (str, Path)) else np.asarray(mask)
    place = find_scene(scene)
    stages = Stages(progress)
    with stages.stage("Reading the scene"):
        old = load_scene(place)
        history = read_edits(place)
        full = fitted_mask(drawn, *old.panorama.distance.shape)
        grown = replace(history, edits=(*history.edits, edit), masks=(*history.masks, full))
        distance = edited(old.panorama.distance, full, edit)
    return _rebuilt(place, old, grown, distance, stages)


def undo_paint(scene: StrPath, progress: Progress = silent, *, count: int = 1) -> Outcome:
    """Take the last edits back, and build the scene anew.

    Parameters
    ----------
    scene : a scene's folder, or its name in the library; replaced in one step.
    progress : told each stage; may raise `Cancelled`, and then nothing has changed.
    count : how many edits.

    Raises
    ------
    InputError
        Nothing, or not so much, was painted on it.
    """
    place = find_scene(scene)
    stages = Stages(progress)
    with stages.stage("Reading the scene"):
        old = load_scene(place)
        history = read_edits(place)
        if not 1 <= count <= len(history.edits):
            had = len(history.edits)
            raise InputError(f"{scene} has {had or 'no'} edits to undo; got a count of {count}")
        kept = len(history.edits) - count
        left = replace(history, edits=history.edits[:kept], masks=history.masks[:kept])
        distance = history.source
        for edit_left, mask in zip(left.edits, left.masks, strict=True):
            distance = edited(distance, mask, edit_left)
    return _rebuilt(place, old, left, distance, stages)


def painted(scene: StrPath) -> tuple[Edit, ...]:
    """What is painted on a scene, oldest first.

    Raises
    ------
    InputError
        No scene, or its edits are damaged.
    """
    return read_edits(find_scene(scene)).edits


def try_paint(distance: NDArray, mask: NDArray, edit: Edit) -> Float32:
    """What `paint` would make of a panorama's distance [H, 2H]; nothing is written.

    Raises
    ------
    InputError
        As `paint`.
    """
    return edited(distance, fitted_mask(np.asarray(mask), *distance.shape), edit)


def _rebuilt(
    place: Path, old: Scene, history: EditHistory, distance: NDArray, stages: Stages
) -> Outcome:
    options = _scene_options(old.info.options)
    panorama = RGBDPanorama(old.panorama.rgb, distance, old.panorama.scale)
    edits = [_as_words(edit) for edit in history.edits]
    info = replace(
        old.info,
        options={**old.info.options, "edits": edits},
        made={**old.info.made, "distance.png": _made(old.info.made, edits)},
    )
    with staged_scene(place) as folder:
        with stages.stage("Building layers", steps=True) as inside:
            layered = build_scene(panorama, options, inside)
        mesh = _mesh_options(old.info.options)
        facts = finish(folder, Scene(info, panorama, layered), stages, mesh)
        if history.edits:
            write_edits(folder, history)
        _carry_over(place, folder)
    notes = head_box_notes(options.head_box, layered, facts["head_box"])
    if PREVIEW_NAME in old.info.made:
        notes.append(f"{PREVIEW_NAME} showed the old depth and was left out; `video` films anew")
    facts = {"edits": edits, **facts}
    return Outcome({"scene": place, "glb": place / GLB_NAME}, stages.seconds, {}, notes, facts)


def _carry_over(place: Path, folder: Path) -> None:
    """Copy what a person keeps in the scene's folder and is not made from its depth."""
    with os_errors_explained("copy", place):
        for item in place.iterdir():
            stale = (
                item.name in _STALE or item.name == PREVIEW_NAME or (folder / item.name).exists()
            )
            if item.is_dir() and not stale:
                shutil.copytree(item, folder / item.name)
            elif item.is_file() and not stale and item.suffix not in (".glb", ".mp4"):
                shutil.copyfile(item, folder / item.name)


def _as_words(edit: Edit) -> str:
    return edit.kind if edit.amount is None else f"{edit.kind} {edit.amount:g}"


def _made(made: Mapping[str, str], edits: list[str]) -> str:
    before = made.get("distance.png", "").partition("; painted by hand: ")[0]
    return f"{before}; painted by hand: {', '.join(edits)}" if edits else before


def _scene_options(asked: Mapping[str, Any]) -> SceneOptions:
    """How the scene was built, as its record says; else the defaults."""
    return _read_back(SceneOptions, asked.get("scene")) or SceneOptions()


def _mesh_options(asked: Mapping[str, Any]) -> MeshOptions:
    return _read_back(MeshOptions, asked.get("mesh")) or DESKTOP


def _read_back(kind: type, record: Any) -> Any:
    """An options dataclass from its JSON values, `None` where they make none."""
    if not isinstance(record, Mapping):
        return None
    known = {field.name for field in fields(kind)}
    try:
        return kind(**{name: value for name, value in record.items() if name in known})
    except (TypeError, ValueError):
        return None
