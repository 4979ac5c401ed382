"""Frames to a video file: streamed to ffmpeg, whole or not at all, opened again and counted."""

import errno
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import chain
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import IO, Literal, TypeVar, get_args

import imageio_ffmpeg
import numpy as np

from depthfusion.geometry.cameras import Camera
from depthfusion.rendering.renderer import Renderer
from depthfusion.rendering.stereo import StereoOptions, render_pair
from depthfusion.types import CameraPath, InputError, Progress, silent
from depthfusion.types.arrays import UInt8

Quality = Literal["draft", "good", "best"]
Codec = Literal["h264", "hevc", "prores"]
Item = TypeVar("Item")

SIZE_LIMIT = 16384  # pixels each way; beyond it no encoder here goes
STAGE = "encoding video"


class EncoderError(RuntimeError):
    """ffmpeg failed, and neither the input nor the disk is at fault."""


@dataclass(frozen=True)
class VideoOptions:
    """How a video is encoded.

    Parameters
    ----------
    fps : frames a second, constant, 1 to 240.
    size : width and height of one view in pixels; odd numbers lose a pixel, see `even_size`.
    quality : "draft" (quick), "good" or "best" (slow, hardly told from the frames).
    codec : "h264" plays everywhere; "hevc" is smaller; "prores" (.mov) is for editing.

    Raises
    ------
    InputError
        Out of range, or a word that is not known.
    """

    fps: float = 30.0
    size: tuple[int, int] = (1280, 720)
    quality: Quality = "good"
    codec: Codec = "h264"

    def __post_init__(self) -> None:
        """Verify ranges and words."""
        if not 1 <= self.fps <= 240:
            raise InputError(f"fps must be 1 to 240; got {self.fps:g}")
        if not all(2 <= side <= SIZE_LIMIT for side in self.size):
            raise InputError(
                f"a video's size must be 2 to {SIZE_LIMIT} pixels each way; "
                f"got {self.size[0]}×{self.size[1]}"
            )
        for name, value, known in (
            ("quality", self.quality, get_args(Quality)),
            ("codec", self.codec, get_args(Codec)),
        ):
            if value not in known:
                raise InputError(f"{name} must be one of {', '.join(known)}; got {value!r}")

    @property
    def even_size(self) -> tuple[int, int]:
        """The size that is encoded: 4:2:0 colour takes even numbers only."""
        return self.size[0] // 2 * 2, self.size[1] // 2 * 2


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
) -> Video:
    """Encode frames as they come; the file appears whole, at the end, or not at all.

    Parameters
    ----------
    path : .mp4 or .mov; replaced where it exists. Its folder is made where it is missing.
    frames : `count` pictures, uint8 [H, W, 3] sRGB, all of one size.
    count : how many; told beforehand so that progress has an end.
    progress : called for each frame; what it raises stops the encoder and leaves nothing behind.

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
    _verify_target(target, options)
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
    with _replacing(target) as partial, _closing(incoming):
        written = 0
        with _Encoder(partial, even, options) as encoder:
            for frame in chain([first], incoming):
                progress(STAGE, written / count)
                pixels = _verified(frame, first.shape)[: even[1], : even[0]]
                encoder.write(np.ascontiguousarray(pixels))
                written += 1
            encoder.finish(progress)
        if written != count:
            raise ValueError(f"frames must be as many as count; got {written} for {count}")
        found = _count(partial)
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


@cache
def available_codecs() -> tuple[Codec, ...]:
    """Which codecs this machine's ffmpeg encodes."""
    listing = subprocess.run(
        [_ffmpeg(), "-hide_banner", "-encoders"], capture_output=True, text=True, check=False
    ).stdout
    named = set(re.findall(r"^ V\S+ (\S+)", listing, re.MULTILINE))
    return tuple(codec for codec in get_args(Codec) if _ENCODERS[codec][0] in named)


# For each codec: encoder, pixel format, what all qualities share, and what each quality adds.
_ENCODERS: dict[str, tuple[str, str, tuple[str, ...], dict[str, tuple[str, ...]]]] = {
    "h264": (
        "libx264",
        "yuv420p",
        (),
        {
            "draft": ("-preset", "ultrafast", "-crf", "27"),
            "good": ("-preset", "veryfast", "-crf", "19"),
            "best": ("-preset", "slow", "-crf", "15"),
        },
    ),
    "hevc": (
        "libx265",
        "yuv420p",
        ("-tag:v", "hvc1", "-x265-params", "log-level=error"),  # hvc1: Apple's players ask for it
        {
            "draft": ("-preset", "ultrafast", "-crf", "28"),
            "good": ("-preset", "fast", "-crf", "22"),
            "best": ("-preset", "slow", "-crf", "17"),
        },
    ),
    "prores": (
        "prores_ks",
        "yuv422p10le",
        ("-vendor", "apl0"),
        {
            "draft": ("-profile:v", "proxy"),
            "good": ("-profile:v", "standard"),
            "best": ("-profile:v", "hq"),
        },
    ),
}


def _command(partial: Path, size: tuple[int, int], options: VideoOptions) -> list[str]:
    encoder, pixels, shared, qualities = _ENCODERS[options.codec]
    rate = str(Fraction(options.fps).limit_denominator(1001))
    # swscale converts by BT.601 unless told; the tags of the frames become those of the file.
    convert = (
        "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,"
        f"format={pixels},setsar=1,"
        "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    )
    return [
        _ffmpeg(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y",
        "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", f"{size[0]}x{size[1]}",
        "-framerate", rate, "-i", "pipe:0",
        "-an", "-vf", convert, "-c:v", encoder, *shared, *qualities[options.quality],
        "-pix_fmt", pixels,
        "-g", str(max(1, round(2 * options.fps))), "-fps_mode", "cfr", "-r", rate,
        "-movflags", "+faststart", str(partial),
    ]  # fmt: skip


class _Encoder:
    """ffmpeg at the other end of a pipe; killed where the block is left by an error."""

    def __init__(self, partial: Path, size: tuple[int, int], options: VideoOptions) -> None:
        self._folder = partial.parent
        self._words: IO[bytes] = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            _command(partial, size, options),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._words,
        )

    def __enter__(self) -> "_Encoder":
        return self

    def __exit__(self, *error: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        with suppress(OSError):
            self._pipe.close()
        self._process.wait()
        self._words.close()

    @property
    def _pipe(self) -> IO[bytes]:
        pipe = self._process.stdin
        assert pipe is not None
        return pipe

    def write(self, pixels: UInt8) -> None:
        """Hand over one frame; waits while the encoder is busy."""
        try:
            self._pipe.write(pixels.data)
        except OSError as error:  # the pipe broke: ffmpeg is gone, and said why
            self._process.wait()
            raise self._failure() from error

    def finish(self, progress: Progress) -> None:
        """Wait for the encoder's last frames; `progress` may still stop it."""
        with suppress(OSError):  # a broken pipe shows in the exit status
            self._pipe.close()
        while True:
            try:
                status = self._process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                progress(STAGE, 1.0)
                continue
            if status != 0:
                raise self._failure()
            return

    def _failure(self) -> Exception:
        self._words.seek(0)
        words = self._words.read().decode(errors="replace")
        full = shutil.disk_usage(self._folder).free < 2**16
        if full or os.strerror(errno.ENOSPC) in words:
            return InputError(
                f"the disk that holds {self._folder} is full: free some space, "
                "or choose another place"
            )
        lines = [line.strip() for line in words.splitlines() if line.strip()]
        last = re.sub(r"^\[[^]]*\]\s*", "", lines[-1]) if lines else "no word"
        return EncoderError(
            f"ffmpeg stopped with status {self._process.returncode} and left: {last}"
        )


def _verify_target(target: Path, options: VideoOptions) -> None:
    suffixes = (".mov",) if options.codec == "prores" else (".mp4", ".m4v", ".mov")
    if target.suffix.lower() not in suffixes:
        raise InputError(f"{options.codec} video goes into {' or '.join(suffixes)}; got {target}")
    if target.is_dir():
        raise InputError(f"{target} is a folder: name a file")
    if options.codec not in available_codecs():
        raise InputError(
            f"this machine's ffmpeg ({_ffmpeg()}) has no {_ENCODERS[options.codec][0]}: "
            f"take one of {', '.join(available_codecs()) or 'none it has'}"
        )


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
def _replacing(target: Path) -> Iterator[Path]:
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


def _count(path: Path) -> int:
    """Frames of a video, read from its packets."""
    done = subprocess.run(
        [
            _ffmpeg(), "-hide_banner", "-nostdin", "-i", str(path),
            "-map", "0:v:0", "-c", "copy", "-f", "null", "-",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    counts = re.findall(r"frame=\s*(\d+)", done.stderr)
    if done.returncode != 0 or not counts:
        raise EncoderError("the finished video cannot be opened again")
    return int(counts[-1])


def _ffmpeg() -> str:
    """The ffmpeg to run: imageio-ffmpeg's own, or what IMAGEIO_FFMPEG_EXE names."""
    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise InputError(
            "no ffmpeg on this machine: pip install --force-reinstall imageio-ffmpeg"
        ) from error
