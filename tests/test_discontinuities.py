"""Borders where they are by formula, none where surfaces only slant."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from depthfusion.scene.discontinuities import find_edges
from tests.fixtures.analytic import box_room
from tests.fixtures.pillars import field, is_pillar, pillar_room

HEIGHT = 256


def everywhere(height: int) -> NDArray:
    return np.ones((height, 2 * height), bool)


@pytest.mark.parametrize("height", [128, 256, 512])
@pytest.mark.parametrize("reach", [0.05, 0.35, 1.0])
def test_slanted_walls_and_floors_do_not_tear(height: int, reach: float) -> None:
    edges = find_edges(1 / box_room(height).distance, everywhere(height), reach)
    assert not edges.right.any()
    assert not edges.down.any()


def test_ground_up_to_the_horizon_does_not_tear() -> None:
    inverse = 1 / field(HEIGHT).distance
    solid = inverse[:-1] * inverse[1:] > 0
    empty = np.roll(inverse, HEIGHT, 1)  # the half of the field without the post
    columns = slice(HEIGHT // 4, HEIGHT // 2)
    edges = find_edges(empty, everywhere(HEIGHT), 0.3)
    ground = np.roll(solid, HEIGHT, 1)[:, columns]
    assert not edges.down[:-1, columns][ground].any()


def test_a_pillar_is_parted_from_the_wall_all_around() -> None:
    pillar = is_pillar(HEIGHT)
    edges = find_edges(1 / pillar_room(HEIGHT).distance, everywhere(HEIGHT), 0.3)
    cross = np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]])
    near = pillar & binary_dilation(~pillar, cross)
    far = ~pillar & binary_dilation(pillar, cross)
    rows = slice(90, 166)  # where the wall is far behind it
    np.testing.assert_array_equal(edges.near()[rows], near[rows])
    np.testing.assert_array_equal(edges.far()[rows], far[rows])


def test_the_sky_ends_at_everything_however_far() -> None:
    inverse = np.full((16, 32), 1e-6, np.float32)
    inverse[:8] = 0
    edges = find_edges(inverse, np.ones_like(inverse, bool), 1e-3)
    assert (edges.down[7] == -1).all()
    assert not edges.right.any()


def test_turning_turns_the_borders() -> None:
    inverse = 1 / pillar_room(HEIGHT).distance
    edges = find_edges(inverse, everywhere(HEIGHT), 0.3)
    turned = find_edges(np.roll(inverse, 171, 1), everywhere(HEIGHT), 0.3)
    np.testing.assert_array_equal(turned.right, np.roll(edges.right, 171, 1))
    np.testing.assert_array_equal(turned.down, np.roll(edges.down, 171, 1))


@pytest.mark.parametrize("scale", [1 / 64, 8])
def test_only_distance_over_reach_counts(scale: float) -> None:
    inverse = 1 / pillar_room(HEIGHT).distance
    edges = find_edges(inverse, everywhere(HEIGHT), 0.3)
    other = find_edges((inverse / scale).astype(np.float32), everywhere(HEIGHT), 0.3 * scale)
    np.testing.assert_array_equal(other.right, edges.right)
    np.testing.assert_array_equal(other.down, edges.down)
