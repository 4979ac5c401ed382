"""The same picture under other distances: order is kept, size and reach are as asked."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthfusion.cli.program import run
from depthfusion.geometry.equirectangular import directions
from depthfusion.io.scene_folder import load_scene
from depthfusion.studio.reshaping import Reshape, height_above, remapping, reshape
from depthfusion.studio.swaying import sway
from depthfusion.types import InputError, RGBDPanorama

ROOM = Path(__file__).parents[1] / "assets" / "living-room"


def floor_and_sky(height: float = 1.2) -> RGBDPanorama:
    """A plane so far below, a wall of 9 m round it, and sky above."""
    down = -directions(64, 128)[..., 1]
    distance = np.full((64, 128), 9.0, np.float32)
    distance[down > height / 9] = height / down[down > height / 9]
    distance[:16] = np.inf
    return RGBDPanorama(np.zeros((64, 128, 3), np.uint8), distance, "relative")


def test_nothing_asked_changes_nothing() -> None:
    place = floor_and_sky()
    assert (remapping(place, Reshape())(place.distance) == place.distance).all()


def test_near_and_far_are_met_and_order_is_kept() -> None:
    place = floor_and_sky()
    for change in (Reshape("inverse", 0.5, 30), Reshape("linear", radius=4, strength=0.5)):
        moved = remapping(place, change)(place.distance)
        solid = np.isfinite(place.distance)
        assert (np.isinf(moved) == ~solid).all()
        before, after = place.distance[solid], moved[solid]
        assert (np.diff(after[np.argsort(before)]) >= 0).all()
        ends = (0.5, 30) if change.mapping == "inverse" else (2, 6)
        assert (after.min(), after.max()) == pytest.approx(ends, rel=1e-4)


@pytest.mark.parametrize("floor", [None, (0.3, 0.8), (0.9, 0.7)])
def test_the_camera_stands_as_high_as_it_is_told(floor: tuple[float, float] | None) -> None:
    place = floor_and_sky()
    moved = remapping(place, Reshape(camera_height=1.6, floor=floor))(place.distance)
    factor = moved[40] / place.distance[40]
    assert factor == pytest.approx(1.6 / 1.2, rel=0.04)  # a pixel's middle is not the point
    tall = RGBDPanorama(place.rgb, moved)
    assert height_above(tall, lambda distance: distance, floor) == pytest.approx(1.6, rel=0.04)


@pytest.mark.parametrize("floor", [(0.5, 0.5), (0.5, 0.1)])
def test_a_point_that_is_no_floor_is_refused(floor: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="press on a point of the floor"):
        remapping(floor_and_sky(), Reshape(camera_height=1.6, floor=floor))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mapping": "cubic"}, "mapping must be one of"),
        ({"near": 3, "far": 2}, "must be less than far"),
        ({"near": -1}, "near must be above 0"),
        ({"strength": 1}, "strength must be"),
        ({"floor": (2, 0)}, "must lie in the panorama"),
    ],
)
def test_what_cannot_be_is_said(given: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Reshape(**given)


def test_a_scene_is_meshed_anew_in_its_place(tmp_path: Path) -> None:
    place = shutil.copytree(ROOM, tmp_path / "room")
    (place / "paths").mkdir()
    (place / "paths" / "mine.json").write_text("{}")
    (place / "exports").mkdir(exist_ok=True)
    (place / "exports" / "old.ply").write_text("old")
    before = load_scene(place)
    outcome = reshape(place, Reshape("inverse", 1.0, 12.0))
    after = load_scene(place)
    assert after.panorama.distance.min() == pytest.approx(1.0, rel=1e-3)
    assert (after.panorama.rgb == before.panorama.rgb).all()
    assert [layer.rgba.shape for layer in after.layered.layers] == [
        layer.rgba.shape for layer in before.layered.layers
    ]
    assert after.info.id == before.info.id
    assert after.info.options["reshaped"]["far"] == 12.0
    assert (place / "paths" / "mine.json").is_file()
    assert not (place / "exports" / "old.ply").exists() and "left out" in outcome.notes[0]


def test_the_command_line_reshapes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = str(shutil.copytree(ROOM, tmp_path / "room"))
    assert run(["reshape", place, "--near", "1", "--far", "12", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["facts"]["farthest"] == pytest.approx(12, rel=1e-3)
    assert run(["reshape", place]) == 2 and "nothing to change" in capsys.readouterr().err
    assert run(["reshape", place, "--camera-height", "1.6", "--floor", "a"]) == 2


def test_a_head_sways_before_distances_that_are_only_tried() -> None:
    moving, still, figures = sway(ROOM, Reshape("inverse", 1.0, 12.0))
    assert figures["nearest"] == pytest.approx(1.0, rel=1e-3)
    assert 0.3 < figures["height"] < 3
    film = Image.open(io.BytesIO(moving))
    frames = []
    for number in range(film.n_frames):
        film.seek(number)
        frames.append(np.asarray(film.convert("RGB"), np.float32))
    assert len(frames) > 8
    assert np.abs(frames[0] - frames[len(frames) // 2]).mean() > 2  # left and right differ
    assert Image.open(io.BytesIO(still)).size == film.size
