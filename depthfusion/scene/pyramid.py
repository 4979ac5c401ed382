"""Smooth continuation of sparse values over the sphere, by pull and push.

Gortler, Grzeszczuk, Szeliski and Cohen, "The Lumigraph" (SIGGRAPH 1996), section 3.4: averages of
what is known climb a pyramid, and what is unknown takes them coming down.
"""

import numpy as np

from depthfusion.types.arrays import Float32

SMALLEST = 4  # rows at which one mean does for the rest


def continue_smoothly(values: Float32, weight: Float32) -> Float32:
    """Fill where `weight` is 0, leave where it is 1, round the seam.

    Parameters
    ----------
    values : float32 [H, W, C]; where the weight is 0 they don't matter, but must be finite.
    weight : float32 [H, W], 0 … 1.

    Returns
    -------
    float32 [H, W, C].
    """
    height, width = weight.shape
    known = weight[..., None]
    if height <= SMALLEST or width <= SMALLEST:
        total = max(float(weight.sum()), 1e-9)
        mean = (values * known).sum((0, 1)) / total
        return (values * known + mean * (1 - known)).astype(np.float32)
    held, count = _halved(values * known), _halved(known)
    means = (held / np.maximum(count, 1e-9)).astype(np.float32)
    coarse = continue_smoothly(means, np.minimum(4 * count[..., 0], 1).astype(np.float32))
    return values * known + doubled(coarse)[:height, :width] * (1 - known)


def _halved(image: Float32) -> Float32:
    """Means of 2 × 2 pixels; an odd last row or column counts as 0 beyond."""
    height, width = image.shape[:2]
    if height % 2 or width % 2:
        image = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)))
    return (image[::2, ::2] + image[::2, 1::2] + image[1::2, ::2] + image[1::2, 1::2]) / np.float32(
        4
    )


def doubled(image: Float32) -> Float32:
    """Twice the size each way, linear, round the seam; [H, W, C] to [2H, 2W, C]."""
    before, after = np.roll(image, 1, 1), np.roll(image, -1, 1)
    wide = np.empty((image.shape[0], 2 * image.shape[1], image.shape[2]), np.float32)
    wide[:, ::2] = 0.75 * image + 0.25 * before
    wide[:, 1::2] = 0.75 * image + 0.25 * after
    tall = np.empty((2 * wide.shape[0], *wide.shape[1:]), np.float32)
    tall[::2] = 0.75 * wide
    tall[2::2] += 0.25 * wide[:-1]
    tall[0] += 0.25 * wide[0]
    tall[1::2] = 0.75 * wide
    tall[1:-1:2] += 0.25 * wide[1:]
    tall[-1] += 0.25 * wide[-1]
    return tall
