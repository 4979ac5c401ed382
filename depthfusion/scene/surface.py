"""What a hidden pixel is part of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from depthfusion.types.arrays import Bool, Float32

NO_PLANE = -1


@dataclass(frozen=True, eq=False)
class HiddenSurface:
    """A surface that goes on where no one has seen it.

    Parameters
    ----------
    wanted : bool [H, W], the hidden pixels.
    inverse : float32 [H, W], inverse distance, there and on what is seen around.
    number : int8 [H, W], which large plane each lies on, or `NO_PLANE`.
    planes : float32 [H, W, 3], `n` of the plane `1/r = n · direction` that each lies on.
    """

    wanted: Bool
    inverse: Float32
    number: NDArray[np.int8]
    planes: Float32
