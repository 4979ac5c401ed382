"""Panoramas turn: rolled along x, each by its own number of columns.

The steps of a network (halving, tiles, windows) put a grid on the picture. Two things keep the
grid from showing and from tying the picture to the seam: it starts at a column that the content
itself chooses, so that turning the content turns the grid with it, and it moves at every step.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

GOLDEN = 0.6180339887498949


def turned(x: Tensor, columns: Sequence[int]) -> Tensor:
    """Roll each of x [N, …, w] to the right by its own number of columns."""
    return torch.stack([torch.roll(one, by, -1) for one, by in zip(x, columns, strict=True)])


def anchors(latents: Tensor) -> list[int]:
    """Choose a column of each of [N, C, h, w] by its content: the one that is least lively.

    Rolling the latents by k moves the choice by k. Rows and channels are summed in one order for
    every column, so this holds to the last bit.
    """
    lively = latents.detach().cpu().double().square().sum(dim=(1, 2))
    return [int(column) for column in lively.argmin(dim=-1)]


def turn_of(step: int, width: int) -> int:
    """Columns by which step `step` turns the panorama: well spread, never twice alike."""
    return int((step * GOLDEN) % 1 * width)
