import json
from pathlib import Path

import numpy as np
import pytest
from fixtures.analytic import box_distance, rays, smooth_rgb
from PIL import Image

from depthfusion import studio
from depthfusion.cli.program import run
from depthfusion.generation import likeness
from depthfusion.geometry.equirectangular import solid_angles
from depthfusion.studio.depth_scores import depth_scores
from depthfusion.studio.panorama_scores import closing_scores
from depthfusion.types import InputError

TRUTH = box_distance(rays(64)).astype(np.float32)


def test_the_truth_has_no_error():
    scores = depth_scores(1 / TRUTH, TRUTH, "none")
    assert scores.whole.abs_rel < 1e-6 and scores.whole.rmse < 1e-5
    assert scores.whole.delta1 == pytest.approx(1) and scores.whole.share == pytest.approx(
        1, abs=1e-4
    )
    assert (scores.scale, scores.shift) == (1, 0) and scores.sky_agreed is None
    assert len(scores.bands) == 6


@pytest.mark.parametrize(("scale", "shift"), [(3.0, 0.4), (0.01, -0.002), (250.0, 0.0)])
def test_scale_and_shift_of_inverse_depth_are_taken_out(scale, shift):
    scores = depth_scores((scale / TRUTH + shift).astype(np.float32), TRUTH)
    assert scores.whole.abs_rel < 1e-4
    assert scores.scale == pytest.approx(1 / scale, rel=1e-3)
    assert scores.shift == pytest.approx(-shift / scale, abs=1e-4)


def test_a_shift_stays_where_only_the_scale_is_fitted():
    assert depth_scores(1 / TRUTH + 0.3, TRUTH, "scale").whole.abs_rel > 0.05
    assert depth_scores(5 / TRUTH, TRUTH, "scale").whole.abs_rel < 1e-5
    assert depth_scores(5 / TRUTH, TRUTH, "none").whole.abs_rel == pytest.approx(0.8, abs=1e-3)


def test_errors_by_formula_and_weighted_by_solid_angle():
    """10 % too near above the horizon, 30 % below: each half of the sphere counts for a half."""
    short = np.where(np.arange(64) < 32, 0.1, 0.3)[:, None]
    scores = depth_scores((1 / (TRUTH * (1 - short))).astype(np.float32), TRUTH, "none")
    for (low, _), errors in scores.bands.items():
        assert errors.abs_rel == pytest.approx(0.1 if low >= 0 else 0.3, rel=1e-4)
        assert errors.delta1 == pytest.approx(1.0 if low >= 0 else 0.0)
    assert scores.whole.abs_rel == pytest.approx(0.2, rel=1e-4)
    assert scores.whole.delta1 == pytest.approx(0.5, abs=1e-4)
    area = solid_angles(64, 128)[:, None] / (4 * np.pi)
    squares = (area * (short * TRUTH) ** 2).sum()
    assert scores.whole.rmse == pytest.approx(np.sqrt(squares), rel=1e-4)


def test_sky_and_gaps_are_left_out_and_sky_is_counted():
    truth, found = TRUTH.copy(), 1 / TRUTH
    truth[:16], found[:8] = np.inf, 0
    truth[40:42], found[50:52] = 0, np.nan
    scores = depth_scores(found, truth, "none")
    assert scores.whole.abs_rel < 1e-6
    area = solid_angles(64, 128)
    assert scores.sky_agreed == pytest.approx(area[:8].sum() / area[:16].sum())


def test_other_sizes_are_compared():
    small = box_distance(rays(32)).astype(np.float32)
    assert depth_scores(1 / small, TRUTH, "none").whole.abs_rel < 0.03


@pytest.mark.parametrize(
    ("found", "truth", "words"),
    [
        (1 / TRUTH, TRUTH[:, :100], "twice as wide"),
        (np.full((64, 128), np.nan, np.float32), TRUTH, "next to no pixels"),
    ],
)
def test_what_cannot_be_compared_is_refused(found, truth, words):
    with pytest.raises(InputError, match=words):
        depth_scores(found, truth)


def test_a_closed_panorama_scores_about_one_and_an_open_one_more():
    whole = smooth_rgb(rays(128))
    scores = closing_scores(whole)
    assert max(scores.seam, scores.zenith, scores.nadir) < 1.6
    cut = whole.copy()
    cut[:, :40] = np.clip(cut[:, :40].astype(int) + 30, 0, 255)
    assert closing_scores(cut).seam > 5 and closing_scores(cut).seam > 4 * scores.seam
    pinched = whole.copy()
    pinched[:20] = np.random.default_rng(0).integers(0, 255, (1, 256, 3))
    assert closing_scores(pinched).zenith > 5
    assert closing_scores(np.flipud(pinched)).nadir > 5


def test_a_flat_picture_is_no_line():
    scores = closing_scores(np.full((64, 128, 3), 90, np.uint8))
    assert (scores.seam, scores.zenith, scores.nadir) == (1, 1, 1)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    np.save(tmp_path / "truth.npy", TRUTH)
    inverse = (1 / TRUTH - 0.1) / (1 / TRUTH - 0.1).max()
    np.save(tmp_path / "found.npy", inverse.astype(np.float32))
    Image.fromarray(smooth_rgb(rays(64))).save(tmp_path / "pano.png")
    return tmp_path


def test_the_command_says_the_figures(files: Path, capsys):
    line = ["eval", "depth", str(files / "found.npy"), str(files / "truth.npy")]
    assert run([*line, "--kind", "inverse", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)["facts"]
    assert facts["abs_rel"] < 1e-3 and facts["delta1"] == 1 and len(facts["bands"]) == 6
    assert run([*line, "--kind", "inverse"]) == 0
    out = capsys.readouterr().out
    assert "abs rel" in out and "-90…-60°" in out
    assert run(["eval", "panorama", str(files / "pano.png"), "--json"]) == 0
    closing = json.loads(capsys.readouterr().out)["facts"]["closing"]
    assert closing["pano.png"]["seam"] < 2


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (["depth", "found.npy"], "compares two"),
        (["depth", "found.npy", "nothing.npy"], "nothing.npy"),
        (["depth", "found.npy", "truth.npy", "--kind", "z"], "optical axis"),
        (["panorama", "truth.npy"], "truth.npy"),
        (["panorama", "pano.png", "--inception"], "two pictures or more"),
        (["panorama", "pano.png", "--clip", "no/such"], "one --prompt"),
        (["panorama", "pano.png", "--clip", "no/such", "--prompt", "x"], "no/such"),
    ],
)
def test_faults_of_the_call_are_one_sentence(files: Path, capsys, monkeypatch, call, words):
    monkeypatch.chdir(files)
    assert run(["eval", *call]) == 2
    captured = capsys.readouterr()
    assert words in captured.err and not captured.out


def test_scenes_are_taken_as_they_are():
    sample = Path(__file__).parents[1] / "assets" / "living-room"
    outcome = studio.evaluate_depth(sample, sample, studio.DepthEvaluation(alignment="none"))
    assert outcome.facts["abs_rel"] < 1e-6
    closing = studio.evaluate_panoramas([sample]).facts["closing"]["living-room"]
    assert closing["seam"] < 1.5 and closing["depth"]["seam"] < 2


def test_likeness_by_torchmetrics_with_small_networks(tmp_path):
    """The metrics themselves are torchmetrics'; here that pictures reach them rightly."""
    import torch

    class Means(torch.nn.Module):
        num_features = 3

        def forward(self, pictures):
            return pictures.float().mean((2, 3)) / 255

    generator = np.random.default_rng(0)
    shown = [np.roll(smooth_rgb(rays(64)), k, 1) for k in (0, 31, 70)]
    other = [generator.integers(0, 255, (64, 128, 3), np.uint8) for _ in range(3)]
    same = likeness.inception_scores(shown, shown, network=Means())
    apart = likeness.inception_scores(shown, other, network=Means())
    assert abs(same["fid"]) < 1e-3 < apart["fid"] and same["inception_score"] >= 1


def test_torchmetrics_that_is_not_there_is_asked_for(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "torchmetrics", None)
    with pytest.raises(InputError, match="pip install"):
        likeness.inception_scores([smooth_rgb(rays(32))] * 2, [])
    with pytest.raises(InputError, match="pip install"):
        likeness.clip_similarity([smooth_rgb(rays(32))], ["a"], "no/such")


def test_inception_weights_that_are_not_there_are_asked_for(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "torch_fidelity", None)
    with pytest.raises(InputError, match="torch-fidelity"):
        likeness.inception_scores([smooth_rgb(rays(32))] * 2, [])
