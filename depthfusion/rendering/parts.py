"""Long videos in parts of two seconds, so that a killed one goes on from the frames it has.

Parts lie in a hidden folder beside the video, `.NAME.parts`, with a manifest that says what they
belong to, and are joined without encoding again. Whoever stops the work or meets an error leaves
nothing; only a kill leaves the folder, and the next call for the same video takes it up. A call for
another video of that name clears it away, as does any after a week.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path

from depthfusion.rendering.encoder import (
    STAGE,
    EncoderError,
    VideoOptions,
    count_frames,
    ffmpeg,
    join_command,
)
from depthfusion.rendering.video import (
    Finish,
    Video,
    finished,
    replacing,
    verify_target,
    write_video,
)
from depthfusion.types import InputError, Progress, silent
from depthfusion.types.arrays import UInt8

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

STALE_AGE = 7 * 86400.0  # seconds after which nobody comes back for a killed video
MANIFEST = "manifest.json"


def write_video_in_parts(
    path: str | os.PathLike[str],
    frames_from: Callable[[int], Iterator[UInt8]],
    options: VideoOptions,
    count: int,
    key: str,
    progress: Progress = silent,
    finish: Finish | None = None,
) -> Video:
    """Encode as `write_video` does, from where a killed call with the same key got to.

    Parameters
    ----------
    path, options, count, progress, finish : as for `write_video`.
    frames_from : gives the frames from a number on; called once.
    key : stands for everything the frames hang on; another one starts anew.

    Returns
    -------
    What the finished file holds; a note says so where it was resumed.

    Raises
    ------
    InputError
        As `write_video`, or another process is writing the same video.
    EncoderError, ValueError
        As `write_video`.
    """
    target = Path(path)
    verify_target(target, options)
    with _parts_folder(target, f"{key} {count} {options}") as folder:
        lengths = [min(options.group, count - first) for first in range(0, count, options.group)]
        parts = [folder / f"{number:06}{target.suffix}" for number in range(len(lengths))]
        had = _leading(parts)
        done = sum(lengths[:had])
        with closing(_generated(frames_from(done))) as frames:
            for part, length in list(zip(parts, lengths, strict=True))[had:]:
                told = _share(progress, done, length, count)
                made = write_video(part, islice(frames, length), options, length, told)
                done += length
            if next(frames, None) is not None:
                raise ValueError(f"frames must be as many as count; got more than {count}")
        with replacing(target) as partial:
            _join(parts, partial, options)
            finished(partial, finish)
            found = count_frames(partial)
            if found != count:
                raise EncoderError(f"the finished video holds {found} frames instead of {count}")
        notes = made.notes if had < len(parts) else ()
        if had:
            notes += (f"went on from frame {sum(lengths[:had])}, where an earlier run was killed",)
    progress(STAGE, 1.0)
    width, height = options.even_size
    return Video(target, width, height, count, options.fps, options.codec, notes)


def parts_folder(target: Path) -> Path:
    """Where the parts of a video are kept while it is made."""
    return target.with_name(f".{target.name}.parts")


def _leading(parts: list[Path]) -> int:
    """How many parts are there without a gap."""
    return next((k for k, part in enumerate(parts) if not part.exists()), len(parts))


def _generated(frames: Iterator[UInt8]) -> Generator[UInt8]:
    """The same frames from a generator, which can be closed."""
    yield from frames


def _share(progress: Progress, done: int, length: int, count: int) -> Progress:
    """Progress of one part as that of the whole."""

    def told(stage: str, fraction: float) -> None:
        progress(stage, (done + fraction * length) / count)

    return told


@contextmanager
def _parts_folder(target: Path, key: str) -> Iterator[Path]:
    """The folder of a video's parts, locked; emptied where it belongs to another key.

    It is removed where the body ends, well or not: only a killed process leaves it.
    """
    folder = parts_folder(target)
    made = [place for place in (target.parent, *target.parent.parents) if not place.exists()]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = _locked(folder)
        except OSError as error:
            raise InputError(f"cannot write {target}: {error.strerror}") from error
        try:
            _clear_stale(target.parent)
            if _key(folder) != key:
                for old in folder.iterdir():
                    old.unlink()
                (folder / MANIFEST).write_text(json.dumps({"key": key}))
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
    except BaseException:
        with suppress(OSError):
            for place in made:
                place.rmdir()
        raise


def _key(folder: Path) -> str | None:
    """What the parts in a folder belong to; `None` where nothing says so."""
    try:
        return json.loads((folder / MANIFEST).read_text())["key"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _locked(folder: Path) -> int:
    """A lock on the folder that ends with the process.

    Raises
    ------
    InputError
        Another process has it.
    """
    handle = os.open(folder, os.O_RDONLY)
    if fcntl is None:
        return handle
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise InputError(
            f"another process is writing the video of {folder}: wait for it, or take another name"
        ) from error
    return handle


def _clear_stale(place: Path) -> None:
    """Remove what was killed long ago and never taken up."""
    for folder in place.glob(".*.parts"):
        with suppress(OSError, InputError):
            age = time.time() - (folder / MANIFEST).stat().st_mtime
            if age > STALE_AGE:
                lock = _locked(folder)
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)


def _join(parts: list[Path], target: Path, options: VideoOptions) -> None:
    listing = parts[0].with_name("parts.txt")
    listing.write_text("".join(f"file '{part.name}'\n" for part in parts))
    command = join_command(ffmpeg(), listing, target, options)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise EncoderError(f"ffmpeg could not join the video's parts: {said}")
