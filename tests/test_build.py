"""From a panorama to a place: what may be chosen, how far a head goes, when depth is sharpened."""

from dataclasses import replace

import numpy as np
import pytest
from fixtures import analytic, steps

from depthfusion.scene.build import (
    STANDING_LEAN,
    SceneOptions,
    build_scene,
    default_head_box,
    farthest_lean,
    with_clear_edges,
)
from depthfusion.types import InputError, RGBDPanorama


def test_a_head_box_ends_before_what_is_nearest() -> None:
    near = analytic.sphere(32, radius=0.3)
    for options in (SceneOptions(), SceneOptions(0.5), SceneOptions(0.5, "sheet")):
        assert build_scene(near, options).head_box == pytest.approx(0.8 * 0.3)
    assert build_scene(near, SceneOptions(0.1)).head_box == 0.1
    assert build_scene(analytic.sphere(32), SceneOptions()).head_box == STANDING_LEAN


def test_a_speck_of_wrong_depth_takes_no_room() -> None:
    distance = np.full((256, 512), 3, np.float32)
    distance[100, 100:110] = 0.05
    rgb = np.zeros((256, 512, 3), np.uint8)
    assert farthest_lean(RGBDPanorama(rgb, distance)) == pytest.approx(0.8 * 3)
    distance[100, 100:120] = 0.05
    assert farthest_lean(RGBDPanorama(rgb, distance)) == pytest.approx(0.8 * 0.05)


def test_where_the_unit_is_unknown_the_head_moves_by_the_near_distance() -> None:
    small = replace(analytic.sphere(32, radius=1.0), scale="relative")
    assert default_head_box(small) == pytest.approx(0.1)
    large = replace(analytic.sphere(32, radius=50.0), scale="relative")
    assert default_head_box(large) == STANDING_LEAN


def test_without_room_or_by_the_paper_there_is_one_sheet() -> None:
    for options in (SceneOptions(0.0), SceneOptions(method="sheet")):
        scene = build_scene(steps.disc(32), options)
        (layer,) = scene.layers
        assert (layer.rgba[..., 3] == 255).all()
        np.testing.assert_array_equal(layer.distance, steps.disc(32).distance)


def test_exact_depth_is_left_alone_and_soft_depth_is_sharpened() -> None:
    exact = steps.disc(256)
    soft = steps.estimated(exact)
    assert with_clear_edges(exact, STANDING_LEAN, "auto") is exact
    assert with_clear_edges(soft, STANDING_LEAN, "off") is soft
    for sharpen in ("auto", "on"):
        assert parallax_error(with_clear_edges(soft, STANDING_LEAN, sharpen), exact) < 0.003


def test_sharpening_brings_surfaces_back_to_where_they_are() -> None:
    exact = steps.disc(256)
    soft = steps.estimated(exact)
    before = parallax_error(soft, exact)
    after = parallax_error(with_clear_edges(soft, STANDING_LEAN, "on"), exact)
    assert before > 0.008
    assert after < before / 4


def parallax_error(panorama: RGBDPanorama, exact: RGBDPanorama) -> float:
    """Share of the pixels that would be more than 2 texels beside their place."""
    scale = STANDING_LEAN * exact.width / (2 * np.pi)
    return float((np.abs(1 / panorama.distance - 1 / exact.distance) * scale > 2).mean())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"head_box": -0.1}, "head box must be 0 or more"),
        ({"head_box": float("nan")}, "head box must be 0 or more"),
        ({"head_box": float("inf")}, "head box must be 0 or more"),
        ({"method": "magic"}, "layers, sheet"),
        ({"sharpen": "maybe"}, "auto, on, off"),
    ],
)
def test_options_that_mean_nothing_are_refused(change: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        SceneOptions(**change)
