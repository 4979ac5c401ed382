"""Tasks over the real studio: what the app asks of it is what it offers."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.shelf import Shelf
from app.tabs.depth_panel import wanted_of
from app.tasks import TASKS, Bench
from app.tasks.making import creation, importing
from depthfusion import studio
from depthfusion.io.scene_folder import load_scene
from depthfusion.types import InputError, silent

ROOM = Path(__file__).parents[1] / "assets" / "living-room"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    shutil.copytree(ROOM, tmp_path / "room")
    return Bench(studio, Shelf(studio, tmp_path))


def do(bench: Bench, kind: str, /, **given: object) -> dict:
    return TASKS[kind].act(bench, given, silent, lambda picture: None)


def test_four_variations_lie_in_the_library(bench: Bench) -> None:
    made = do(bench, "variations", words="a red desert", width=128, engine="sketch", film=False)
    assert (
        len(made["scenes"]) == 4 == len({bench.scene(key).record["seed"] for key in made["scenes"]})
    )
    again = do(bench, "variations", words="a red desert", width=128, engine="sketch", film=False)
    assert not set(made["scenes"]) & set(again["scenes"])


def test_a_recipe_comes_back_as_the_same_place(bench: Bench, tmp_path: Path) -> None:
    given = {"words": "a red desert", "width": 128, "engine": "sketch", "seed": 3, "film": False}
    first = do(bench, "create", **given)["scenes"][0]
    second = do(bench, "create", **given)["scenes"][0]
    one, two = (load_scene(tmp_path / key) for key in (first, second))
    assert (one.panorama.rgb == two.panorama.rgb).all()


def test_what_is_painted_is_changed_and_taken_back(bench: Bench, tmp_path: Path) -> None:
    mask = np.zeros((64, 128), np.uint8)
    mask[30:40, 60:70] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    before = load_scene(tmp_path / "room").panorama.distance
    do(bench, "paint", scene="room", mask=str(tmp_path / "mask.png"), kind="sky", amount=2.0)
    assert np.isinf(load_scene(tmp_path / "room").panorama.distance[140, 260])
    do(bench, "undo_paint", scene="room")
    after = load_scene(tmp_path / "room").panorama.distance
    assert after == pytest.approx(before, rel=1e-3)


def test_the_camera_is_put_at_its_height(bench: Bench, tmp_path: Path) -> None:
    do(bench, "reshape", scene="room", camera_height=3.0)
    scene = load_scene(tmp_path / "room")
    assert scene.panorama.distance[-1].mean() == pytest.approx(3.0, rel=0.05)


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("film", {"scene": "sample:beach", "kind": "720p", "path": "orbit"}, "only looked at"),
        ("film", {"scene": "room", "kind": "imax", "path": "orbit"}, "there is no film 'imax'"),
        ("export", {"scene": "room", "suffix": ".exe"}, "there is no format .exe"),
        ("paint", {"scene": "room", "kind": "sky"}, "paint over a part"),
        ("bring", {}, "drop a photo first"),
        ("inspect", {"scene": "gone"}, "gone"),
    ],
)
def test_what_cannot_be_is_said(bench: Bench, kind: str, given: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        do(bench, kind, **given)


def test_an_empty_form_asks_for_the_defaults() -> None:
    nothing = {"layout": "auto", "near": None, "far": 0, "lean": 0}
    assert importing(studio, nothing) == studio.ImportOptions()
    assert creation(studio, {"seed": None, "negative": ""}) == studio.CreateOptions()
    kept = {"mapping": "keep", "near": 2, "far": 9, "camera_height": 0, "floor": (0.5, 0.9)}
    assert wanted_of(kept) == {"mapping": "keep"}
