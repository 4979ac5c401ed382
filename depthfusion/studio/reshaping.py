"""The same picture, other distances: near and far, the mapping, and the height of the camera.

Where depth is relative, nobody but the person who knows the place can say how near is near. The
layers of a scene stay cut as they are, since every change here keeps the order of what is near and
far; only their distances move, and they are meshed anew.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from shutil import copytree
from typing import Literal, get_args

import numpy as np

from depthfusion.geometry.depth import DepthMapping
from depthfusion.geometry.equirectangular import direction_from_pixel, sample
from depthfusion.io.atomic import StrPath
from depthfusion.io.scene_folder import load_scene, staged_scene
from depthfusion.studio.finishing import GLB_NAME, finish
from depthfusion.studio.library import find_scene
from depthfusion.studio.options import DESKTOP
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.stages import Stages
from depthfusion.types import InputError, LayeredScene, Progress, RGBDPanorama, Scene, silent
from depthfusion.types.arrays import Float32

Mapping = Literal["keep", "inverse", "linear"]
Remap = Callable[[Float32], Float32]
STEEPEST = 0.05  # sine of the angle below the horizon from which a point counts as floor
SPARE = 4.0  # what was made up behind may lie so many times beyond the far end


@dataclass(frozen=True)
class Reshape:
    """How distances are changed.

    Parameters
    ----------
    mapping : "keep" leaves proportions alone; "inverse" and "linear" take the scene's inverse depth
        (1 nearest, 0 farthest) to new distances, as `DepthMapping` says.
    near, far : metres; what is nearest and farthest, for "inverse"; `None` is as it was.
    radius, strength : for "linear": where the middle lies, metres, and how far the rest goes from
        it, 0 to below 1.
    camera_height : metres that the camera stands above the floor; everything is made larger or
        smaller by one factor until it does. `None` leaves the size.
    floor : a point of the floor in the panorama, x from its left and y from its top, both 0 to 1;
        straight down where `None`.

    Raises
    ------
    InputError
        A word is unknown, or a number out of range.
    """

    mapping: Mapping = "keep"
    near: float | None = None
    far: float | None = None
    radius: float = DepthMapping.radius
    strength: float = DepthMapping.strength
    camera_height: float | None = None
    floor: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Verify words and ranges."""
        if self.mapping not in get_args(Mapping):
            known = ", ".join(get_args(Mapping))
            raise InputError(f"mapping must be one of {known}; got {self.mapping!r}")
        for name in ("near", "far", "radius", "camera_height"):
            value = getattr(self, name)
            if value is not None and not 0 < value < np.inf:
                raise InputError(f"{name} must be above 0 m; got {value}")
        if not 0 <= self.strength < 1:
            raise InputError(f"strength must be 0 to below 1; got {self.strength:g}")
        if self.near is not None and self.far is not None and self.near >= self.far:
            raise InputError(f"near {self.near:g} m must be less than far {self.far:g} m")
        if self.floor is not None and not all(0 <= value <= 1 for value in self.floor):
            raise InputError("the point of the floor must lie in the panorama, 0 to 1 both ways")


def remapping(panorama: RGBDPanorama, change: Reshape) -> Remap:
    """The function that takes the distances of a scene, also of its layers, to the new ones.

    Parameters
    ----------
    panorama : of the scene; its nearest and farthest are inverse depth 1 and 0.
    change : what is wanted.

    Raises
    ------
    InputError
        near is not below far, or the point of the floor is none.
    """
    finite = panorama.distance[np.isfinite(panorama.distance)]
    nearest, farthest = float(finite.min()), max(float(finite.max()), float(finite.min()) * 1.001)
    near, far = change.near or nearest, change.far or farthest
    if near >= far:
        raise InputError(f"near {near:g} m must be less than far {far:g} m")

    def mapped(distance: Float32) -> Float32:
        if change.mapping == "keep":
            return distance
        with np.errstate(divide="ignore"):
            inverse = (1 / distance - 1 / farthest) / (1 / nearest - 1 / farthest)
        if change.mapping == "inverse":
            flat = np.maximum(inverse / near + (1 - inverse) / far, 1 / (SPARE * far))
            moved = 1 / flat
        else:
            moved = change.radius * (1 + change.strength * (1 - 2 * inverse))
            moved = np.maximum(moved, change.radius * (1 - change.strength) / SPARE)
        return np.where(np.isfinite(distance), moved, np.inf).astype(np.float32)

    factor = 1.0
    if change.camera_height is not None:
        factor = change.camera_height / height_above(panorama, mapped, change.floor)
    return lambda distance: mapped(distance) * np.float32(factor)


def height_above(panorama: RGBDPanorama, mapped: Remap, floor: tuple[float, float] | None) -> float:
    """How far below the camera a point of the floor lies, in the scene's unit after `mapped`.

    Raises
    ------
    InputError
        The point is not below the horizon, or it is sky.
    """
    height, width = panorama.distance.shape
    x, y = (width / 2, height - 1.0) if floor is None else (floor[0] * width, floor[1] * height)
    x, y = x - 0.5, min(y - 0.5, height - 1.0)
    down = -float(direction_from_pixel(x, y, height, width)[1])
    if down < STEEPEST:
        raise InputError("press on a point of the floor: this one is not below the horizon")
    distance = mapped(np.asarray(sample(panorama.distance, x, y, order="nearest"), np.float32))
    if not np.isfinite(distance):
        raise InputError("press on a point of the floor: there is sky at this one")
    return float(distance) * down


def reshaped(scene: Scene, change: Reshape) -> Scene:
    """The scene with other distances; its head box grows and shrinks with what is nearest."""
    remap = remapping(scene.panorama, change)
    known = change.camera_height is not None
    scale = "metric" if known or change.mapping == "inverse" else scene.panorama.scale
    panorama = RGBDPanorama(scene.panorama.rgb, remap(scene.panorama.distance), scale)
    layers = tuple(replace(layer, distance=remap(layer.distance)) for layer in scene.layered.layers)
    growth = float(panorama.distance.min() / scene.panorama.distance.min())
    head_box = scene.layered.head_box * growth
    options = {**scene.info.options, "reshaped": asdict(change)}
    info = replace(scene.info, options=options)
    return Scene(info, panorama, LayeredScene(layers, head_box, scale))


def reshape(scene: StrPath, change: Reshape, progress: Progress = silent) -> Outcome:
    """Change the distances of a scene, mesh it anew, and put it in its own place.

    What was exported from the old distances is left out; paths that were drawn in it are kept.

    Parameters
    ----------
    scene : a scene's folder, or its name in the library.
    change : what is wanted.
    progress : told each stage; may raise `Cancelled`, and then nothing has changed on disk.

    Raises
    ------
    InputError
        No such scene, or a change that cannot be.
    """
    place = find_scene(scene)
    stages = Stages(progress)
    with stages.stage("Reading the scene"):
        before = load_scene(place)
    with stages.stage("Building layers"):
        after = reshaped(before, change)
    had_files = any(place.glob("exports/*")) or (place / "preview.mp4").is_file()
    with staged_scene(place) as folder:
        facts = finish(folder, after, stages, DESKTOP)
        keep_paths(place, folder)
    distance = after.panorama.distance[np.isfinite(after.panorama.distance)]
    facts |= {"nearest": float(distance.min()), "farthest": float(distance.max())}
    notes = []
    if had_files:
        notes.append("films and files that were made of the old distances were left out")
    return Outcome({"scene": place, "glb": place / GLB_NAME}, stages.seconds, {}, notes, facts)


def keep_paths(before: Path, after: Path) -> None:
    """Take camera paths along; they lie within the room, whatever its distances."""
    if (before / "paths").is_dir():
        copytree(before / "paths", after / "paths")
