"""What stands behind everything: the place without the things in front.

Layers are peeled twice. Where even more lies one behind another (a plant, railings, a crowd), an
eye could still look past the second layer; there it sees this sheet, on which nothing is narrower
than a window of pixels.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter, minimum_filter

from depthfusion.scene.pyramid import continue_smoothly
from depthfusion.types.arrays import Bool, Float32

BLOCK = 4  # pixels a side that the window counts as one
BLOCKS = 25  # the window; narrower things are not background
STANDS_OUT = 2.0  # texels of uncovering from which a thing is in front of the background
BEHIND = 0.97  # of inverse distance: kept clear of the layers before it


def opened(inverse: Float32) -> Float32:
    """Inverse distance [H, W] without what is narrower than the window, up to blocks of pixels.

    A grey-scale opening (least, then greatest value in a window): slopes stay, peaks go.
    """
    height, width = inverse.shape
    tall, wide = -(-height // BLOCK), -(-width // BLOCK)
    margin = ((0, tall * BLOCK - height), (0, wide * BLOCK - width))
    least = np.pad(inverse, margin, mode="edge").reshape(tall, BLOCK, wide, BLOCK).min((1, 3))
    for grow in (minimum_filter, maximum_filter):
        least = grow(least, BLOCKS, mode=("nearest", "wrap"))
    return np.repeat(np.repeat(least, BLOCK, 0), BLOCK, 1)[:height, :width]


@dataclass(frozen=True, eq=False)
class Background:
    """The place without what stands out from it.

    Parameters
    ----------
    colour, inverse : float32 [H, W, 3] and [H, W], smooth where they are not known.
    extent : bool [H, W], false where the background is the sky.
    known : bool [H, W], where the background itself is seen.
    """

    colour: Float32
    inverse: Float32
    extent: Bool
    known: Bool


def background(colour: Float32, inverse: Float32, border: Bool, scale: float) -> Background:
    """Look behind what stands out, smoothly.

    Parameters
    ----------
    colour, inverse : the panorama's, [H, W, 3] and [H, W]; sky has inverse distance 0.
    border : bool [H, W], pixels beside a discontinuity, whose colours are mixed.
    scale : texels of uncovering for a jump of 1 in inverse distance.
    """
    floor = opened(inverse)
    known = ((inverse - floor) * scale <= STANDS_OUT) & (inverse > 0) & ~border
    values = np.concatenate([colour, inverse[..., None]], axis=-1)
    filled = continue_smoothly(values, known.astype(np.float32))
    nearest = np.where(known, 1.0, BEHIND) * inverse
    smooth = np.minimum(filled[..., 3], nearest).astype(np.float32)
    return Background(filled[..., :3], smooth, floor > 0, known)
