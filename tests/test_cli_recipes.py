"""`create --from FILE`: the scene again, but for what is said with it."""

import json
from pathlib import Path

import numpy as np
import pytest

from depthfusion import studio
from depthfusion.cli.program import run
from depthfusion.io.scene_folder import load_scene, read_info


@pytest.fixture(scope="module")
def cave(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scenes") / "cave"
    film = studio.VideoOptions(seconds=0.1, size=(64, 36))
    options = studio.CreateOptions(
        seed=3,
        width=128,
        height=64,
        scene=studio.SceneOptions(head_box=0.15, sharpen="off"),
        mesh=studio.MeshOptions(triangles=4000),
        preview=film,
    )
    studio.create("a crystal cave", folder, options)
    return folder


def test_a_file_makes_its_scene_again(cave, tmp_path, capsys):
    source = cave / "preview.mp4"
    assert run(["create", "--from", str(source), "--out", str(tmp_path / "again"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["chosen"]["recipe"].startswith("preview.mp4: made by sketch")
    one, other = load_scene(cave), load_scene(tmp_path / "again")
    np.testing.assert_array_equal(one.panorama.rgb, other.panorama.rgb)
    np.testing.assert_array_equal(one.panorama.distance, other.panorama.distance)


def test_what_is_said_with_it_is_changed_and_nothing_else(cave, tmp_path):
    out = tmp_path / "other"
    words = ["create", "an ice cave", "--from", str(cave), "--out", str(out), "--size", "64x32"]
    assert run([*words, "--seed", "4", "--head-box", "0.1", "--triangles", "3000"]) == 0
    before, after = read_info(cave), read_info(out)
    assert (after["prompt"], after["seed"], after["width"]) == ("an ice cave", 4, 64)
    assert after["options"]["scene"] == before["options"]["scene"] | {"head_box": 0.1}
    assert after["options"]["mesh"]["triangles"] == 3000
    assert after["options"]["preview"] == before["options"]["preview"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "say what should be there"),
        (["--from", "rgb.png"], "holds no recipe"),
        (["--from", "scene.json", "--variations", "2"], "leave --variations"),
        (["--from", "nothing.glb"], "no such file"),
    ],
)
def test_what_cannot_be_made_is_said(words, sentence, cave, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(cave)
    assert run(["create", *words, "--out", str(tmp_path / "again")]) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "again").exists()
