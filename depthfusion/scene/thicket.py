"""Foliage against the sky: more leaves behind the leaves.

Where leaves and gaps take turns every few pixels, an eye that leans looks past both layers of them
nearly everywhere, and the sky would sparkle through a crown that is dense. What stands behind such
leaves is most likely more of them, so the crown goes on a little farther back, with the same gaps.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter

from depthfusion.types.arrays import Bool, Float32

WINDOW = 21  # pixels a side that are looked at together in a panorama 2048 wide
COVERED = 0.5  # of the window: less is a twig, not a crown
BUSY = 0.3  # of the window that lies beside a border: less is an outline
BEHIND = 0.93  # of the crown's mean inverse distance: where it goes on


@dataclass(frozen=True, eq=False)
class Thicket:
    """A crown that goes on behind its leaves.

    Parameters
    ----------
    where : bool [H, W], never where the sky is seen.
    inverse : float32 [H, W], its inverse distance, smooth.
    """

    where: Bool
    inverse: Float32


def thicket(inverse: Float32, border: Bool, open_behind: Bool) -> Thicket:
    """Find where leaves hide more leaves.

    Parameters
    ----------
    inverse : float32 [H, W], 0 is sky.
    border : bool [H, W], pixels beside a discontinuity.
    open_behind : bool [H, W], where nothing but sky would be seen behind what is.
    """
    size = max(3, WINDOW * inverse.shape[1] // 2048)
    solid = inverse > 0
    cover = _mean(solid.astype(np.float32), size)
    busy = _mean((border & solid).astype(np.float32), size)
    where = solid & open_behind & (cover > COVERED) & (busy > BUSY)
    crown = _mean(inverse, size) / np.maximum(cover, 1e-3)
    # A leaf nearer than its crown hides it; one farther off is followed at once.
    return Thicket(where, (BEHIND * np.minimum(crown, inverse)).astype(np.float32))


def _mean(values: Float32, size: int) -> Float32:
    """Mean over a window of pixels [H, W], round the seam."""
    return uniform_filter(values, size, mode=("nearest", "wrap"))
