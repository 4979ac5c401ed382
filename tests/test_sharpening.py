"""Soft depth turned into steps: on the colour's edge, wherever the edge lies, sky untouched."""

import numpy as np
import pytest
from fixtures import steps

from depthfusion.scene.build import SOFT
from depthfusion.scene.sharpening import SharpenOptions, sharpened, softness
from depthfusion.types import RGBDPanorama

HEIGHT = 128
SCALE = 0.35 * 2 * HEIGHT / (2 * np.pi)


def inverse(panorama: RGBDPanorama) -> np.ndarray:
    return (1 / panorama.distance).astype(np.float32)


@pytest.fixture(scope="module")
def exact() -> RGBDPanorama:
    return steps.disc(HEIGHT)


@pytest.fixture(scope="module")
def soft(exact: RGBDPanorama) -> RGBDPanorama:
    return steps.estimated(exact, sigma=1.5)


def test_softness_tells_ramps_from_steps(exact: RGBDPanorama, soft: RGBDPanorama) -> None:
    assert softness(inverse(exact), SCALE) < SOFT / 4
    assert softness(inverse(soft), SCALE) > 2 * SOFT
    assert np.isnan(softness(np.full((HEIGHT, 2 * HEIGHT), 0.5, np.float32), SCALE))


def test_the_step_lies_on_the_colours_edge(exact: RGBDPanorama, soft: RGBDPanorama) -> None:
    result = sharpened(exact.rgb, inverse(soft), SCALE)
    middle = (1 / steps.NEAR + 1 / steps.FAR) / 2
    np.testing.assert_array_equal(result > middle, exact.distance == steps.NEAR)
    between = (result > 0.35) & (result < 0.9)
    assert between.sum() < 0.02 * ((inverse(soft) > 0.35) & (inverse(soft) < 0.9)).sum()


def test_noise_within_a_surface_is_evened_out(exact: RGBDPanorama) -> None:
    noisy = inverse(exact) + np.random.default_rng(1).normal(0, 0.003, exact.distance.shape).astype(
        np.float32
    )
    inner = steps.angle_from_forward(HEIGHT) > np.radians(40)
    result = sharpened(exact.rgb, noisy, SCALE)
    assert result[inner].std() < noisy[inner].std() / 2


def test_sky_stays_sky_and_nothing_else_becomes_it(exact: RGBDPanorama) -> None:
    depth = inverse(exact)
    depth[:40] = 0
    result = sharpened(exact.rgb, depth, SCALE)
    np.testing.assert_array_equal(result == 0, depth == 0)


def test_the_seam_is_no_border(exact: RGBDPanorama, soft: RGBDPanorama) -> None:
    here = sharpened(exact.rgb, inverse(soft), SCALE)
    there = sharpened(np.roll(exact.rgb, HEIGHT, 1), np.roll(inverse(soft), HEIGHT, 1), SCALE)
    np.testing.assert_array_equal(np.roll(there, -HEIGHT, 1), here)


def test_nothing_given_is_changed(exact: RGBDPanorama, soft: RGBDPanorama) -> None:
    depth = inverse(soft)
    kept = depth.copy()
    sharpened(exact.rgb, depth, SCALE, SharpenOptions(rounds=2))
    np.testing.assert_array_equal(depth, kept)
