"""The poles: a row holds only the detail that the sphere has room for there.

At latitude φ a circle of latitude is cos φ as long as the equator, and the last row is nearly a
point; what an equirectangular picture shows there beyond cos φ · W/2 waves around the circle does
not exist on the sphere and is seen as a star or a swirl when looking up. Those waves are taken
away, as weather models on a grid of latitudes do near their poles (polar Fourier filter): in the
guess of the clean latents at every step, so that the network carries on from poles that close, and
in the decoded picture. What is left, a mean and a slow wave, also meets smoothly over the pole.
"""

import numpy as np
import torch
from torch import Tensor

# How many times the sphere's own limit is let through: latents stand for texture, pixels do not.
LATENT_SLACK = 2.0
PIXEL_SLACK = 1.5
ROWS_AT_ONCE = 64


def closed(x: Tensor, slack: float = PIXEL_SLACK) -> Tensor:
    """Take away the waves along x that the sphere has no room for.

    Parameters
    ----------
    x : [N, C, h, w], w = 2h, over the whole sphere.
    slack : multiple of the limit cos φ · w/2 that passes whole; twice that is gone.

    Returns
    -------
    [N, C, h, w]; rows where slack · cos φ ≥ 1 are untouched.
    """
    height, width = x.shape[-2:]
    limits = row_limits(height, width, slack)
    touched = np.flatnonzero(limits < width / 2)
    result = x.clone()
    waves = torch.arange(width // 2 + 1, device=x.device)
    for rows in np.array_split(touched, max(1, len(touched) // ROWS_AT_ONCE)):
        limit = torch.as_tensor(limits[rows], device=x.device, dtype=torch.float32)[:, None]
        fall = ((waves / limit - 1).clamp(0, 1) * (torch.pi / 2)).cos().square()
        index = torch.as_tensor(rows, device=x.device)
        spectrum = torch.fft.rfft(x[..., index, :].float(), dim=-1)
        result[..., index, :] = torch.fft.irfft(spectrum * fall, n=width, dim=-1).to(x.dtype)
    return result


def row_limits(height: int, width: int, slack: float) -> np.ndarray:
    """Waves around each row that pass whole, [h]."""
    latitude = (0.5 - (np.arange(height) + 0.5) / height) * np.pi
    return slack * np.cos(latitude) * width / 2
