"""From words to a scene folder: all of it or nothing."""

import errno
import json
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image
from studio_samples import SHORT, Recorder, box_room, pretend_choice, stopping_at, tree

from depthfusion import studio
from depthfusion.io.scene_folder import load_scene
from depthfusion.studio import creating, finishing
from depthfusion.studio.options import CreateOptions, VideoOptions
from depthfusion.types import Cancelled, InputError

SMALL = CreateOptions(seed=7, width=128, height=64, preview=SHORT)
STAGES = [
    "Generating the panorama",
    "Building layers",
    "Meshing",
    "Verifying the head box",
    "Writing GLB",
    "Drawing the thumbnail",
    "Filming the preview",
    "Saving the scene",
]


@pytest.fixture(autouse=True)
def _pretend_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creating, "choose_engine", pretend_choice)


def glb_document(data: bytes) -> dict[str, Any]:
    length = int.from_bytes(data[12:16], "little")
    document: dict[str, Any] = json.loads(data[20 : 20 + length])
    return document


def test_everything_lands_in_the_folder(tmp_path: Path) -> None:
    outcome = studio.create("a room", tmp_path / "room", SMALL)
    files = {name for name, digest in tree(tmp_path / "room").items() if digest != "folder"}
    layers = {name for name in files if name.startswith("layers/")}
    assert layers >= {"layers/00_rgba.png", "layers/00_distance.png"}
    assert files - layers == {
        "scene.json", "rgb.png", "distance.png", "thumbnail.webp", "scene.glb", "low.glb",
        "preview.mp4",
    }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["room"]
    assert outcome.paths == {
        "scene": tmp_path / "room",
        "glb": tmp_path / "room" / "scene.glb",
        "preview": tmp_path / "room" / "preview.mp4",
    }
    assert list(outcome.seconds) == STAGES
    assert outcome.chosen == {"engine": "pretend: it was at hand"}
    assert outcome.facts["understood"] == ["room (place)"]
    assert json.loads(json.dumps(outcome.as_json(), allow_nan=False))["bytes"]["glb"] > 0


def test_the_scene_is_what_the_engine_made(tmp_path: Path) -> None:
    studio.create("a room", tmp_path / "room", SMALL)
    scene = load_scene(tmp_path / "room")
    room = box_room(64)
    np.testing.assert_array_equal(scene.panorama.rgb, room.rgb)
    np.testing.assert_allclose(scene.panorama.distance, room.distance, rtol=1e-3)
    assert (scene.info.prompt, scene.info.seed, scene.info.engine) == ("a room", 7, "sketch")
    assert scene.info.options["preview"]["path"] == SHORT.path
    assert scene.info.options["passed_over"] == ["purple"]
    files = {"rgb.png", "distance.png", "layers", "scene.glb", "preview.mp4", "thumbnail.webp"}
    assert set(scene.info.made) == {*files, "low.glb"}
    timed = [words for name, words in scene.info.made.items() if name != "low.glb"]
    assert all(words.endswith(" s") for words in timed)


def test_film_and_thumbnail_open(tmp_path: Path) -> None:
    outcome = studio.create("a room", tmp_path / "room", SMALL)
    frames, seconds = imageio_ffmpeg.count_frames_and_secs(str(outcome.paths["preview"]))
    assert (frames, seconds) == (6, pytest.approx(0.2))
    film = outcome.facts["preview"]
    assert (film["width"], film["height"], film["frames"]) == (96, 54, 6)
    assert film["filled_share"] == 0
    with Image.open(tmp_path / "room" / "thumbnail.webp") as thumbnail:
        assert thumbnail.size == (640, 360)


def test_the_glb_carries_the_recipe(tmp_path: Path) -> None:
    studio.create("a room", tmp_path / "room", SMALL)
    extras = glb_document((tmp_path / "room" / "scene.glb").read_bytes())["asset"]["extras"]
    assert (extras["prompt"], extras["seed"], extras["engine"]) == ("a room", 7, "sketch")
    assert extras["options"]["width"] == 128 and "depthfusion" in extras


def test_a_seed_drawn_by_lot_is_kept(tmp_path: Path) -> None:
    options = CreateOptions(width=128, height=64, preview=None)
    outcome = studio.create("a room", tmp_path / "room", options)
    seed = load_scene(tmp_path / "room").info.seed
    assert outcome.facts["seed"] == seed and str(seed) in outcome.chosen["seed"]
    assert "preview" not in outcome.paths and not (tmp_path / "room" / "preview.mp4").exists()


def test_progress_never_goes_back_stage_by_stage_and_over_all(tmp_path: Path) -> None:
    told = Recorder()
    studio.create("a room", tmp_path / "room", SMALL, told)
    assert told.stages == STAGES
    for stage in STAGES:
        fractions = [fraction for name, fraction in told.told if name == stage]
        assert fractions == sorted(fractions) and (fractions[0], fractions[-1]) == (0.0, 1.0)
    bar = [studio.overall("create", stage, fraction) for stage, fraction in told.told]
    assert bar == sorted(bar) and (bar[0], bar[-1]) == (0.0, pytest.approx(1.0))


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("late", [False, True])
def test_a_stop_at_any_stage_leaves_nothing(stage: str, late: bool, tmp_path: Path) -> None:
    def now(name: str, fraction: float) -> bool:
        return name == stage and fraction >= (0.4 if late else 0.0)

    with pytest.raises(Cancelled):
        studio.create("a room", tmp_path / "new" / "room", SMALL, stopping_at(now))
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stop_leaves_the_scene_that_was_there(stage: str, tmp_path: Path) -> None:
    options = CreateOptions(seed=1, width=64, height=32, preview=None)
    studio.create("an older room", tmp_path / "room", options)
    before = tree(tmp_path)
    with pytest.raises(Cancelled):
        progress = stopping_at(lambda name, _: name == stage)
        studio.create("a room", tmp_path / "room", SMALL, progress)
    assert tree(tmp_path) == before


def test_a_scene_that_is_there_is_replaced(tmp_path: Path) -> None:
    studio.create("an older room", tmp_path / "room", SMALL)
    studio.create("a room", tmp_path / "room", SMALL)
    assert load_scene(tmp_path / "room").info.prompt == "a room"
    assert [path.name for path in tmp_path.iterdir()] == ["room"]


@pytest.mark.parametrize("full", ["encode_glb", "write_scene", "draw_thumbnail"])
def test_a_fault_leaves_nothing(full: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(finishing, full, fails)
    with pytest.raises(OSError, match="No space"):
        studio.create("a room", tmp_path / "room", SMALL)
    assert tree(tmp_path) == {}


@pytest.mark.parametrize(
    ("prompt", "options", "says"),
    [
        ("  \n ", SMALL, "the prompt is empty"),
        ("word " * 1000, SMALL, "4999 characters"),
        ("a room", CreateOptions(seed=-1), "seed must be 0"),
        ("a room", CreateOptions(preview=VideoOptions(path="zigzag")), "zigzag"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_drawn(
    prompt: str, options: CreateOptions, says: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=says):
        studio.create(prompt, tmp_path / "room", options, stopping_at(lambda *_: True))
    assert tree(tmp_path) == {}


def test_what_is_no_scene_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "letter.txt").write_text("dear")
    (tmp_path / "file").write_text("kept")
    before = tree(tmp_path)
    for name in ("papers", "file", "file/below"):
        with pytest.raises(InputError, match=r"file|papers"):
            studio.create("a room", tmp_path / name, SMALL, stopping_at(lambda *_: True))
    assert tree(tmp_path) == before


def test_an_unknown_engine_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for engine in ("ldm3d", "oracle"):
        with pytest.raises(InputError, match=engine):
            studio.create("a room", tmp_path / "room", CreateOptions(engine=engine))
    assert tree(tmp_path) == {}
