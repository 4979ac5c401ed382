"""An equirectangular picture that knows how far away everything in it is."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from depthfusion.types.arrays import Float32, UInt8, frozen

Scale = Literal["metric", "relative"]


@dataclass(frozen=True, eq=False)
class RGBDPanorama:
    """Colour and distance over the whole sphere, seen from the origin.

    Parameters
    ----------
    rgb : uint8 [H, W, 3], sRGB, W = 2H, the middle column looks forward (−Z).
    distance : float32 [H, W], along the ray, above 0; +inf is sky.
    scale : "metric" where the unit is the metre, "relative" where it is the scene's own.

    Raises
    ------
    ValueError
        Shapes don't fit each other, or a distance is NaN, zero, negative, or sky everywhere.
    """

    rgb: UInt8
    distance: Float32
    scale: Scale = "metric"

    def __post_init__(self) -> None:
        """Verify shapes and ranges once, so that nothing downstream has to."""
        rgb = frozen("rgb", self.rgb, np.uint8, (None, None, 3))
        height, width = rgb.shape[:2]
        if width != 2 * height or height < 2:
            raise ValueError(
                f"rgb must be [H, 2H, 3], twice as wide as high; got {list(rgb.shape)}"
            )
        if np.shape(self.distance) != (height, width):
            raise ValueError(
                f"distance must be [H, W] matching rgb {list(rgb.shape)}; "
                f"got {list(np.shape(self.distance))}"
            )
        distance = frozen("distance", self.distance, np.float32, (height, width))
        if not (distance > 0).all():
            raise ValueError("distance must be above 0 everywhere (NaN is not); +inf is sky")
        if not np.isfinite(distance).any():
            raise ValueError("distance must be finite somewhere; got sky everywhere")
        if self.scale not in ("metric", "relative"):
            raise ValueError(f'scale must be "metric" or "relative"; got {self.scale!r}')
        object.__setattr__(self, "rgb", rgb)
        object.__setattr__(self, "distance", distance)

    @property
    def height(self) -> int:
        """Rows of the picture."""
        return self.rgb.shape[0]

    @property
    def width(self) -> int:
        """Columns of the picture, twice its rows."""
        return self.rgb.shape[1]
