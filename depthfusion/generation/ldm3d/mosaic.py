"""Several small pictures as one, for who looks on while they are drawn."""

import numpy as np

from depthfusion.types.arrays import UInt8


def mosaic(pictures: UInt8) -> UInt8:
    """Lay pictures [N, h, w, 3] out in rows of two, the last place black where N is odd."""
    if len(pictures) == 1:
        return pictures[0]
    if len(pictures) % 2:
        pictures = np.concatenate([pictures, np.zeros_like(pictures[:1])])
    rows = [np.concatenate(pair, axis=1) for pair in pictures.reshape(-1, 2, *pictures.shape[1:])]
    return np.concatenate(rows)
