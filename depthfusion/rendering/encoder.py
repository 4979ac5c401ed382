"""ffmpeg: what it can encode, frames into it, and what came out of it."""

import errno
import os
import re
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import IO, Literal, get_args

import imageio_ffmpeg

from depthfusion.types import InputError, Progress
from depthfusion.types.arrays import UInt8

Quality = Literal["draft", "good", "best"]
Codec = Literal["h264", "hevc", "prores"]

_TOO_LARGE = getattr(signal, "SIGXFSZ", 0)  # what a limit on the size of files ends ffmpeg by
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
    def group(self) -> int:
        """Frames from one that stands alone to the next, two seconds."""
        return max(1, round(2 * self.fps))

    @property
    def even_size(self) -> tuple[int, int]:
        """The size that is encoded: 4:2:0 colour takes even numbers only."""
        return self.size[0] // 2 * 2, self.size[1] // 2 * 2


@cache
def available_codecs() -> tuple[Codec, ...]:
    """Which codecs this machine's ffmpeg encodes."""
    listing = subprocess.run(
        [ffmpeg(), "-hide_banner", "-encoders"], capture_output=True, text=True, check=False
    ).stdout
    named = set(re.findall(r"^ V\S+ (\S+)", listing, re.MULTILINE))
    return tuple(codec for codec in get_args(Codec) if ENCODERS[codec][0] in named)


# For each codec: encoder, pixel format, what all qualities share, and what each quality adds.
ENCODERS: dict[str, tuple[str, str, tuple[str, ...], dict[str, tuple[str, ...]]]] = {
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


LARGE = 4096 * 2048  # pixels of a frame, from which on an encoder keeps few of them


def _frugal(size: tuple[int, int], codec: Codec) -> tuple[str, ...]:
    """Arguments by which x264 keeps a third less in memory: parts of one frame a thread."""
    if codec != "h264" or size[0] * size[1] < LARGE:
        return ()
    return ("-x264-params", "sliced-threads=1:rc-lookahead=4:sync-lookahead=0")


def _command(partial: Path, size: tuple[int, int], options: VideoOptions) -> list[str]:
    encoder, pixels, shared, qualities = ENCODERS[options.codec]
    rate = str(Fraction(options.fps).limit_denominator(1001))
    # swscale converts by BT.601 unless told; the tags of the frames become those of the file.
    convert = (
        "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,"
        f"format={pixels},setsar=1,"
        "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    )
    return [
        ffmpeg(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y",
        "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", f"{size[0]}x{size[1]}",
        "-framerate", rate, "-i", "pipe:0",
        "-an", "-vf", convert, "-c:v", encoder, *shared, *qualities[options.quality],
        *_frugal(size, options.codec),
        "-pix_fmt", pixels,
        "-g", str(options.group), "-fps_mode", "cfr", "-r", rate,
        "-movflags", "+faststart", str(partial),
    ]  # fmt: skip


def join_command(program: str, listing: Path, target: Path, options: VideoOptions) -> list[str]:
    """Arguments that join the files a concat listing names, as they are."""
    tag = ("-tag:v", "hvc1") if options.codec == "hevc" else ()
    return [
        program, "-hide_banner", "-nostdin", "-loglevel", "error", "-y",
        "-f", "concat", "-safe", "0", "-i", str(listing), "-map", "0:v:0", "-c", "copy", *tag,
        "-movflags", "+faststart", str(target),
    ]  # fmt: skip


class Encoder:
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

    def __enter__(self) -> "Encoder":
        """Kill it at the end of the block, unless it is done."""
        return self

    def __exit__(self, *error: object) -> None:
        """Leave no process behind."""
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
        if self._process.returncode == -_TOO_LARGE:
            return InputError(
                "the film would be larger than this system allows a file to be: "
                "make it shorter or smaller, or raise the limit (ulimit -f)"
            )
        lines = [line.strip() for line in words.splitlines() if line.strip()]
        last = re.sub(r"^\[[^]]*\]\s*", "", lines[-1]) if lines else "no word"
        return EncoderError(
            f"ffmpeg stopped with status {self._process.returncode} and left: {last}"
        )


def count_frames(path: Path) -> int:
    """Frames of a video, read from its packets."""
    done = subprocess.run(
        [
            ffmpeg(), "-hide_banner", "-nostdin", "-i", str(path),
            "-map", "0:v:0", "-c", "copy", "-f", "null", "-",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    counts = re.findall(r"frame=\s*(\d+)", done.stderr)
    if done.returncode != 0 or not counts:
        raise EncoderError("the finished video cannot be opened again")
    return int(counts[-1])


def ffmpeg() -> str:
    """The ffmpeg to run: imageio-ffmpeg's own, or what IMAGEIO_FFMPEG_EXE names."""
    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise InputError(
            "no ffmpeg on this machine: pip install --force-reinstall imageio-ffmpeg"
        ) from error
