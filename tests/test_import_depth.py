"""`import` with depth from two eyes and from a model, through the command line to scene.json."""

import json
from pathlib import Path

import depth_checkpoints as checkpoints
import numpy as np
import pytest
from fixtures.analytic import box_distance, rays, smooth_rgb
from fixtures.ods import IPD, eyes, in_room
from PIL import Image

from depthfusion.cli.program import run
from depthfusion.geometry.equirectangular import latitudes
from depthfusion.io.scene_folder import load_scene

HEIGHT = 192


def imported(capsys, photo: Path, out: Path, *more: str) -> dict:
    assert run(["import", str(photo), "--out", str(out), "--json", *more]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("layout", ["tb", "lr"])
def test_a_photo_with_two_eyes_needs_no_depth_file(tmp_path, capsys, layout):
    left, right = eyes(HEIGHT, in_room)
    whole = np.vstack([left, right]) if layout == "tb" else np.hstack([right, left])
    Image.fromarray(whole).save(tmp_path / "pair.png")
    said = imported(
        capsys, tmp_path / "pair.png", tmp_path / "place", "--layout", layout, "--ipd", str(IPD)
    )
    assert said["facts"]["depth"] == "stereo" and said["facts"]["scale"] == "metric"
    # The second pair was joined the wrong way round.
    assert said["facts"]["eyes_swapped"] is (layout == "lr")
    assert any("measured" in note for note in said["notes"])
    scene = load_scene(tmp_path / "place")
    assert scene.info.options["depth_source"] == "stereo"
    assert "measured by both eyes" in scene.info.made["distance.png"]
    assert scene.panorama.rgb.shape == (HEIGHT, 2 * HEIGHT, 3)
    band = np.abs(np.degrees(latitudes(HEIGHT))) < 60
    off = np.abs(scene.panorama.distance / box_distance(rays(HEIGHT)) - 1)[band]
    assert off.mean() < 0.04


def test_a_photo_and_a_model(tmp_path, capsys):
    checkpoints.depth_anything(tmp_path / "tiny", "metric")
    Image.fromarray(smooth_rgb(rays(64))).save(tmp_path / "photo.png")
    said = imported(
        capsys, tmp_path / "photo.png", tmp_path / "place", "--estimate", "--depth-model",
        str(tmp_path / "tiny"),
    )  # fmt: skip
    assert said["facts"]["depth"] == "model" and said["facts"]["model"] == "tiny"
    scene = load_scene(tmp_path / "place")
    assert scene.info.model == "tiny" and scene.panorama.scale == "metric"
    assert "12 overlapping views" in scene.info.made["distance.png"]


def test_a_model_that_is_none_for_depth_leaves_nothing(tmp_path, capsys):
    checkpoints.no_depth_model(tmp_path / "words")
    Image.fromarray(smooth_rgb(rays(64))).save(tmp_path / "photo.png")
    line = ["import", str(tmp_path / "photo.png"), "--out", str(tmp_path / "place")]
    assert run([*line, "--depth-source", "model", "--depth-model", str(tmp_path / "words")]) == 2
    captured = capsys.readouterr()
    assert "words is not a depth model" in captured.err and not captured.out
    assert not (tmp_path / "place").exists()


def test_two_equal_eyes_are_refused(tmp_path, capsys):
    picture = smooth_rgb(rays(64))
    Image.fromarray(np.vstack([picture, picture])).save(tmp_path / "pair.png")
    line = ["import", str(tmp_path / "pair.png"), "--out", str(tmp_path / "place")]
    assert run([*line, "--layout", "tb"]) == 2
    assert "same picture" in capsys.readouterr().err
    assert not (tmp_path / "place").exists()
