"""Does a depth map make sense: which way its numbers run, and whether it shows the photo's view."""

import cv2
import numpy as np
from numpy.typing import NDArray

from depthfusion.types.arrays import Float32, UInt8

UPSIDE = 0.12  # share of the spread that the ground may be farther than the middle before it is odd
STRANGERS = 3.5  # standard deviations over chance that edges must coincide by
LEAST_CONTRAST = 12.0  # grey levels; a picture without edges says nothing
LEAST_JUMP = 0.08  # of the logarithm of depth, likewise
_SIZE = (512, 256)  # columns and rows that are compared
_SHIFTS = 24  # other places that tell what chance is


def looks_inverted(values: NDArray, *, larger_is_nearer: bool) -> bool:
    """Whether the ground below would be farther away than what stands at eye height.

    Parameters
    ----------
    values : [h, w], rows from the top; 0 and what is not finite is left aside.
    larger_is_nearer : inverse depth; otherwise distance.

    Returns
    -------
    False also where too little is known to say.
    """
    height = len(values)
    order = np.where(np.isfinite(values) & (values > 0), values, np.nan)
    low = order[int(0.75 * height) : int(0.94 * height) + 1]
    middle = order[int(0.44 * height) : int(0.56 * height) + 1]
    if min(np.isfinite(low).mean(), np.isfinite(middle).mean()) < 0.3:
        return False
    bottom, top = np.nanpercentile(order, [5, 95])
    if not top > bottom:
        return False
    nearer = (np.nanmedian(low) - np.nanmedian(middle)) / (top - bottom)
    return bool((nearer if larger_is_nearer else -nearer) < -UPSIDE)


def edges_coincide(rgb: UInt8, distance: NDArray) -> bool:
    """Whether a photo's edges lie where depth jumps, more than they would by chance.

    Parameters
    ----------
    rgb : uint8 [H, W, 3].
    distance : [H, W], above 0, +inf is sky.

    Returns
    -------
    True also where either has too few edges to say.
    """
    photo, depth = _photo_edges(rgb), _depth_edges(distance)
    if photo is None or depth is None:
        return True
    here = _agreement(photo, depth)
    step = photo.shape[1] // (_SHIFTS + 1)
    chance = [
        _agreement(np.roll(photo, step * number, axis=1), depth) for number in range(1, _SHIFTS + 1)
    ]
    return here - float(np.mean(chance)) > STRANGERS * max(float(np.std(chance)), 0.005)


def _agreement(one: Float32, other: Float32) -> float:
    """Correlation over the picture, rows weighted by their area on the sphere."""
    weight = np.cos((0.5 - (np.arange(len(one)) + 0.5) / len(one)) * np.pi)[:, None]
    weight = np.broadcast_to(weight / weight.sum() / one.shape[1], one.shape)
    a, b = one - (one * weight).sum(), other - (other * weight).sum()
    spread = float((a * a * weight).sum() * (b * b * weight).sum()) ** 0.5
    return float((a * b * weight).sum()) / spread if spread > 0 else 0.0


def _photo_edges(rgb: UInt8) -> Float32 | None:
    small = cv2.resize(rgb, _SIZE, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (0, 0), 1).astype(np.float32)
    return _clipped(_gradient(grey), LEAST_CONTRAST)


def _depth_edges(distance: NDArray) -> Float32 | None:
    inverse = np.divide(1, distance, out=np.zeros(distance.shape, np.float32), where=distance > 0)
    small = cv2.resize(inverse.astype(np.float32), _SIZE, interpolation=cv2.INTER_AREA)
    middle = float(np.median(small[small > 0])) if (small > 0).any() else 0.0
    return _clipped(_gradient(np.log(small + 0.1 * middle + 1e-9)), LEAST_JUMP)


def _gradient(values: Float32) -> Float32:
    across = np.roll(values, -1, 1) - np.roll(values, 1, 1)
    return np.hypot(across, np.gradient(values, axis=0) * 2).astype(np.float32)


def _clipped(edges: Float32, least: float) -> Float32 | None:
    """Strong edges count alike; `None` where there are none."""
    strong = float(np.percentile(edges, 97))
    return np.minimum(edges, strong) if strong > least else None
