"""The poles: a row holds only the detail that the sphere has room for there.

At latitude φ a circle of latitude is cos φ as long as the equator, and the last row is nearly a
point. Texture that a network draws at one size in pixels everywhere is squeezed there into needles
around the pole, a star when one looks up. So waves along x pass up to 2 cos² φ of all there are:
the whole up to 45°, the sphere's own share (cos φ) at 60°, and less beyond, since what is squeezed
is seldom the finest detail. Weather models on a grid of latitudes do so too (polar Fourier filter).

It is done in the guess of the clean latents at every step, so that the network goes on from poles
that close, and in the decoded picture, colour and depth alike. What is left in the last row, a mean
and two slow waves, also meets smoothly over the pole.
"""

import numpy as np
import torch
from torch import Tensor

from depthfusion.types.arrays import Float64

LEAST = 2.0  # waves that pass in the last row
ROWS_AT_ONCE = 64


def closed(x: Tensor) -> Tensor:
    """Take away the waves along x that the sphere has no room for.

    Parameters
    ----------
    x : [N, C, h, w], w = 2h, over the whole sphere.

    Returns
    -------
    [N, C, h, w]; rows up to 45° are untouched.
    """
    height, width = x.shape[-2:]
    limits = row_limits(height, width)
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


def row_limits(height: int, width: int) -> Float64:
    """Waves around each row that pass whole, [h]; twice as many and more are gone."""
    latitude = (0.5 - (np.arange(height) + 0.5) / height) * np.pi
    return np.maximum(LEAST, np.minimum(1, 2 * np.cos(latitude) ** 2) * width / 2)
