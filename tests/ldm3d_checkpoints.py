"""Tiny random LDM3D models in diffusers' layout, with a tokenizer of a made-up vocabulary."""

from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, DDIMScheduler, DDPMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from depthfusion.generation.ldm3d.pipeline import Ldm3dPipeline
from depthfusion.generation.ldm3d.upscaler import Ldm3dUpscaler

WORDS = ("a", "forest", "misty", "pine", "at", "dawn", "blue", "room", "snow", "desert", "sea")


def tokenizer(length: int = 16) -> Any:
    """Words of `WORDS` whole, any other text letter by letter."""
    letters = [chr(c) for c in range(33, 127)]
    tokens = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{c}</w>" for c in letters)]
    merges = []
    for word in WORDS:
        pieces = [*word[:-1], word[-1] + "</w>"]
        while len(pieces) > 1:
            joined = pieces[0] + pieces[1]
            merges.append((pieces[0], pieces[1]))
            pieces = [joined, *pieces[2:]]
            tokens.append(joined)
    vocabulary = {token: i for i, token in enumerate(dict.fromkeys(tokens))}
    once = list(dict.fromkeys(merges))
    return CLIPTokenizer(vocab=vocabulary, merges=once, model_max_length=length)


def parts(channels: int, seed: int = 0, **unet: Any) -> dict[str, Any]:
    """Everything a pipeline is made of.

    Parameters
    ----------
    channels : of the VAE, 4 or 6.
    unet : what is special about the UNet.
    """
    torch.manual_seed(seed)
    words = tokenizer()
    text = CLIPTextConfig(
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=1,
        num_attention_heads=2,
        vocab_size=len(words),
        max_position_embeddings=16,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    vae = AutoencoderKL(
        in_channels=channels,
        out_channels=channels,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 8, 16, 16),
        layers_per_block=1,
        norm_num_groups=4,
        latent_channels=4,
        sample_size=64,
    )
    shape = {
        "sample_size": 8,
        "block_out_channels": (8, 16, 16, 16),
        "layers_per_block": 1,
        "norm_num_groups": 4,
        "attention_head_dim": 4,
        "cross_attention_dim": 16,
    }
    scheduler = DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )
    return {
        "vae": vae.eval(),
        "text_encoder": CLIPTextModel(text).eval(),
        "tokenizer": words,
        "unet": UNet2DConditionModel(**{**shape, **unet}).eval(),
        "scheduler": scheduler,
    }


def saved(folder: Path, channels: int, seed: int = 0) -> Path:
    """Write a checkpoint to `folder`, and give it."""
    Ldm3dPipeline(**parts(channels, seed)).save_pretrained(folder)
    return folder


def saved_upscaler(folder: Path) -> Path:
    """Write a checkpoint of LDM3D-SR's layout to `folder`, and give it."""
    made = parts(4, in_channels=8, out_channels=4, num_class_embeds=1000)
    Ldm3dUpscaler(**made, low_res_scheduler=DDPMScheduler()).save_pretrained(folder)
    return folder
