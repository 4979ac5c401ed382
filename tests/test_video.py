"""Videos: opened again, counted, looked at; and what every fault leaves behind."""

import os
import re
import stat
import subprocess
import threading
import time

import imageio_ffmpeg
import numpy as np
import pytest

from depthfusion.rendering import video
from depthfusion.rendering.video import (
    EncoderError,
    VideoOptions,
    ahead,
    available_codecs,
    write_video,
)
from depthfusion.types import Cancelled, InputError

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
COLOURS = np.array(
    [[217, 163, 130], [69, 78, 10], [19, 4, 44], [208, 166, 233], [255, 0, 0], [0, 255, 0],
     [0, 0, 255], [255, 255, 255]],
    np.uint8,
)  # fmt: skip
SIZE = (128, 64)


def bars(count, size=SIZE):
    width, height = size
    columns = COLOURS[np.arange(width) * len(COLOURS) // width]
    for _ in range(count):
        yield np.broadcast_to(columns, (height, width, 3)).copy()


def told(path):
    """What ffmpeg says of a file's video stream."""
    words = subprocess.run([FFMPEG, "-hide_banner", "-i", path], capture_output=True, text=True)
    return next(line for line in words.stderr.splitlines() if "Video:" in line)


def decoded(path, size=SIZE):
    """Every frame, by BT.709, uint8 [N, H, W, 3]."""
    raw = subprocess.run(
        [FFMPEG, "-v", "error", "-i", path, "-vf",
         "scale=in_color_matrix=bt709:in_range=tv:out_range=pc:flags=accurate_rnd,format=rgb24",
         "-f", "rawvideo", "-"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    return np.frombuffer(raw, np.uint8).reshape(-1, size[1], size[0], 3)


@pytest.mark.parametrize(("codec", "suffix"), [("h264", "mp4"), ("hevc", "mp4"), ("prores", "mov")])
def test_a_video_is_what_was_asked_for(tmp_path, codec, suffix):
    path = tmp_path / "new" / f"bars.{suffix}"
    made = write_video(path, bars(7), VideoOptions(codec=codec, fps=25), 7)
    assert (made.frames, made.width, made.height, made.notes) == (7, *SIZE, ())
    assert made.seconds == pytest.approx(7 / 25)
    words = told(path)
    assert f"Video: {codec}" in words
    assert "25 fps" in words
    assert re.search(r"\(tv, bt709, progressive\)", words)
    assert ("yuv422p10le" if codec == "prores" else "yuv420p(") in words
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_colours_come_back(tmp_path):
    write_video(tmp_path / "bars.mp4", bars(3), VideoOptions(quality="best"), 3)
    frames = decoded(tmp_path / "bars.mp4")
    assert len(frames) == 3
    width = SIZE[0] // len(COLOURS)
    middles = frames[:, SIZE[1] // 2, width // 2 :: width].astype(int)
    assert np.abs(middles - COLOURS).max() <= 4  # BT.601 would be off by up to 30


def test_frames_come_in_order_at_constant_rate(tmp_path):
    shades = [np.full((64, 128, 3), 10 * k, np.uint8) for k in range(20)]
    write_video(tmp_path / "shades.mp4", shades, VideoOptions(fps=24), 20)
    means = decoded(tmp_path / "shades.mp4").mean(axis=(1, 2, 3))
    assert np.abs(means - 10 * np.arange(20)).max() < 3


def test_the_index_comes_first_so_that_browsers_start_at_once(tmp_path):
    write_video(tmp_path / "bars.mp4", bars(3), VideoOptions(), 3)
    content = (tmp_path / "bars.mp4").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_odd_sizes_lose_a_pixel_and_it_is_said(tmp_path):
    made = write_video(tmp_path / "odd.mp4", bars(2, (129, 65)), VideoOptions(), 2)
    assert (made.width, made.height) == (128, 64)
    assert made.notes == ("video takes even sizes only: 129×65 became 128×64",)
    assert "128x64" in told(tmp_path / "odd.mp4")
    assert VideoOptions(size=(1281, 721)).even_size == (1280, 720)


def test_progress_rises_to_the_end(tmp_path):
    said = []
    write_video(
        tmp_path / "v.mp4", bars(5), VideoOptions(), 5, lambda stage, done: said.append(done)
    )
    assert said[0] == 0
    assert said[-1] == 1
    assert said == sorted(said)


def test_an_old_file_is_replaced_only_by_a_whole_new_one(tmp_path):
    path = tmp_path / "v.mp4"
    write_video(path, bars(2), VideoOptions(), 2)
    before = path.read_bytes()

    def breaking():
        yield from bars(2)
        raise OSError("the disk under the scene went away")

    with pytest.raises(OSError, match="went away"):
        write_video(path, breaking(), VideoOptions(), 9)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    write_video(path, bars(4), VideoOptions(), 4)
    assert len(decoded(path)) == 4


def test_a_stop_leaves_nothing(tmp_path):
    def stop(stage, done):
        if done > 0.4:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_video(tmp_path / "deep" / "er" / "v.mp4", bars(50), VideoOptions(), 50, stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("count", [3, 5])
def test_another_number_of_frames_than_told_is_refused(tmp_path, count):
    with pytest.raises(ValueError, match=f"got 4 for {count}"):
        write_video(tmp_path / "v.mp4", bars(4), VideoOptions(), count)
    assert list(tmp_path.iterdir()) == []


def test_no_frame_is_refused(tmp_path):
    with pytest.raises(InputError, match="at least one frame"):
        write_video(tmp_path / "v.mp4", [], VideoOptions(), 0)


def test_frames_of_two_sizes_are_refused(tmp_path):
    frames = [np.zeros((64, 64, 3), np.uint8), np.zeros((64, 62, 3), np.uint8)]
    with pytest.raises(ValueError, match=r"\[64, 62, 3\] after \[64, 64, 3\]"):
        write_video(tmp_path / "v.mp4", frames, VideoOptions(), 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("v.avi", VideoOptions(), r"\.mp4"),
        ("v", VideoOptions(), r"\.mp4"),
        ("v.mp4", VideoOptions(codec="prores"), r"\.mov"),
    ],
)
def test_a_name_that_does_not_fit_is_refused(tmp_path, name, options, said):
    with pytest.raises(InputError, match=said):
        write_video(tmp_path / name, bars(1), options, 1)


def test_unwritable_targets_are_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        write_video(tmp_path / "file" / "v.mp4", bars(1), VideoOptions(), 1)
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        write_video(tmp_path / "folder.mp4", bars(1), VideoOptions(), 1)


@pytest.mark.parametrize(
    "given",
    [
        {"fps": 0},
        {"fps": 1000},
        {"size": (1, 720)},
        {"size": (20000, 720)},
        {"quality": "great"},
        {"codec": "av1"},
    ],
)
def test_what_is_out_of_range_is_refused(given):
    with pytest.raises(InputError):
        VideoOptions(**given)


def dying_ffmpeg(folder, words, listing="V....D libx264"):
    """A stand-in that lists its encoders, reads a little, says `words` and dies."""
    program = folder / "ffmpeg"
    program.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        f'*-encoders*) echo " {listing} x"; exit 0 ;;\n'
        "*-version*) echo 'ffmpeg version 0'; exit 0 ;;\n"
        "esac\n"
        "head -c 100000 > /dev/null\n"
        f"echo 'frame noise' >&2; echo '[mp4 @ 0x1234] {words}' >&2\n"
        "exit 69\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@pytest.fixture
def instead(monkeypatch, tmp_path_factory):
    """Use a stand-in for ffmpeg that dies with the words given."""

    def use(words, **more):
        program = dying_ffmpeg(tmp_path_factory.mktemp("bin"), words, **more)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
        forget()

    def forget():
        available_codecs.cache_clear()
        getattr(imageio_ffmpeg.get_ffmpeg_exe, "cache_clear", lambda: None)()

    yield use
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize("count", [2, 300])  # dies after the last frame, and in the middle
def test_ffmpeg_that_dies_is_quoted_and_leaves_nothing(tmp_path, instead, count):
    instead("Conversion failed!")
    with pytest.raises(EncoderError) as caught:
        write_video(tmp_path / "v.mp4", bars(count), VideoOptions(), count)
    assert str(caught.value) == "ffmpeg stopped with status 69 and left: Conversion failed!"
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_the_callers_to_mend(tmp_path, instead):
    instead(f"Error writing trailer: {os.strerror(28)}")
    with pytest.raises(InputError, match="full: free some space"):
        write_video(tmp_path / "v.mp4", bars(300), VideoOptions(), 300)
    assert list(tmp_path.iterdir()) == []


def test_a_codec_that_ffmpeg_lacks_is_refused_with_those_it_has(tmp_path, instead):
    instead("never reached")
    with pytest.raises(InputError, match=r"no libx265: take one of h264"):
        write_video(tmp_path / "v.mp4", bars(1), VideoOptions(codec="hevc"), 1)


def test_a_short_file_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(video, "count_frames", lambda path: 3)
    with pytest.raises(EncoderError, match="3 frames instead of 4"):
        write_video(tmp_path / "v.mp4", bars(4), VideoOptions(), 4)
    assert list(tmp_path.iterdir()) == []


def test_frames_are_fetched_ahead_but_not_far():
    fetched = []

    def work():
        for k in range(100):
            fetched.append(k)
            yield k

    items = ahead(work(), depth=3)
    assert next(items) == 0
    time.sleep(0.3)
    assert 3 <= len(fetched) <= 6
    assert list(items) == list(range(1, 100))


def test_an_error_ahead_reaches_who_waits():
    def work():
        yield 1
        raise Cancelled

    items = ahead(work(), depth=2)
    assert next(items) == 1
    with pytest.raises(Cancelled):
        next(items)


def test_a_failure_stops_who_renders_ahead(tmp_path, instead):
    instead("Conversion failed!")
    threads = []

    def work():
        threads.append(threading.current_thread())
        yield from bars(1000)

    with pytest.raises(EncoderError) as caught:
        write_video(tmp_path / "v.mp4", ahead(work(), 2), VideoOptions(), 1000)
    assert caught.value is not None  # and with it the frames of the stack
    assert not threads[0].is_alive()


def test_stopping_early_ends_the_thread():
    def work():
        while True:
            yield threading.current_thread()

    items = ahead(work(), depth=2)
    thread = next(items)
    assert thread.is_alive() and thread is not threading.current_thread()
    items.close()
    assert not thread.is_alive()
