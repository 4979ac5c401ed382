"""From words and from a real photo to files, through launch.py, as a person would.

The scene of words is made where importing OpenGL and Open3D fails, as on a bare machine.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
import trimesh
from PIL import Image

from depthfusion.cli.program import run

ROOT = Path(__file__).resolve().parents[1]

# Put on PYTHONPATH, this runs before anything else.
HIDE = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("OpenGL", "pyrender", "open3d", "torch"):
            raise ImportError(f"{name} is hidden, as on a bare machine")

sys.meta_path.insert(0, Hidden())
"""

CAMERAS = {
    "w": 64, "h": 48, "fl_x": 40.0, "fl_y": 40.0, "cx": 32.0, "cy": 24.0,
    "camera_model": "OPENCV",
    "frames": [
        {"file_path": "views/ahead.png", "transform_matrix": np.eye(4).tolist()},
        {"file_path": "pano.png", "camera_model": "EQUIRECTANGULAR", "w": 256, "h": 128,
         "transform_matrix": np.eye(4).tolist()},
        {"file_path": "left.png", "camera_model": "OMNIDIRECTIONALSTEREO_L", "w": 256, "h": 128,
         "transform_matrix": np.eye(4).tolist()},
    ],
}  # fmt: skip


def line(*arguments: str | Path) -> list[str]:
    return [sys.executable, str(ROOT / "launch.py"), *map(str, arguments)]


def answer(*arguments: str | Path, **environment: str) -> Mapping[str, Any]:
    """Run a command with --json in a process of its own; its one object."""
    done = subprocess.run(
        line(*arguments, "--json"),
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: Mapping[str, Any] = json.loads(done.stdout)
    return said


def read_film(path: Path) -> tuple[int, tuple[int, int]]:
    """Frames, and width and height, as ffmpeg decodes them."""
    decode = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-f", "null", "-"]
    said = subprocess.run(decode, capture_output=True, text=True, check=True).stderr
    width, height = re.findall(r"Video: .*?, (\d+)x(\d+)", said)[0]
    return int(re.findall(r"frame= *(\d+)", said)[-1]), (int(width), int(height))


def read_pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare")
    (folder / "sitecustomize.py").write_text(HIDE)
    return folder


@pytest.fixture(scope="module")
def forest(tmp_path_factory: pytest.TempPathFactory, bare: Path) -> Path:
    scene = tmp_path_factory.mktemp("words") / "forest"
    said = answer(
        "create", "a misty pine forest at dawn", "--out", scene, "--size", "256x128", "--seed", "3",
        PYTHONPATH=str(bare),
    )  # fmt: skip
    assert said["paths"]["scene"] == str(scene)
    assert said["facts"]["preview"]["renderer"] == "cpu"
    return scene


def test_words_become_a_scene_a_glb_and_a_film_without_opengl(forest: Path) -> None:
    meshes = trimesh.load(forest / "scene.glb").geometry.values()
    assert sum(len(mesh.faces) for mesh in meshes) > 1000
    assert read_film(forest / "preview.mp4") == (150, (1280, 720))
    record = json.loads((forest / "scene.json").read_text("utf-8"))
    assert record["prompt"] == "a misty pine forest at dawn" and record["seed"] == 3


def test_the_same_seed_makes_the_same_picture(forest: Path, tmp_path: Path) -> None:
    # Without the film: through the library, in this process.
    from depthfusion import studio

    options = studio.CreateOptions(seed=3, width=256, height=128, preview=None)
    studio.create("a misty pine forest at dawn", tmp_path / "again", options)
    again = read_pixels(tmp_path / "again" / "rgb.png")
    np.testing.assert_array_equal(read_pixels(forest / "rgb.png"), again)


def test_every_frame_of_a_camera_file_is_drawn(forest: Path, tmp_path: Path) -> None:
    cameras = tmp_path / "transforms.json"
    cameras.write_text(json.dumps(CAMERAS))
    said = answer("render", forest, "--cameras", cameras, "--out", tmp_path / "frames")
    assert said["facts"]["filled_share"] == 0
    drawn = {
        frame["file_path"]: read_pixels(tmp_path / "frames" / frame["file_path"])
        for frame in CAMERAS["frames"]
    }
    assert [picture.shape[:2] for picture in drawn.values()] == [(48, 64), (128, 256), (128, 256)]
    difference = drawn["pano.png"].astype(float) - read_pixels(forest / "rgb.png")
    # From the origin a scene is its panorama again.
    assert 10 * np.log10(255**2 / np.mean(difference**2)) > 30


def test_two_eyes_a_film_and_an_export(forest: Path, tmp_path: Path) -> None:
    answer("stereo", forest, "--out", tmp_path / "o.png", "--projection", "ods",
           "--layout", "tb", "--size", "256x128")  # fmt: skip
    assert read_pixels(tmp_path / "o.png").shape == (256, 256, 3)
    answer("video", forest, "--out", tmp_path / "v.mp4", "--seconds", "0.5", "--size", "128x72",
           "--path", "dolly")  # fmt: skip
    assert read_film(tmp_path / "v.mp4") == (15, (128, 72))
    said = answer("export", forest, "--out", tmp_path / "x.glb")
    assert said["bytes"]["file"] == (tmp_path / "x.glb").stat().st_size


def test_list_and_show_know_the_scene(forest: Path) -> None:
    (entry,) = answer("list", forest.parent)["scenes"]
    assert entry["path"] == str(forest) and entry["size"] == [256, 128]
    assert answer("show", forest)["files"]["scene.glb"] > 0


def test_a_real_room_with_measured_distances(shared_data: Path, tmp_path: Path) -> None:
    real = shared_data / "real"
    answer(
        "import", real / "mp3d_rgb.png", "--depth", real / "mp3d_depth.exr",
        "--depth-kind", "distance", "--out", tmp_path / "room",
    )  # fmt: skip
    answer("export", tmp_path / "room", "--out", tmp_path / "room.glb")
    assert len(trimesh.load(tmp_path / "room.glb").geometry) >= 1


@pytest.mark.parametrize("stage", ["Generating", "Filming"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_create_leaves_nothing(
    stage: str, number: signal.Signals, tmp_path: Path
) -> None:
    running = subprocess.Popen(
        line("create", "a room", "--out", tmp_path / "scene", "--size", "256x128"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    assert any(said.startswith(stage) for said in running.stderr)
    running.send_signal(number)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "interrupted; nothing was left half-done"
    assert list(tmp_path.iterdir()) == []


def test_a_killed_create_leaves_the_old_scene(forest: Path, tmp_path: Path) -> None:
    scene = tmp_path / "scene"
    shutil.copytree(forest, scene)
    before = answer("show", scene)
    running = subprocess.Popen(
        line("create", "a room", "--out", scene, "--size", "256x128"),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    assert any(said.startswith("Filming") for said in running.stderr)
    running.kill()
    running.communicate(timeout=60)
    assert answer("show", scene) == before


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    Image.new("RGB", (64, 32), "teal").save(folder / "pano.png")
    Image.new("RGB", (64, 48), "teal").save(folder / "flat.png")
    (folder / "cut.png").write_bytes((folder / "pano.png").read_bytes()[:60])
    (folder / "text.png").write_text("no picture")
    np.save(folder / "good.npy", np.full((32, 64), 2.0, np.float32))
    np.save(folder / "other.npy", np.full((32, 50), 2.0, np.float32))
    np.save(folder / "nan.npy", np.full((32, 64), np.nan, np.float32))
    np.save(folder / "negative.npy", np.full((32, 64), -1.0, np.float32))
    (folder / "weights.npz").write_bytes(b"PK")
    (folder / "not a scene").mkdir()
    (folder / "not a scene" / "diary.txt").write_text("mine")
    return folder


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["import", "nowhere.png", "--depth", "good.npy"], "nowhere.png"),
        (["import", "text.png", "--depth", "good.npy"], "text.png"),
        (["import", "cut.png", "--depth", "good.npy"], "cut.png"),
        (["import", "flat.png", "--depth", "good.npy"], "--fit"),
        (["import", "pano.png", "--depth", "other.npy"], "depth"),
        (["import", "pano.png", "--depth", "nan.npy"], "NaN"),
        (["import", "pano.png", "--depth", "negative.npy"], "negative"),
        (["import", "pano.png", "--depth", "weights.npz"], ".npz"),
        (["import", "pano.png"], "depth"),
        (["import", "pano.png", "--depth", "good.npy", "--pixel-limit", "100"], "pixel"),
        (["create", "   "], "prompt is empty"),
        (["create", "x", "--size", "300x200"], "300"),
        (["create", "x", "--seed", "-1"], "seed"),
        (["create", "x", "--out", "not a scene"], "not a scene"),
        (["create", "x", "--out", "pano.png/scene"], "pano.png"),
        (["show", "not a scene"], "no scene"),
        (["video", "nowhere", "--out", "v.mp4"], "nowhere"),
        (["export", "nowhere", "--out", "x.obj"], ".usdz"),
        (["render", "nowhere", "--cameras", "c.json", "--out", "d"], "nowhere"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_bad_input_is_one_sentence_and_changes_nothing(
    arguments: list[str],
    words: str,
    pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(pictures)
    if arguments[0] in ("create", "import") and "--out" not in arguments:
        arguments = [*arguments, "--out", "scene"]
    before = {path: path.stat().st_mtime_ns for path in pictures.rglob("*")}
    assert run(arguments) == 2
    captured = capsys.readouterr()
    complaint = captured.err.splitlines()[-1]
    assert complaint.startswith("error: ") and words in complaint
    assert captured.out == ""
    assert {path: path.stat().st_mtime_ns for path in pictures.rglob("*")} == before
