"""A small picture of unfinished latents, by a linear map that the VAE itself was asked for.

Latents of this kind of VAE are nearly a small picture in other colours. Which colours, a single
least-squares fit says: of the mean colour of each 8×8 block of a decoded picture to its latents.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from depthfusion.generation.ldm3d.autoencoding import decode
from depthfusion.generation.ldm3d.sampling import LATENT_PIXELS
from depthfusion.types.arrays import UInt8


def colour_map(vae: Any, device: Any = "cpu") -> Tensor:
    """Fit the map of a VAE: float32 [5, 3], from latents and a one to RGB from 0 to 1.

    Costs one decoding of 16×32 latents, smooth ones and rough ones, as pictures have both.
    """
    chance = torch.Generator("cpu").manual_seed(0)
    latents = torch.zeros(1, 4, 16, 32)
    for cells in (2, 4, 8, 16):
        rough = torch.randn(1, 4, cells, 2 * cells, generator=chance)
        latents += functional.interpolate(rough, (16, 32), mode="bilinear") / 2
    picture = decode(vae, latents.to(device), seamless=True)[:, :3] / 2 + 0.5
    blocks = functional.avg_pool2d(picture.clamp(0, 1), LATENT_PIXELS)
    return torch.linalg.lstsq(_with_one(latents), blocks.movedim(1, -1).reshape(-1, 3)).solution


def picture_of(latents: Tensor, colours: Tensor) -> UInt8:
    """Give the preview uint8 [N, h, w, 3] of latents [N, 4, h, w]."""
    count, _, height, width = latents.shape
    rgb = (_with_one(latents.float().cpu()) @ colours).clamp(0, 1) * 255
    return rgb.round().to(torch.uint8).reshape(count, height, width, 3).numpy()


def _with_one(latents: Tensor) -> Tensor:
    """[N, 4, h, w] → [N · h · w, 5]."""
    flat = latents.movedim(1, -1).reshape(-1, latents.shape[1])
    return torch.cat([flat, torch.ones(len(flat), 1)], dim=1)
