"""Frames to a video file: streamed to ffmpeg, whole or not at all, opened again and counted."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

import numpy as np

from depthfusion.geometry.cameras import Camera
from depthfusion.rendering.encoder import (
    ENCODERS,
    SIZE_LIMIT,
    STAGE,
    Codec,
    Encoder,
    EncoderError,
    VideoOptions,
    available_codecs,
    count_frames,
    ffmpeg,
)
from depthfusion.rendering.renderer import Renderer
from depthfusion.rendering.stereo import StereoOptions, render_pair
from depthfusion.types import CameraPath, InputError, Progress, silent
from depthfusion.types.arrays import UInt8

Item = TypeVar("Item")
Finish = Callable[[Path], None]


@dataclass(frozen=True)
class Video:
    """What `write_video` made, as counted in the finished file.

    Parameters
    ----------
    path, width, height, frames, fps, codec : of the file.
    notes : what was changed on the way, one sentence each.
    """

    path: Path
    width: int
    height: int
    frames: int
    fps: float
    codec: Codec
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return self.frames / self.fps


def write_video(
    path: str | os.PathLike[str],
    frames: Iterable[UInt8],
    options: VideoOptions,
    count: int,
    progress: Progress = silent,
    finish: Finish | None = None,
) -> Video:
    """Encode frames as they come; the file appears whole, at the end, or not at all.

    Parameters
    ----------
    path : .mp4 or .mov; replaced where it exists. Its folder is made where it is missing.
    frames : `count` pictures, uint8 [H, W, 3] sRGB, all of one size.
    count : how many; told beforehand so that progress has an end.
    progress : called for each frame; what it raises stops the encoder and leaves nothing behind.
    finish : changes the encoded file, still under its temporary name, before it is counted.

    Returns
    -------
    What the finished file holds: it was opened again and its frames counted.

    Raises
    ------
    InputError
        No frame, a name or size that no encoder takes, an unwritable target, a full disk.
    EncoderError
        ffmpeg died, with its last words.
    ValueError
        Frames differ in size or type, or are not as many as `count`.
    """
    target = Path(path)
    verify_target(target, options)
    incoming = iter(frames)
    first = next(incoming, None)
    if first is None or count < 1:
        raise InputError("a video needs at least one frame; got none")
    height, width = _verified(first, first.shape).shape[:2]
    even = (width // 2 * 2, height // 2 * 2)
    if min(even) < 2 or max(even) > SIZE_LIMIT:
        raise InputError(
            f"a video's size must be 2 to {SIZE_LIMIT} pixels each way; got {width}×{height}"
        )
    notes: tuple[str, ...] = ()
    if even != (width, height):
        notes = (f"video takes even sizes only: {width}×{height} became {even[0]}×{even[1]}",)
    with replacing(target) as partial, _closing(incoming):
        written = 0
        with Encoder(partial, even, options) as encoder:
            for frame in chain([first], incoming):
                progress(STAGE, written / count)
                pixels = _verified(frame, first.shape)[: even[1], : even[0]]
                encoder.write(np.ascontiguousarray(pixels))
                written += 1
            encoder.finish(progress)
        if written != count:
            raise ValueError(f"frames must be as many as count; got {written} for {count}")
        finished(partial, finish)
        found = count_frames(partial)
        if found != count:
            raise EncoderError(f"the finished video holds {found} frames instead of {count}")
    progress(STAGE, 1.0)
    return Video(target, *even, count, options.fps, options.codec, notes)


def rendered_frames(
    renderer: Renderer, camera: Camera, path: CameraPath, samples: int = 1, depth: int = 3
) -> Iterator[UInt8]:
    """Frames of a camera along a path, drawn up to `depth` ahead of whoever takes them."""
    return ahead((renderer.render(camera, pose, samples).rgb for pose in path.poses), depth)


def rendered_pairs(
    renderer: Renderer,
    options: StereoOptions,
    path: CameraPath,
    samples: int = 1,
    depth: int = 2,
) -> Iterator[UInt8]:
    """Composed frames of two eyes along a path of heads, drawn up to `depth` ahead."""
    return ahead((render_pair(renderer, options, pose, samples) for pose in path.poses), depth)


def ahead(work: Iterable[Item], depth: int) -> Iterator[Item]:
    """Yield what `work` yields, fetched in a background thread at most `depth` items early.

    An error in `work` is raised here; where the consumer stops early, so does the thread.
    """
    queue: Queue[tuple[bool, Item | BaseException | None]] = Queue(depth)
    stopped = Event()

    def put(last: bool, value: Item | BaseException | None) -> bool:
        while not stopped.is_set():
            with suppress(Full):
                queue.put((last, value), timeout=0.1)
                return True
        return False

    def fetch() -> None:
        try:
            if all(put(False, item) for item in work):
                put(True, None)
        except BaseException as error:  # noqa: BLE001 - it reaches who waits for the next item
            put(True, error)

    thread = Thread(target=fetch, name="depthfusion-ahead", daemon=True)
    thread.start()
    try:
        while True:
            last, value = queue.get()
            if isinstance(value, BaseException):
                raise value
            if last:
                return
            yield value  # type: ignore[misc]
    finally:
        stopped.set()
        with suppress(Empty):
            while True:
                queue.get_nowait()
        thread.join()


def verify_target(target: Path, options: VideoOptions) -> None:
    """Make sure that the codec is here and goes into a file of that name.

    Raises
    ------
    InputError
        It doesn't.
    """
    suffixes = (".mov",) if options.codec == "prores" else (".mp4", ".m4v", ".mov")
    if target.suffix.lower() not in suffixes:
        raise InputError(f"{options.codec} video goes into {' or '.join(suffixes)}; got {target}")
    if target.is_dir():
        raise InputError(f"{target} is a folder: name a file")
    if options.codec not in available_codecs():
        raise InputError(
            f"this machine's ffmpeg ({ffmpeg()}) has no {ENCODERS[options.codec][0]}: "
            f"take one of {', '.join(available_codecs()) or 'none it has'}"
        )


def finished(partial: Path, finish: Finish | None) -> None:
    """Let `finish` change an encoded file.

    Raises
    ------
    InputError
        The disk is full, or otherwise refuses.
    """
    if finish is None:
        return
    try:
        finish(partial)
    except OSError as error:
        raise InputError(
            f"cannot finish the video in {partial.parent}: {(error.strerror or str(error)).lower()}"
        ) from error


def _verified(frame: UInt8, shape: tuple[int, ...]) -> UInt8:
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or frame.shape != shape:
        raise ValueError(
            f"frames must be uint8 [H, W, 3] of one size; got {frame.dtype} {list(frame.shape)} "
            f"after {list(shape)}"
        )
    return frame


@contextmanager
def _closing(frames: Iterator[UInt8]) -> Iterator[None]:
    """Stop who makes the frames, at the latest when nobody takes them any more."""
    try:
        yield
    finally:
        if isinstance(frames, Generator):
            frames.close()


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A temporary sibling that takes the target's name where the block succeeds.

    Its name is always the same, so that the next try overwrites what a killed one left.
    """
    partial = target.with_name(f".{target.stem}.partial{target.suffix}")
    made = [folder for folder in (target.parent, *target.parent.parents) if not folder.exists()]
    try:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial.open("wb").close()
        except OSError as error:
            raise InputError(f"cannot write {target}: {error.strerror}") from error
        yield partial
        os.replace(partial, target)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
            for folder in made:
                folder.rmdir()
        raise
