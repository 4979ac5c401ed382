"""A small moving picture of a place under other distances, in a fraction of a second."""

from functools import lru_cache
from io import BytesIO

import numpy as np
from PIL import Image

from depthfusion.geometry.cameras import Perspective
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.io.atomic import StrPath
from depthfusion.io.scene_folder import load_scene
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.scene.sphere import displaced_sphere
from depthfusion.studio.library import find_scene
from depthfusion.studio.reshaping import Reshape, height_above, remapping
from depthfusion.types import InputError, RGBDPanorama
from depthfusion.types.arrays import UInt8

SMALL = 512  # columns
SIZE, FOV = (480, 270), 1.4
LEAN = 0.12  # metres to either side, or this share of what is nearest where that is less
FRAMES, MILLISECONDS = 12, 90


def sway(
    scene: StrPath, change: Reshape, yaw: float = 0.0
) -> tuple[bytes, bytes, dict[str, float]]:
    """Show a scene from a head that sways, under distances that are only tried.

    Parameters
    ----------
    scene : a scene's folder, or its name in the library.
    change : the distances.
    yaw : where to look, radians, positive towards +X.

    Returns
    -------
    An animated WebP, a WebP of its outermost moment, and figures in metres: "nearest", "farthest",
    "height" of the camera where there is a floor below it.

    Raises
    ------
    InputError
        No such scene, or a change that cannot be.
    """
    place = find_scene(scene)
    small = _small(str(place), (place / "scene.json").stat().st_mtime_ns)
    remap = remapping(small, change)
    moved = RGBDPanorama(small.rgb, remap(small.distance), small.scale)
    finite = moved.distance[np.isfinite(moved.distance)]
    figures = {"nearest": float(finite.min()), "farthest": float(finite.max())}
    try:
        figures["height"] = height_above(moved, lambda distance: distance, change.floor)
    except InputError:
        figures["height"] = float("nan")
    frames = _frames(moved, min(LEAN, 0.4 * figures["nearest"]), yaw)
    return _webp(frames), _webp([frames[FRAMES // 4]]), figures


@lru_cache(maxsize=4)
def _small(place: str, changed: int) -> RGBDPanorama:
    """A scene's panorama, small; `changed` makes a scene that was replaced another one."""
    scene = load_scene(place)
    step = max(scene.panorama.width // SMALL, 1)
    rgb = Image.fromarray(scene.panorama.rgb).reduce(step)
    distance = scene.panorama.distance[step // 2 :: step, step // 2 :: step]
    rows = min(rgb.height, len(distance))
    return RGBDPanorama(
        np.ascontiguousarray(np.asarray(rgb)[:rows, : 2 * rows]),
        np.ascontiguousarray(distance[:rows, : 2 * rows]),
        scene.panorama.scale,
    )


def _frames(panorama: RGBDPanorama, lean: float, yaw: float) -> list[UInt8]:
    mesh = displaced_sphere(panorama, panorama.width, panorama.height)
    camera = Perspective.from_fov(*SIZE, FOV)
    shown = []
    with CpuRenderer() as renderer:
        renderer.load([mesh])
        # A sway there and back shows every place twice: half of it is drawn.
        for turn in np.linspace(-0.5, 0.5, FRAMES // 2 + 1) * np.pi:
            side = lean * np.sin(turn)
            eye = (side * np.cos(yaw), 0.0, side * np.sin(yaw))
            shown.append(renderer.render(camera, yaw_pitch(yaw, 0.0, eye)).rgb)
    return [*shown, *shown[-2:0:-1]]


def _webp(frames: list[UInt8]) -> bytes:
    pictures = [Image.fromarray(frame) for frame in frames]
    out = BytesIO()
    pictures[0].save(
        out, "webp", quality=70, method=0, save_all=len(pictures) > 1,
        append_images=pictures[1:], duration=MILLISECONDS, loop=0,
    )  # fmt: skip
    return out.getvalue()
