"""Tiny random depth models in transformers' layout."""

import json
from pathlib import Path
from typing import Any

import torch
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    DepthAnythingConfig,
    DepthAnythingForDepthEstimation,
    Dinov2Config,
    DPTConfig,
    DPTForDepthEstimation,
)

SIDE = 56


def depth_anything(folder: Path, kind: str = "relative", **preparation: Any) -> Path:
    """Depth Anything of two layers; `kind` is "relative" or "metric"."""
    torch.manual_seed(0)
    backbone = Dinov2Config(
        hidden_size=16, num_hidden_layers=4, num_attention_heads=2, image_size=SIDE, patch_size=14,
        out_features=["stage1", "stage2", "stage3", "stage4"], reshape_hidden_states=False,
        apply_layernorm=True,
    )  # fmt: skip
    config = DepthAnythingConfig(
        backbone_config=backbone, reassemble_hidden_size=16, neck_hidden_sizes=[4, 8, 8, 8],
        fusion_hidden_size=8, head_hidden_size=4, patch_size=14, depth_estimation_type=kind,
        max_depth=20,
    )  # fmt: skip
    DepthAnythingForDepthEstimation(config).save_pretrained(folder)
    return prepared(folder, **{"size": {"height": SIDE, "width": SIDE}, **preparation})


def dpt(folder: Path) -> Path:
    """DPT on a ViT of two layers."""
    torch.manual_seed(0)
    config = DPTConfig(
        hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=16,
        image_size=64, patch_size=16, backbone_out_indices=[0, 1, 2, 3], is_hybrid=False,
        neck_hidden_sizes=[4, 8, 8, 8], fusion_hidden_size=8,
    )  # fmt: skip
    DPTForDepthEstimation(config).save_pretrained(folder)
    return prepared(folder, size=64, image_mean=[0.5] * 3, image_std=[0.5] * 3)


def no_depth_model(folder: Path) -> Path:
    """A text encoder."""
    config = CLIPTextConfig(
        vocab_size=16, hidden_size=8, intermediate_size=8, num_hidden_layers=1,
        num_attention_heads=1, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    CLIPTextModel(config).save_pretrained(folder)
    return folder


def prepared(folder: Path, **said: Any) -> Path:
    (folder / "preprocessor_config.json").write_text(json.dumps(said))
    return folder
