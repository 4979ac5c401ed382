"""Fill what is missing on the sphere from its surroundings, smoothly, over the seam.

Pull and push (Gortler et al., The Lumigraph, 1996, section 3.4): known values are averaged into
ever coarser pictures until every cell knows something, then unknown cells take the coarser
picture's value, interpolated. The result is a weighted mean of known values: it never leaves their
range. Only the rim of what is known takes part, so that a sky goes on as sky and not as the mean
of the picture.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from depthfusion.types.arrays import Bool, Float32


def continue_smoothly(values: NDArray, known: ArrayLike) -> Float32:
    """Continue known values into the unknown.

    Parameters
    ----------
    values : [H, W] or [H, W, C], columns wrap; whatever stands where `known` is 0 is ignored.
    known : [H, W], bool or weights in 0…1; somewhere above 0.

    Returns
    -------
    float32, the shape of `values`; unchanged where `known` is 1.

    Raises
    ------
    ValueError
        Nothing is known.
    """
    weight = np.asarray(known, np.float32)
    if not (weight > 0).any():
        raise ValueError("known must be above 0 somewhere; got 0 everywhere")
    if weight.min() >= 1:
        return values.astype(np.float32)
    stack = np.where(weight[..., None] > 0, values.reshape(*values.shape[:2], -1), 0)
    stack = stack.astype(np.float32)
    filled = _pull_push(stack, np.where(_rim(weight), weight, 0)[..., None])
    return np.where(weight[..., None] < 1, filled, stack).reshape(values.shape)


def _rim(weight: Float32) -> Bool:
    """Mark pixels that lie within a hundredth of the height of something unknown."""
    reach = max(1, len(weight) // 100)
    unknown = (weight < 1).astype(np.uint8)
    return ndimage.maximum_filter(unknown, 2 * reach + 1, mode=("nearest", "wrap")) > 0


def _pull_push(values: Float32, weight: Float32) -> Float32:
    """Values [h, w, C] with their weights [h, w, 1]: blended over the next coarser picture's."""
    height, width = values.shape[:2]
    if weight.min() >= 1:
        return values
    if height * width == 1:
        return values
    total, mass = _halved(values * weight), _halved(weight)
    coarse = np.divide(total, mass, out=np.zeros_like(total), where=mass > 0)
    behind = _doubled(_pull_push(coarse, np.minimum(mass, 1)), height, width)
    return values * weight + behind * (1 - weight)


def _halved(values: Float32) -> Float32:
    """Sums over 2×2 cells; an odd last row or column stands alone."""
    height, width = values.shape[:2]
    padded = np.zeros((height + height % 2, width + width % 2, values.shape[2]), np.float32)
    padded[:height, :width] = values
    rows = padded[0::2] + padded[1::2]
    return rows[:, 0::2] + rows[:, 1::2]


def _doubled(values: Float32, height: int, width: int) -> Float32:
    """Interpolate to [height, width, C], linear between cell centres; columns wrap, rows don't."""
    columns = _between(np.concatenate([values[:, -1:], values, values[:, :1]], axis=1), 1)
    rows = np.concatenate([columns[:1], columns, columns[-1:]], axis=0)
    return _between(rows, 0)[:height, :width]


def _between(padded: Float32, axis: int) -> Float32:
    """Two values per cell, a quarter of a cell either side of its centre; drops the padding."""
    cells = np.moveaxis(padded, axis, 0)
    doubled = np.empty((2 * (len(cells) - 2), *cells.shape[1:]), np.float32)
    doubled[0::2] = 0.75 * cells[1:-1] + 0.25 * cells[:-2]
    doubled[1::2] = 0.75 * cells[1:-1] + 0.25 * cells[2:]
    return np.moveaxis(doubled, 0, axis)
