"""The displaced sphere: closed, exact, and textured where it looks."""

import numpy as np
import pytest
from fixtures import analytic, topology

from depthfusion.geometry.equirectangular import direction_from_pixel
from depthfusion.scene.sphere import (
    displaced_sphere,
    grid_directions,
    grid_distance,
    grid_faces,
    grid_uvs,
)
from depthfusion.types import RGBDPanorama

GRIDS = [(3, 2), (8, 4), (7, 5), (64, 32), (61, 29)]


@pytest.mark.parametrize(("columns", "rows"), GRIDS)
def test_constant_distance_gives_a_closed_sphere_of_that_radius(columns: int, rows: int) -> None:
    mesh = displaced_sphere(analytic.sphere(16, 3.0), columns, rows)
    surface = topology.surface(mesh)
    assert surface.closed, surface
    assert surface.vertices == columns * (rows - 1) + 2
    assert topology.faces_origin(mesh).all()
    # Exact but for float32: 1/3 and back, times a direction.
    np.testing.assert_allclose(np.linalg.norm(mesh.vertices, axis=1), 3, rtol=4e-7)
    for row, side in ((0, 1), (-1, -1)):
        pole = mesh.vertices.reshape(rows + 1, columns + 1, 3)[row]
        assert len(np.unique(pole, axis=0)) == 1
        assert tuple(np.sign(pole[0])) == (0, side, 0)


@pytest.mark.parametrize("radius", [0.5, 3.0])
def test_the_volume_is_a_spheres_but_for_the_facets(radius: float) -> None:
    columns, rows = 256, 128
    mesh = displaced_sphere(analytic.sphere(64, radius), columns, rows)
    ideal = 4 / 3 * np.pi * radius**3
    assert ideal * (1 - 2 * (np.pi / rows) ** 2) < topology.volume(mesh) < ideal


@pytest.mark.parametrize("height", [16, 25])
def test_any_distance_gives_a_closed_surface(height: int) -> None:
    random = np.random.default_rng(height)
    distance = random.uniform(0.5, 9, (height, 2 * height)).astype(np.float32)
    distance[random.random(distance.shape) < 0.2] = np.inf
    panorama = RGBDPanorama(np.zeros((height, 2 * height, 3), np.uint8), distance)
    for columns, rows in GRIDS:
        mesh = displaced_sphere(panorama, columns, rows)
        surface = topology.surface(mesh)
        assert surface.closed, surface
        assert topology.faces_origin(mesh).all()


def test_the_box_room_has_the_boxs_volume() -> None:
    low, high = np.array(analytic.ROOM)
    mesh = displaced_sphere(analytic.box_room(128), 512, 256)
    assert topology.volume(mesh) == pytest.approx((high - low).prod(), rel=0.01)


def test_sky_stands_at_twenty_times_the_farthest_distance() -> None:
    distance = np.full((8, 16), 2, np.float32)
    distance[:4] = np.inf
    mesh = displaced_sphere(RGBDPanorama(np.zeros((8, 16, 3), np.uint8), distance), 16, 8)
    assert np.linalg.norm(mesh.vertices, axis=1).max() == pytest.approx(40)


def test_every_vertex_looks_up_the_pixel_it_hides() -> None:
    columns, rows = 12, 7
    mesh = displaced_sphere(analytic.box_room(16), columns, rows)
    inner = slice(columns + 1, -(columns + 1))
    u, v = mesh.uvs[inner].astype(np.float64).T
    looks = direction_from_pixel(u * 32 - 0.5, v * 16 - 0.5, 16, 32)
    vertices = mesh.vertices[inner]
    np.testing.assert_allclose(
        vertices / np.linalg.norm(vertices, axis=1, keepdims=True), looks, atol=1e-6
    )


def test_a_pole_corner_looks_up_the_middle_of_its_cell() -> None:
    columns, rows = 12, 7
    mesh = displaced_sphere(analytic.sphere(16), columns, rows)
    corners = mesh.uvs[mesh.faces].astype(np.float64)
    for v in (0, 1):
        at_pole = np.abs(corners[..., 1] - v) < 1e-9
        face = at_pole.any(axis=1)
        assert face.sum() == columns
        assert (at_pole.sum(axis=1)[face] == 1).all()
        pole = corners[at_pole][:, 0]
        others = corners[face][~at_pole[face]].reshape(-1, 2, 2)[..., 0]
        np.testing.assert_allclose(pole, others.mean(axis=1), atol=1e-6)


@pytest.mark.parametrize(("columns", "rows"), GRIDS)
def test_the_grid_is_joined_to_the_bit(columns: int, rows: int) -> None:
    grid = grid_directions(columns, rows)
    assert grid.shape == (rows + 1, columns + 1, 3)
    np.testing.assert_array_equal(grid[:, 0], grid[:, -1])
    np.testing.assert_array_equal(grid[0], np.broadcast_to((0, 1, 0), grid[0].shape))
    np.testing.assert_array_equal(grid[-1], np.broadcast_to((0, -1, 0), grid[0].shape))
    np.testing.assert_allclose(np.linalg.norm(grid, axis=-1), 1, atol=2e-7)
    np.testing.assert_allclose(grid_uvs(columns, rows)[-1, -1], (1, 1))
    assert grid_faces(columns, rows).shape == (2 * columns * (rows - 1), 3)


@pytest.mark.parametrize(("columns", "rows"), [(64, 32), (50, 31)])
def test_distance_at_the_corners_is_the_scenes(columns: int, rows: int) -> None:
    room = analytic.box_room(256)
    distance = grid_distance(room.distance, None, columns, rows, sky=100)
    np.testing.assert_array_equal(distance[:, 0], distance[:, -1])
    for pole in (0, -1):
        assert len(np.unique(distance[pole])) == 1
    true = analytic.box_distance(grid_directions(columns, rows).astype(np.float64))
    np.testing.assert_allclose(distance, true, rtol=0.02)
    assert np.median(np.abs(distance / true - 1)) < 1e-3


def test_distance_counts_only_what_is_supported() -> None:
    support = np.zeros((16, 32), bool)
    support[:, 10:20] = True
    distance = np.where(support, 2, 50).astype(np.float32)
    corners = grid_distance(distance, support, 32, 16, sky=1000)
    np.testing.assert_allclose(corners[1:-1, 10:21], 2)
    np.testing.assert_allclose(corners[1:-1, 22:32], 50)
    # A pole takes what there is of the layer around it, not what only carries it on.
    np.testing.assert_allclose(corners[[0, -1]], 2)


@pytest.mark.parametrize(("columns", "rows"), [(2, 2), (3, 1)])
def test_too_coarse_a_grid_is_refused(columns: int, rows: int) -> None:
    with pytest.raises(ValueError, match="columns and rows must be at least 3 and 2"):
        displaced_sphere(analytic.sphere(4), columns, rows)
