"""Overlapping windows that share out a panorama without a seam, over the wrap where asked."""

from dataclasses import dataclass
from math import ceil

import numpy as np

from depthfusion.types.arrays import Float32


@dataclass(frozen=True, eq=False)
class Span:
    """A stretch of an axis.

    Parameters
    ----------
    positions : int64 [size], taken modulo the axis.
    weights : float32 [size · finer], its share at each position, or at each of the `finer` ones
        between two; those of all spans sum to 1.
    """

    positions: np.ndarray
    weights: Float32


@dataclass(frozen=True, eq=False)
class Window:
    """A rectangle of the panorama, and its share of it by row and by column."""

    down: Span
    across: Span

    @property
    def weights(self) -> Float32:
        """float32 [h · finer, w · finer]; those of all windows sum to 1 everywhere."""
        return self.down.weights[:, None] * self.across.weights


def spans(length: int, size: int, overlap: int, *, wrap: bool, finer: int = 1) -> tuple[Span, ...]:
    """Cover `length` positions by spans of `size` that overlap by `overlap` or more.

    Parameters
    ----------
    wrap : the axis closes; else the first span begins at its start and the last ends at its end.
    finer : how many positions of the weights there are to one of the axis.
    """
    if size >= length:
        return (Span(np.arange(length), np.ones(length * finer, np.float32)),)
    stride = max(1, size - overlap)
    count = ceil(length / stride) if wrap else 1 + ceil((length - size) / stride)
    reach, gaps = (length, count) if wrap else (length - size, count - 1)
    starts = [round(i * reach / gaps) for i in range(count)]
    fine = np.arange(size * finer) + 0.5
    tent = np.clip(np.minimum(fine, fine[::-1]) / (overlap * finer), 1e-3, 1)
    total = np.zeros(length * finer)
    places = [(s * finer + np.arange(size * finer)) % (length * finer) for s in starts]
    for place in places:
        total[place] += tent
    return tuple(
        Span((start + np.arange(size)) % length, (tent / total[place]).astype(np.float32))
        for start, place in zip(starts, places, strict=True)
    )


def windows(
    shape: tuple[int, int],
    size: tuple[int, int],
    overlap: tuple[int, int],
    *,
    wrap: bool,
    finer: int = 1,
) -> list[Window]:
    """Cover a panorama of `shape` (height, width) by windows of `size`, row after row.

    Parameters
    ----------
    overlap : least overlap (down, across).
    wrap : across, the panorama closes.
    finer : as for `spans`, along both axes.
    """
    return [
        Window(down, across)
        for down in spans(shape[0], size[0], overlap[0], wrap=False, finer=finer)
        for across in spans(shape[1], size[1], overlap[1], wrap=wrap, finer=finer)
    ]
