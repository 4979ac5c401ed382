"""How near and how far a scene reaches, as the person says."""

import math
from dataclasses import dataclass

from depthfusion.geometry.depth import DepthMapping
from depthfusion.types import InputError


@dataclass(frozen=True)
class Reach:
    """What `--near` and `--far` say, metres.

    Parameters
    ----------
    near, far : for inverse depth the distances of 1 and of 0; for measured distances the limits
        that they are brought into. `None` leaves the default, or no limit.

    Raises
    ------
    InputError
        Not above 0, or not in this order.
    """

    near: float | None = None
    far: float | None = None

    def __post_init__(self) -> None:
        """Verify what will be in force, defaults included."""
        near, far = self.mapping_ends()
        if not (0 < near < far < math.inf):
            raise InputError(f"near must be above 0 and below far; got near {near} and far {far}")

    def mapping_ends(self) -> tuple[float, float]:
        """Give near and far of the inverse mapping; where one is missing, the default's or fits."""
        near = DepthMapping.near if self.near is None else self.near
        far = DepthMapping.far if self.far is None else self.far
        if self.far is None and self.near is not None:
            far = max(far, near * DepthMapping.far / DepthMapping.near)
        if self.near is None and self.far is not None:
            near = min(near, far * DepthMapping.near / DepthMapping.far)
        return near, far

    @property
    def given(self) -> bool:
        """Whether both ends are the person's own."""
        return self.near is not None and self.far is not None
