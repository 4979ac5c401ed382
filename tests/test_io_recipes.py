"""Recipes go into files and come out the same; pixels stay; photo sites see a panorama."""

import io
import json
import struct

import numpy as np
import pytest
from films import exif, film, told
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from depthfusion.io import film_tags, mp4, xmp
from depthfusion.io.encoding import encode_image
from depthfusion.io.glb import encode_glb
from depthfusion.io.recipes import put_film_recipe, put_recipe, take_recipe
from depthfusion.types import InputError, TexturedMesh

RECIPE = {
    "title": "Wald & Höhle",
    "prompt": "a <misty> forest \"at\" dawn — 森\n&amp; 'more'",
    "engine": "sketch",
    "seed": 7,
    "options": {"width": 64, "nested": {"list": [1, 2.5, None, True]}},
    "versions": {"depthfusion": "0.1.0", "numpy": "2.4"},
    "depthfusion": "0.1.0",
}
PICTURES = ("jpeg", "png", "webp")


def pixels(channels=3, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (32, 64, channels), dtype=np.uint8)


def decoded(data):
    return np.array(Image.open(io.BytesIO(data)))


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_keeps_its_recipe_and_its_pixels(kind, tmp_path):
    data = encode_image(pixels(), kind)
    done = put_recipe(data, RECIPE, view=xmp.SphereView(64, 32, 64))
    (tmp_path / "picture").write_bytes(done)
    assert take_recipe(tmp_path / "picture") == RECIPE
    np.testing.assert_array_equal(decoded(done), decoded(data))


def test_webp_with_alpha_and_without_loss(tmp_path):
    for quality in (80, 100):
        data = encode_image(pixels(4), "webp", quality=quality)
        done = put_recipe(data, RECIPE)
        (tmp_path / "picture.webp").write_bytes(done)
        assert take_recipe(tmp_path / "picture.webp") == RECIPE
        np.testing.assert_array_equal(decoded(done), decoded(data))
        assert int.from_bytes(done[4:8], "little") == len(done) - 8


@pytest.mark.parametrize(
    ("kind", "width", "full", "left"),
    [("jpeg", 64, 64, 0), ("png", 64, 64, 0), ("webp", 64, 64, 0), ("jpeg", 32, 64, 16)],
)
def test_exiftool_reads_gpano(kind, width, full, left, tmp_path):
    path = tmp_path / f"pano.{kind}"
    view = xmp.SphereView(width, 32, full, heading_deg=-90.0)
    path.write_bytes(put_recipe(encode_image(pixels()[:, :width], kind), RECIPE, view=view))
    said = exif(path, "-validate", "-all:all")
    assert said["XMP-GPano:ProjectionType"] == "equirectangular"
    assert said["XMP-GPano:UsePanoramaViewer"] in (True, 1, "true")
    assert said["XMP-GPano:FullPanoWidthPixels"] == full
    assert said["XMP-GPano:FullPanoHeightPixels"] == 32
    assert said["XMP-GPano:CroppedAreaImageWidthPixels"] == width
    assert said["XMP-GPano:CroppedAreaImageHeightPixels"] == 32
    assert said["XMP-GPano:CroppedAreaLeftPixels"] == left
    assert said["XMP-GPano:CroppedAreaTopPixels"] == 0
    assert said["XMP-GPano:InitialViewHeadingDegrees"] == 270
    assert said["XMP-dc:Title"] == RECIPE["title"]
    assert json.loads(said["XMP-depthfusion:Recipe"]) == RECIPE
    assert said["ExifTool:Validate"] == "0 0 0", "errors, warnings, minor ones"


def test_what_is_too_long_for_a_jpeg_segment_goes_into_an_extension(tmp_path):
    path = tmp_path / "photo.vr.jpg"
    blob = "QUJD" * 60_000
    data = encode_image(pixels(), "jpeg")
    path.write_bytes(put_recipe(data, RECIPE, more={"GImage:Data": blob}))
    assert take_recipe(path) == RECIPE
    np.testing.assert_array_equal(decoded(path.read_bytes()), decoded(data))
    inside = exif(path, "-b")["XMP-GImage:ImageData"]
    assert inside.endswith(blob[:40]) or len(inside) >= len(b"ABC") * 60_000
    with pytest.raises(ValueError, match="data must be"):
        put_recipe(b"GIF89a", RECIPE)


WORDS = st.text(st.characters(), max_size=100)  # lone halves of pairs too


@given(prompt=WORDS, title=WORDS)
@example(prompt="\ud800\ufffe\0\x1f\t\r\n\u2028", title="\udfff")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_any_words_come_back(prompt, title, tmp_path):
    recipe = {"prompt": prompt, "title": title, "depthfusion": "0.1.0"}
    for kind in PICTURES:
        data = put_recipe(encode_image(pixels(), kind), recipe)
        (tmp_path / "picture").write_bytes(data)
        assert take_recipe(tmp_path / "picture") == recipe


def test_glb_keeps_it_in_its_extras(tmp_path):
    corners = np.array([[-1, 1, -2], [1, 1, -2], [0, -1, -2]], np.float32)
    mesh = TexturedMesh(corners, np.array([[0, 2, 1]]), np.zeros((3, 2)), pixels())
    (tmp_path / "scene.glb").write_bytes(encode_glb([mesh], RECIPE))
    assert take_recipe(tmp_path / "scene.glb") == RECIPE


@pytest.mark.parametrize(("suffix", "codec"), [("mp4", "h264"), ("mov", "prores")])
def test_a_film_keeps_it_in_its_comment(suffix, codec, tmp_path):
    path = film(tmp_path / f"film.{suffix}", codec=codec)
    assert take_recipe(path) is None
    put_film_recipe(path, RECIPE)
    assert take_recipe(path) == RECIPE
    said = told(path)
    assert f"title           : {RECIPE['title']}" in said and '"seed": 7' in said
    assert json.loads(exif(path)["ItemList:Comment"]) == RECIPE


def test_what_has_none_gives_none(tmp_path):
    path = tmp_path / "file"
    pictures = [encode_image(pixels(), kind) for kind in PICTURES]
    for data in (*pictures, b"", b"glTF", b"plain words", struct.pack(">I4s", 8, b"ftyp"),
                 b"\xff\xd8\xff\xe1\0\0", b"\xff\xd8\xff\xe1\0\1" * 9):  # fmt: skip
        path.write_bytes(data)
        assert take_recipe(path) is None
    with pytest.raises(InputError, match="no such file"):
        take_recipe(tmp_path / "missing")


def test_a_damaged_recipe_is_said_and_a_strangers_comment_is_not_ours(tmp_path):
    path = tmp_path / "picture.png"
    data = put_recipe(encode_image(pixels()), RECIPE)
    path.write_bytes(data.replace(b'"engine": "sketch"', b'"engine": "sketch;'))
    with pytest.raises(InputError, match=r"recipe in .* is damaged"):
        take_recipe(path)
    path = film(tmp_path / "film.mp4")
    mp4.rewrite_index(path, film_tags.tag({film_tags.COMMENT: "{my own words}"}))
    assert take_recipe(path) is None


@given(
    at=st.integers(0, 1500),
    damage=st.binary(min_size=1, max_size=40),
    kind=st.sampled_from(PICTURES),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_damage_anywhere_is_an_input_error_or_nothing(at, damage, kind, tmp_path):
    data = put_recipe(encode_image(pixels(), kind), RECIPE)
    (tmp_path / "picture").write_bytes(data[:at] + damage + data[at + len(damage) :])
    try:
        take_recipe(tmp_path / "picture")
    except InputError:
        pass
