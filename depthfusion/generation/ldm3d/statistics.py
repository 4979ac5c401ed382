"""One set of GroupNorm statistics for every tile of a picture.

A group norm looks at the whole of what it is given. Given tiles, each would be made as bright and
as full of contrast as the next, sky and floor alike, and the tiles would show. So the statistics
are taken once, from the whole picture made small, and every tile is normalised by them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import MethodType

import torch
from torch import Tensor, nn

Statistics = dict[nn.GroupNorm, tuple[Tensor, Tensor]]  # mean and variance, [1, groups, 1]


@contextmanager
def recorded(network: nn.Module) -> Iterator[Statistics]:
    """Within the block, note the statistics of every group norm of `network` as it runs once."""
    found: Statistics = {}

    def note(norm: nn.GroupNorm, args: tuple[Tensor, ...]) -> None:
        grouped = args[0].float().reshape(len(args[0]), norm.num_groups, -1)
        variance, mean = torch.var_mean(grouped, dim=-1, correction=0, keepdim=True)
        found[norm] = (mean.mean(0, keepdim=True), variance.mean(0, keepdim=True))

    hooks = [m.register_forward_pre_hook(note) for m in network.modules() if _is_norm(m)]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def applied(statistics: Statistics) -> Iterator[None]:
    """Within the block, let group norms use these statistics instead of their input's own."""
    for norm, (mean, variance) in statistics.items():
        norm.forward = MethodType(_forward_by(mean, variance), norm)
    try:
        yield
    finally:
        for norm in statistics:
            norm.__dict__.pop("forward", None)


def _is_norm(module: nn.Module) -> bool:
    return isinstance(module, nn.GroupNorm)


def _forward_by(mean: Tensor, variance: Tensor):  # type: ignore[no-untyped-def]
    def forward(self: nn.GroupNorm, x: Tensor) -> Tensor:
        # One multiplication and one addition by channel, folded with the norm's own affine.
        each = self.num_channels // self.num_groups
        scale = (variance + self.eps).rsqrt().repeat_interleave(each, 1).reshape(1, -1)
        shift = -mean.repeat_interleave(each, 1).reshape(1, -1) * scale
        if self.affine:
            scale, shift = scale * self.weight, shift * self.weight + self.bias
        tail = (1,) * (x.ndim - 2)
        return torch.addcmul(
            shift.reshape(1, -1, *tail).to(x.dtype), x, scale.reshape(1, -1, *tail).to(x.dtype)
        )

    return forward
