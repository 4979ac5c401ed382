"""The level that is shown first: small, closed, and right for an eye in the middle."""

from pathlib import Path

import numpy as np

from depthfusion.geometry.cameras import Perspective
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.io.scene_folder import load_scene
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.scene.sphere import displaced_sphere
from depthfusion.studio import low_level
from depthfusion.studio.low_level import COLUMNS, ROWS, low_glb
from depthfusion.types import RGBDPanorama

ASSETS = Path(__file__).parents[1] / "assets"


def test_it_is_small_and_the_same_each_time() -> None:
    panorama = load_scene(ASSETS / "living-room").panorama
    data = low_glb(panorama)
    assert data[:4] == b"glTF" and len(data) < 300_000
    assert low_glb(panorama) == data


def test_a_sky_without_anything_near_stays_finite() -> None:
    rgb = np.full((64, 128, 3), 90, np.uint8)
    distance = np.full((64, 128), np.inf, np.float32)
    distance[40:] = 5
    smooth = low_level._smooth_distance(distance)
    assert smooth.shape == (ROWS, COLUMNS)
    assert np.isfinite(smooth).all() and 5 <= smooth.min() and smooth.max() <= 20.001
    assert low_glb(RGBDPanorama(rgb, distance, "metric"))[:4] == b"glTF"


def test_smooth_distances_bend_the_picture_less_than_steep_ones() -> None:
    panorama = load_scene(ASSETS / "living-room").panorama
    height, width = panorama.distance.shape
    smooth = low_level._smooth_distance(panorama.distance)
    rows, columns = np.arange(height) * ROWS // height, np.arange(width) * COLUMNS // width
    calm = RGBDPanorama(panorama.rgb, smooth[rows[:, None], columns], panorama.scale)
    flat = RGBDPanorama(panorama.rgb, np.full_like(panorama.distance, 3.0), panorama.scale)
    true, ours, steep = (drawn(place) for place in (flat, calm, panorama))
    assert np.abs(ours - true).mean() < 0.5 * np.abs(steep - true).mean()


def drawn(panorama: RGBDPanorama) -> np.ndarray:
    with CpuRenderer() as renderer:
        renderer.load([displaced_sphere(panorama, COLUMNS, ROWS)])
        camera = Perspective.from_fov(320, 180, np.pi / 2)
        return renderer.render(camera, yaw_pitch(0, 0)).rgb.astype(float)
