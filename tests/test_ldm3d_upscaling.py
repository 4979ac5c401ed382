"""Larger colour and depth: by Lanczos and edges, and by LDM3D-SR."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from ldm3d_checkpoints import saved, saved_upscaler

from depthfusion.generation.ldm3d import Sampling
from depthfusion.generation.ldm3d.resampling import continued, resized_depth, resized_rgb
from depthfusion.generation.ldm3d.upscaler import Ldm3dUpscaler
from depthfusion.generation.ldm3d.upscaling import upscale
from depthfusion.geometry.equirectangular import directions
from depthfusion.types import Cancelled, InputError


def scene(height: int) -> tuple[np.ndarray, np.ndarray]:
    """A red ball over the seam in front of a blue wall that recedes; anti-aliased colour."""
    fine = directions(4 * height, 8 * height).astype(np.float64)
    ball = fine @ np.array([0.3, 0.2, 0.93]) / np.linalg.norm([0.3, 0.2, 0.93]) > 0.8
    colour = np.where(ball[..., None], (200, 40, 30), (40, 60, 190)).astype(np.float32)
    rgb = colour.reshape(height, 4, 2 * height, 4, 3).mean(axis=(1, 3))
    ray = directions(height, 2 * height)
    inside = ball[2::4, 2::4]
    inverse = np.where(inside, 0.8, 0.25 + 0.1 * ray[..., 1])
    return np.round(rgb).astype(np.uint8), inverse.astype(np.float32)


def test_depth_keeps_its_edges_and_its_slopes() -> None:
    rgb, inverse = scene(64)
    truth_rgb, truth = scene(256)
    large, depth = upscale(rgb, inverse, 512, 256)
    assert large.shape == (256, 512, 3) and depth.shape == (256, 512)
    stretched = resized_depth(inverse, 512, 256)

    def between(x: np.ndarray) -> int:
        return int(((x > 0.4) & (x < 0.75)).sum())  # neither wall nor ball: a curtain

    assert between(stretched) > 1000 and between(depth) < 0.02 * between(stretched)
    wrong = np.abs(depth - truth) > 0.1
    assert wrong.sum() < 0.5 * (np.abs(stretched - truth) > 0.1).sum()
    wall = (truth < 0.5) & ~wrong
    assert np.abs(depth - truth)[wall].mean() < 0.003  # slopes stay slopes
    assert np.abs(large.astype(int) - truth_rgb)[:, ::7].mean() < 3


def test_turning_turns_the_result() -> None:
    rgb, inverse = scene(32)
    large, depth = upscale(rgb, inverse, 128, 64)
    turned_rgb, turned_depth = upscale(np.roll(rgb, 5, 1), np.roll(inverse, 5, 1), 128, 64)
    np.testing.assert_array_equal(turned_rgb, np.roll(large, 10, 1))
    np.testing.assert_allclose(turned_depth, np.roll(depth, 10, 1), atol=1e-6)


def test_sizes_that_are_no_multiple() -> None:
    rgb, inverse = scene(32)
    large, depth = upscale(rgb, inverse, 150, 75)
    assert large.shape == (75, 150, 3) and depth.min() >= inverse.min() - 1e-6
    assert depth.max() <= inverse.max() + 1e-6
    assert upscale(rgb, inverse, 64, 32)[0] is rgb


def test_smaller_is_true_to_area() -> None:
    checks = np.indices((64, 128)).sum(axis=0) % 2
    rgb = np.repeat((255 * checks)[..., None], 3, axis=-1).astype(np.uint8)
    assert np.abs(resized_rgb(rgb, 32, 16).astype(int) - 127).max() < 12
    assert np.abs(resized_depth(checks.astype(np.float32), 32, 16) - 0.5).max() < 0.05


def test_over_the_pole_it_goes_on_half_a_turn_away() -> None:
    picture = np.arange(8 * 16).reshape(8, 16)
    wide = continued(picture, 2)
    assert wide.shape == (12, 20)
    np.testing.assert_array_equal(wide[1, 2:-2], np.roll(picture[0], 8))
    np.testing.assert_array_equal(wide[2:-2, :2], picture[:, -2:])


def test_stops_where_told() -> None:
    def stop(stage: str, done: float) -> None:
        if done > 0.2:
            raise Cancelled

    rgb, inverse = scene(32)
    with pytest.raises(Cancelled):
        upscale(rgb, inverse, 1024, 512, stop)


@pytest.fixture(scope="module")
def raiser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_upscaler(tmp_path_factory.mktemp("sr") / "model")


def test_super_resolution(raiser: Path) -> None:
    model = Ldm3dUpscaler.from_pretrained(raiser, device="cpu")
    rgb, inverse = scene(32)
    stages: list[str] = []
    sampling = Sampling("a room", steps=2, seeds=(4, 5))
    raised = model.upscale(rgb, inverse, 128, 64, sampling, lambda stage, _: stages.append(stage))
    assert raised.rgb.shape == (1, 64, 128, 3) and raised.inverse.shape == (1, 64, 128)
    assert "Raising the resolution" in stages
    again = model.upscale(rgb, inverse, 128, 64, sampling)
    np.testing.assert_array_equal(raised.rgb, again.rgb)
    other = model.upscale(255 - rgb, inverse, 128, 64, sampling)
    assert np.abs(other.inverse - raised.inverse).max() > 1e-4  # it looks at what it raises
    model.close()


def test_super_resolution_says_what_is_missing(raiser: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sr"
    shutil.copytree(raiser, folder)
    shutil.rmtree(folder / "low_res_scheduler")
    with pytest.raises(InputError, match="lacks low_res_scheduler"):
        Ldm3dUpscaler.from_pretrained(folder, device="cpu")
    plain = saved(tmp_path / "plain", 4)
    shutil.copytree(raiser / "low_res_scheduler", plain / "low_res_scheduler")
    with pytest.raises(InputError, match="takes 4 channels, not 8"):
        Ldm3dUpscaler.from_pretrained(plain, device="cpu")
    with pytest.raises(InputError, match=r"take (1008x504|992x496)"):
        Ldm3dUpscaler.from_pretrained(raiser, device="cpu").upscale(
            *scene(32), 1000, 500, Sampling("a room")
        )
