from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthfusion.geometry.equirectangular import directions, latitudes
from depthfusion.io.depth_files import read_depth
from depthfusion.io.depth_fitting import fill_missing, fit_depth, split_missing
from depthfusion.io.placement import choose_placement
from depthfusion.types import InputError

DATA = Path(__file__).parents[2] / "shared" / "data"


def box_room(height=64, half=(2.0, 1.5, 3.0)):
    """Distance from the centre of a box to its walls."""
    return (np.array(half) / np.abs(directions(height, 2 * height))).min(axis=2).astype(np.float32)


def test_the_right_size_is_left_alone():
    room = box_room()
    values, note = fit_depth(room, 64, 128)
    assert np.array_equal(values, room)
    assert note is None


@pytest.mark.parametrize("size", [(32, 64), (128, 256), (96, 192), (50, 100)])
def test_a_smooth_surface_is_resampled_closely_over_the_seam_too(size):
    values, note = fit_depth(box_room(64), *size)
    error = np.abs(values / box_room(size[0]) - 1)
    assert np.median(error) < 0.003
    assert error.max() < 0.06
    assert np.abs(values[:, 0] / values[:, -1] - 1).max() < 0.05
    assert "128×64" in note


@given(st.integers(0, 10**6), st.sampled_from([(7, 14), (16, 32), (33, 66), (64, 128)]))
def test_no_depth_is_invented_between_near_and_far(seed, size):
    rng = np.random.default_rng(seed)
    values = rng.choice(np.array([0, 1, 20, np.inf], np.float32), (16, 32))
    fitted, _ = fit_depth(values, *size)
    assert set(np.unique(fitted)) <= {0, 1, 20, np.inf}


def test_one_percent_of_aspect_is_forgiven_and_no_more():
    fit_depth(np.ones((100, 201), np.float32), 512, 1024)
    with pytest.raises(InputError, match="640×480 and the photo 1024×512"):
        fit_depth(np.ones((480, 640), np.float32), 512, 1024)


def test_depth_goes_where_its_photo_was_laid():
    strip = np.broadcast_to(np.arange(1, 9, dtype=np.float32)[:, None], (8, 64))
    placement, _ = choose_placement(16, 128, {}, b"")
    fitted, note = fit_depth(strip, 64, 128, placement=placement)
    assert np.array_equal(np.flatnonzero(fitted[:, 0]), np.arange(24, 40))
    assert fitted[24:40, 5].tolist() == np.repeat(np.arange(1, 9), 2).tolist()
    assert "laid on the sphere" in note
    filled = fill_missing(fitted, fitted == 0)
    assert (filled[:20] < 1.6).all()
    assert (filled[44:] > 7).all()


def test_gaps_continue_a_wall_over_the_seam():
    room = box_room(128)
    gap = np.zeros(room.shape, bool)
    gap[55:75, :8] = gap[55:75, -8:] = True
    filled = fill_missing(np.where(gap, 0, room), gap)
    assert np.array_equal(filled[~gap], room[~gap])
    assert np.abs(filled / room - 1)[gap].max() < 0.05


def test_sky_takes_no_part_in_filling():
    distance = np.full((32, 64), 4.0, np.float32)
    distance[:16] = np.inf
    gap = np.zeros(distance.shape, bool)
    gap[14:20, 10:20] = True
    filled = fill_missing(distance, gap)
    assert filled[gap] == pytest.approx(4)
    assert np.isinf(filled[:14]).all()
    assert np.isinf(fill_missing(np.full((4, 8), np.inf), np.eye(4, 8, dtype=bool))).all()


def outdoors(far=100.0):
    """A ground to the horizon under nothing, with nothing under the camera either."""
    down = np.sin(latitudes(64))[:, None]
    ground = np.where(down < -0.02, 1.6 / np.maximum(-down, 1.6 / far), far)
    distance = np.broadcast_to(ground, (64, 128)).astype(np.float32).copy()
    missing = np.zeros(distance.shape, bool)
    missing[:30] = True
    missing[30, 40:44] = missing[-6:] = True
    missing[29, 80], missing[40, 90] = False, True
    return distance, missing


def test_outdoors_nothing_above_is_sky_and_nothing_below_is_a_gap():
    distance, missing = outdoors()
    result, note = split_missing(distance, missing)
    assert np.array_equal(np.isinf(result), missing & (np.arange(64)[:, None] < 32))
    assert result[40, 90] == pytest.approx(distance[40, 89], rel=0.1)
    assert "taken as sky" in note
    assert "continues its surroundings" in note


def test_indoors_nothing_is_a_gap_wherever_it_is():
    room = box_room()
    missing = np.zeros(room.shape, bool)
    missing[:12] = True
    result, note = split_missing(np.where(missing, 0, room), missing)
    assert np.isfinite(result).all()
    assert room.min() <= result.min()
    assert "sky" not in note


@pytest.mark.parametrize("treat", ["sky", "gap"])
def test_a_person_can_say_which(treat):
    distance, missing = outdoors()
    result, _ = split_missing(distance, missing, treat)
    assert np.isinf(result).sum() == (missing.sum() if treat == "sky" else 0)


def test_nothing_missing_is_nothing_done():
    room = box_room()
    result, note = split_missing(room, room == 0)
    assert np.array_equal(result, room)
    assert note is None


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not there")
def test_the_street_keeps_its_sky_when_marked_by_0():
    street = read_depth(DATA / "truth" / "street" / "pano_depth.npy", "distance").values
    marked = np.where(np.isinf(street), 0, street)
    result, _ = split_missing(marked, marked == 0)
    assert np.array_equal(np.isinf(result), np.isinf(street))


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not there")
def test_the_matterport_room_is_closed():
    depth = read_depth(DATA / "real" / "mp3d_depth.exr", "distance")
    result, note = split_missing(depth.values, depth.missing)
    (y, x), *_ = np.argwhere(depth.missing)
    around = depth.values[y - 1 : y + 2, x - 1 : x + 2]
    assert np.isfinite(result).all()
    assert around[around > 0].min() <= result[y, x] <= around.max()
    assert "less than 0.01%" in note
