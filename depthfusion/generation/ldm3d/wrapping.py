"""x wraps in every convolution of a network, so that the seam is no place of its own.

Only x: above and below the picture the networks were trained to see zeros, and they tell the poles
by that (`poles` treats those otherwise).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import MethodType
from typing import Any

import torch
from diffusers.models.downsampling import Downsample2D
from torch import Tensor, nn
from torch.nn import functional

LARGE = 8_000_000  # numbers from which mending the seam is less work than a padded copy of all


@contextmanager
def wrapped(*networks: nn.Module, on: bool = True) -> Iterator[None]:
    """Within the block, let x wrap in every padded convolution of `networks`.

    Parameters
    ----------
    networks : UNet or VAE of diffusers; changed in place and given back as they were.
    on : False changes nothing.
    """
    changed = [m for network in networks for m in network.modules() if _pads(m)] if on else []
    for module in changed:
        if isinstance(module, nn.Conv2d):
            module._conv_forward = MethodType(_convolve, module)
        else:
            module.forward = MethodType(_halve, module)
    try:
        yield
    finally:
        for module in changed:
            module.__dict__.pop("_conv_forward", None)
            if isinstance(module, Downsample2D):
                module.__dict__.pop("forward", None)


def _pads(module: nn.Module) -> bool:
    if isinstance(module, nn.Conv2d):
        return module.padding_mode == "zeros" and module.padding[1] > 0
    return isinstance(module, Downsample2D) and module.use_conv and module.padding == 0


def _convolve(self: nn.Conv2d, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    rows, columns = (int(side) for side in self.padding)
    usual = (self.kernel_size[1], columns, self.stride[1], self.dilation[1]) == (3, 1, 1, 1)
    if usual and x.numel() >= LARGE:
        return _convolve_and_mend(self, x, weight, bias)
    x = functional.pad(x, (columns, columns, 0, 0), mode="circular")
    return functional.conv2d(x, weight, bias, self.stride, (rows, 0), self.dilation, self.groups)


def _convolve_and_mend(self: nn.Conv2d, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """The same, without a copy of all of x: only the two columns at the seam are made anew."""
    rows = int(self.padding[0])
    done = functional.conv2d(x, weight, bias, self.stride, (rows, 1), self.dilation, self.groups)
    seam = torch.cat([x[..., -2:], x[..., :2]], dim=-1)
    mended = functional.conv2d(
        seam, weight, bias, self.stride, (rows, 0), self.dilation, self.groups
    )
    done[..., -1], done[..., 0] = mended[..., 0], mended[..., 1]
    return done


def _halve(self: Any, hidden_states: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Downsample2D.forward of an encoder, which pads one column on the right by itself."""
    if self.norm is not None:
        hidden_states = self.norm(hidden_states.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    hidden_states = torch.cat([hidden_states, hidden_states[..., :1]], dim=-1)
    return self.conv(functional.pad(hidden_states, (0, 0, 0, 1)))
