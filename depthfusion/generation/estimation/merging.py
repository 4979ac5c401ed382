"""Depth of overlapping views merged into one panorama, in the gradients of log distance.

Views are aligned first (`alignment`), so that gradients only have to mend what scale and shift
cannot: each view's gradients count by how far inside the view they lie, and one direct solve on the
sphere (`poisson`) fits them all, seam and poles included.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from depthfusion.generation.estimation.alignment import scales, scales_and_shifts
from depthfusion.generation.estimation.poisson import solve_gradients
from depthfusion.generation.estimation.views import Footprint, View, footprint
from depthfusion.scene.slices import each
from depthfusion.types import Progress, silent
from depthfusion.types.arrays import Float32, Float64

Meaning = Literal["inverse", "metric"]
COARSE = 128  # rows of the panorama on which views are aligned
HOLD = 4.0  # 1/radian²: beyond 30° the aligned mean counts for more than gradients
FARTHEST = 200.0  # times the median distance; what inverse depth puts beyond is cut off there
NEAREST = 50.0  # times nearer than the median
BEHIND = 3  # percent of the sphere that may lie beyond that


def merge_views(
    predicted: Sequence[Float32],
    views: Sequence[View],
    meaning: Meaning,
    height: int,
    progress: Progress = silent,
) -> Float32:
    """Merge what was predicted for each view into distance along the ray.

    Parameters
    ----------
    predicted : float32 [S, S] for each view: "inverse" depth up to scale and shift, larger nearer;
        or "metric" z-depth in metres, up to scale. NaN is unknown.
    views : where each looks.
    height : rows of the panorama.

    Returns
    -------
    float32 [H, 2H], metres, or of median 1 for "inverse".
    """
    progress("Aligning views", 0.0)
    logs = _aligned(predicted, views, meaning)
    progress("Merging views", 0.0)
    prints = each(lambda view: footprint(view, height, 2 * height), views)
    laid = each(lambda pair: pair[1].lay(pair[0]), list(zip(logs, prints, strict=True)))
    return np.asarray(np.exp(_merged(laid, prints, height)), np.float32)


def _aligned(
    predicted: Sequence[Float32], views: Sequence[View], meaning: Meaning
) -> list[Float32]:
    """Log distance along the ray of each view, [S, S], on one scale."""
    shape = (COARSE, 2 * COARSE)
    prints = [footprint(view, *shape) for view in views]
    _, rays = views[0].camera.rays()
    along = -rays[..., 2]
    if meaning == "metric":
        flat = [np.log(np.maximum(values, 1e-6)).astype(np.float32) for values in predicted]
        laid = [p.lay(v) - np.log(p.along) for v, p in zip(flat, prints, strict=True)]
        add = scales(laid, prints, shape)
        return [
            (np.log(np.maximum(values, 1e-6) / along) + a).astype(np.float32)
            for values, a in zip(predicted, add, strict=True)
        ]
    laid = [p.lay(v) for v, p in zip(predicted, prints, strict=True)]
    s, t = scales_and_shifts(laid, prints, shape)
    inverse = [along * (values * a + b) for values, a, b in zip(predicted, s, t, strict=True)]
    return [-np.log(values).astype(np.float32) for values in _in_range(inverse)]


def _in_range(inverse: list[Float64]) -> list[Float64]:
    """Inverse distances of median 1 that are all above 0.

    A network's far end is soft: where a share of the sphere would lie behind infinity, all of it is
    brought nearer by one constant.
    """
    some = np.concatenate([values[::8, ::8].ravel() for values in inverse])
    usual = max(float(np.nanmedian(some)), 1e-12)
    lowest = float(np.nanpercentile(some, BEHIND)) / usual
    lift = max(1 / FARTHEST - lowest, 0)
    return [
        np.clip((values / usual + lift) / (1 + lift), 1 / FARTHEST, NEAREST) for values in inverse
    ]


def _merged(laid: Sequence[Float32], prints: Sequence[Footprint], height: int) -> Float32:
    """Log distance whose differences are the weighted means of all views' differences."""
    width = 2 * height
    across, down, mean = (_Mean((height, width)) for _ in range(3))
    for values, lies in zip(laid, prints, strict=True):
        weight = np.where(np.isfinite(values), lies.weight, 0).astype(np.float32)
        values = np.nan_to_num(values)
        mean.add(lies.rows, lies.columns, values, weight)
        down.add(
            lies.rows[:-1], lies.columns, np.diff(values, axis=0),
            np.minimum(weight[1:], weight[:-1]),
        )  # fmt: skip
        if lies.columns.size == width:
            values, weight = np.hstack([values, values[:, :1]]), np.hstack([weight, weight[:, :1]])
            columns = lies.columns
        else:
            columns = lies.columns[:-1]
        across.add(
            lies.rows, columns, np.diff(values, axis=1),
            np.minimum(weight[:, 1:], weight[:, :-1]),
        )  # fmt: skip
    guide = mean.value_everywhere()
    return solve_gradients(across.value(), down.value()[:-1], guide, HOLD)


class _Mean:
    """A weighted mean gathered rectangle by rectangle; 0 where nothing came."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._total = np.zeros(shape, np.float32)
        self._weight = np.zeros(shape, np.float32)

    def add(self, rows: NDArray, columns: NDArray, values: Float32, weight: Float32) -> None:
        place = np.ix_(rows, columns)
        self._total[place] += weight * values
        self._weight[place] += weight

    def value_everywhere(self) -> Float32:
        """The mean of all where nothing came."""
        usual = self._total.sum() / max(float(self._weight.sum()), 1e-12)
        return np.where(self._weight > 0, self.value(), usual).astype(np.float32)

    def value(self) -> Float32:
        return (self._total / np.maximum(self._weight, 1e-12)).astype(np.float32)
