"""Leaves behind leaves: where they are put, and what an eye sees that leans."""

import numpy as np
import pytest
from numpy.typing import NDArray

from depthfusion.geometry.cameras import Perspective
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.scene.build import SceneOptions, build_scene
from depthfusion.scene.meshing import mesh_scene
from depthfusion.scene.thicket import thicket
from depthfusion.types import Pose, RGBDPanorama
from tests.fixtures.analytic import rays

HEIGHT = 512
SKY = (250, 250, 255)


def in_front(half_deg: float) -> NDArray:
    direction = rays(HEIGHT)
    return direction[..., 2] < -np.cos(np.radians(half_deg))


@pytest.fixture(scope="module")
def crown() -> RGBDPanorama:
    """Two curtains of leaves of six pixels, each half missing; around them the sky."""
    chance = np.random.default_rng(3)
    size = HEIGHT // 6 + 1, HEIGHT // 3 + 1
    near, far = (
        np.kron(chance.random(size), np.ones((6, 6)))[:HEIGHT, : 2 * HEIGHT] < 0.5 for _ in range(2)
    )
    leaves = in_front(30) & (near | far)
    distance = np.where(leaves, np.where(near, 2.0, 4.0), np.inf).astype(np.float32)
    rgb = np.where(leaves[..., None], (30, 90, 20), SKY).astype(np.uint8)
    return RGBDPanorama(rgb, distance)


def test_only_what_is_busy_covered_and_before_the_sky_goes_on(crown: RGBDPanorama) -> None:
    inverse = (1 / crown.distance).astype(np.float32)
    anywhere = np.ones(inverse.shape, np.bool_)
    solid = inverse > 0
    found = thicket(inverse, solid, anywhere)
    assert found.where[solid & in_front(25)].mean() > 0.85
    assert not found.where[~solid].any()
    assert (found.inverse[found.where] < inverse[found.where]).all()
    assert not thicket(inverse, solid, ~anywhere).where.any()
    # The outline of a disc is no foliage.
    disc = np.where(in_front(30), np.float32(0.4), 0)
    outline = disc != np.roll(disc, 3, 1)
    assert not thicket(disc, outline, anywhere).where.any()


def test_a_crown_stays_as_dense_to_an_eye_that_leans(crown: RGBDPanorama) -> None:
    layered = build_scene(crown, SceneOptions(head_box=0.3))
    camera = Perspective.from_fov(200, 200, np.radians(36))

    def gaps(eye: tuple[float, float, float]) -> float:
        """Share of the view that shows the sky."""
        return float((renderer.render(camera, Pose.at(eye), 2).rgb[..., 0] > 140).mean())

    with CpuRenderer() as renderer:
        renderer.load(mesh_scene(layered))
        still = gaps((0, 0, 0))
        assert 0.15 < still < 0.25
        for eye in ((0.25, 0, 0), (0, -0.25, 0), (-0.15, 0.15, 0.1)):
            assert gaps(eye) < still


def test_the_sky_between_leaves_stays_where_it_is_seen(crown: RGBDPanorama) -> None:
    layers = build_scene(crown, SceneOptions(head_box=0.3)).layers
    for layer in layers[2:-1]:
        assert not (layer.rgba[..., 3] > 128)[np.isinf(crown.distance)].any()
