"""What the diffusion model gives: colour and relative inverse depth of several panoramas."""

from dataclasses import dataclass

import numpy as np

from depthfusion.types.arrays import Float32, UInt8, frozen


@dataclass(frozen=True, eq=False)
class RGBD:
    """Pictures with the depth that came with them.

    Parameters
    ----------
    rgb : uint8 [N, H, W, 3], sRGB.
    inverse : float32 [N, H, W], relative inverse depth, 0 farthest to 1 nearest.
    flagged : one for each picture: whether the model's safety checker objects to it. The picture
        itself is never blackened.
    notes : sentences for the person: what was cut from a prompt, what was slowed down to fit.

    Raises
    ------
    ValueError
        Shapes don't fit each other, or inverse depth is not within 0 to 1.
    """

    rgb: UInt8
    inverse: Float32
    flagged: tuple[bool, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Verify shapes and ranges once."""
        rgb = frozen("rgb", self.rgb, np.uint8, (None, None, None, 3))
        inverse = frozen("inverse", self.inverse, np.float32, rgb.shape[:3])
        if not (inverse.size and inverse.min() >= 0 and inverse.max() <= 1):
            raise ValueError("inverse must hold values from 0 to 1, at least one picture")
        if len(self.flagged) != len(rgb):
            raise ValueError(f"flagged must have {len(rgb)} entries; got {len(self.flagged)}")
        object.__setattr__(self, "rgb", rgb)
        object.__setattr__(self, "inverse", inverse)
