"""Depth set by hand: what each edit does, that undoing loses nothing, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from studio_samples import imported_room, stopping_at, tree

from depthfusion import studio
from depthfusion.cli.program import run
from depthfusion.geometry.equirectangular import directions
from depthfusion.io.edit_files import read_mask
from depthfusion.io.scene_folder import load_scene
from depthfusion.scene.edits import Edit, edited, fitted_mask
from depthfusion.types import Cancelled, InputError

HEIGHT, WIDTH = 32, 64


def window(rows: slice = slice(10, 20), columns: slice = slice(24, 40)) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[rows, columns] = True
    return mask


def sphere(radius: float = 3.0) -> np.ndarray:
    return np.full((HEIGHT, WIDTH), radius, np.float32)


def test_each_edit_changes_what_is_painted_and_nothing_else() -> None:
    mask = window()
    for edit, wanted in (
        (Edit("flat", 2.0), 2.0),
        (Edit("flat"), 3.0),
        (Edit("push", 0.5), 3.5),
        (Edit("pull", 0.5), 2.5),
        (Edit("push"), 3.3),
        (Edit("pull", 100.0), 0.05),
        (Edit("sky"), np.inf),
    ):
        result = edited(sphere(), mask, edit)
        assert result[mask] == pytest.approx(wanted), edit
        assert np.array_equal(result[~mask], sphere()[~mask])


def test_a_plane_is_found_under_what_sticks_out_of_it() -> None:
    rays = directions(HEIGHT, WIDTH).astype(np.float64)
    normal = np.array([0.1, 0.05, -0.4])  # n·p = 1
    exact = 1 / np.maximum(rays @ normal, 0.02)
    bumpy = exact.copy()
    bumpy[12:15, 28:32] *= 0.7  # something stands before the wall
    mask = window()
    flattened = edited(bumpy.astype(np.float32), mask, Edit("plane"))
    assert flattened[mask] == pytest.approx(exact[mask], rel=5e-3)


def test_a_soft_rim_is_blended_in_inverse_distance_and_never_over_sky() -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[10:20, 24:40] = 255
    mask[9, 24:40] = 102
    half = edited(sphere(2.0), mask, Edit("flat", 4.0))
    assert half[9, 30] == pytest.approx(1 / (0.6 / 2 + 0.4 / 4))
    over_sky = edited(np.where(mask == 102, np.inf, sphere(2.0)), mask, Edit("flat", 4.0))
    assert np.isinf(over_sky[9, 24:40]).all()


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (("tilt", None), "flat, plane, push, pull, sky"),
        (("sky", 3.0), "takes no amount"),
        (("flat", 0.0), "above 0"),
        (("push", float("nan")), "above 0"),
    ],
)
def test_edits_that_cannot_be(edit: tuple, says: str) -> None:
    with pytest.raises(InputError, match=says):
        Edit(*edit)


def test_masks_that_cannot_be() -> None:
    with pytest.raises(InputError, match="mask is empty"):
        edited(sphere(), np.zeros((HEIGHT, WIDTH), bool), Edit("flat"))
    with pytest.raises(InputError, match="everything would be sky"):
        edited(sphere(), np.ones((HEIGHT, WIDTH), bool), Edit("sky"))
    sky = np.where(window(), np.inf, sphere())
    with pytest.raises(InputError, match="only sky is painted"):
        edited(sky, window(), Edit("plane"))
    assert edited(sky, window(), Edit("flat", 5.0))[window()] == pytest.approx(5.0)
    with pytest.raises(InputError, match="2:1"):
        fitted_mask(np.zeros((20, 20), bool), HEIGHT, WIDTH)
    assert fitted_mask(np.ones((64, 128), bool), HEIGHT, WIDTH).min() == 255


def test_masks_are_white_or_opaque_strokes(tmp_path: Path) -> None:
    strokes = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    strokes[window(), 3] = 255
    Image.fromarray(strokes).save(tmp_path / "black.png")
    strokes[window(), :3] = 255
    Image.fromarray(strokes).save(tmp_path / "white.png")
    Image.fromarray(window().astype(np.uint8) * 255).save(tmp_path / "grey.png")
    for name in ("black", "white", "grey"):
        assert np.array_equal(read_mask(tmp_path / f"{name}.png") > 127, window()), name


def painted_files(folder: Path) -> dict[str, str]:
    # The rest says how long each stage took, or was drawn before distances were coded in 16 bits.
    kept = ("rgb.png", "distance.png", "layers", "edits", "paths")
    return {name: digest for name, digest in tree(folder).items() if name.startswith(kept)}


def test_paint_and_undo_on_disk(tmp_path: Path) -> None:
    room = imported_room(tmp_path)
    (room / "paths").mkdir()
    (room / "paths" / "mine.json").write_text("{}")
    before, was = painted_files(room), load_scene(room)
    mask = np.zeros((64, 128), bool)
    mask[20:40, 40:80] = True
    outcome = studio.paint(room, mask, Edit("flat", 1.0))
    assert outcome.facts["edits"] == ["flat 1"]
    Image.fromarray(mask.astype(np.uint8) * 255).save(tmp_path / "mask.png")
    studio.paint(room, tmp_path / "mask.png", Edit("push", 0.5))
    now = load_scene(room)
    full = fitted_mask(mask, *now.panorama.distance.shape)
    big, rest = full == 255, full == 0
    assert now.panorama.distance[big] == pytest.approx(1.5, rel=1e-3)
    assert now.panorama.distance[rest] == pytest.approx(was.panorama.distance[rest], rel=2e-3)
    assert now.info.options["edits"] == ["flat 1", "push 0.5"]
    assert "painted by hand: flat 1, push 0.5" in now.info.made["distance.png"]
    assert (now.info.id, now.info.created) == (was.info.id, was.info.created)
    assert studio.painted(room) == (Edit("flat", 1.0), Edit("push", 0.5))
    assert (room / "paths" / "mine.json").read_text() == "{}"
    studio.undo_paint(room)
    assert load_scene(room).panorama.distance[big] == pytest.approx(1.0, rel=1e-3)
    studio.undo_paint(room)
    assert painted_files(room) == before
    with pytest.raises(InputError, match="no edits to undo"):
        studio.undo_paint(room)


def test_depth_that_was_changed_otherwise_is_the_new_source(tmp_path: Path) -> None:
    room = imported_room(tmp_path)
    mask = np.zeros((32, 64), bool)
    mask[8:16, 8:32] = True
    studio.paint(room, mask, Edit("flat", 1.0))
    record = json.loads((room / "edits" / "edits.json").read_text())
    (room / "edits" / "edits.json").write_text(json.dumps({**record, "result": "another"}))
    assert studio.painted(room) == ()
    (room / "edits" / "edits.json").write_text("{")
    with pytest.raises(InputError, match="damaged"):
        studio.painted(room)


def test_a_stop_or_a_fault_changes_nothing(tmp_path: Path) -> None:
    room = imported_room(tmp_path)
    mask = np.ones((32, 64), bool)
    before = tree(tmp_path)
    with pytest.raises(Cancelled):
        studio.paint(room, mask, Edit("push", 1.0), stopping_at(lambda s, f: s == "Meshing"))
    with pytest.raises(InputError):
        studio.paint(room, mask, Edit("sky"))
    with pytest.raises(InputError, match="no such file"):
        studio.paint(room, tmp_path / "none.png", Edit("flat"))
    assert tree(tmp_path) == before


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    room = imported_room(tmp_path)
    mask = np.zeros((32, 64), np.uint8)
    mask[8:16, 8:32] = 255
    Image.fromarray(mask).save(tmp_path / "m.png")
    line = ["paint", str(room), "--mask", str(tmp_path / "m.png"), "--as", "flat"]
    assert run([*line, "--amount", "1.25", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["facts"]["edits"] == ["flat 1.25"]
    assert run(["paint", str(room), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"edits": [{"kind": "flat", "amount": 1.25}]}
    for wrong in (line[:4], ["paint", str(room), "--undo", "1", "--as", "sky"]):
        assert run(wrong) == 2
    assert run(["paint", str(room), "--undo", "1"]) == 0
    assert run(["paint", str(room), "--undo", "1"]) == 2
