"""Small films, what ffmpeg and exiftool say of files, and a reader of boxes that is not ours."""

import json
import shutil
import struct
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from depthfusion.rendering.video import VideoOptions, write_video

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
VIDEO_WAY = ("moov", "trak", "mdia", "minf", "stbl")
ENTRY_HEAD = 8 + 78  # a VisualSampleEntry before its boxes


def film(path, size=(128, 64), count=12, codec="h264", finish=None):
    """Colours that change from frame to frame."""
    rng = np.random.default_rng(1)
    frames = [rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8) for _ in range(count)]
    write_video(path, iter(frames), VideoOptions(size=size, codec=codec), count, finish=finish)
    return path


def without_faststart(path, target):
    """The same film with its index at the end."""
    subprocess.run(
        [FFMPEG, "-v", "error", "-i", path, "-c", "copy", "-movflags", "-faststart", target],
        check=True,
    )
    return target


def told(path):
    """All that ffmpeg prints of a file."""
    return subprocess.run(
        [FFMPEG, "-hide_banner", "-i", path], capture_output=True, text=True
    ).stderr


def frame_digests(path):
    """A digest for each decoded frame."""
    said = subprocess.run(
        [FFMPEG, "-v", "error", "-i", path, "-map", "0:v:0", "-f", "framemd5", "-"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return [line.rpartition(",")[2].strip() for line in said.splitlines() if line[:1] != "#"]


def exif(path: Path, *arguments: str) -> dict:
    """What exiftool reads, group:name → value."""
    if shutil.which("exiftool") is None:
        pytest.skip("exiftool is not installed: sudo apt install libimage-exiftool-perl")
    line = ["exiftool", "-j", "-a", "-G1", "-n", *arguments, str(path)]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)[0]


def boxes(data, start=0, end=None):
    """Boxes in a stretch of bytes: (kind, start of content, end)."""
    end = len(data) if end is None else end
    found = []
    while start + 8 <= end:
        size = int.from_bytes(data[start : start + 4], "big")
        head = 8
        if size == 1:
            size, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        assert head <= size <= end - start, (data[start + 4 : start + 8], size)
        found.append((data[start + 4 : start + 8].decode("latin-1"), start + head, start + size))
        start += size
    return found


def contents(data, *way):
    """The content of the first box at the end of a way."""
    start, end = 0, len(data)
    for kind in way:
        start, end = next((s, e) for name, s, e in boxes(data, start, end) if name == kind)
    return data[start:end]


def entry(data):
    """The description of the pictures: the boxes in it, kind → content, in order."""
    table = contents(data, *VIDEO_WAY, "stsd")
    described = table[8 : 8 + int.from_bytes(table[8:12], "big")]
    return {kind: described[s:e] for kind, s, e in boxes(described, ENTRY_HEAD)}


def chunk_offsets(data):
    """Where the samples lie, from stco or co64."""
    table = contents(data, *VIDEO_WAY)
    for kind, s, e in boxes(table):
        if kind in ("stco", "co64"):
            letter = "I" if kind == "stco" else "Q"
            count = int.from_bytes(table[s + 4 : s + 8], "big")
            return list(struct.unpack(f">{count}{letter}", table[s + 8 : e]))
    raise AssertionError("no chunk offsets")
