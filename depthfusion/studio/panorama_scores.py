"""How well a panorama closes: where its sides meet, and at the poles.

Each score is how much colour changes from one pixel to the next there, over how much it changes
between neighbours close by: 1 is as smooth as anywhere, 2 is a line that can be seen.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from depthfusion.geometry.equirectangular import latitudes
from depthfusion.types import InputError
from depthfusion.types.arrays import Float64

BESIDE = 8  # columns, or rows, on which the usual step is measured
LEAST_STEP = 0.25  # of 255, below which a step is no step


@dataclass(frozen=True)
class ClosingScores:
    """Steps where a panorama closes, over the usual ones beside them.

    Parameters
    ----------
    seam : between its last and first column, rows weighted by their length on the sphere.
    zenith, nadir : across the poles, from the first (last) row to the same row half a turn away.
    """

    seam: float
    zenith: float
    nadir: float

    def as_json(self) -> dict[str, float]:
        """JSON values."""
        return {name: round(getattr(self, name), 3) for name in ("seam", "zenith", "nadir")}


def closing_scores(picture: NDArray) -> ClosingScores:
    """Score the seam and both poles of a panorama.

    Parameters
    ----------
    picture : [H, 2H, C], of any scale from 0 to 255.

    Raises
    ------
    InputError
        It is not twice as wide as high, or has fewer than 32 rows.
    """
    height, width = picture.shape[:2]
    if width != 2 * height or height < 4 * BESIDE:
        raise InputError(
            f"a panorama is twice as wide as high, 64×32 or more; got {width}×{height}"
        )
    values = picture.astype(np.float64)
    return ClosingScores(_seam(values), _pole(values), _pole(values[::-1]))


def _seam(values: Float64) -> float:
    weight = np.cos(latitudes(len(values)))
    near = np.roll(values, BESIDE, 1)[:, : 2 * BESIDE]  # the seam in the middle
    steps = (weight[:, None] * np.abs(np.diff(near, axis=1)).mean(-1)).sum(0) / weight.sum()
    return _ratio(steps[BESIDE - 1], np.delete(steps, BESIDE - 1))


def _pole(values: Float64) -> float:
    over = np.abs(values[0] - np.roll(values[0], values.shape[1] // 2, 0)).mean()
    steps = np.abs(np.diff(values[: BESIDE + 1], axis=0)).mean((1, 2))
    return _ratio(over, steps)


def _ratio(step: float, usual: Float64) -> float:
    return float(max(step, LEAST_STEP) / max(float(usual.mean()), LEAST_STEP))
