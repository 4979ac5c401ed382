"""Negative token merging: matching features of pictures are pushed apart (arXiv 2412.01339).

While pictures of one batch are denoised together, each token that self-attention gives is compared
with those of the others; where the best match is close, the token moves away from it. Early steps
only: they decide what is where. The finest grid is left alone, since matching costs its square.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

THRESHOLD = 0.65  # cosine; below it nothing matches
LAST_TIMESTEP = 600  # of 1000 … 0
MOST_TOKENS = 4096
ROWS_AT_ONCE = 1024


@dataclass
class Apart:
    """How pictures are pushed apart, and whether this is a step where they are.

    Parameters
    ----------
    amount : 0 to about 1, how far a token moves: by this times its difference to the match.
    pictures : how many lie side by side in the UNet's batch, under one text after the other.
    from_last : move all away from the last one, which itself stays; else each away from all others.
    """

    amount: float
    pictures: int
    from_last: bool
    active: bool = False

    def at(self, timestep: Any) -> None:
        """Say which timestep comes next."""
        self.active = float(timestep) >= LAST_TIMESTEP

    def __call__(self, module: Any, args: Any, output: Tensor) -> Tensor:
        """Move the tokens [texts · pictures, T, C] that a self-attention gives."""
        if not self.active or output.shape[1] > MOST_TOKENS:
            return output
        groups = output.split(self.pictures)
        return torch.cat([pushed(group, self.amount, self.from_last) for group in groups])


@contextmanager
def pushing(unet: Any, apart: Apart | None) -> Iterator[None]:
    """Within the block, let every self-attention of `unet` push pictures apart."""
    chosen = [m for name, m in unet.named_modules() if name.endswith("attn1")] if apart else []
    hooks = [module.register_forward_hook(apart) for module in chosen]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def pushed(tokens: Tensor, amount: float, from_last: bool, threshold: float = THRESHOLD) -> Tensor:
    """Move tokens away from their best matches in other pictures.

    Parameters
    ----------
    tokens : [G, T, C].
    amount, from_last : as for `Apart`.
    threshold : least cosine of a match.
    """
    count = len(tokens)
    moved = []
    for index in range(count):
        if count == 1 or (from_last and index == count - 1):
            moved.append(tokens[index])
            continue
        others = [count - 1] if from_last else [j for j in range(count) if j != index]
        moved.append(_away(tokens[index], tokens[others].flatten(0, 1), amount, threshold))
    return torch.stack(moved)


def _away(target: Tensor, source: Tensor, amount: float, threshold: float) -> Tensor:
    """Move target [T, C] away from the best matches among source [S, C]."""
    matched = functional.normalize(source, dim=-1).T
    parts = []
    for part in target.split(ROWS_AT_ONCE):
        best, where = (functional.normalize(part, dim=-1) @ matched).max(dim=-1)
        away = part + amount * (part - source[where])
        parts.append(torch.where((best > threshold)[:, None], away, part))
    return torch.cat(parts)
