"""Tiny random depth models in transformers' layout."""

import json
from pathlib import Path
from typing import Any

import torch
from transformers import (
    BeitConfig,
    CLIPTextConfig,
    CLIPTextModel,
    DepthAnythingConfig,
    DepthAnythingForDepthEstimation,
    DepthProConfig,
    DepthProForDepthEstimation,
    Dinov2Config,
    DPTConfig,
    DPTForDepthEstimation,
    ZoeDepthConfig,
    ZoeDepthForDepthEstimation,
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


def zoe_depth(folder: Path) -> Path:
    """ZoeDepth of four layers; like the published one it asks for pictures wider than high."""
    torch.manual_seed(0)
    backbone = BeitConfig(
        image_size=64, num_hidden_layers=4, hidden_size=16, intermediate_size=16,
        num_attention_heads=2, patch_size=16, reshape_hidden_states=False,
        out_features=["stage1", "stage2", "stage3", "stage4"], use_relative_position_bias=True,
    )  # fmt: skip
    config = ZoeDepthConfig(
        backbone_config=backbone, backbone_hidden_size=16, neck_hidden_sizes=[4, 8, 8, 8],
        fusion_hidden_size=8, bottleneck_features=8, num_attractors=[4, 2, 2, 1],
        bin_embedding_dim=8, num_relative_features=8,
        bin_configurations=[{"n_bins": 8, "min_depth": 0.001, "max_depth": 10.0}],
    )  # fmt: skip
    ZoeDepthForDepthEstimation(config).save_pretrained(folder)
    return prepared(folder, size={"height": 64, "width": 96}, ensure_multiple_of=32)


def depth_pro(folder: Path) -> Path:
    """Depth Pro of four layers, with its own guess at the field of view."""
    torch.manual_seed(0)
    part = {
        "model_type": "dinov2", "hidden_size": 16, "num_hidden_layers": 4,
        "num_attention_heads": 2, "patch_size": 8, "image_size": 32, "use_mask_token": False,
    }  # fmt: skip
    config = DepthProConfig(
        fusion_hidden_size=8, patch_size=32, intermediate_hook_ids=[1, 0],
        intermediate_feature_dims=[8, 8], scaled_images_feature_dims=[8, 8, 8],
        use_fov_model=True, num_fov_head_layers=0, image_model_config=dict(part),
        patch_model_config=dict(part), fov_model_config=dict(part),
    )  # fmt: skip
    model = DepthProForDepthEstimation(config)
    convolutions = [part for part in model.head.modules() if isinstance(part, torch.nn.Conv2d)]
    with torch.no_grad():  # else it sees half of everything 10 km away
        convolutions[-1].weight.mul_(5e-5)
        convolutions[-1].bias.fill_(0.2)
    model.save_pretrained(folder)
    return prepared(
        folder, size={"height": 128, "width": 128}, image_mean=[0.5] * 3, image_std=[0.5] * 3
    )


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
