"""Pictures ↔ latents, always in float32: in half precision the depth keeps some 3,000 levels."""

from typing import Any

import torch
from torch import Tensor

from depthfusion.generation.ldm3d.wrapping import wrapped


def decode(vae: Any, latents: Tensor, *, seamless: bool) -> Tensor:
    """Give the pictures of latents.

    Parameters
    ----------
    vae : AutoencoderKL in float32.
    latents : [N, 4, h, w], as the UNet has them.
    seamless : x wraps.

    Returns
    -------
    float32 [N, 4 or 6, 8h, 8w], about −1 to 1, on the CPU.
    """
    with wrapped(vae, on=seamless):
        pictures = [
            vae.decode(one[None].float() / vae.config.scaling_factor, return_dict=False)[0].cpu()
            for one in latents
        ]
    return torch.cat(pictures)
