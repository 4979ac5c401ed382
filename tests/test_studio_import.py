"""From a photo and its depth to a scene: what the numbers mean, and what is refused."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from studio_samples import Recorder, box_room, photo_and_depth, stopping_at, tree

from depthfusion import studio
from depthfusion.geometry.depth import DepthMapping, inverse_from_distance
from depthfusion.io.scene_folder import load_scene
from depthfusion.scene.build import STANDING_LEAN, SceneOptions
from depthfusion.scene.detail import MeshOptions
from depthfusion.studio import room as room_to_lean
from depthfusion.studio.options import ImportOptions
from depthfusion.types import Cancelled, InputError

STAGES = [
    "Reading the photo",
    "Reading the depth",
    "Building layers",
    "Meshing",
    "Verifying the head box",
    "Writing GLB",
    "Drawing the thumbnail",
    "Saving the scene",
]


def test_distances_are_kept(tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path / "in")
    told = Recorder()
    outcome = studio.import_photo(photo, tmp_path / "room", options, told)
    scene, room = load_scene(tmp_path / "room"), box_room()
    np.testing.assert_array_equal(scene.panorama.rgb, room.rgb)
    np.testing.assert_allclose(scene.panorama.distance, room.distance, rtol=1e-3)
    assert (scene.layered.scale, scene.layered.head_box) == ("metric", STANDING_LEAN)
    assert (scene.info.title, scene.info.engine) == ("room", "import")
    assert outcome.notes == [] and told.stages == STAGES == list(outcome.seconds)
    assert (tmp_path / "room" / "scene.glb").read_bytes()[:4] == b"glTF"


def test_a_record_names_files_but_not_where_they_lay(tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path / "private")
    studio.import_photo(photo, tmp_path / "room", options)
    assert "private" not in (tmp_path / "room" / "scene.json").read_text("utf-8")
    assert b"private" not in (tmp_path / "room" / "scene.glb").read_bytes()
    assert load_scene(tmp_path / "room").info.options["depth"] == "room.npy"


@pytest.mark.parametrize("ends", [(1.0, 8.0), (None, None)])
def test_inverse_depth_runs_from_near_to_far(
    ends: tuple[float | None, float | None], tmp_path: Path
) -> None:
    photo, _ = photo_and_depth(tmp_path / "in")
    near, far = ends
    mapping = DepthMapping(near=1.0, far=8.0) if near else DepthMapping()
    room = box_room()
    np.save(tmp_path / "in" / "d.npy", inverse_from_distance(room.distance, mapping))
    options = ImportOptions(tmp_path / "in" / "d.npy", "inverse", near, far)
    outcome = studio.import_photo(photo, tmp_path / "room", options)
    scene = load_scene(tmp_path / "room")
    np.testing.assert_allclose(scene.panorama.distance, room.distance, rtol=2e-3)
    assert scene.layered.scale == ("metric" if near else "relative")
    assert bool(outcome.notes) == (near is None)
    if near is None:
        assert "0.8" in outcome.notes[0] and "40" in outcome.notes[0]
        assert 0 < scene.layered.head_box < STANDING_LEAN


def test_z_of_an_ordinary_photo_becomes_distance_along_the_ray(tmp_path: Path) -> None:
    Image.new("RGB", (90, 60), "teal").save(tmp_path / "wall.png")
    z = np.full((60, 90), 2.0, np.float32)
    z[0, 0] = 2.001  # all-equal depth says nothing and is refused
    np.save(tmp_path / "z.npy", z)
    options = ImportOptions(tmp_path / "z.npy", "z", fit=True)
    studio.import_photo(tmp_path / "wall.png", tmp_path / "room", options)
    distance = load_scene(tmp_path / "room").panorama.distance
    height, width = distance.shape
    column = width // 2 + width // 16  # 22.5° to the right of the middle
    angle = 2 * np.pi * (column + 0.5 - width / 2) / width
    assert distance[height // 2, width // 2] == pytest.approx(2.0, rel=0.01)
    assert distance[height // 2, column] == pytest.approx(2 / np.cos(angle), rel=0.01)


def test_limits_bring_measured_distances_in(tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path / "in")
    outcome = studio.import_photo(photo, tmp_path / "room", replace(options, near=1.8, far=2.5))
    distance = load_scene(tmp_path / "room").panorama.distance
    assert distance.min() == pytest.approx(1.8, rel=1e-3)
    assert distance.max() == pytest.approx(2.5, rel=1e-3)
    assert "near … far" in outcome.notes[0]


@pytest.mark.parametrize(("missing", "sky"), [("sky", True), ("gap", False), ("auto", False)])
def test_what_was_not_measured_is_sky_or_gap(missing: str, sky: bool, tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path / "in")
    distance = box_room().distance.copy()
    distance[:20] = 0
    np.save(tmp_path / "in" / "room.npy", distance)
    options = replace(options, missing=missing)  # type: ignore[arg-type]
    outcome = studio.import_photo(photo, tmp_path / "room", options)
    found = load_scene(tmp_path / "room").panorama.distance
    assert np.isinf(found[:20]).all() == sky and np.isfinite(found[20:]).all()
    assert "not everything was measured" in outcome.notes[0]


def test_depth_of_another_size_is_resampled_and_said_so(tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path / "in")
    np.save(tmp_path / "in" / "room.npy", box_room(32).distance)
    outcome = studio.import_photo(photo, tmp_path / "room", options)
    assert outcome.notes == ["the depth map was resampled from 64×32 to 128×64"]
    found, exact = load_scene(tmp_path / "room").panorama.distance, box_room().distance
    assert np.median(np.abs(found / exact - 1)) < 0.01


def test_a_kind_that_was_not_given_is_assumed_and_said_so(tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path / "in")
    outcome = studio.import_photo(photo, tmp_path / "room", replace(options, depth_kind=None))
    assert any("taken as distance" in note for note in outcome.notes)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stop_at_any_stage_changes_nothing(stage: str, tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path / "in")
    studio.import_photo(photo, tmp_path / "old", options)
    before = tree(tmp_path)
    for out in ("old", "new"):
        with pytest.raises(Cancelled):
            progress = stopping_at(lambda name, fraction: name == stage and fraction > 0)
            studio.import_photo(photo, tmp_path / out, options, progress)
    assert tree(tmp_path) == before


def spoiled(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], None]:
    return lambda folder: np.save(folder / "room.npy", change(box_room().distance.copy()))


def nowhere(folder: Path) -> None:
    shutil.rmtree(folder)


def cut_photo(folder: Path) -> None:
    content = (folder / "room.png").read_bytes()
    (folder / "room.png").write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (nowhere, "there is no such file"),
        (cut_photo, "damaged or cut short"),
        (lambda folder: (folder / "room.png").write_text("no picture"), "no JPEG, PNG or WebP"),
        (lambda folder: (folder / "room.npy").write_text("no array"), "room.npy"),
        (spoiled(lambda d: np.where(d > 2, np.nan, d)), "NaN"),
        (spoiled(lambda d: -d), "negative"),
        (spoiled(np.ones_like), "everywhere"),
        (spoiled(np.zeros_like), "no measured distance"),
        (spoiled(lambda d: d[:, :100]), "shapes differ"),
        (lambda folder: Image.new("RGB", (90, 60)).save(folder / "room.png"), "--fit"),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(
    spoil: Callable[[Path], None], says: str, tmp_path: Path
) -> None:
    photo, options = photo_and_depth(tmp_path / "in")
    studio.import_photo(photo, tmp_path / "old", options)
    spoil(tmp_path / "in")
    before = tree(tmp_path)
    for out in ("old", "new/deep"):
        with pytest.raises(InputError, match=says) as caught:
            studio.import_photo(photo, tmp_path / out, options)
        assert "\n" not in str(caught.value)
    assert tree(tmp_path) == before


def test_more_pixels_than_the_limit_are_refused(tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path / "in")
    with pytest.raises(InputError, match="limit"):
        studio.import_photo(photo, tmp_path / "room", replace(options, pixel_limit=1000))
    assert not (tmp_path / "room").exists()


def test_z_of_a_panorama_is_refused(tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path / "in")
    with pytest.raises(InputError, match="has none"):
        studio.import_photo(photo, tmp_path / "room", replace(options, depth_kind="z"))
    assert not (tmp_path / "room").exists()


def test_a_photo_alone_says_what_to_bring(tmp_path: Path) -> None:
    photo, _ = photo_and_depth(tmp_path / "in")
    with pytest.raises(InputError, match=r"--depth FILE.*distance.*inverse.*z"):
        studio.import_photo(photo, tmp_path / "room")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"layout": "both"}, "mono, tb, lr"),
        ({"projection": "fisheye"}, "panorama, cube, vr180, photo"),
        ({"ipd": 0.0}, "between the eyes must be above 0"),
        ({"camera_height": -1.6}, "height must be above 0"),
        ({"pitch_deg": float("nan")}, "pitch must be"),
        ({"roll_deg": 181.0}, "roll must be"),
        ({"depth_source": "file"}, "--depth FILE"),
        ({"depth": Path("d.npy"), "depth_source": "prior"}, "exclude each other"),
        ({"level": "auto", "roll_deg": 2.0}, "leave --pitch and --roll out"),
        ({"depth_kind": "disparity"}, "distance, inverse, z"),
        ({"near": 3.0, "far": 2.0}, "near"),
        ({"near": 0.0}, "above 0"),
        ({"near": -1.0, "far": 2.0}, "above 0"),
        ({"near": 1.0, "far": float("nan")}, "far nan"),
        ({"max_width": 2}, "64"),
        ({"missing": "maybe"}, "auto, sky, gap"),
    ],
)
def test_options_that_cannot_be(options: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        ImportOptions(**options)  # type: ignore[arg-type]


def test_one_end_alone_moves_the_other_out_of_its_way() -> None:
    assert ImportOptions(far=0.5).reach.mapping_ends() == (pytest.approx(0.01), 0.5)
    assert ImportOptions(near=100.0).reach.mapping_ends() == (100.0, pytest.approx(5000))
    assert ImportOptions(near=1.0).reach.mapping_ends() == (1.0, pytest.approx(50))


def test_a_place_that_cannot_be_written_is_said_first(tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path / "in")
    for out in ("/proc/room", "/proc/deep/room"):  # not even root makes folders there
        with pytest.raises(InputError, match="/proc"):
            studio.import_photo(photo, out, options, stopping_at(lambda *_: True))


def test_facts_are_json(tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path / "in")
    said = studio.import_photo(photo, tmp_path / "room", options).as_json()
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert said["facts"]["width"] == 128 and said["facts"]["triangles"] > 100


def test_a_head_box_is_taken_in_to_what_the_place_allows(tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path / "in")
    wide = replace(options, scene=SceneOptions(head_box=5.0))
    outcome = studio.import_photo(photo, tmp_path / "room", wide)
    limit = 0.8 * float(box_room().distance.min())
    assert outcome.facts["head_box"] == pytest.approx(limit, rel=1e-3)
    assert any("the head box was taken in from 5 m to 1.2 m" in note for note in outcome.notes)
    assert load_scene(tmp_path / "room").layered.head_box == outcome.facts["head_box"]


def test_a_head_box_that_shows_holes_is_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_to_lean, "safe_radius", lambda radius, *_, **__: radius / 2)
    photo, options = photo_and_depth(tmp_path / "in")
    outcome = studio.import_photo(photo, tmp_path / "room", options)
    assert load_scene(tmp_path / "room").layered.head_box == STANDING_LEAN / 2
    assert any("would show farther out" in note for note in outcome.notes)


def test_the_preset_says_how_fine_the_glb_is(tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path / "in", height=128)
    fine = studio.import_photo(photo, tmp_path / "a", options)
    rough = replace(options, mesh=MeshOptions(triangles=1000))
    coarse = studio.import_photo(photo, tmp_path / "b", rough)
    assert coarse.facts["triangles"] <= 1000 < fine.facts["triangles"]
