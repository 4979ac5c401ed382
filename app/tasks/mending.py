"""Tasks that change the depth of a scene that is there: its distances, and parts of it by brush."""

from pathlib import Path

from app.tasks.bench import Arguments, Bench, Result, Show, told
from depthfusion.types import InputError, Progress

WITH_AMOUNT = ("flat", "push", "pull")
"""Kinds of painting that say how far."""
RESHAPED = ("mapping", "near", "far", "radius", "strength", "camera_height")


def reshape(bench: Bench, given: Arguments, progress: Progress, show: Show) -> Result:
    """Give a scene other distances."""
    scene = bench.own(given.get("scene"))
    outcome = bench.studio.reshape(scene.folder, change_of(bench.studio, given), progress)
    return {"scenes": [scene.key], **told(outcome)}


def change_of(studio: object, given: Arguments) -> object:
    """The change that a person asked for; also what is tried before it is made."""
    chosen = {name: given[name] for name in RESHAPED if given.get(name) not in (None, "")}
    if given.get("floor"):
        chosen["floor"] = tuple(given["floor"])
    return studio.Reshape(**chosen)  # type: ignore[attr-defined]


def paint(bench: Bench, given: Arguments, progress: Progress, show: Show) -> Result:
    """Change the depth of what was painted over."""
    scene, studio = bench.own(given.get("scene")), bench.studio
    if not given.get("mask"):
        raise InputError("paint over a part of the picture first")
    kind = str(given["kind"])
    amount = given.get("amount") if kind in WITH_AMOUNT else None
    edit = studio.Edit(kind, amount or None)
    outcome = studio.paint(scene.folder, Path(given["mask"]), edit, progress)
    return {"scenes": [scene.key], **told(outcome)}


def undo_paint(bench: Bench, given: Arguments, progress: Progress, show: Show) -> Result:
    """Take the last painting of depth back."""
    scene = bench.own(given.get("scene"))
    outcome = bench.studio.undo_paint(scene.folder, progress)
    return {"scenes": [scene.key], **told(outcome)}
