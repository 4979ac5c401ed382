"""What steers a picture beside its prompt: directions, other pictures, LoRA, closed poles."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler
from diffusers.models.embeddings import ImageProjection, IPAdapterPlusImageProjection
from ldm3d_checkpoints import parts, saved
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from depthfusion.generation.ldm3d import DIRECTIONS, Sampling, lora, poles
from depthfusion.generation.ldm3d.clip_pictures import clip_input
from depthfusion.generation.ldm3d.directions import AXES, shares
from depthfusion.generation.ldm3d.merging import pushed
from depthfusion.generation.ldm3d.noise_levels import NoiseLevels
from depthfusion.generation.ldm3d.pipeline import Ldm3dPipeline
from depthfusion.generation.ldm3d.scheduling import scheduler_named
from depthfusion.generation.ldm3d.spans import spans, windows
from depthfusion.geometry.equirectangular import directions as rays
from depthfusion.types import InputError

SMALL = Sampling("a misty forest", width=128, height=64, steps=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("ldm3d") / "model", 4)


@pytest.fixture(scope="module")
def pipe(folder: Path) -> Ldm3dPipeline:
    return Ldm3dPipeline.from_pretrained(folder, device="cpu")


# Directions


def test_shares_sum_to_one_and_peak_where_they_should() -> None:
    share = shares(DIRECTIONS, 32, 64)
    np.testing.assert_allclose(share.sum(axis=0), 1, atol=1e-6)
    ray = rays(32, 64)
    for index, name in enumerate(DIRECTIONS, start=1):
        along = ray @ np.asarray(AXES[name], np.float32)
        assert share[index][along > 0.99].min() > 0.8
        assert share[index][along < 0.1].max() == 0
    back = share[1 + DIRECTIONS.index("back")]
    np.testing.assert_allclose(back[:, 0], back[:, -1], atol=1e-6)  # behind is the seam


def test_a_direction_changes_its_side_most(pipe: Ldm3dPipeline) -> None:
    sampling = replace(SMALL, steps=1, poles=False)
    plain = pipe.text(sampling).inverse[0]
    change = np.abs(pipe.text(replace(sampling, around={"right": "snow"})).inverse[0] - plain)
    assert change[16:48, 80:112].mean() > 1.5 * change[16:48, 16:48].mean()


# Other pictures


def test_tokens_move_away_from_their_match_only() -> None:
    tokens = torch.nn.functional.normalize(torch.randn(3, 50, 8), dim=-1)
    tokens[1, 0] = tokens[0, 0] + 0.01
    moved = pushed(tokens, 0.9, from_last=False, threshold=0.95)
    before = (tokens[0, 0] - tokens[1, 0]).norm()
    assert (moved[0, 0] - moved[1, 0]).norm() > 2 * before
    best = torch.stack([
        torch.nn.functional.cosine_similarity(
            tokens[i, :, None], tokens[[j for j in range(3) if j != i]].flatten(0, 1)[None], dim=-1
        ).amax(dim=1)
        for i in range(3)
    ])  # fmt: skip
    assert torch.equal(moved[best < 0.94], tokens[best < 0.94])


def test_from_last_leaves_the_last_alone() -> None:
    tokens = torch.randn(1, 20, 8).repeat(3, 1, 1) + 0.05 * torch.randn(3, 20, 8)
    moved = pushed(tokens, 0.5, from_last=True)
    assert torch.equal(moved[2], tokens[2])
    assert ((moved[:2] - tokens[2]).norm(dim=-1) > (tokens[:2] - tokens[2]).norm(dim=-1)).all()
    assert torch.equal(pushed(tokens[:1], 0.5, from_last=False), tokens[:1])


def test_variations_look_at_each_other(pipe: Ldm3dPipeline) -> None:
    sampling = replace(SMALL, seeds=(5, 6))
    plain, apart = pipe.text(sampling), pipe.text(replace(sampling, apart=0.9))
    for index in range(2):
        assert np.abs(plain.inverse[index] - apart.inverse[index]).max() > 1e-5
    alone = replace(sampling, seeds=(5,))
    one, other = pipe.text(alone), pipe.text(replace(alone, apart=0.9))
    np.testing.assert_array_equal(one.rgb, other.rgb)  # there is nothing to keep apart from


def test_a_picture_to_keep_away_from(pipe: Ldm3dPipeline) -> None:
    drawn = pipe.text(SMALL)
    avoided = pipe.text(replace(SMALL, away_from=drawn.rgb[0]))
    assert avoided.rgb.shape == drawn.rgb.shape
    assert np.abs(avoided.inverse - drawn.inverse).max() > 1e-4
    assert not [m for m in pipe.unet.modules() if m._forward_hooks]


def image_projection(plus: bool) -> dict[str, torch.Tensor]:
    """The part of an IP-Adapter that reads the picture, by the names of its published files."""
    if not plus:
        plain = ImageProjection(image_embed_dim=12, cross_attention_dim=16, num_image_text_embeds=4)
        names = {"image_embeds": "proj", "norm": "norm"}
        held = plain.state_dict().items()
        return {f"{names[k.split('.')[0]]}.{k.split('.')[1]}": v for k, v in held}
    made = IPAdapterPlusImageProjection(
        embed_dims=8, output_dims=16, hidden_dims=64, depth=4, heads=1, num_queries=4
    ).state_dict()
    old = {"ln0": "0.norm1", "ln1": "0.norm2", "attn.to_q": "0.to_q", "attn.to_out.0": "0.to_out",
           "ff.0": "1.0", "ff.1.net.0.proj": "1.1", "ff.1.net.2": "1.3"}  # fmt: skip
    named = {key: value for key, value in made.items() if not key.startswith("layers.")}
    for layer in range(4):
        here = f"layers.{layer}."
        both = [made[f"{here}attn.to_{part}.weight"] for part in "kv"]
        named[f"{here}0.to_kv.weight"] = torch.cat(both)
        for new, past in old.items():
            for kind in ("weight", "bias"):
                if f"{here}{new}.{kind}" in made:
                    named[f"{here}{past}.{kind}"] = made[f"{here}{new}.{kind}"]
    return named


def adapter_folder(place: Path, unet: Any, plus: bool) -> Path:
    """A tiny IP-Adapter in the published layout."""
    torch.manual_seed(2)
    vision = CLIPVisionConfig(
        hidden_size=8, intermediate_size=8, num_hidden_layers=2, num_attention_heads=2,
        image_size=32, patch_size=16, projection_dim=12,
    )  # fmt: skip
    CLIPVisionModelWithProjection(vision).save_pretrained(place / "models" / "image_encoder")
    tensors = {f"image_proj.{key}": value for key, value in image_projection(plus).items()}
    crosses = [m for n, m in unet.named_modules() if n.endswith("attn2")]
    for index, cross in enumerate(crosses):
        for key in ("to_k_ip", "to_v_ip"):
            tensors[f"ip_adapter.{2 * index + 1}.{key}.weight"] = torch.randn(cross.inner_dim, 16)
    held = {key: tensor.detach().clone() for key, tensor in tensors.items()}
    save_file(held, place / "models" / "ip-adapter_sd15.safetensors")
    return place


@pytest.mark.parametrize("plus", [False, True], ids=["plain", "plus"])
def test_a_reference_picture(folder: Path, pipe: Ldm3dPipeline, tmp_path: Path, plus: bool) -> None:
    red = np.zeros((40, 60, 3), np.uint8)
    red[..., 0] = 250
    with pytest.raises(InputError, match="needs the weights of an IP-Adapter"):
        pipe.text(replace(SMALL, reference=red))
    place = adapter_folder(tmp_path, pipe.unet, plus)
    adapted = Ldm3dPipeline.from_pretrained(folder, device="cpu", adapter=place)
    plain = adapted.text(SMALL).inverse
    np.testing.assert_array_equal(plain, pipe.text(SMALL).inverse)
    taken = adapted.text(replace(SMALL, reference=red, reference_weight=1.0)).inverse
    other = adapted.text(replace(SMALL, reference=255 - red, reference_weight=1.0)).inverse
    none = adapted.text(replace(SMALL, reference=red, reference_weight=0.0)).inverse
    assert np.abs(taken - plain).max() > 1e-3 and np.abs(taken - other).max() > 1e-4
    np.testing.assert_allclose(none, plain, atol=1e-5)
    np.testing.assert_array_equal(adapted.text(SMALL).inverse, plain)  # nothing stays behind
    (place / "models" / "ip-adapter_sd15.safetensors").unlink()
    with pytest.raises(InputError, match=r"lacks its \.safetensors"):
        Ldm3dPipeline.from_pretrained(folder, device="cpu", adapter=place)


def test_clip_sees_the_middle_square() -> None:
    picture = np.zeros((40, 80, 3), np.uint8)
    picture[:, 20:60] = 255
    seen = clip_input(picture[None], 16)
    assert seen.shape == (1, 3, 16, 16) and seen.min() > 1.8


# LoRA


def factors(layer: Any, rank: int) -> tuple[torch.Tensor, torch.Tensor]:
    wide = layer.weight.shape
    down = torch.randn(rank, *wide[1:])
    return down, torch.randn(wide[0], rank, *(1,) * (len(wide) - 2))


@pytest.mark.parametrize("layout", ["kohya", "peft", "diffusers"])
def test_lora_is_added_to_the_weights(folder: Path, tmp_path: Path, layout: str) -> None:
    made = parts(4)
    where = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
    conv, text = "down_blocks.0.resnets.0.conv1", "encoder.layers.0.self_attn.q_proj"
    tensors: dict[str, torch.Tensor] = {}
    names = {"kohya": ("lora_down", "lora_up"), "peft": ("lora_A", "lora_B"),
             "diffusers": ("lora.down", "lora.up")}[layout]  # fmt: skip
    wanted = {}
    for network, name in (("unet", where), ("unet", conv), ("text_encoder", text)):
        down, up = factors(made[network].get_submodule(name), 2)
        stem = f"{network}.{'text_model.' if network != 'unet' else ''}{name}"
        if layout == "kohya":
            short = {"unet": "lora_unet_", "text_encoder": "lora_te_text_model_"}[network]
            stem = short + name.replace(".", "_")
            tensors[f"{stem}.alpha"] = torch.tensor(1.0)
        tensors |= {f"{stem}.{names[0]}.weight": down, f"{stem}.{names[1]}.weight": up}
        scale = 0.5 * (0.5 if layout == "kohya" else 1.0)
        wanted[network, name] = scale * (up.flatten(1) @ down.flatten(1))
    save_file(tensors, tmp_path / "look.safetensors")
    plain = Ldm3dPipeline.from_pretrained(folder, device="cpu")
    changed = Ldm3dPipeline.from_pretrained(
        folder, device="cpu", loras=(f"{tmp_path / 'look.safetensors'}:0.5",)
    )
    for (network, name), change in wanted.items():
        before = getattr(plain, network).get_submodule(name).weight
        after = getattr(changed, network).get_submodule(name).weight
        torch.testing.assert_close((after - before).flatten(1), change, atol=1e-5, rtol=1e-5)
    assert np.abs(changed.text(SMALL).inverse - plain.text(SMALL).inverse).max() > 1e-4


def test_lora_that_fits_in_part_is_said(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "part.safetensors"
    stem = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
    save_file({
        f"{stem}.lora_down.weight": torch.zeros(1, 8), f"{stem}.lora_up.weight": torch.zeros(8, 1),
        "lora_unet_nowhere.lora_down.weight": torch.zeros(2, 3),
        "lora_unet_nowhere.lora_up.weight": torch.zeros(3, 2),
    }, file)  # fmt: skip
    pipe = Ldm3dPipeline.from_pretrained(folder, device="cpu", loras=(str(file),))
    assert "1 of 2 layers of the LoRA part.safetensors" in pipe.text(SMALL).notes[0]


def test_lora_that_does_not_fit(folder: Path, tmp_path: Path) -> None:
    networks = parts(4)
    file = tmp_path / "a:b.safetensors"
    save_file({"lora_unet_nowhere.lora_down.weight": torch.zeros(2, 3),
               "lora_unet_nowhere.lora_up.weight": torch.zeros(3, 2)}, file)  # fmt: skip
    with pytest.raises(InputError, match="fits no layer"):
        lora.apply(str(file), networks)
    for text, words in ((f"{file}x", "no .safetensors"), ("no.safetensors:2", "no LoRA file")):
        with pytest.raises(InputError, match=words):
            lora.apply(text, networks)
    file.write_bytes(b"not tensors")
    with pytest.raises(InputError, match="damaged"):
        lora.apply(str(file), networks)


# Poles, windows, noise levels


def test_poles_close_and_the_rest_is_untouched() -> None:
    picture = torch.rand(1, 3, 64, 128, generator=torch.Generator().manual_seed(1))
    closed = poles.closed(picture)
    assert torch.equal(closed[:, :, 17:47], picture[:, :, 17:47])  # up to 45°
    torch.testing.assert_close(closed.mean(dim=-1), picture.mean(dim=-1), atol=1e-6, rtol=0)

    def crossing(x: torch.Tensor) -> float:
        """How far the first row is from its continuation over the pole, half a turn away."""
        return float((x[:, :, 0] - x[:, :, 0].roll(64, -1)).abs().mean())

    assert crossing(closed) < 0.2 * crossing(picture)
    around = closed[:, :, 0].diff(dim=-1).abs().mean() / picture[:, :, 0].diff(dim=-1).abs().mean()
    assert around < 0.05
    turned = poles.closed(picture.roll(7, -1))
    torch.testing.assert_close(turned, closed.roll(7, -1), atol=1e-5, rtol=0)


def test_what_is_smooth_on_the_sphere_stays() -> None:
    """A spherical harmonic of degree 3 has no wave that the poles have no room for."""
    x, y, z = np.moveaxis(rays(64, 128), -1, 0)
    smooth = torch.from_numpy(x * (5 * y * y - 1) + z)[None, None]
    torch.testing.assert_close(poles.closed(smooth), smooth, atol=2e-4, rtol=0)


@pytest.mark.parametrize("wrap", [True, False])
@pytest.mark.parametrize(("length", "size", "finer"), [(64, 16, 1), (50, 24, 8), (16, 16, 2)])
def test_spans_share_out_an_axis(length: int, size: int, finer: int, wrap: bool) -> None:
    total = np.zeros(length * finer)
    for span in spans(length, size, size // 4, wrap=wrap, finer=finer):
        assert wrap or (np.diff(span.positions) == 1).all()
        fine = span.positions[:, None] * finer + np.arange(finer)
        total[fine.ravel()] += span.weights
    np.testing.assert_allclose(total, 1, atol=1e-6)


def test_windows_reach_over_the_seam() -> None:
    cover = windows((32, 64), (16, 16), (4, 4), wrap=True)
    assert any({0, 63} <= set(window.across.positions) for window in cover)
    total = np.zeros((32, 64))
    for window in cover:
        total[np.ix_(window.down.positions, window.across.positions)] += window.weights
    np.testing.assert_allclose(total, 1, atol=1e-6)


@pytest.mark.parametrize("kind", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("name", ["ddim", "euler a", "dpm++ 2m", "lcm"])
def test_noise_levels_say_what_is_clean(name: str, kind: str) -> None:
    trained = DDIMScheduler(beta_schedule="scaled_linear", prediction_type=kind)
    scheduler = scheduler_named(name, trained.config)
    scheduler.set_timesteps(7)
    levels = NoiseLevels.of(scheduler)
    clean, noise = torch.randn(2, 1, 4, 8, 16).unbind()
    for timestep in scheduler.timesteps[:5]:
        noisy = scheduler.add_noise(clean, noise, timestep[None])
        scheduler._step_index = None
        scaled = scheduler.scale_model_input(noisy, timestep)
        a, s = levels.shares(timestep)
        answer = noise if kind == "epsilon" else a * noise - s * clean
        torch.testing.assert_close(
            levels.clean(scaled, answer, timestep), clean, atol=2e-2, rtol=2e-2
        )
        torch.testing.assert_close(
            levels.answer(scaled, levels.clean(scaled, answer, timestep), timestep), answer,
            atol=1e-3, rtol=1e-3,
        )  # fmt: skip


def test_a_star_around_the_pole_fades(pipe: Ldm3dPipeline) -> None:
    """The picture drawn, seen from the last rows: what changes from column to column is slow."""

    def needles(sampling: Sampling) -> float:
        top = pipe.text(sampling).inverse[0, :3]
        return float(np.abs(np.diff(top, axis=1)).mean())

    assert needles(SMALL) < 0.3 * needles(replace(SMALL, poles=False))
