"""Every frame of a camera file becomes a PNG."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from depthfusion.io.atomic import StrPath, write_bytes
from depthfusion.io.camera_files import CameraFrame, read_cameras
from depthfusion.io.encoding import encode_image
from depthfusion.rendering.choice import choose_renderer
from depthfusion.studio.drawing import Artist, Picture
from depthfusion.studio.library import find_scene
from depthfusion.studio.loading import open_scene
from depthfusion.studio.options import RenderOptions
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.outputs import verify_folder
from depthfusion.studio.stages import Stages
from depthfusion.types import InputError, Progress, silent
from depthfusion.types.arrays import UInt8


def render(
    scene: StrPath,
    cameras_file: StrPath,
    out: StrPath,
    options: RenderOptions | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Draw every frame of a nerfstudio transforms.json.

    A picture with holes is never written: where the scene has nothing to show, the nearest colour
    stands, and the facts say in how many pixels. A stop leaves what is done so far, each PNG whole.

    Parameters
    ----------
    scene : a scene's folder, or its name in the library.
    cameras_file : see `depthfusion.io.camera_files`.
    out : folder; the PNGs take the names of `file_path` in it and replace what is there.
    options : the defaults where absent.
    progress : told each stage; may raise `Cancelled`.

    Raises
    ------
    InputError
        No such scene, a camera file at fault, a renderer that can't work here, or `out` can't be
        written; found out before the first frame is drawn.
    """
    options, folder = options or RenderOptions(), Path(out)
    place = find_scene(scene)
    frames = read_cameras(cameras_file)
    chosen = _chosen(frames, options)
    _verify_targets(folder, frames)
    stages = Stages(progress)
    opened, meshes = open_scene(place, stages)
    with stages.stage("Rendering") as inside, Artist(meshes, opened, options) as artist:
        rows = _drawn(artist, frames, folder, inside)
    share = sum(r["filled_pixels"] for r in rows) / sum(r["width"] * r["height"] for r in rows)
    facts = {"count": len(rows), "filled_share": share, "frames": rows}
    return Outcome({"folder": folder}, stages.seconds, chosen, _filled_note(rows), facts)


def _chosen(frames: Sequence[CameraFrame], options: RenderOptions) -> dict[str, str]:
    """Say who will draw, and why; a camera that can't be drawn is found out here."""
    choices = {choose_renderer(options.renderer, frame.camera) for frame in frames}
    words = sorted(f"{choice.name}: {choice.reason}" for choice in choices)
    return {"renderer": "; ".join(words)}


def _verify_targets(folder: Path, frames: Sequence[CameraFrame]) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; give the name of a folder for the pictures")
    for parent in {(folder / frame.png_path).parent for frame in frames}:
        verify_folder(parent)
    for frame in frames:
        if (folder / frame.png_path).is_dir():
            raise InputError(f"cannot write {folder / frame.png_path}: it is a folder")


def _drawn(
    artist: Artist, frames: Sequence[CameraFrame], folder: Path, progress: Progress
) -> list[dict[str, Any]]:
    """Draw frames in order; each is encoded and written while the next is drawn."""
    rows = []
    with ThreadPoolExecutor(1, "depthfusion-png") as writer:
        pending: Future[None] | None = None
        for number, frame in enumerate(frames):
            progress("Rendering", number / len(frames))
            picture = artist.draw(frame.camera, frame.pose)
            if pending is not None:
                pending.result()
            pending = writer.submit(_write, folder / frame.png_path, picture.rgb)
            rows.append(_row(frame, picture))
        if pending is not None:
            pending.result()
    return rows


def _write(path: Path, rgb: UInt8) -> None:
    write_bytes(path, encode_image(rgb))


def _row(frame: CameraFrame, picture: Picture) -> dict[str, Any]:
    pixels = frame.camera.width * frame.camera.height
    return {
        "file": frame.png_path,
        "camera": type(frame.camera).__name__,
        "width": frame.camera.width,
        "height": frame.camera.height,
        "renderer": picture.renderer,
        "filled_pixels": picture.filled,
        "filled_share": picture.filled / pixels,
    }


def _filled_note(rows: Sequence[dict[str, Any]]) -> list[str]:
    filled = [row for row in rows if row["filled_pixels"]]
    if not filled:
        return []
    worst = max(filled, key=lambda row: row["filled_share"])
    return [
        f"{len(filled)} of {len(rows)} pictures had places where the scene shows nothing; they "
        f"took the nearest colour (most: {worst['filled_share']:.2%} of {worst['file']})"
    ]
