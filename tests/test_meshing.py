"""Layers to meshes: closed, within the error they promise, within the budget, all of it covered."""

import numpy as np
import pytest
from fixtures import analytic, topology
from hypothesis import given, settings
from hypothesis import strategies as st

from depthfusion.geometry.cameras import Equirectangular
from depthfusion.geometry.equirectangular import direction_from_pixel
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.scene.meshing import MeshOptions, mesh_scene, sky_distance
from depthfusion.types import Layer, LayeredScene, Pose, TexturedMesh


def opaque(distance: np.ndarray, head_box: float = 0.1) -> LayeredScene:
    rgba = np.full((*distance.shape, 4), 255, np.uint8)
    return LayeredScene((Layer(rgba, distance.astype(np.float32)),), head_box)


def rough(height: int, seed: int = 0) -> np.ndarray:
    """A room with a block of noise in it, some sky."""
    random = np.random.default_rng(seed)
    distance = analytic.box_distance(analytic.rays(height))
    size = height // 3
    j, i = random.integers(0, height - size), random.integers(0, 2 * height - size)
    distance[j : j + size, i : i + size] *= random.uniform(0.5, 1, (size, size))
    distance[random.random(distance.shape) < 0.02] = np.inf
    return distance


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([5, 16, 31, 48]), st.floats(0.01, 30))
def test_an_opaque_layer_is_closed_at_every_error(seed: int, height: int, error: float) -> None:
    (mesh,) = mesh_scene(opaque(rough(height, seed)), MeshOptions(error=error))
    surface = topology.surface(mesh)
    assert surface.closed, surface
    assert topology.faces_origin(mesh).all()
    assert mesh.alpha_mode == "opaque"
    assert mesh.texture.shape[2] == 3


@pytest.mark.parametrize("width", [960, 500])
def test_sizes_that_are_no_power_of_two_are_closed_too(width: int) -> None:
    (mesh,) = mesh_scene(opaque(rough(width // 2)))
    surface = topology.surface(mesh)
    assert surface.closed, surface
    assert topology.volume(mesh) > 0


@pytest.mark.parametrize("error", [0.05, 0.2, 1.0])
@pytest.mark.parametrize("height", [128, 125])
def test_the_surface_is_no_further_off_than_promised(height: int, error: float) -> None:
    """Texture beside its ray plus parallax at the head box, in texels, all over every triangle."""
    reach = 0.3
    (mesh,) = mesh_scene(
        opaque(analytic.box_distance(analytic.rays(height))), MeshOptions(error=error, reach=reach)
    )
    weights = np.random.default_rng(0).dirichlet((0.7, 0.7, 0.7), 12)  # [S, 3]
    points = np.einsum("sk,fkc->fsc", weights, mesh.vertices[mesh.faces].astype(np.float64))
    uv = np.einsum("sk,fkc->fsc", weights, mesh.uvs[mesh.faces].astype(np.float64))
    ray = direction_from_pixel(
        uv[..., 0] * 2 * height - 0.5, uv[..., 1] * height - 0.5, height, 2 * height
    )
    distance = np.linalg.norm(points, axis=-1)
    aside = np.arccos(np.clip((points * ray).sum(-1) / distance, -1, 1))
    parallax = reach * np.abs(1 / distance - 1 / analytic.box_distance(ray))
    texels = (aside + parallax) / (np.pi / height)
    assert np.quantile(texels, 0.9) < error + 0.02
    # Only midpoints are measured, and pixels near a corner of the room bend within themselves.
    assert texels.max() < 3 * error + 0.3


@pytest.mark.parametrize("budget", [2000, 5000, 9000])
def test_the_budget_is_kept_and_used(budget: int) -> None:
    distance = analytic.box_distance(analytic.rays(128))
    distance *= np.random.default_rng(0).uniform(0.9, 1, distance.shape)
    layered = opaque(distance)
    free = sum(len(mesh.faces) for mesh in mesh_scene(layered, MeshOptions(error=0.01)))
    used = sum(
        len(mesh.faces) for mesh in mesh_scene(layered, MeshOptions(error=0.01, triangles=budget))
    )
    assert free > 10_000
    assert 0.95 * budget <= used <= budget


def test_a_budget_that_is_not_needed_changes_nothing() -> None:
    layered = opaque(rough(64))
    free = mesh_scene(layered)
    kept = mesh_scene(layered, MeshOptions(triangles=10**6))
    np.testing.assert_array_equal(free[0].faces, kept[0].faces)


def speckled(height: int, seed: int = 0) -> LayeredScene:
    """A front layer with a ragged rim, over seam and pole, before a ball."""
    random = np.random.default_rng(seed)
    alpha = np.where(random.random((height, 2 * height)) < 0.3, 255, 0).astype(np.uint8)
    alpha[: height // 3, height : height + height // 2] = 128
    alpha[height // 3 : height // 2] = 0
    rgb = analytic.smooth_rgb(analytic.rays(height))
    return LayeredScene(
        (
            Layer(np.dstack([rgb, alpha]), rough(height, seed).astype(np.float32)),
            Layer(
                np.dstack([rgb, np.full_like(alpha, 255)]),
                np.full(alpha.shape, 9, np.float32),
            ),
        ),
        0.1,
    )


@pytest.mark.parametrize("height", [32, 27, 50, 60])
@pytest.mark.parametrize("error", [0.02, 0.5, 20])
def test_all_that_shows_is_covered(height: int, error: float) -> None:
    """From the origin, every ray that samples some alpha meets the layer's mesh."""
    layered = speckled(height, seed=height)
    front, _ = mesh_scene(layered, MeshOptions(error=error))
    solid = TexturedMesh(front.vertices, front.faces, front.uvs, front.texture[..., :3])
    with CpuRenderer() as renderer:
        renderer.load([solid])
        holes = renderer.render(Equirectangular(6 * height, 3 * height), Pose.at((0, 0, 0))).holes
    shown = np.kron(layered.layers[0].rgba[..., 3] > 0, np.ones((3, 3))) > 0
    assert not (holes & shown).any()


def test_a_budget_is_kept_where_rims_are_ragged() -> None:
    blocks = np.random.default_rng(0).random((32, 64)) < 0.4
    alpha = np.where(np.kron(blocks, np.ones((4, 4))) > 0, 255, 0).astype(np.uint8)
    rgba = np.dstack([np.zeros((128, 256, 3), np.uint8), alpha])
    layered = LayeredScene((Layer(rgba, np.full((128, 256), 3, np.float32)),), 0.1)
    free = sum(len(mesh.faces) for mesh in mesh_scene(layered, MeshOptions(error=1000)))
    assert free > 1_500  # rims alone
    for budget in (1_400, 1_000):
        meshes = mesh_scene(layered, MeshOptions(triangles=budget))
        assert sum(len(mesh.faces) for mesh in meshes) <= budget


def test_meshes_come_near_to_far_and_sky_says_so() -> None:
    layered = analytic.holed_wall(32)
    sky = Layer(layered.layers[1].rgba, np.full((32, 64), np.inf, np.float32))
    nothing = Layer(np.zeros((32, 64, 4), np.uint8), np.ones((32, 64), np.float32))
    meshes = mesh_scene(LayeredScene((layered.layers[0], nothing, sky), 0.1))
    assert [mesh.name for mesh in meshes] == ["layer-00", "sky"]
    assert [mesh.alpha_mode for mesh in meshes] == ["mask", "opaque"]
    np.testing.assert_array_equal(meshes[0].texture, layered.layers[0].rgba)
    far = np.linalg.norm(meshes[1].vertices, axis=1)
    np.testing.assert_allclose(far, sky_distance(layered), rtol=1e-5)


def test_sky_has_no_parallax_within_the_head_box() -> None:
    for head_box, farthest in ((0.1, 5.0), (1.0, 5.0), (0.0, 100.0)):
        distance = np.full((8, 16), farthest)
        distance[0] = np.inf
        sky = sky_distance(opaque(distance, head_box))
        assert sky >= 20 * farthest
        assert head_box / sky < np.pi / 1024 / 4


def test_sky_alone_is_meshed() -> None:
    (mesh,) = mesh_scene(opaque(np.full((8, 16), np.inf)))
    assert mesh.name == "sky"
    assert topology.surface(mesh).closed


def test_corners_at_a_pole_share_a_position_and_look_up_their_own_middle() -> None:
    (mesh,) = mesh_scene(opaque(analytic.box_distance(analytic.rays(32))))
    for v, y in ((0, 1), (1, -1)):
        at_pole = mesh.uvs[:, 1] == v
        assert at_pole.sum() > 2
        assert len(np.unique(mesh.vertices[at_pole], axis=0)) == 1
        assert np.sign(mesh.vertices[at_pole][0, 1]) == y
        corners = mesh.uvs[mesh.faces].astype(np.float64)
        face = (corners[..., 1] == v).any(axis=1)
        at = corners[face][..., 1] == v
        others = corners[face][~at].reshape(-1, 2, 2)[..., 0].mean(axis=1)
        np.testing.assert_allclose(corners[face][at][:, 0], others, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"error": 0}, "error must be above 0"),
        ({"error": float("nan")}, "error must be above 0"),
        ({"triangles": 999}, "triangles must be 1000 or more"),
        ({"reach": -1.0}, "reach must be 0 or more"),
        ({"reach": float("nan")}, "reach must be 0 or more"),
    ],
)
def test_options_that_mean_nothing_are_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MeshOptions(**change)


def test_nothing_given_is_changed() -> None:
    layered = speckled(32)
    before = [(layer.rgba.copy(), layer.distance.copy()) for layer in layered.layers]
    mesh_scene(layered)
    for layer, (rgba, distance) in zip(layered.layers, before, strict=True):
        np.testing.assert_array_equal(layer.rgba, rgba)
        np.testing.assert_array_equal(layer.distance, distance)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({}, MeshOptions(triangles=600_000)),
        ({"preset": "headset"}, MeshOptions(triangles=200_000)),
        ({"preset": "film"}, MeshOptions()),
        ({"preset": "headset", "triangles": 5000}, MeshOptions(triangles=5000)),
        ({"error": 0.05}, MeshOptions(error=0.05)),
        ({"preset": "desktop", "error": 0.05}, MeshOptions(error=0.05, triangles=600_000)),
    ],
)
def test_what_is_said_about_detail_and_what_it_means(said: dict, meant: MeshOptions) -> None:
    assert MeshOptions.chosen(**said) == meant


def test_alpha_is_mixed_only_where_something_is_half_there() -> None:
    clear = analytic.holed_wall(32)
    half = clear.layers[0].rgba.copy()
    half[8, 8, 3] = 128
    soft = LayeredScene((Layer(half, clear.layers[0].distance), clear.layers[1]), 0.1)
    assert [mesh.alpha_mode for mesh in mesh_scene(clear)] == ["mask", "opaque"]
    assert [mesh.alpha_mode for mesh in mesh_scene(soft)] == ["blend", "opaque"]


def test_what_only_shows_from_aside_takes_fewer_triangles_and_still_covers() -> None:
    """A solid front hides the left half of a rough sheet; the right half is meshed as ever."""
    far = rough(64, seed=3)
    far[np.isinf(far)] = 5.0
    front = np.zeros((64, 128, 4), np.uint8)
    front[:, :64, 3] = 255
    solid = np.full((64, 128, 4), 255, np.uint8)
    near = np.full(far.shape, 0.3, np.float32)
    nothing = Layer(np.zeros_like(front), near)
    alone = LayeredScene((nothing, Layer(solid, far.astype(np.float32))), 0.1)
    behind = LayeredScene(
        (Layer(front, near), Layer(solid, far.astype(np.float32))),
        0.1,
    )
    (whole,), (_, hidden) = mesh_scene(alone), mesh_scene(behind)
    assert topology.surface(hidden).closed

    def count(mesh: TexturedMesh, right: bool) -> int:
        middle = mesh.uvs[mesh.faces][..., 0].mean(axis=1)
        return int((((middle > 0.55) & (middle < 0.95)) == right).sum())

    assert count(hidden, right=False) < 0.7 * count(whole, right=False)
    assert count(hidden, right=True) == pytest.approx(count(whole, right=True), rel=0.02)
