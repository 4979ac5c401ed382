"""Relative inverse depth becomes distance and sky, and a region finds its place."""

import numpy as np
import pytest

from depthfusion.generation.ldm3d.distances import (
    SKY_DEPTH,
    distances,
    inverse_of,
    joined,
    mapping_of,
    sky_of,
)
from depthfusion.generation.ldm3d.mosaic import mosaic
from depthfusion.generation.options import Start
from depthfusion.geometry.depth import DepthMapping, distance_from_inverse

HEIGHT, WIDTH = 64, 128


def landscape() -> np.ndarray:
    """Ground below, nothing above: inverse depth float32 [64, 128]."""
    inverse = np.zeros((HEIGHT, WIDTH), np.float32)
    inverse[32:] = np.linspace(0.05, 0.9, 32, dtype=np.float32)[:, None]
    return inverse


def test_what_is_far_and_wide_above_the_horizon_is_sky() -> None:
    inverse = landscape()
    np.testing.assert_array_equal(sky_of(inverse), inverse == 0)
    distance = distances(inverse, DepthMapping())
    assert np.isinf(distance[:32]).all() and np.isfinite(distance[32:]).all()
    assert distance[-1, 0] < distance[32, 0]


def test_a_patch_of_sky_across_the_seam_is_one() -> None:
    inverse = np.full((HEIGHT, WIDTH), 0.5, np.float32)
    inverse[4:12, :1] = inverse[4:12, -2:] = 0.0  # 8 pixels to one side, 16 to the other
    assert sky_of(inverse)[4:12, [0, -1, -2]].all()
    assert np.array_equal(np.roll(sky_of(inverse), 40, 1), sky_of(np.roll(inverse, 40, 1)))


@pytest.mark.parametrize("rows", [(50, 60), (5, 6)])
def test_what_is_far_below_or_tiny_is_no_sky(rows: tuple[int, int]) -> None:
    inverse = np.full((HEIGHT, WIDTH), 0.5, np.float32)
    inverse[rows[0] : rows[1], 10:16] = 0.0
    assert not sky_of(inverse).any()


def test_a_room_has_no_sky_and_a_sphere_of_nothing_stays_finite() -> None:
    assert not sky_of(np.full((HEIGHT, WIDTH), 2 * SKY_DEPTH, np.float32)).any()
    assert np.isfinite(distances(np.zeros((HEIGHT, WIDTH), np.float32), DepthMapping())).any()


def a_start(mask: np.ndarray | None = None) -> Start:
    distance = distance_from_inverse(landscape(), DepthMapping(near=1.5, far=30.0))
    distance[:32] = np.inf
    rgb = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    return Start(rgb, distance, "metric", mask)


def test_a_starts_own_distances_come_back() -> None:
    start = a_start()
    mapping = mapping_of(start)
    inverse = inverse_of(start, mapping)
    assert inverse.min() == 0 and 0.95 < inverse.max() <= 1
    finite = np.isfinite(start.distance)
    back = distance_from_inverse(inverse, mapping)[finite]
    np.testing.assert_allclose(back, start.distance[finite], rtol=0.02)
    assert (inverse[finite] > 0).all(), "what is farthest is not the sky"


def test_a_region_takes_its_place_and_all_else_stays_to_the_bit() -> None:
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[20:44, :10] = mask[20:44, -10:] = True
    start = a_start(mask)
    new = np.full((HEIGHT, WIDTH), 2.0, np.float32)
    rgb, distance = joined(start, np.full_like(start.rgb, 7), new)
    np.testing.assert_array_equal(rgb[~mask], start.rgb[~mask])
    np.testing.assert_array_equal(distance[~mask], start.distance[~mask])
    assert (rgb[30, [0, -1]] == 7).all() and (distance[30, [0, -1]] == 2.0).all()
    assert (distance > 0).all() and not np.isnan(distance).any()


def test_a_region_may_bring_sky() -> None:
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[28:44, 40:80] = True
    start = a_start(mask)
    rgb, distance = joined(start, start.rgb, np.full((HEIGHT, WIDTH), np.inf, np.float32))
    assert np.isinf(distance[36, 60]) and np.isfinite(distance[50, 60])
    np.testing.assert_array_equal(rgb, start.rgb)


def test_a_mosaic_holds_every_picture() -> None:
    four = np.arange(4, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 4, 3), np.uint8)
    assert mosaic(four).shape == (4, 8, 3)
    assert [int(mosaic(four)[y, x, 0]) for y in (0, 3) for x in (0, 7)] == [0, 1, 2, 3]
    assert mosaic(four[:1]).shape == (2, 4, 3) and mosaic(four[:3]).shape == (4, 8, 3)
