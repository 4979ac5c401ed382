"""Layers of places whose hidden parts are known by formula."""

import numpy as np
import pytest
from numpy.typing import NDArray

from depthfusion.geometry.cameras import Equirectangular
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.scene.build import SceneOptions, build_scene
from depthfusion.scene.layers import build_layers
from depthfusion.scene.meshing import mesh_scene
from depthfusion.types import Layer, LayeredScene, Pose, RGBDPanorama
from tests.fixtures.analytic import box_distance, rays
from tests.fixtures.pillars import (
    field,
    is_pillar,
    pillar_distance,
    pillar_room,
    turned,
    turned_room,
)

HEIGHT = 256
REACH = 0.3


@pytest.fixture(scope="module")
def room() -> RGBDPanorama:
    return pillar_room(HEIGHT)


@pytest.fixture(scope="module")
def layers(room: RGBDPanorama) -> tuple[Layer, ...]:
    return build_layers(room, REACH)


def composite(layers: tuple[Layer, ...]) -> NDArray:
    """Near over far, [H, W, 3]; black where nothing is."""
    colour = np.zeros((*layers[0].distance.shape, 3))
    for layer in reversed(layers):
        alpha = layer.rgba[..., 3:] / 255
        colour = alpha * layer.rgba[..., :3] + (1 - alpha) * colour
    return colour


def test_hidden_walls_stay_planes_behind_the_pillar(
    room: RGBDPanorama, layers: tuple[Layer, ...]
) -> None:
    pillar, wall = is_pillar(HEIGHT), box_distance(rays(HEIGHT))
    hidden = pillar & (layers[1].rgba[..., 3] > 0) & (layers[1].distance > 1.05 * room.distance)
    # As far as the wall can be uncovered there, it is there.
    assert hidden.sum() > 0.5 * pillar.sum()
    off = np.abs(layers[1].distance / wall - 1)[hidden]
    assert np.median(off) < 5e-4
    assert np.quantile(off, 0.95) < 0.01
    # Where two walls meet, the one that goes on too far is off by less than what shows.
    texels = np.abs(1 / layers[1].distance - 1 / wall)[hidden] * REACH * HEIGHT / np.pi
    assert texels.max() < 0.4


def test_nothing_hidden_stands_before_its_occluder(
    room: RGBDPanorama, layers: tuple[Layer, ...]
) -> None:
    pillar = is_pillar(HEIGHT)
    for layer in layers[1:]:
        shown = pillar & (layer.rgba[..., 3] > 64)  # a fainter rim may go on by its slope
        assert (layer.distance[shown] >= (1 - 1e-3) * room.distance[shown]).all()


def test_from_the_centre_the_layers_are_the_photo(
    room: RGBDPanorama, layers: tuple[Layer, ...]
) -> None:
    off = np.abs(composite(layers) - room.rgb).max(-1)
    assert np.quantile(off, 0.999) <= 3
    assert off.mean() < 0.1


@pytest.mark.parametrize(
    "eye", [(0.3, 0, 0), (-0.3, 0, 0), (0, 0.3, 0), (0, 0, -0.3), (-0.17, -0.17, 0.17)]
)
def test_no_hole_and_no_stretched_triangle_from_within_the_head_box(
    layers: tuple[Layer, ...], eye: tuple[float, float, float]
) -> None:
    at = np.eye(4)
    at[:3, 3] = eye
    with CpuRenderer() as renderer:
        renderer.load(mesh_scene(LayeredScene(layers, REACH)))
        frame = renderer.render(Equirectangular(2 * HEIGHT, HEIGHT), Pose(at))
    assert not frame.holes.any()
    # A stretched triangle would show distances that are neither the pillar's nor the wall's.
    off = np.abs(frame.distance / pillar_distance(rays(HEIGHT), eye) - 1)
    assert (off > 0.02).mean() < 0.01  # hidden parts are meshed coarsely


def test_sky_is_a_layer_of_its_own_behind_everything() -> None:
    panorama = field(HEIGHT)
    *solid, sky = build_layers(panorama, REACH)
    assert np.isinf(sky.distance).all()
    assert (sky.rgba[..., 3] == 255).all()
    assert all(np.isfinite(layer.distance).all() for layer in solid)
    # What is filled behind the post is as blue as what is seen.
    np.testing.assert_allclose(sky.rgba[: HEIGHT // 2, :, :3].reshape(-1, 3).mean(0),
                               (90, 150, 230), atol=3)  # fmt: skip
    seen = ~np.isfinite(panorama.distance)
    for layer in solid:
        assert (layer.rgba[seen, 3] > 127).mean() < 0.01


def test_turning_the_panorama_turns_the_layers(
    room: RGBDPanorama, layers: tuple[Layer, ...]
) -> None:
    turn = 2 * 150  # brings the pillar across the seam
    turned = RGBDPanorama(np.roll(room.rgb, turn, 1), np.roll(room.distance, turn, 1))
    for layer, other in zip(layers[:2], build_layers(turned, REACH)[:2], strict=True):
        back = np.roll(other.rgba, -turn, 1)
        same = back[..., 3] == layer.rgba[..., 3]
        assert same.mean() > 0.999
        shown = same & (layer.rgba[..., 3] > 0)
        off = np.abs(np.roll(other.distance, -turn, 1) / layer.distance - 1)[shown]
        assert np.quantile(off, 0.995) < 0.005


def test_a_place_ten_times_as_large_has_the_same_layers(
    room: RGBDPanorama, layers: tuple[Layer, ...]
) -> None:
    large = build_layers(RGBDPanorama(room.rgb, 10 * room.distance), 10 * REACH)
    assert len(large) == len(layers)
    for layer, other in zip(layers, large, strict=True):
        assert (layer.rgba[..., 3] == other.rgba[..., 3]).mean() > 0.999
        shown = (layer.rgba[..., 3] > 0) & (other.rgba[..., 3] > 0)
        off = np.abs(other.distance / (10 * layer.distance) - 1)[shown]
        assert np.quantile(off, 0.999) < 1e-3


def test_the_panorama_is_left_as_it_was(room: RGBDPanorama) -> None:
    again = pillar_room(HEIGHT)
    np.testing.assert_array_equal(room.rgb, again.rgb)
    np.testing.assert_array_equal(room.distance, again.distance)


def leaning_error(rotation: NDArray) -> float:
    """Mean square of what eyes 20 cm from a tilted camera see wrongly; nothing may be missing."""
    layered = build_scene(turned_room(128, rotation), SceneOptions(head_box=0.3))
    square = []
    with CpuRenderer() as renderer:
        renderer.load(mesh_scene(layered))
        for eye in 0.2 * np.concatenate([np.eye(3), -np.eye(3)]):
            frame = renderer.render(Equirectangular(256, 128), Pose.at(eye))
            assert not frame.holes.any()
            off = frame.rgb - turned_room(128, rotation, eye).rgb.astype(float)
            square.append((off**2).mean(-1) * np.hypot(*rays(128)[..., ::2].transpose(2, 0, 1)))
    return float(np.mean(square))


@pytest.mark.parametrize(
    "up", [(0.6, 0, -1.1), (1.0, 0.3, -1.1), (0.8, 0, -1.1), (-0.6, 0, 1.1), (0.8, -1.6, -1.1)]
)
def test_a_border_across_a_pole_is_as_good_as_one_along_the_equator(
    up: tuple[float, float, float],
) -> None:
    assert leaning_error(turned(up)) < 1.1 * leaning_error(np.eye(3))
