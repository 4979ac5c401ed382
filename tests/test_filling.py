"""Hidden colour and distance against what is really there."""

import numpy as np
from numpy.typing import NDArray

from depthfusion.scene.discontinuities import Edges
from depthfusion.scene.exemplars import textured
from depthfusion.scene.filling import carry_on
from depthfusion.scene.parting import part
from depthfusion.scene.planes import large_planes
from depthfusion.scene.surface import HiddenSurface
from tests.fixtures.analytic import ROOM, box_room, rays
from tests.fixtures.pillars import checks

HEIGHT = 256
SCALE = 0.3 * 2 * HEIGHT / (2 * np.pi)


def wall() -> tuple[NDArray, NDArray, HiddenSurface]:
    """Checks on a wall across the front, a piece of it hidden: colour, inverse, what is hidden."""
    direction = rays(HEIGHT)
    plane = np.array([0, 0, -1 / 2.0])
    inverse = np.maximum(direction @ plane, 1e-3)
    colour = checks(direction / inverse[..., None]).astype(np.float32)
    hidden = np.zeros(inverse.shape, bool)
    hidden[118:138, 246:270] = True
    planes = np.broadcast_to(plane.astype(np.float32), (*inverse.shape, 3)).copy()
    surface = HiddenSurface(
        hidden, inverse.astype(np.float32), np.zeros(inverse.shape, np.int8), planes
    )
    return colour, surface.inverse, surface


def smooth(colour: NDArray, inverse: NDArray, hidden: NDArray) -> NDArray:
    return carry_on(colour, inverse, ~hidden, hidden, np.ones(inverse.shape), tolerance=1 / SCALE)


def error(one: NDArray, other: NDArray, where: NDArray) -> float:
    return float(((one - other)[where] ** 2).mean())


def test_a_pattern_goes_on_where_it_is_hidden() -> None:
    truth, inverse, surface = wall()
    hidden = surface.wanted
    plain = smooth(truth, inverse, hidden)
    full = textured(plain, surface, truth, inverse, ~hidden, tolerance=1 / SCALE)
    assert error(full, truth, hidden) < 0.1 * error(plain, truth, hidden)
    np.testing.assert_array_equal(full[~hidden], plain[~hidden])


def test_what_nothing_resembles_stays_smooth() -> None:
    _, inverse, surface = wall()
    hidden = surface.wanted
    truth = np.random.default_rng(1).uniform(0, 255, (*inverse.shape, 3)).astype(np.float32)
    plain = np.full_like(truth, 127.5)
    full = textured(plain, surface, truth, inverse, ~hidden, tolerance=1 / SCALE)
    assert error(full, truth, hidden) < 1.35 * error(plain, truth, hidden)


def test_the_same_is_found_each_time() -> None:
    truth, inverse, surface = wall()
    plain = smooth(truth, inverse, surface.wanted)
    one, other = (
        textured(plain, surface, truth, inverse, ~surface.wanted, tolerance=1 / SCALE)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one, other)


def test_colours_are_taken_from_the_surface_that_goes_on() -> None:
    inverse = np.full((32, 64), 1.0, np.float32)
    inverse[:, 32:] = 0.2
    colour = np.where(inverse[..., None] > 0.5, [255.0, 0, 0], [0, 0, 255.0]).astype(np.float32)
    under = np.zeros(inverse.shape, bool)
    under[:, 28:32] = True
    inverse[under] = 0.2
    filled = carry_on(colour, inverse, ~under, under, np.ones(inverse.shape), tolerance=0.01)
    np.testing.assert_allclose(filled[under], np.tile([0, 0, 255], (under.sum(), 1)), atol=0.5)


def test_the_walls_of_a_room_are_its_planes() -> None:
    room = box_room(HEIGHT)
    border = np.zeros(room.distance.shape, bool)
    found = large_planes(1 / room.distance, border, SCALE)
    for side, corner in zip((-1, 1), ROOM, strict=True):
        for axis in range(3):
            plane = np.zeros(3)
            plane[axis] = side / abs(corner[axis])
            assert np.abs(found - plane).max(axis=1).min() < 1e-3 * np.abs(plane).max()


def test_no_border_lies_inside_a_layer_of_pieces() -> None:
    rng = np.random.default_rng(5)
    number = rng.integers(0, 9, (12, 24)).repeat(4, 0).repeat(4, 1)
    right = (number != np.roll(number, -1, 1)).astype(np.int8)
    down = np.zeros_like(right)
    down[:-1] = number[:-1] != number[1:]
    where = rng.random(number.shape) < 0.9
    parts = part(where, Edges(right, down), 4)
    assert sum(p.astype(int) for p in parts).max() == 1
    np.testing.assert_array_equal(np.logical_or.reduce(parts), where)
    for p in parts:
        assert not (p & np.roll(p, -1, 1) & (right != 0)).any()
        assert not (p[:-1] & p[1:] & (down[:-1] != 0)).any()
