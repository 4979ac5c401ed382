"""A scene is made again from the files that came of it, to the pixel."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from export_samples import room_scene
from studio_samples import imported_room

from depthfusion import studio
from depthfusion.io.scene_folder import load_scene, read_info
from depthfusion.studio.recreating import create_from, options_from, recipe_in, recipe_words
from depthfusion.types import InputError

SHORT = studio.VideoOptions(seconds=0.1, size=(64, 36))


@pytest.fixture(scope="module")
def dunes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scene of the sketch engine, every option another than the usual."""
    folder = tmp_path_factory.mktemp("scenes") / "dunes"
    options = studio.CreateOptions(
        engine="sketch",
        seed=11,
        width=128,
        height=64,
        negative="clouds",
        title="Dunes",
        scene=studio.SceneOptions(head_box=0.2, method="layers", sharpen="off"),
        mesh=studio.MeshOptions(error=0.5, triangles=5000),
        preview=replace(SHORT, quality="draft"),
    )
    studio.create("red desert dunes at dusk", folder, options)
    return folder


def assert_same(one: Path, other: Path) -> None:
    """Hold two scenes to the same pixels, distances and options."""
    first, second = load_scene(one), load_scene(other)
    np.testing.assert_array_equal(first.panorama.rgb, second.panorama.rgb)
    np.testing.assert_array_equal(first.panorama.distance, second.panorama.distance)
    for near, far in zip(first.layered.layers, second.layered.layers, strict=True):
        np.testing.assert_array_equal(near.rgba, far.rgba)
    assert first.info.options == second.info.options
    assert (first.info.title, first.info.prompt) == (second.info.title, second.info.prompt)
    assert first.info.seed == second.info.seed
    assert (one / "scene.glb").read_bytes() == (other / "scene.glb").read_bytes()


CARRIERS = ("scene.glb", "preview.mp4", "room.png", "room.jpg", "room.webp", "room.zip", "pair.jpg")


@pytest.mark.parametrize("name", CARRIERS)
def test_every_kind_of_file_makes_the_scene_again(dunes: Path, name: str, tmp_path: Path) -> None:
    source = dunes / name
    if not source.exists():
        source = tmp_path / name
        kind = {"room.zip": "scene", "pair.jpg": "stereo"}.get(name)
        studio.export(dunes, source, studio.ExportOptions(kind=kind))
    outcome = create_from(source, tmp_path / "again")
    assert_same(dunes, tmp_path / "again")
    assert outcome.chosen["recipe"].startswith(f"{name}: made by sketch of the words “red desert")
    assert (dunes / "preview.mp4").read_bytes() == (tmp_path / "again/preview.mp4").read_bytes()


def test_a_folder_is_as_good_and_changes_are_made(dunes: Path, tmp_path: Path) -> None:
    create_from(dunes, tmp_path / "other", {"seed": 12, "preview": None}, prompt="a crystal cave")
    record = read_info(tmp_path / "other")
    assert (record["seed"], record["prompt"]) == (12, "a crystal cave")
    assert record["options"]["negative"] == "clouds"
    assert recipe_in(dunes) == recipe_in(dunes / "scene.json") == recipe_in(dunes / "scene.glb")
    with pytest.raises(ValueError, match="changes must be options of create"):
        create_from(dunes, tmp_path / "other", {"speed": 12})


def test_a_recipe_says_all_that_has_a_say_in_the_pixels(dunes: Path) -> None:
    recipe = recipe_in(dunes / "scene.glb")
    assert recipe["seed"] == 11 and recipe["engine"] == "sketch" and recipe["revision"]
    assert {"depthfusion", "python", "numpy", "numba"} <= recipe["versions"].keys()
    assert recipe["options"]["scene"]["head_box"] == 0.2
    words, options = options_from(recipe)
    assert words == "red desert dunes at dusk" and options.preview is not None
    assert options.preview.size == (64, 36) and options.mesh.triangles == 5000
    assert "seed 11" in recipe_words(recipe)


def test_what_is_unknown_is_passed_over_and_what_is_damaged_said(dunes: Path) -> None:
    recipe = recipe_in(dunes)
    recipe["options"] |= {"of_a_later_version": 1, "width": 64, "height": 32}
    assert options_from(recipe)[1].width == 64
    recipe["options"]["scene"] = {"head_box": "wide"}
    with pytest.raises(InputError, match="damaged"):
        options_from(recipe)
    with pytest.raises(InputError, match="no prompt or no engine"):
        options_from({"depthfusion": "0.1.0"})
    with pytest.raises(InputError, match=r"does not hold \(init\)"):
        options_from(recipe_in(dunes) | {"options": {"init": "pano.png"}})


def test_a_photos_scene_says_which_photo(tmp_path: Path) -> None:
    room = imported_room(tmp_path)
    with pytest.raises(InputError, match=r"made of the photo room\.png"):
        create_from(room / "scene.glb", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_what_holds_no_recipe_is_refused(dunes: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no recipe"):
        recipe_in(dunes / "rgb.png")
    with pytest.raises(InputError, match="no such file"):
        recipe_in(tmp_path / "nothing.glb")


def test_another_version_is_said(tmp_path: Path) -> None:
    room = room_scene(tmp_path / "room")
    said = studio.export(room, tmp_path / "room.glb")
    assert said.facts["kind"] == "meshes"
    data = (tmp_path / "room.glb").read_bytes()
    data = data.replace(b'"depthfusion":"0.1.0"', b'"depthfusion":"0.0.9"')
    (tmp_path / "old.glb").write_bytes(data)
    outcome = create_from(tmp_path / "old.glb", tmp_path / "again", {"preview": None})
    assert any("0.0.9" in note and "pixels may differ" in note for note in outcome.notes)


def test_a_picture_without_depth_points_at_its_recipe(
    dunes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("depthfusion.studio.depth_sources._model_at_hand", lambda name: None)
    studio.export(dunes, tmp_path / "dunes_360.png")
    with pytest.raises(InputError, match=r"make its scene again: create --from .*dunes_360\.png"):
        studio.import_photo(tmp_path / "dunes_360.png", tmp_path / "again")


def test_import_makes_scenes_of_films_and_archives_too(dunes: Path, tmp_path: Path) -> None:
    studio.export(dunes, tmp_path / "dunes.zip", studio.ExportOptions(kind="scene"))
    for number, source in enumerate((dunes / "preview.mp4", tmp_path / "dunes.zip")):
        studio.import_photo(source, tmp_path / f"again-{number}")
        assert_same(dunes, tmp_path / f"again-{number}")
