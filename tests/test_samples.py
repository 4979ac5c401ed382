"""The scenes that come with the program: whole, small, and found wherever it is installed."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pretend_studio
import pytest
from fastapi.testclient import TestClient

from app import cards
from app.options import ServeOptions
from app.scenes import SAMPLE
from app.server import build_app
from app.shelf import Shelf
from depthfusion import studio
from depthfusion.cli.program import run
from depthfusion.io.scene_folder import load_scene
from depthfusion.studio import library

ASSETS = Path(__file__).parents[1] / "assets"
NAMES = ["beach", "living-room", "space-station"]


def test_every_sample_is_listed_with_its_picture() -> None:
    entries = studio.sample_scenes()
    assert sorted(entry.name for entry in entries) == NAMES
    assert all(entry.problem is None and entry.thumbnail for entry in entries)
    assert studio.samples_folder() == ASSETS


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_loads_and_its_record_makes_it_again(name: str) -> None:
    scene = load_scene(ASSETS / name)
    assert scene.info.engine == "sketch" and scene.info.prompt and scene.info.seed is not None
    assert scene.panorama.rgb.shape == (256, 512, 3)
    assert len(scene.layered.layers) > 1 and scene.layered.head_box > 0.1
    seen = np.isfinite(scene.panorama.distance).mean()
    assert 0.95 < seen < 1 if name == "living-room" else 0.4 < seen < 0.95


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_opens_in_the_viewer(name: str) -> None:
    glb = (ASSETS / name / "scene.glb").read_bytes()
    length = int.from_bytes(glb[12:16], "little")
    tree = json.loads(glb[20 : 20 + length])
    assert glb[:4] == b"glTF" and int.from_bytes(glb[8:12], "little") == len(glb)
    assert tree["asset"]["extras"]["seed"] == load_scene(ASSETS / name).info.seed


def test_the_samples_stay_small() -> None:
    size = {n: sum(f.stat().st_size for f in (ASSETS / n).rglob("*") if f.is_file()) for n in NAMES}
    assert all(size[name] < 2_800_000 for name in NAMES), size
    assert sum(size.values()) < 8_000_000, size


def test_a_package_without_its_samples_lists_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(library, "__file__", str(tmp_path / "a" / "b" / "library.py"))
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    assert (studio.samples_folder(), studio.sample_scenes()) == (None, [])
    assert run(["list", "--samples"]) == 0
    assert "left out" in capsys.readouterr().out
    shelf = Shelf(studio, tmp_path / "library")
    assert (list(shelf.samples()), shelf.find("sample:beach")) == ([], None)
    (tmp_path / "share" / "depthfusion").mkdir(parents=True)
    (tmp_path / "share" / "depthfusion" / "samples").symlink_to(ASSETS)
    assert sorted(entry.name for entry in studio.sample_scenes()) == NAMES


def test_the_command_line_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--samples", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["folder"] == str(ASSETS)
    assert sorted(scene["name"] for scene in answer["scenes"]) == NAMES
    assert run(["list", "--samples", str(ASSETS)]) == 2


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(studio, tmp_path / "library")


def test_the_app_shows_them_until_there_are_others(shelf: Shelf) -> None:
    page = cards.recent(shelf.entries(), shelf.samples())
    assert sorted(re.findall(r'data-scene="(.*?)"', page)) == [SAMPLE + name for name in NAMES]
    assert "scenes/sample%3Abeach/thumbnail.webp" in page
    pretend_studio.write_scene_folder(shelf.folder / "beach")
    assert "sample" not in cards.recent(shelf.entries(), shelf.samples())
    assert 'data-scene="beach"' in cards.library(shelf.entries(), shelf.samples())


def test_a_sample_and_a_scene_of_the_same_name_are_two(shelf: Shelf) -> None:
    pretend_studio.write_scene_folder(shelf.folder / "beach")
    own, sample = shelf.find("beach"), shelf.find("sample:beach")
    assert own is not None and sample is not None
    assert (own.is_sample, sample.is_sample) == (False, True)
    assert (own.folder, sample.folder) == (shelf.folder / "beach", ASSETS / "beach")
    assert "save=beach.glb" in next(k.address for k in sample.kept if "glb" in k.address)


def test_the_server_hands_out_a_sample_and_nothing_round_it(tmp_path: Path) -> None:
    app: Any = build_app(ServeOptions(library=tmp_path / "library"), pretend_studio.PretendStudio())
    with TestClient(app) as client:
        for name in ("scene.glb", "scene.json", "thumbnail.webp", "rgb.png"):
            assert client.get(f"/scenes/sample%3Abeach/{name}").status_code == 200, name
        for way in ("sample:beach/distance.png", "sample:../scene.json", "sample:/scene.json",
                    "sample:sample:beach/scene.glb", "sample%3A..%2Fassets%2Fbeach/scene.glb",
                    "beach/scene.glb", "sample:make.py/scene.glb"):  # fmt: skip
            assert client.get(f"/scenes/{way}").status_code == 404, way
