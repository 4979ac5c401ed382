"""Hidden parts painted by a filler: where it paints, what it is shown, and what stays."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from depthfusion.geometry.equirectangular import directions
from depthfusion.scene.build import SceneOptions, build_scene
from depthfusion.scene.refilling import COVERED, refilled, without_occluder
from depthfusion.studio.fillers import filler_of
from depthfusion.types import Cancelled, InputError, LayeredScene, RGBDPanorama

WALL, POST = (60, 120, 180), (200, 40, 40)
MAGENTA = (255, 0, 255)


def post_before_wall(height: int = 128, half_width: float = 0.3) -> RGBDPanorama:
    """A round wall at 4 m, sky above, and a post at 1 m that stands across the seam."""
    rays = directions(height, 2 * height)
    distance = np.full(rays.shape[:2], 4.0, np.float32)
    distance[rays[..., 1] > 0.7] = np.inf
    lon = np.arctan2(rays[..., 0], -rays[..., 2])
    post = (np.abs(lon) > np.pi - half_width) & (np.abs(rays[..., 1]) < 0.5)
    distance[post] = 1.0
    rgb = np.full((*distance.shape, 3), WALL, np.uint8)
    rgb[post] = POST
    rgb[np.isinf(distance)] = (220, 230, 255)
    return RGBDPanorama(rgb, distance)


class Painter:
    """Paints magenta, and remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def __call__(self, rgb: Any, distance: Any, hidden: Any, progress: Any) -> np.ndarray:
        progress("Denoising", 0.5)
        self.shown.append((rgb, distance, hidden))
        return np.full_like(rgb, MAGENTA)


def from_the_centre(layered: LayeredScene) -> np.ndarray:
    """What an eye in the middle sees, near over far, float [H, W, 3]."""
    picture = np.zeros((*layered.layers[0].distance.shape, 3))
    for layer in reversed(layered.layers):
        alpha = layer.rgba[..., 3:] / 255.0
        picture = alpha * layer.rgba[..., :3] + (1 - alpha) * picture
    return picture


def test_only_what_is_hidden_is_painted() -> None:
    panorama = post_before_wall()
    options = SceneOptions(head_box=0.3, sharpen="off")
    plain = build_scene(panorama, options)
    painter, told = Painter(), []
    made = build_scene(panorama, options, lambda *call: told.append(call), filler=painter)
    assert painter.shown and any("Painting what is hidden: Denoising" in c[0] for c in told)
    np.testing.assert_allclose(from_the_centre(made), from_the_centre(plain), atol=1.0)
    painted = 0
    for old, new in zip(plain.layers, made.layers, strict=True):
        np.testing.assert_array_equal(old.distance, new.distance)
        np.testing.assert_array_equal(old.rgba[..., 3], new.rgba[..., 3])
        if np.isinf(old.distance).all():
            np.testing.assert_array_equal(old.rgba, new.rgba)
        painted += int((new.rgba[..., :3] == MAGENTA).all(axis=-1).sum())
    assert painted > 200
    np.testing.assert_array_equal(plain.layers[0].rgba, made.layers[0].rgba)


def test_the_filler_sees_the_place_with_the_occluder_gone_round_the_seam() -> None:
    panorama = post_before_wall()
    painter = Painter()
    build_scene(panorama, SceneOptions(head_box=0.3, sharpen="off"), filler=painter)
    rgb, distance, region = painter.shown[0]
    assert region[60, 0] or region[60, 16], "the post's rim is painted"
    assert region.any(axis=0)[:32].any() and region.any(axis=0)[-32:].any()
    assert not region[:, 64:192].any(), "the wall that is seen is not"
    red = (np.abs(rgb.astype(int) - POST).sum(axis=-1) < 60) & region
    assert red.sum() < 0.02 * region.sum(), "no colour of the post where it is to be painted"
    assert distance[region].min() > 1.5


def test_a_rim_of_the_occluder_is_cleared_and_nothing_of_what_lies_behind() -> None:
    panorama = post_before_wall(half_width=0.9)
    layers = build_scene(panorama, SceneOptions(head_box=0.3, sharpen="off")).layers
    layer = layers[1]
    light = 1 - layers[0].rgba[..., 3] / 255
    hidden = (layer.rgba[..., 3] > 0) & (light < COVERED) & np.isfinite(layer.distance)
    _, distance, region = without_occluder(panorama, layer, hidden)
    extra = region & ~hidden
    assert (extra & (panorama.distance == 1.0)).sum() > 200
    beyond = extra & ~binary_dilation(hidden, iterations=3)
    assert beyond.any()
    assert (panorama.distance[beyond] < distance[beyond]).all(), "what is farther is not touched"


def test_a_layer_without_a_hidden_part_is_left_alone() -> None:
    height = 64
    panorama = RGBDPanorama(
        np.full((height, 2 * height, 3), WALL, np.uint8), np.full((height, 2 * height), 3.0, "f4")
    )
    painter = Painter()
    layers = build_scene(panorama, SceneOptions(head_box=0.2)).layers
    assert refilled(panorama, layers, painter) == layers and not painter.shown


def test_a_stop_passes_through() -> None:
    def stop(stage: str, fraction: float) -> None:
        if "Painting" in stage:
            raise Cancelled

    with pytest.raises(Cancelled):
        build_scene(post_before_wall(), SceneOptions(head_box=0.3), stop, filler=Painter())


def test_who_fills_is_chosen_and_said(tmp_path: Path) -> None:
    assert filler_of(SceneOptions()) == (None, "")
    assert filler_of(SceneOptions(method="sheet", fill="ldm3d")) == (None, "")
    filler, why = filler_of(SceneOptions(fill="auto"))
    assert filler is None and why == "exemplar: no LDM3D weights are on this machine"
    with pytest.raises(InputError, match="not on this machine"):
        filler_of(SceneOptions(fill="ldm3d"))
    with pytest.raises(InputError, match="fill must be one of exemplar, ldm3d, auto"):
        SceneOptions(fill="magic")  # type: ignore[arg-type]
