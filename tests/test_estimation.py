import json
import shutil
from pathlib import Path

import depth_checkpoints as checkpoints
import numpy as np
import pytest
from fixtures.analytic import box_distance, rays, smooth_rgb

from depthfusion.generation.estimation import (
    covering_views,
    estimate_distance,
    estimate_with,
    merge_views,
)
from depthfusion.generation.estimation.alignment import scales_and_shifts
from depthfusion.generation.estimation.network import DepthNetwork
from depthfusion.generation.estimation.poisson import solve_gradients
from depthfusion.generation.estimation.views import footprint
from depthfusion.geometry.equirectangular import solid_angles
from depthfusion.studio.depth_from_model import HOW_TO_GET, depth_from_model, model_at_hand
from depthfusion.studio.import_options import ImportOptions
from depthfusion.types import Cancelled, InputError

SIZE = 96
HEIGHT = 128
VIEWS = covering_views(SIZE)


def z_depths(distance_of=box_distance):
    """Exact depth along the axis of each view, float32 [S, S]."""
    _, direction = VIEWS[0].camera.rays()
    return [
        (distance_of(direction @ view.world_from_camera.T) * -direction[..., 2]).astype(np.float32)
        for view in VIEWS
    ]


def error(found: np.ndarray, truth: np.ndarray) -> float:
    """Mean relative error over the sphere, the scale left open."""
    ratio = found / truth
    weight = np.broadcast_to(solid_angles(*found.shape)[:, None], found.shape)
    return float((weight * np.abs(ratio / np.median(ratio) - 1)).sum() / weight.sum())


def test_views_cover_the_sphere_and_the_poles_are_inside_one():
    total = np.zeros((HEIGHT, 2 * HEIGHT))
    for view in VIEWS:
        lies = footprint(view, HEIGHT, 2 * HEIGHT)
        total[np.ix_(lies.rows, lies.columns)] += lies.inside
    assert total.min() >= 1 and total[0].min() >= 1 and total[-1].min() >= 1
    assert (total >= 2).mean() > 0.6  # they overlap


def test_a_view_is_cut_as_it_is_laid_back():
    direction = rays(256)
    picture = smooth_rgb(direction)
    for view in VIEWS[:4]:
        grey = view.cut(picture).astype(np.float32).mean(-1)
        lies = footprint(view, 256, 512)
        laid = lies.lay(grey)[lies.inside]
        expected = picture[np.ix_(lies.rows, lies.columns)].mean(-1)[lies.inside]
        assert np.abs(laid - expected).mean() < 1.0


def test_gradients_give_their_function_back():
    """Exact: any function on the grid, seam and poles included, held by nothing but its mean."""
    values = np.log(box_distance(rays(64))).astype(np.float32)
    across = np.roll(values, -1, 1) - values
    mean = np.full_like(values, 0.3)
    found = solve_gradients(across, np.diff(values, axis=0), mean, 1e-6)
    np.testing.assert_allclose(found - found.mean(), values - values.mean(), atol=2e-4)


def test_the_guide_holds_where_there_are_no_gradients():
    guide = np.random.default_rng(0).normal(size=(32, 64)).astype(np.float32)
    nothing = np.zeros((32, 64), np.float32)
    found = solve_gradients(nothing, nothing[1:], guide, 1e9)
    np.testing.assert_allclose(found, guide, atol=1e-3)


@pytest.mark.parametrize("meaning", ["metric", "inverse"])
def test_exact_views_merge_to_the_room(meaning):
    depths = z_depths()
    predicted = depths if meaning == "metric" else [1 / z for z in depths]
    merged = merge_views(predicted, VIEWS, meaning, HEIGHT)
    assert error(merged, box_distance(rays(HEIGHT))) < 0.006


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_scale_and_shift_of_each_view_are_found(seed):
    generator = np.random.default_rng(seed)
    predicted = []
    for z in z_depths():
        noisy = (1 / z) * (1 + 0.02 * generator.normal(size=z.shape))
        shift = generator.uniform(-0.3, 0.3) * noisy.std()
        predicted.append((generator.uniform(0.5, 2) * noisy + shift).astype(np.float32))
    merged = merge_views(predicted, VIEWS, "inverse", HEIGHT)
    assert error(merged, box_distance(rays(HEIGHT))) < 0.02


def test_metres_keep_their_scale():
    merged = merge_views(z_depths(), VIEWS, "metric", HEIGHT)
    assert np.median(merged / box_distance(rays(HEIGHT))) == pytest.approx(1, abs=0.01)


def test_turning_the_place_turns_the_result():
    """A fifth of a turn maps the views onto each other, so the merge must turn by a fifth."""
    angle = 2 * np.pi / 5
    turn = np.array(
        [[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]]
    )
    plain = merge_views(z_depths(), VIEWS, "metric", 100)
    turned = merge_views(z_depths(lambda d: box_distance(d @ turn)), VIEWS, "metric", 100)
    np.testing.assert_allclose(turned, np.roll(plain, 200 // 5, 1), rtol=2e-3)


def test_the_poles_are_one_value():
    merged = merge_views(z_depths(), VIEWS, "metric", HEIGHT)
    assert merged[0].max() / merged[0].min() < 1.02
    assert merged[-1].max() / merged[-1].min() < 1.02


def test_what_one_view_does_not_know_the_others_tell():
    depths = z_depths()
    depths[3][20:60, 20:60] = np.nan
    merged = merge_views(depths, VIEWS, "metric", HEIGHT)
    assert np.isfinite(merged).all()
    assert error(merged, box_distance(rays(HEIGHT))) < 0.01


def test_scales_and_shifts_are_exact_where_views_are():
    shape = (64, 128)
    prints = [footprint(view, *shape) for view in VIEWS]
    given = [(1.5 + k / 10, 0.1 * (k - 5)) for k in range(12)]
    laid = []
    for lies, (scale, shift) in zip(prints, given, strict=True):
        direction = rays(64)[np.ix_(lies.rows, lies.columns)]
        inverse_z = 1 / (box_distance(direction) * lies.along)
        laid.append((scale * inverse_z + shift).astype(np.float32))
    s, t = scales_and_shifts(laid, prints, shape)
    ring = slice(2, 12)  # the two at the poles see floor and ceiling alone: one value, no scale
    whole = np.array([a * scale for a, (scale, _) in zip(s, given, strict=True)])[ring]
    np.testing.assert_allclose(whole, whole[0], rtol=1e-3)
    left = [(a * shift + b) / whole[0] for a, b, (_, shift) in zip(s, t, given, strict=True)]
    np.testing.assert_allclose(left[ring], 0, atol=2e-3)


class KnowsTheRoom:
    """A predictor that looks up the room by the colours it is shown."""

    name, size, metric = "stand-in", 64, True

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        self.pictures = [*getattr(self, "pictures", []), picture]
        return np.full(picture.shape[:2], 2.0, np.float32)


def test_every_view_is_asked_and_the_photo_is_not_changed():
    rgb = smooth_rgb(rays(64))
    before, asked, told = rgb.copy(), KnowsTheRoom(), []
    distance, sky = estimate_with(asked, rgb, lambda stage, share: told.append((stage, share)))
    assert len(asked.pictures) == 12 and asked.pictures[0].shape == (64, 64, 3)
    assert distance.shape == (64, 128) and distance.dtype == np.float32 and sky.shape == (64, 128)
    np.testing.assert_array_equal(rgb, before)
    assert sum(stage == "Estimating depth" for stage, _ in told) == 12


def test_it_can_be_stopped_between_views():
    def stop(stage: str, fraction: float) -> None:
        if fraction > 0.3:
            raise Cancelled

    asked = KnowsTheRoom()
    with pytest.raises(Cancelled):
        estimate_with(asked, smooth_rgb(rays(64)), stop)
    assert len(asked.pictures) < 6


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    checkpoints.depth_anything(folder / "small")
    checkpoints.depth_anything(folder / "metres", "metric")
    checkpoints.dpt(folder / "dpt")
    checkpoints.zoe_depth(folder / "zoe")
    checkpoints.depth_pro(folder / "pro")
    checkpoints.no_depth_model(folder / "words")
    return folder


@pytest.mark.parametrize(
    ("name", "scale", "size"),
    [
        ("small", "relative", 56),
        ("metres", "metric", 56),
        ("dpt", "relative", 64),
        ("zoe", "metric", 64),
        ("pro", "metric", 128),
    ],
)
def test_real_loading_code_runs_on_tiny_models(models, name, scale, size):
    network = DepthNetwork(models / name, name)
    assert network.metric is (scale == "metric") and network.size == size
    rgb = smooth_rgb(rays(64))
    found = estimate_distance(rgb, str(models / name))
    assert found.panorama.scale == scale
    assert found.panorama.distance.shape == (64, 128)
    assert (
        found.model == name and found.licence is None and "licence is not known" in found.notes[0]
    )
    assert found.panorama.distance.min() > 0


def test_the_same_numbers_as_transformers_gives(models):
    """Our own preparation of pictures and no pipeline in between: one forward pass agrees."""
    import torch
    from transformers import DepthAnythingForDepthEstimation

    picture = np.random.default_rng(0).integers(0, 255, (56, 56, 3)).astype(np.uint8)
    plain = DepthAnythingForDepthEstimation.from_pretrained(models / "small").eval()
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    ready = torch.tensor((picture / 255 - mean) / std, dtype=torch.float32).permute(2, 0, 1)[None]
    with torch.no_grad():
        expected = plain(pixel_values=ready).predicted_depth[0].numpy()
    np.testing.assert_allclose(
        DepthNetwork(models / "small", "small")(picture), expected, rtol=1e-4, atol=1e-6
    )


def test_depth_pro_gives_metres_for_the_view_that_it_is_shown(models):
    """Its canonical inverse depth times width over focal length, known here: 2 for 90°."""
    import torch
    from transformers import DepthProForDepthEstimation

    picture = np.random.default_rng(0).integers(0, 255, (128, 128, 3)).astype(np.uint8)
    plain = DepthProForDepthEstimation.from_pretrained(models / "pro").eval()
    ready = torch.tensor((picture / 255 - 0.5) / 0.5, dtype=torch.float32).permute(2, 0, 1)[None]
    with torch.no_grad():
        canonical = plain(pixel_values=ready).predicted_depth[0].numpy()
    focal = 0.5 * 128 / np.tan(np.radians(90) / 2)
    expected = 1 / np.clip(canonical * 128 / focal, 1e-4, 1e4)
    found = DepthNetwork(models / "pro", "pro")(picture)
    assert found.shape == (128, 128) and 1 < np.median(found) < 10
    np.testing.assert_allclose(np.median(found), np.median(expected), rtol=0.01)


def test_a_model_that_is_no_depth_model_is_refused_in_one_sentence(models):
    with pytest.raises(InputError, match="words is not a depth model") as refused:
        estimate_distance(smooth_rgb(rays(32)), str(models / "words"))
    assert "\n" not in str(refused.value)


def test_a_model_without_all_its_weights_is_refused(models, tmp_path):
    from safetensors.numpy import load_file, save_file

    broken = shutil.copytree(models / "dpt", tmp_path / "broken")
    tensors = load_file(broken / "model.safetensors")
    tensors.pop(next(name for name in tensors if name.startswith("head")))
    save_file(tensors, broken / "model.safetensors", {"format": "pt"})
    with pytest.raises(InputError, match=r"lacks 1 of its weights"):
        estimate_distance(smooth_rgb(rays(32)), str(broken))


def test_a_model_that_is_not_here_says_how_to_get_it():
    with pytest.raises(InputError, match="models pull"):
        estimate_distance(smooth_rgb(rays(32)), "Depth-Anything-V2-Small-hf")
    assert "models pull depth-anything/Depth-Anything-V2-Small-hf" in HOW_TO_GET


def test_the_licence_of_a_known_model_goes_into_the_scene(models, tmp_path, monkeypatch):
    """A cache as the hub lays it out, with a tiny model in the place of the real one."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert model_at_hand(None) is None
    for owner, name, tiny in (
        ("depth-anything", "Depth-Anything-V2-Base-hf", "small"),
        ("Intel", "dpt-large", "dpt"),
    ):
        storage = tmp_path / f"models--{owner}--{name}"
        (storage / "refs").mkdir(parents=True)
        (storage / "refs" / "main").write_text("a" * 40)
        shutil.copytree(models / tiny, storage / "snapshots" / ("a" * 40))
    assert model_at_hand(None) == "depth-anything/Depth-Anything-V2-Base-hf"
    assert model_at_hand("dpt-large") == "Intel/dpt-large"
    options = ImportOptions(depth_model="Depth-Anything-V2-Base-hf")
    found = depth_from_model(smooth_rgb(rays(64)), options, lambda stage, share: None)
    assert found.licence == "CC-BY-NC-4.0" and found.revision == "a" * 40
    assert "no commercial use" in found.notes[0] and found.affine
    assert found.facts["licence"] == "CC-BY-NC-4.0"


def test_sizes_follow_the_models_own_record(models, tmp_path):
    folder = shutil.copytree(models / "small", tmp_path / "odd")
    for said, side in (
        ({"size": {"height": 100, "width": 70}}, 70),
        ({"size": {"shortest_edge": 61}}, 56),
        ({"size": 64, "ensure_multiple_of": 28}, 56),
        ({}, 378),
    ):
        (folder / "preprocessor_config.json").write_text(json.dumps(said))
        assert DepthNetwork(folder, "odd").size == side
