"""Videos in parts: killed, stopped, gone on with, and equal to those made in one go."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from depthfusion.rendering.encoder import VideoOptions, count_frames
from depthfusion.rendering.parts import MANIFEST, parts_folder, write_video_in_parts
from depthfusion.types import Cancelled, InputError

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
OPTIONS = VideoOptions(fps=5, size=(64, 32))  # ten frames a part
COUNT = 35


def frame(number: int) -> np.ndarray:
    rows, columns = np.mgrid[:32, :64]
    shade = 3 * rows + 2 * columns + 4 * number
    return np.stack([shade % 256, (shade // 2) % 256, np.full_like(rows, 6 * number)], -1).astype(
        np.uint8
    )


def frames_from(first: int, count: int = COUNT):
    for number in range(first, count):
        yield frame(number)


# Writes slowly, and says after each frame that it has been asked for.
WRITER = """
import sys, time
from test_parts import OPTIONS, COUNT, frame
from depthfusion.rendering.parts import write_video_in_parts

def frames_from(first):
    for number in range(first, COUNT):
        print(number, flush=True)
        time.sleep(0.01)
        yield frame(number)

write_video_in_parts(sys.argv[1], frames_from, OPTIONS, COUNT, "key")
"""


def killed_at(number: int, path: Path) -> None:
    """Kill a writer when it asks for frame `number`."""
    tests = Path(__file__).resolve().parent
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(tests.parent), str(tests)])}
    line = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        for said in process.stdout:
            if int(said) == number:
                process.kill()
        process.wait()
    time.sleep(0.2)  # ffmpeg ends with its pipe


def frame_list(path: Path) -> list[str]:
    """Time and checksum of every decoded frame."""
    done = subprocess.run(
        [FFMPEG, "-v", "error", "-i", path, "-f", "framecrc", "-"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return re.findall(r"^0,\s*.*$", done.stdout, re.MULTILINE)


def test_a_killed_video_goes_on_and_equals_an_unbroken_one(tmp_path: Path) -> None:
    whole, path = tmp_path / "whole.mp4", tmp_path / "film.mp4"
    made = write_video_in_parts(whole, frames_from, OPTIONS, COUNT, "key")
    assert (made.frames, made.notes) == (COUNT, ())
    killed_at(27, path)
    assert not path.exists()
    assert sorted(p.name for p in parts_folder(path).glob("0*.mp4")) == ["000000.mp4", "000001.mp4"]
    asked = []

    def rest(first: int):
        asked.append(first)
        yield from frames_from(first)

    made = write_video_in_parts(path, rest, OPTIONS, COUNT, "key")
    assert asked == [20]
    assert made.notes == ("went on from frame 20, where an earlier run was killed",)
    assert count_frames(path) == COUNT
    assert frame_list(path) == frame_list(whole)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["film.mp4", "whole.mp4"]


def test_the_parts_play_at_one_rate(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write_video_in_parts(path, frames_from, OPTIONS, COUNT, "key")
    times = [int(line.split(",")[2]) for line in frame_list(path)]
    assert times[0] == 0
    assert set(np.diff(times)) == {times[1]}


@pytest.mark.parametrize(("codec", "suffix"), [("hevc", "mp4"), ("prores", "mov")])
def test_other_codecs_are_joined_too(codec, suffix, tmp_path: Path) -> None:
    path = tmp_path / f"film.{suffix}"
    options = VideoOptions(fps=5, size=(64, 32), codec=codec)
    write_video_in_parts(path, frames_from, options, COUNT, "key")
    assert len(frame_list(path)) == COUNT
    words = subprocess.run([FFMPEG, "-i", path], capture_output=True, text=True).stderr
    assert f"Video: {codec}" in words and "bt709" in words


def test_another_film_of_that_name_starts_anew(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    killed_at(27, path)
    asked = []

    def all_of_them(first: int):
        asked.append(first)
        yield from frames_from(first)

    made = write_video_in_parts(path, all_of_them, OPTIONS, COUNT, "another")
    assert asked == [0]
    assert made.notes == ()
    assert [p.name for p in tmp_path.iterdir()] == ["film.mp4"]


def test_a_damaged_manifest_counts_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    killed_at(12, path)
    (parts_folder(path) / MANIFEST).write_text("{")
    assert write_video_in_parts(path, frames_from, OPTIONS, COUNT, "key").notes == ()


def test_a_stop_leaves_nothing_and_the_old_video(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_text("an older film")

    def stop(stage: str, done: float) -> None:
        if done > 0.7:
            raise Cancelled

    for target in (path, tmp_path / "deep" / "er" / "new.mp4"):
        with pytest.raises(Cancelled):
            write_video_in_parts(target, frames_from, OPTIONS, COUNT, "key", stop)
    assert [p.name for p in tmp_path.iterdir()] == ["film.mp4"]
    assert path.read_text() == "an older film"


def test_a_stop_after_a_kill_clears_what_the_kill_left(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    killed_at(12, path)

    def stop(stage: str, done: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        write_video_in_parts(path, frames_from, OPTIONS, COUNT, "key", stop)
    assert list(tmp_path.iterdir()) == []


def test_progress_rises_over_all_parts(tmp_path: Path) -> None:
    said: list[float] = []
    write_video_in_parts(
        tmp_path / "f.mp4", frames_from, OPTIONS, COUNT, "key", lambda _, done: said.append(done)
    )
    assert said == sorted(said)
    assert (said[0], said[-1]) == (0, 1)


@pytest.mark.parametrize("count", [30, 40])
def test_another_number_of_frames_is_refused(count: int, tmp_path: Path) -> None:
    with pytest.raises((ValueError, InputError), match="frame"):
        write_video_in_parts(
            tmp_path / "f.mp4", lambda first: frames_from(first, count), OPTIONS, COUNT, "key"
        )
    assert list(tmp_path.iterdir()) == []


def test_two_at_once_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"

    def nested(first: int):
        with pytest.raises(InputError, match="another process"):
            write_video_in_parts(path, frames_from, OPTIONS, COUNT, "key")
        yield from frames_from(first)

    write_video_in_parts(path, nested, OPTIONS, COUNT, "key")
    assert count_frames(path) == COUNT


def test_what_was_killed_long_ago_is_cleared(tmp_path: Path) -> None:
    killed_at(12, tmp_path / "old.mp4")
    manifest = parts_folder(tmp_path / "old.mp4") / MANIFEST
    os.utime(manifest, (1e9, 1e9))
    write_video_in_parts(tmp_path / "new.mp4", frames_from, OPTIONS, COUNT, "key")
    assert [p.name for p in tmp_path.iterdir()] == ["new.mp4"]
