"""How far a visitor may lean: looked at in pictures before it is promised."""

from collections.abc import Sequence
from dataclasses import replace

from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.rendering.inspection import RUBBER, safe_radius
from depthfusion.scene.build import CLOSEST
from depthfusion.scene.meshing import is_sheet
from depthfusion.types import LayeredScene, Progress, Scene, TexturedMesh, silent


def with_safe_head_box(
    scene: Scene, meshes: Sequence[TexturedMesh], progress: Progress = silent
) -> Scene:
    """The scene with the largest head box, up to its own, that shows no hole and no rubber.

    A single sheet, the paper's way, stretches wherever anything is hidden; whoever asks for it
    wants to see that, so there only holes count.

    Parameters
    ----------
    scene : as built.
    meshes : of its layers.
    progress : may raise `Cancelled`.
    """
    if scene.layered.head_box == 0:
        return scene
    rubber = 1.0 if is_sheet(scene.layered) else RUBBER
    with CpuRenderer() as renderer:
        radius = safe_radius(
            scene.layered.head_box, meshes, renderer, rubber=rubber, progress=progress
        )
    return replace(scene, layered=replace(scene.layered, head_box=radius))


def head_box_notes(asked: float | None, built: LayeredScene, safe: float) -> list[str]:
    """Say why the head box is smaller than it was asked for, if it is.

    Parameters
    ----------
    asked : by the person, or `None`.
    built : the layers, with the head box that they were built for.
    safe : the head box that was verified.
    """
    unit = " m" if built.scale == "metric" else ""
    notes = []
    if asked is not None and built.head_box < asked:
        notes.append(
            f"the head box was taken in from {asked:g}{unit} to {built.head_box:.2g}{unit}, "
            f"{CLOSEST:.0%} of the way to what is nearest"
        )
    if safe < built.head_box:
        notes.append(
            f"the head box was taken in from {built.head_box:.2g}{unit} to {safe:.2g}{unit}, "
            "as holes or stretched surfaces would show farther out"
        )
    return notes
