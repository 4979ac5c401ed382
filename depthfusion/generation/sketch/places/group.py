"""Things built of boxes, rods and balls in coordinates of their own, then set down turned."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from depthfusion.generation.sketch.model import BOX, CARD, CONE, SPHERE, Stage, along, turned


@dataclass(frozen=True)
class Group:
    """A corner of the stage with its own origin (on the floor) and heading.

    Parameters
    ----------
    origin : [3], metres.
    yaw : radians; the group's +Z turns towards +X.
    """

    stage: Stage
    origin: tuple[float, float, float]
    yaw: float = 0.0

    def _at(self, point: ArrayLike) -> np.ndarray:
        return np.asarray(point, float) @ turned(self.yaw).T + np.asarray(self.origin)

    def box(
        self, centre: ArrayLike, half: ArrayLike, material: int, tint: ArrayLike = 1.0,
        yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0,
    ) -> None:  # fmt: skip
        """Set down boxes."""
        turn = turned(self.yaw) @ turned(yaw, pitch, roll)
        self.stage.place(BOX, self._at(centre), half, material, turn, tint)

    def ball(
        self, centre: ArrayLike, half: ArrayLike, material: int, tint: ArrayLike = 1.0
    ) -> None:
        """Set down ellipsoids."""
        half = np.broadcast_to(half, np.broadcast_shapes(np.shape(half), (3,)))
        self.stage.place(SPHERE, self._at(centre), half, material, turned(self.yaw), tint)

    def rod(
        self, start: ArrayLike, end: ArrayLike, girth: float, material: int, taper: float = 1.0,
        tint: ArrayLike = 1.0,
    ) -> None:  # fmt: skip
        """Set down rods, tapering to `taper` of their radius."""
        centre, half, turn = along(self._at(start), self._at(end))
        wide = np.full_like(half, girth)
        size = np.stack([wide, half, wide], -1)
        self.stage.place(CONE, centre, size, material, turn, tint, taper)

    def card(
        self, centre: ArrayLike, half: ArrayLike, material: int, tint: ArrayLike = 1.0,
        yaw: float = 0.0, pitch: float = 0.0,
    ) -> None:  # fmt: skip
        """Set down flat cards, facing +Z before they are turned."""
        turn = turned(self.yaw) @ turned(yaw, pitch)
        self.stage.place(CARD, self._at(centre), half, material, turn, tint)
