"""How well a depth map fits the truth, as papers on depth say it, but on the sphere.

Relative depth is aligned first: the scale s and shift t of inverse depth that minimise
Σ w · (s · p + t − 1/d)² over the whole picture (global least squares; Ranftl et al., "Towards
Robust Monocular Depth Estimation", arXiv 1907.01341; so LDM3D, arXiv 2305.10853, compares depth).
Each pixel weighs as much as its solid angle, for an equirectangular picture shows the poles large.
"""

from dataclasses import asdict, dataclass
from typing import Any, get_args

import numpy as np

from depthfusion.geometry.equirectangular import latitudes, sample, solid_angles
from depthfusion.studio.evaluation_options import Alignment
from depthfusion.types import InputError
from depthfusion.types.arrays import Bool, Float32, Float64

BANDS = ((-90, -60), (-60, -30), (-30, 0), (0, 30), (30, 60), (60, 90))  # degrees of latitude
THRESHOLD = 1.25  # δ1 counts ratios below it, δ2 and δ3 below its square and cube
LEAST = 16  # pixels that must be known in both


@dataclass(frozen=True)
class DepthErrors:
    """Errors over some part of the sphere.

    Parameters
    ----------
    abs_rel : mean of |d − d*| / d*.
    rmse : root of the mean of (d − d*)², in the truth's unit.
    delta1, delta2, delta3 : shares with max(d/d*, d*/d) below 1.25, 1.25² and 1.25³.
    share : of the sphere that was compared.
    """

    abs_rel: float
    rmse: float
    delta1: float
    delta2: float
    delta3: float
    share: float


@dataclass(frozen=True)
class DepthScores:
    """Errors over the sphere and in bands of latitude.

    Parameters
    ----------
    whole : over all that was compared.
    bands : degrees, from and to → errors; without those in which nothing could be compared.
    scale, shift : what the prediction's inverse depth was multiplied by, and what was added.
    sky_agreed : share of all sky in either that is sky in both; `None` where neither has any.
    """

    whole: DepthErrors
    bands: dict[tuple[int, int], DepthErrors]
    scale: float
    shift: float
    sky_agreed: float | None

    def as_json(self) -> dict[str, Any]:
        """JSON values, rounded to what can be told."""
        return {
            **_rounded(self.whole),
            "bands": {f"{low}…{high}": _rounded(e) for (low, high), e in self.bands.items()},
            "scale": float(f"{self.scale:.6g}"),
            "shift": float(f"{self.shift:.6g}"),
            "sky_agreed": None if self.sky_agreed is None else round(self.sky_agreed, 4),
        }


def depth_scores(
    predicted: Float32, truth: Float32, alignment: Alignment = "affine"
) -> DepthScores:
    """Compare a prediction with the truth.

    Parameters
    ----------
    predicted : inverse distance [h, w], any scale and shift, 0 is sky, NaN unknown; where it has
        another size than the truth, its nearest pixels are taken.
    truth : distance along the ray [H, W], W = 2H; +inf is sky, 0 or NaN not measured.
    alignment : "affine" finds scale and shift of inverse depth, "scale" the scale alone, "none"
        takes the numbers as they are.

    Raises
    ------
    InputError
        The truth is no panorama, or they have too little in common.
    """
    if alignment not in get_args(Alignment):
        known = ", ".join(get_args(Alignment))
        raise InputError(f"the alignment must be one of {known}; got {alignment!r}")
    height, width = truth.shape
    if width != 2 * height:
        raise InputError(
            f"the truth must be a panorama, twice as wide as high; got {width}×{height}"
        )
    inverse = _fitted(predicted, height, width)
    weight = np.broadcast_to(solid_angles(height, width)[:, None], truth.shape)
    sky = np.isinf(truth), inverse == 0
    both = np.isfinite(truth) & (truth > 0) & np.isfinite(inverse) & ~sky[1]
    if both.sum() < LEAST:
        raise InputError("prediction and truth have next to no pixels in common that are known")
    scale, shift = _aligned(
        inverse[both], 1 / truth[both].astype(np.float64), weight[both], alignment
    )
    # Beyond the farthest that the truth has, inverse depth says nothing any more.
    least = 1 / float(truth[both].max())
    distance = np.full(truth.shape, np.nan)
    distance[both] = 1 / np.maximum(scale * inverse[both] + shift, least)
    lines = np.degrees(latitudes(height))
    bands = {}
    for low, high in BANDS:
        where = both & ((lines >= low) & (lines < high))[:, None]
        if where.sum() >= LEAST:
            bands[low, high] = _errors(distance, truth, weight, where)
    either = weight[sky[0] | sky[1]].sum()
    agreed = float(weight[sky[0] & sky[1]].sum() / either) if either > 0 else None
    return DepthScores(_errors(distance, truth, weight, both), bands, scale, shift, agreed)


def _fitted(values: Float32, height: int, width: int) -> Float64:
    """Values of the nearest pixels where sizes differ."""
    if values.shape == (height, width):
        return values.astype(np.float64)
    y, x = np.mgrid[0:height, 0:width]
    column = (x + 0.5) * values.shape[1] / width - 0.5
    row = (y + 0.5) * values.shape[0] / height - 0.5
    return sample(values, column, row, order="nearest").astype(np.float64)


def _aligned(
    inverse: Float64, wanted: Float64, weight: Float64, alignment: Alignment
) -> tuple[float, float]:
    """Weighted least squares for `scale · inverse + shift ≈ wanted`."""
    if alignment == "none":
        return 1.0, 0.0
    columns = [inverse] if alignment == "scale" else [inverse, np.ones_like(inverse)]
    root = np.sqrt(weight / weight.sum())
    size = max(float(np.abs(inverse).max()), 1e-30)
    columns[0] = columns[0] / size
    system = np.stack(columns, axis=1) * root[:, None]
    found, *_ = np.linalg.lstsq(system, wanted * root, rcond=None)
    return float(found[0] / size), float(found[1]) if len(found) > 1 else 0.0


def _errors(distance: Float64, truth: Float32, weight: Float64, where: Bool) -> DepthErrors:
    d, true = distance[where], truth[where].astype(np.float64)
    w = weight[where] / weight[where].sum()
    ratio = np.maximum(d / true, true / d)
    first, second, third = (float((w * (ratio < THRESHOLD**k)).sum()) for k in (1, 2, 3))
    return DepthErrors(
        float((w * np.abs(d - true) / true).sum()),
        float(np.sqrt((w * (d - true) ** 2).sum())),
        first,
        second,
        third,
        float(weight[where].sum() / (4 * np.pi)),
    )


def _rounded(errors: DepthErrors) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(errors).items()}
