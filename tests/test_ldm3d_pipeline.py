"""Load, draw, start from a panorama, paint into it, stop, save: on tiny random checkpoints."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from ldm3d_checkpoints import saved
from transformers import CLIPConfig

from depthfusion.generation.ldm3d import (
    SCHEDULERS,
    Sampling,
    autoencoding,
    codec,
    loading,
    memory,
    nearest_size,
    preview,
)
from depthfusion.generation.ldm3d.pipeline import Ldm3dPipeline
from depthfusion.types import Cancelled, InputError

SMALL = Sampling("a misty forest", width=128, height=64, steps=3)


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    place = tmp_path_factory.mktemp("ldm3d")
    return {channels: saved(place / str(channels), channels) for channels in (4, 6)}


@pytest.fixture(scope="module", params=[4, 6])
def pipe(request: pytest.FixtureRequest, folders: dict[int, Path]) -> Ldm3dPipeline:
    return Ldm3dPipeline.from_pretrained(folders[request.param], device="cpu")


@pytest.fixture(scope="module")
def four(folders: dict[int, Path]) -> Ldm3dPipeline:
    return Ldm3dPipeline.from_pretrained(folders[4], device="cpu")


def place(width: int = 128) -> tuple[Any, Any]:
    """A smooth made-up panorama with its inverse depth."""
    lat, lon = np.mgrid[: width // 2, :width] / width * 2 * np.pi
    waves = np.stack([np.sin(lon), np.cos(lon + lat), np.sin(2 * lat)], axis=-1)
    return (127 + 100 * waves).astype(np.uint8), (0.5 + 0.4 * np.sin(lat)).astype(np.float32)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_words_to_panorama(pipe: Ldm3dPipeline, scheduler: str) -> None:
    drawn = pipe.text(replace(SMALL, scheduler=scheduler))
    assert drawn.rgb.shape == (1, 64, 128, 3) and drawn.rgb.dtype == np.uint8
    assert drawn.inverse.shape == (1, 64, 128) and drawn.inverse.dtype == np.float32
    assert drawn.rgb.std() > 5 and len(np.unique(drawn.inverse)) > 4000  # no 8-bit depth
    assert drawn.flagged == (False,)


@pytest.mark.parametrize("change", [
    {"prompt": "a desert"}, {"negative": "blue"}, {"guidance": 3.0}, {"rescale": 0.8},
    {"steps": 4}, {"seeds": (1,)}, {"scheduler": "ddim"}, {"seamless": False}, {"poles": False},
    {"around": {"back": "snow"}},
])  # fmt: skip
def test_every_option_counts(four: Ldm3dPipeline, change: dict[str, Any]) -> None:
    base = replace(SMALL, rescale=0.2)
    assert np.abs(four.text(base).inverse - four.text(replace(base, **change)).inverse).max() > 1e-5


@pytest.mark.parametrize("scheduler", ["dpm++ 2m", "euler a", "lcm"])
def test_a_seed_is_a_picture_whatever_the_batch(four: Ldm3dPipeline, scheduler: str) -> None:
    sampling = replace(SMALL, scheduler=scheduler, seeds=(11, 12, 13))
    together, alone = four.text(sampling), four.text(replace(sampling, seeds=(12,)))
    np.testing.assert_allclose(together.inverse[1], alone.inverse[0], atol=1e-4)
    assert np.abs(together.rgb[1].astype(int) - alone.rgb[0]).max() <= 1
    assert np.abs(together.rgb[0].astype(int) - alone.rgb[0]).max() > 5
    again = four.text(sampling)
    np.testing.assert_array_equal(together.rgb, again.rgb)
    np.testing.assert_array_equal(together.inverse, again.inverse)


def test_large_panoramas_go_by_windows(pipe: Ldm3dPipeline) -> None:
    stages: dict[str, list[float]] = {}
    sampling = Sampling("a sea", width=512, height=256, steps=2, window=(128, 64))
    drawn = pipe.text(sampling, lambda stage, done: stages.setdefault(stage, []).append(done))
    assert drawn.rgb.shape == (1, 256, 512, 3)
    assert list(stages) == ["Reading the words", "Drawing the layout", "Decoding", "Enlarging",
                            "Reading the picture", "Refining"]  # fmt: skip
    refining = stages["Refining"]
    assert len(refining) > 20 and refining == sorted(refining) and refining[-1] == 1
    flat = pipe.text(replace(sampling, layout_strength=1.0))
    assert np.abs(flat.inverse - drawn.inverse).max() > 1e-3


def test_strength_says_how_far_to_leave_the_picture(pipe: Ldm3dPipeline) -> None:
    rgb, inverse = place()
    sampling = replace(SMALL, steps=10, poles=False)
    same, some, free = (pipe.image(rgb, inverse, s, sampling).inverse for s in (0.0, 0.4, 1.0))
    assert 0 < np.abs(some - same).mean() < np.abs(free - same).mean()
    words = pipe.text(sampling).inverse
    np.testing.assert_allclose(free, words, atol=1e-4)  # at 1 only the words count
    other = pipe.image(255 - rgb, 1 - inverse, 0.4, sampling).inverse
    assert np.abs(other - some).mean() > 1e-3


def test_the_picture_to_start_from_may_have_any_size(four: Ldm3dPipeline) -> None:
    for width in (60, 300):
        assert four.image(*place(width), 0.5, SMALL).rgb.shape == (1, 64, 128, 3)


@pytest.mark.parametrize("window", [(1024, 512), (64, 32)], ids=["whole", "windows"])
def test_painting_changes_the_region_and_nothing_else(
    pipe: Ldm3dPipeline, window: tuple[int, int]
) -> None:
    rgb, inverse = place()
    mask = np.zeros((64, 128), bool)
    mask[20:44, -16:] = mask[20:44, :24] = True  # over the seam
    drawn = pipe.inpaint(rgb, inverse, mask, replace(SMALL, seeds=(1, 2), window=window))
    for picture, depth in zip(drawn.rgb, drawn.inverse, strict=True):
        np.testing.assert_array_equal(picture[~mask], rgb[~mask])
        np.testing.assert_array_equal(depth[~mask], inverse[~mask])
        assert np.abs(picture[mask].astype(int) - rgb[mask]).mean() > 5
        assert np.abs(depth[mask] - inverse[mask]).mean() > 0.01
    assert np.abs(drawn.inverse[0] - drawn.inverse[1]).max() > 1e-4


def test_what_is_kept_steers_what_is_drawn(four: Ldm3dPipeline) -> None:
    rgb, inverse = place()
    mask = np.zeros((64, 128), bool)
    mask[24:40, 40:80] = True
    one = four.inpaint(rgb, inverse, mask, SMALL).inverse[0][mask]
    other = four.inpaint(255 - rgb, 1 - inverse, mask, SMALL).inverse[0][mask]
    assert np.abs(one - other).max() > 1e-3


def test_stops_within_one_step(four: Ldm3dPipeline) -> None:
    calls: list[torch.Tensor] = []
    hook = four.unet.register_forward_pre_hook(lambda *_: calls.append(torch.zeros(0)))

    def stop(stage: str, done: float) -> None:
        if stage == "Denoising" and done >= 0.4:
            raise Cancelled

    with pytest.raises(Cancelled):
        four.text(replace(SMALL, steps=10), stop)
    hook.remove()
    assert len(calls) == 4
    assert four.text(SMALL).rgb.std() > 5  # and the pipeline works on


def test_preview_every_few_steps(pipe: Ldm3dPipeline) -> None:
    seen: list[tuple[Any, int, int]] = []
    sampling = replace(SMALL, steps=7, preview_every=3, seeds=(0, 1))
    watched = pipe.text(sampling, watch=lambda rgb, step, steps: seen.append((rgb, step, steps)))
    assert [(step, steps) for _, step, steps in seen] == [(3, 7), (6, 7), (7, 7)]
    assert seen[0][0].shape == (2, 8, 16, 3) and seen[0][0].dtype == np.uint8
    np.testing.assert_array_equal(watched.rgb, pipe.text(sampling).rgb)


def test_preview_is_the_picture_made_small(pipe: Ldm3dPipeline) -> None:
    """As far as a linear map can say: on latents that the map has not seen."""
    coarse = torch.randn(1, 4, 4, 8, generator=torch.Generator().manual_seed(9))
    latents = torch.nn.functional.interpolate(coarse, (32, 64), mode="bicubic")
    with torch.no_grad():
        picture = autoencoding.decode(pipe.vae, latents, seamless=True)
        shown = preview.picture_of(latents, preview.colour_map(pipe.vae))[0]
    rgb, _ = codec.unpack(picture.numpy())
    small = 255 * rgb[0].reshape(32, 8, 64, 8, 3).mean(axis=(1, 3))
    unexplained = ((shown - small) ** 2).sum() / ((small - small.mean(axis=(0, 1))) ** 2).sum()
    assert shown.shape == (32, 64, 3) and unexplained < 0.9


def test_says_what_was_cut_from_a_long_prompt(four: Ldm3dPipeline) -> None:
    long = "a misty pine forest at dawn " * 3 + "blue desert"
    drawn = four.text(replace(SMALL, prompt=long))
    assert len(drawn.notes) == 1 and "blue desert" in drawn.notes[0]
    assert four.text(SMALL).notes == ()


def test_save_and_load_offline(four: Ldm3dPipeline, tmp_path: Path) -> None:
    four.save_pretrained(tmp_path / "copy")
    index = json.loads((tmp_path / "copy" / "model_index.json").read_text())
    assert index["_class_name"] == "StableDiffusionLDM3DPipeline"  # what other programs know
    assert not [f for f in (tmp_path / "copy").rglob("*") if f.suffix in (".bin", ".pt")]
    copy = Ldm3dPipeline.from_pretrained(tmp_path / "copy", device="cpu")
    np.testing.assert_array_equal(copy.text(SMALL).rgb, four.text(SMALL).rgb)
    assert copy.device_words == "cpu, float32"
    copy.close()
    assert copy.unet is None and copy.vae is None


def test_half_precision_keeps_depth_in_float(folders: dict[int, Path]) -> None:
    pipe = Ldm3dPipeline.from_pretrained(folders[4], device="cpu", dtype="bfloat16")
    assert pipe.unet.dtype == torch.bfloat16 and pipe.vae.dtype == torch.float32
    assert len(np.unique(pipe.text(SMALL).inverse)) > 4000
    assert pipe.device_words == "cpu, bfloat16"


def test_offloaded_networks_draw_the_same(folders: dict[int, Path]) -> None:
    """By turns on "another" device, which is the CPU here: the same calls as with a GPU."""
    pipe = Ldm3dPipeline.from_pretrained(folders[4], device="cpu")
    before = pipe.text(SMALL)
    pipe.settle(memory.Place("cpu", torch.float32, offload=True))
    assert hasattr(pipe.unet, "_hf_hook") and pipe.device_words == "cpu, float32, offloaded"
    for _ in range(2):
        np.testing.assert_array_equal(pipe.text(SMALL).rgb, before.rgb)
    assert pipe.image(before.rgb[0], before.inverse[0], 0.5, SMALL).rgb.std() > 5
    pipe.close()


@pytest.mark.parametrize("limit", [-10.0, 10.0], ids=["objects", "does not"])
def test_flagged_pictures_are_reported_and_not_blackened(
    folders: dict[int, Path], tmp_path: Path, limit: float
) -> None:
    vision = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1,
              "num_attention_heads": 2, "image_size": 32, "patch_size": 16}  # fmt: skip
    checker = StableDiffusionSafetyChecker(CLIPConfig(vision_config=vision, projection_dim=8))
    for name in ("concept_embeds", "special_care_embeds"):
        torch.nn.init.normal_(getattr(checker, name))
    checker.concept_embeds_weights.data.fill_(limit)
    folder = tmp_path / "model"
    shutil.copytree(folders[4], folder)
    checker.save_pretrained(folder / "safety_checker")
    pipe = Ldm3dPipeline.from_pretrained(folder, device="cpu")
    drawn = pipe.text(replace(SMALL, seeds=(0, 1)))
    assert drawn.flagged == ((limit < 0),) * 2
    assert drawn.rgb.std() > 5


def test_out_of_memory_is_one_sentence_and_no_end(
    four: Ldm3dPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def greedy(*_: Any) -> None:
        torch.empty(2**60, dtype=torch.uint8)

    hook = four.unet.register_forward_pre_hook(greedy)
    with pytest.raises(InputError, match="more memory than there is; take a smaller size"):
        four.text(SMALL)
    hook.remove()
    assert four.text(SMALL).rgb.std() > 5


def test_short_memory_goes_one_by_one(four: Ldm3dPipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    hook = four.unet.register_forward_pre_hook(lambda _, args: sizes.append(len(args[0])))
    sampling = replace(SMALL, seeds=(0, 1), around={"up": "blue"})
    together = four.text(sampling)
    assert set(sizes) == {6}
    sizes.clear()
    monkeypatch.setattr(memory, "RESERVE", 10**15)
    alone = four.text(sampling)
    hook.remove()
    assert set(sizes) == {1}
    np.testing.assert_allclose(alone.inverse, together.inverse, atol=1e-4)


def test_no_memory_is_said_before_anything_runs(
    four: Ldm3dPipeline, folders: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (memory, loading):
        monkeypatch.setattr(module, "free_bytes", lambda device: 1000)
    with pytest.raises(InputError, match=r"GiB of memory and 0\.0 GiB are free; take a smaller"):
        four.text(SMALL)
    with pytest.raises(InputError, match="close other programs"):
        Ldm3dPipeline.from_pretrained(folders[4], device="cpu")


def test_short_memory_decodes_smaller_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free_bytes", lambda device: memory.RESERVE + 2**30)
    assert memory.LEAST_DECODED < memory.decoded_at_once("cpu", 8192, 128) < 8192
    monkeypatch.setattr(memory, "free_bytes", lambda device: 2**36)
    assert memory.decoded_at_once("cpu", 8192, 128) == 8192


@pytest.mark.parametrize(("change", "words"), [
    ({"prompt": "  "}, "prompt is empty"),
    ({"width": 1000, "height": 500}, r"take (1008x504|992x496)"),
    ({"width": 1024, "height": 768}, "take 1280x640"),
    ({"scheduler": "magic"}, "there are: dpm"),
    ({"steps": 0}, "1 to 1000"),
    ({"steps": 60, "scheduler": "lcm"}, "LCM takes at most 50 steps"),
    ({"around": {"north": "x"}}, "there are: front"),
    ({"rescale": 1.5}, "between 0 and 1"),
    ({"seeds": ()}, "seed"),
])  # fmt: skip
def test_refuses_in_one_sentence(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        replace(SMALL, **change)


def test_nearest_size_can_be_drawn() -> None:
    for width, height in ((1000, 500), (3, 2), (777, 1234), (4100, 2050)):
        near = nearest_size(width, height)
        assert replace(SMALL, width=max(near[0], 128), height=max(near[1], 64))


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_strength_outside_its_range(four: Ldm3dPipeline, strength: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        four.image(*place(), strength, SMALL)


def test_an_empty_mask(four: Ldm3dPipeline) -> None:
    with pytest.raises(InputError, match="marks no pixel"):
        four.inpaint(*place(), np.zeros((64, 128), bool), SMALL)


@pytest.mark.parametrize(("harm", "words"), [
    (lambda f: shutil.rmtree(f), "no model folder"),
    (lambda f: shutil.rmtree(f / "vae"), "lacks vae"),
    (lambda f: (f / "model_index.json").unlink(), "lacks model_index.json"),
    (lambda f: (f / "unet" / "diffusion_pytorch_model.safetensors").rename(
        f / "unet" / "diffusion_pytorch_model.bin"), "pickled weights"),
    (lambda f: (f / "unet" / "diffusion_pytorch_model.safetensors").unlink(), "lacks its weights"),
    (lambda f: (f / "vae" / "diffusion_pytorch_model.safetensors").write_bytes(b"x" * 99),
     "cannot be loaded"),
    (lambda f: (f / "scheduler" / "scheduler_config.json").write_text("{}"), "no scheduler"),
])  # fmt: skip
def test_a_folder_that_is_no_model(
    folders: dict[int, Path], tmp_path: Path, harm: Any, words: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(folders[4], folder)
    harm(folder)
    with pytest.raises(InputError, match=words) as caught:
        Ldm3dPipeline.from_pretrained(folder, device="cpu")
    assert "\n" not in str(caught.value)


def test_another_kind_of_model(folders: dict[int, Path], tmp_path: Path) -> None:
    from ldm3d_checkpoints import parts

    Ldm3dPipeline(**parts(3)).save_pretrained(tmp_path / "rgb")
    with pytest.raises(InputError, match="gives 3 channels, not 4 or 6"):
        Ldm3dPipeline.from_pretrained(tmp_path / "rgb", device="cpu")


def test_devices_and_types_that_are_not_here(folders: dict[int, Path]) -> None:
    with pytest.raises(InputError, match="no device"):
        Ldm3dPipeline.from_pretrained(folders[4], device="npu")
    with pytest.raises(InputError, match="no number type"):
        Ldm3dPipeline.from_pretrained(folders[4], device="cpu", dtype="int3")
