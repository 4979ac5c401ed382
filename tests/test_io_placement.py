import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from depthfusion.io.continuation import continue_smoothly
from depthfusion.io.images import read_panorama_rgb
from depthfusion.io.placement import Placement, choose_placement, place, source_pixels
from depthfusion.types import InputError

GPANO = (
    b'<x xmlns:GPano="x" GPano:FullPanoWidthPixels="400" GPano:FullPanoHeightPixels="200" '
    b'GPano:CroppedAreaImageWidthPixels="100" GPano:CroppedAreaImageHeightPixels="50" '
    b'GPano:CroppedAreaLeftPixels="200" GPano:CroppedAreaTopPixels="50"/>'
)


@pytest.mark.parametrize(("height", "width"), [(500, 1010), (512, 1000), (100, 207)])
def test_nearly_two_to_one_is_stretched_and_keeps_its_width(height, width):
    placement, note = choose_placement(height, width, {}, b"")
    assert placement.whole
    assert placement.panorama_width == width - width % 2
    assert "stretched" in note


def test_a_strip_goes_all_the_way_round():
    placement, note = choose_placement(100, 800, {}, b"")
    assert placement.span == pytest.approx((2 * math.pi, math.pi / 4))
    assert placement.panorama_width == 800
    assert "45° high" in note


def test_a_square_is_the_front_half():
    placement, note = choose_placement(100, 100, {}, b"")
    assert placement.span == (math.pi, math.pi)
    assert "front half" in note


def test_an_ordinary_photo_takes_its_view_from_exif():
    exif = {0xA405: 18}
    placement, note = choose_placement(200, 300, exif, b"")
    assert math.degrees(placement.span[0]) == pytest.approx(90)
    assert "90° wide (by the focal length" in note
    assumed, note = choose_placement(200, 300, {0xA405: "soft"}, b"")
    assert math.degrees(assumed.span[0]) == pytest.approx(75)
    assert "assumed" in note


def test_gpano_says_where_a_cropped_sphere_belongs():
    placement, _ = choose_placement(50, 100, {}, GPANO)
    assert placement.span == pytest.approx((math.pi / 2, math.pi / 4))
    assert placement.centre == pytest.approx((math.pi / 4, math.pi / 8))
    pixels = np.arange(50 * 100, dtype=np.float64).reshape(50, 100)
    placed, known = place(pixels, placement, 200, 400)
    assert known.sum() == pixels.size
    assert placed[50:100, 200:300] == pytest.approx(pixels)
    contradicting = GPANO.replace(b'"100"', b'"90"')
    assert choose_placement(50, 100, {}, contradicting)[0].whole


def test_the_whole_sphere_placed_is_itself():
    pixels = np.random.default_rng(0).uniform(size=(16, 32))
    placed, known = place(pixels, Placement(16, 32), 16, 32)
    assert known.all()
    assert placed == pytest.approx(pixels)


def test_a_photo_lands_straight_ahead_at_its_scale():
    placement = Placement(400, 400, "perspective", (math.pi / 2, math.pi / 2))
    x, y, known = source_pixels(placement, 200, 400)
    assert x[100, 200] == pytest.approx(200, abs=2.5)
    assert y[100, 200] == pytest.approx(200, abs=2.5)
    columns = np.flatnonzero(known[100])
    assert (columns[0], columns[-1]) == (150, 249)  # 90° of 360°
    assert not known[:, :100].any()
    assert not known[:, 300:].any()


def test_fit_fills_the_sphere_with_the_rims_colours(tmp_path):
    pixels = np.zeros((64, 512, 3), np.uint8)
    pixels[:32], pixels[32:] = (40, 90, 200), (90, 60, 20)
    path = tmp_path / "strip.png"
    Image.fromarray(pixels).save(path)
    photo = read_panorama_rgb(path, fit=True)
    assert photo.rgb.shape == (256, 512, 3)
    assert np.array_equal(photo.rgb[96:160], pixels)
    assert (photo.rgb[:90] == (40, 90, 200)).all()
    assert (photo.rgb[166:] == (90, 60, 20)).all()
    assert "strip.png: taken as a strip" in photo.notes[0]


@pytest.mark.parametrize("shape", [(64, 65), (65, 64), (40, 60), (3, 300), (9, 30), (1, 1), (2, 5)])
def test_fit_takes_every_shape(tmp_path, shape):
    path = tmp_path / "a.png"
    Image.fromarray(np.full((*shape, 3), 77, np.uint8)).save(path)
    photo = read_panorama_rgb(path, fit=True, max_width=256)
    height, width = photo.rgb.shape[:2]
    assert width == 2 * height <= 256
    assert (photo.rgb == 77).all()
    assert len(photo.notes) >= 1


def test_fit_refuses_what_would_vanish(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(np.zeros((300, 3, 3), np.uint8)).save(path)
    with pytest.raises(InputError, match="too narrow"):
        read_panorama_rgb(path, fit=True, max_width=256)


@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(1, 20))
def test_continuation_never_leaves_the_range_of_what_is_known(seed, height, width):
    rng = np.random.default_rng(seed)
    values = rng.uniform(3, 4, (height, width)).astype(np.float32)
    known = rng.uniform(size=(height, width)) < 0.3
    known.flat[0] = True
    values[~known] = np.nan
    filled = continue_smoothly(values, known)
    assert np.array_equal(filled[known], values[known])
    assert filled.min() >= values[known].min() - 1e-5
    assert filled.max() <= values[known].max() + 1e-5


def test_continuation_goes_over_the_seam():
    wave = 5 + np.cos(np.arange(256) / 256 * 2 * np.pi)
    values = np.broadcast_to(wave, (128, 256)).astype(np.float32)
    known = np.ones((128, 256), bool)
    known[:, :6] = known[:, -6:] = False
    filled = continue_smoothly(np.where(known, values, 0), known)
    assert np.abs(filled - values).max() < 0.02


def test_continuation_needs_something():
    with pytest.raises(ValueError, match="known must be above 0"):
        continue_smoothly(np.zeros((4, 8)), np.zeros((4, 8), bool))
