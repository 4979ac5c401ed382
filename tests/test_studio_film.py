"""Films of a scene: every projection and layout, whole or not at all."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from studio_samples import box_room, imported_room, stopping_at, tree

from depthfusion import studio
from depthfusion.rendering.parts import parts_folder
from depthfusion.studio.film import Film
from depthfusion.studio.options import VideoOptions
from depthfusion.types import Cancelled, InputError

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported_room(tmp_path_factory.mktemp("film"))


@pytest.mark.parametrize(
    ("options", "size"),
    [
        (VideoOptions(seconds=0.2, size=(64, 36)), (64, 36)),
        (VideoOptions("sway", 0.2, size=(64, 36), layout="lr"), (128, 36)),
        (VideoOptions("dolly", 0.2, size=(64, 32), projection="equirectangular"), (64, 32)),
        (VideoOptions("sway", 0.2, size=(64, 32), projection="ods"), (64, 64)),
        (VideoOptions("sway", 0.2, size=(64, 64), projection="vr180"), (128, 64)),
        (VideoOptions("sway", 0.2, size=(64, 64), projection="vr180", lens="fisheye"), (128, 64)),
        (VideoOptions("walk", 0.2, size=(64, 36), codec="hevc"), (64, 36)),
    ],
)
def test_films(options: VideoOptions, size: tuple[int, int], room: Path, tmp_path: Path) -> None:
    outcome = studio.video(room, tmp_path / "deep" / "film.mp4", options)
    assert (outcome.facts["width"], outcome.facts["height"]) == size == options.frame_size
    frames, _ = imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "deep" / "film.mp4"))
    assert frames == 6 == outcome.facts["frames"]
    assert bool(outcome.notes) == (options.projection != "perspective")
    assert ("comfort" in outcome.facts) == (options.pair is not None)


def test_a_film_along_keyframes(room: Path, tmp_path: Path) -> None:
    keys = [{"time": t, "position": [0, 0, -t / 2], "yaw_deg": 90 * t} for t in (0, 0.1, 0.2)]
    (tmp_path / "way.json").write_text(json.dumps({"keyframes": keys}))
    options = VideoOptions(str(tmp_path / "way.json"), fps=20, size=(64, 36))
    outcome = studio.video(room, tmp_path / "film.mp4", options)
    assert outcome.facts["frames"] == 4


def test_a_killed_film_goes_on(room: Path, tmp_path: Path) -> None:
    """The command in a process of its own, killed when its first two seconds are done."""
    out = tmp_path / "film.mp4"
    size = ["--size", "320x180", "--fps", "10", "--seconds", "12"]
    line = [sys.executable, "-m", "depthfusion", "video", str(room), "--out", str(out), *size]
    process = subprocess.Popen(line, cwd=ROOT, stderr=subprocess.DEVNULL)
    first = parts_folder(out) / "000000.mp4"
    while not first.exists():
        assert process.poll() is None
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert not out.exists()
    options = VideoOptions(seconds=12.0, fps=10.0, size=(320, 180))
    outcome = studio.video(room, out, options)
    assert any("where an earlier run was killed" in note for note in outcome.notes)
    assert imageio_ffmpeg.count_frames_and_secs(str(out))[0] == 120
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
    again = studio.video(room, tmp_path / "again.mp4", options)
    assert not again.notes
    assert (tmp_path / "again.mp4").read_bytes() == out.read_bytes()


def test_keyframes_through_a_wall_are_refused_unless_allowed(room: Path, tmp_path: Path) -> None:
    keys = [{"time": t, "position": [0, 0, -9 * t]} for t in (0, 1)]
    (tmp_path / "way.json").write_text(json.dumps({"keyframes": keys}))
    options = VideoOptions(str(tmp_path / "way.json"), fps=5, size=(64, 36))
    with pytest.raises(InputError, match="head box"):
        studio.video(room, tmp_path / "film.mp4", options)
    film = Film(replace(options, outside=True), 0.3, 0.0)
    film.options = options
    with pytest.raises(InputError, match="through a surface"):
        film.keep_clear(box_room().distance)
    outcome = studio.video(room, tmp_path / "film.mp4", replace(options, outside=True))
    assert outcome.facts["frames"] == 5


@pytest.mark.parametrize("seconds", [0.5, 5.0])
@pytest.mark.parametrize("stage", ["Reading the scene", "Meshing", "Filming"])
def test_a_stopped_film_leaves_the_one_that_was_there(
    stage: str, seconds: float, room: Path, tmp_path: Path
) -> None:
    (tmp_path / "old.mp4").write_text("an older film")
    before = tree(tmp_path)
    for name in ("old.mp4", "deep/new.mp4"):
        with pytest.raises(Cancelled):
            progress = stopping_at(lambda words, done: words == stage and done > 0.3)
            options = VideoOptions(seconds=seconds, fps=10, size=(64, 36))
            studio.video(room, tmp_path / name, options, progress)
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"projection": "fisheye"}, "perspective, equirectangular, ods, vr180"),
        ({"projection": "ods", "layout": "mono"}, "tb or lr"),
        ({"projection": "equirectangular", "layout": "tb"}, "--projection ods"),
        ({"projection": "equirectangular", "size": (100, 100)}, "twice as wide"),
        ({"layout": "both"}, "both"),
        ({"fov_deg": 180.0}, "fov"),
        ({"fps": 0.0}, "fps"),
        ({"seconds": -1.0}, "frames"),
        ({"size": (0, 10)}, "pixels each way"),
        ({"ipd": -1.0, "layout": "lr"}, "ipd"),
        ({"quality": "splendid"}, "draft, good, best"),
        ({"codec": "theora"}, "h264, hevc, prores"),
        ({"projection": "ods", "lens": "fisheye"}, "fisheye lens belongs to vr180"),
        ({"turn_limit_deg": -1.0}, "turn limit"),
    ],
)
def test_films_that_cannot_be(given: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        VideoOptions(**given)


def test_what_a_film_cannot_do_is_said_before_it_begins(room: Path, tmp_path: Path) -> None:
    (tmp_path / "folder.mp4").mkdir()
    stop = stopping_at(lambda *_: True)
    for name, options, says in (
        ("film.avi", VideoOptions(), ".mp4"),
        ("folder.mp4", VideoOptions(), "folder"),
        ("film.mp4", VideoOptions(path="zigzag"), "zigzag"),
        ("film.mp4", VideoOptions(path=str(tmp_path / "no.json")), "no.json"),
    ):
        with pytest.raises(InputError, match=says):
            studio.video(room, tmp_path / name, options, stop)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.mp4"]
