"""A scene as pictures: the panorama itself, both eyes, VR180, and the VR photo."""

import base64
import io

import numpy as np
import pytest
from export_samples import room_scene
from films import exif
from PIL import Image

from depthfusion import studio
from depthfusion.io.recipes import take_recipe
from depthfusion.io.scene_folder import load_scene
from depthfusion.rendering.stereo import StereoOptions
from depthfusion.studio.labelling import player_name, player_suffix


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    return room_scene(tmp_path_factory.mktemp("scenes") / "room")


def exported(room, path, kind=None):
    outcome = studio.export(room, path, studio.ExportOptions(kind=kind))
    return outcome, np.array(Image.open(path))


def test_the_panorama_is_the_scenes_own(room, tmp_path):
    scene = load_scene(room)
    for suffix in (".png", ".webp", ".jpg", ".jpeg"):
        outcome, seen = exported(room, tmp_path / f"room_360{suffix}")
        assert seen.shape == scene.panorama.rgb.shape and outcome.notes == []
        assert np.abs(seen.astype(int) - scene.panorama.rgb).mean() < (
            0.01 if suffix == ".png" else 3
        )
        said = exif(tmp_path / f"room_360{suffix}")
        assert said["XMP-GPano:FullPanoWidthPixels"] == 128
        assert said["XMP-GPano:InitialViewHeadingDegrees"] == 29  # 0.5 radians
        assert take_recipe(tmp_path / f"room_360{suffix}")["prompt"] == scene.info.prompt
    np.testing.assert_array_equal(
        np.array(Image.open(tmp_path / "room_360.png")), scene.panorama.rgb
    )


@pytest.mark.parametrize(
    ("kind", "projection", "layout", "size"),
    [("stereo", "ods", "tb", (128, 64)), ("vr180", "vr180", "lr", (64, 64))],
)
def test_pairs_are_what_the_stereo_command_draws(room, tmp_path, kind, projection, layout, size):
    outcome, seen = exported(room, tmp_path / "room.png", kind)
    name = f"room{player_suffix(projection, layout)}.png"
    assert outcome.notes == [f"players that go by names know it as {name}"]
    studio.stereo(room, tmp_path / name, StereoOptions(projection, layout, size=size))
    np.testing.assert_array_equal(seen, np.array(Image.open(tmp_path / name)))
    # GPano knows no pairs: a viewer that took it at its word would show both eyes to each.
    assert not any(key.startswith("XMP-GPano") for key in exif(tmp_path / name))
    assert take_recipe(tmp_path / name)["picture"]["projection"] == projection


def test_a_vr_photo_holds_the_right_eye_inside(room, tmp_path):
    outcome, left = exported(room, tmp_path / "room.vr.jpg", "vr-photo")
    assert left.shape == (64, 64, 3) and outcome.notes == []
    said = exif(tmp_path / "room.vr.jpg", "-b")
    assert said["XMP-GImage:ImageMimeType"] == "image/jpeg"
    assert said["XMP-GPano:FullPanoWidthPixels"] == 128
    assert said["XMP-GPano:CroppedAreaLeftPixels"] == 32
    inside = base64.b64decode(said["XMP-GImage:ImageData"].removeprefix("base64:"))
    right = np.array(Image.open(io.BytesIO(inside)))
    _, pair = exported(room, tmp_path / "pair.png", "vr180")
    for eye, own, other in ((left, 0, 64), (right, 64, 0)):
        off = [np.abs(eye.astype(int) - pair[:, k : k + 64]).mean() for k in (own, other)]
        assert off[0] < 1 < off[1], "it is that eye, not the other"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("perspective", "lr"), "room"),
        (("equirectangular",), "room_360"),
        (("ods", "tb"), "room_360_TB"),
        (("ods", "anaglyph"), "room_360"),
        (("vr180", "lr"), "room_180_LR"),
        (("vr180", "lr", "fisheye"), "room_F180_LR"),
    ],
)
def test_names_that_players_know(arguments, name):
    assert player_name("room", *arguments) == name
    assert player_name(name, *arguments) == name
    assert player_name(name.lower(), *arguments) == name.lower()
