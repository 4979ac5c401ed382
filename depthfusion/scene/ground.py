"""Where the floor is: how far below the camera, in the scene's unit."""

import numpy as np
from numpy.typing import NDArray

from depthfusion.geometry.equirectangular import latitudes, solid_angles

STEEP = np.radians(
    20
)  # below the horizon; what is seen flatter says little about the floor's height
STEP = 0.02  # of the logarithm of height: how finely heights are told apart
_LEAST = 0.02  # share of what lies below that a floor has
_OFF = 0.03  # of the sine: how far a pixel of the floor may be off a fitted one
_EXACT = 1e-4  # … and at least
_ROWS = 96  # that a fit looks at


def floor_height(distance: NDArray) -> float | None:
    """How far the floor lies below the camera.

    Parameters
    ----------
    distance : [H, 2H], along the ray, above 0, +inf is sky; the horizon is level.

    Returns
    -------
    The height that the largest part of what is seen below lies at, in the distance's unit; `None`
    where nothing lies below.
    """
    height, width = distance.shape
    lat = latitudes(height)
    below = lat < -STEEP
    drop = distance[below] * np.sin(-lat[below])[:, None]
    weight = np.broadcast_to(solid_angles(height, width)[below, None], drop.shape)
    known = np.isfinite(drop)
    if not known.any():
        return None
    logs = np.log(drop[known])
    low = float(logs.min())
    bins = ((logs - low) / STEP).astype(np.intp)
    counted = np.bincount(bins, weight[known])
    share = np.convolve(counted, [0.25, 0.5, 1, 0.5, 0.25], "same")
    best = int(share.argmax())
    if share[best] < _LEAST * weight.sum():
        return None
    near = np.abs(bins - best) <= 2
    return float(np.exp(np.average(logs[near], weights=weight[known][near])))


def flat_floor(inverse: NDArray, camera_height: float) -> tuple[float, float] | None:
    """Factor and shift that lay the floor flat, so far below the camera.

    On a floor h below, the inverse distance along a ray that points down by φ is sin φ / h. Inverse
    depth that is known up to factor and shift is fitted to that by consensus of its pixels.

    Parameters
    ----------
    inverse : [H, 2H], inverse distance, larger is nearer.
    camera_height : h, > 0.

    Returns
    -------
    a, b with `a · inverse + b` in 1/m; `None` where no floor shows.
    """
    step = max(1, len(inverse) // _ROWS)
    small = np.asarray(inverse, np.float64)[::step, ::step]
    lat = latitudes(len(inverse))[::step]
    below = lat < -STEEP / 2
    sine = np.broadcast_to(np.sin(-lat[below])[:, None], small[below].shape).ravel()
    seen = small[below].ravel()
    weight = np.broadcast_to(np.cos(lat[below])[:, None], small[below].shape).ravel()
    rng = np.random.default_rng(0)
    one, other = rng.choice(len(seen), (2, 300), p=weight / weight.sum())
    apart = np.abs(seen[one] - seen[other]) > 1e-6 * (np.ptp(seen) + 1e-12)
    one, other = one[apart], other[apart]
    slope = (sine[one] - sine[other]) / (seen[one] - seen[other])
    shift = sine[one] - slope * seen[one]
    votes = [
        float(weight[np.abs(a * seen + b - sine) < _OFF].sum()) if a > 0 else 0.0
        for a, b in zip(slope, shift, strict=True)
    ]
    if not votes or max(votes) < 0.15 * weight.sum():
        return None
    best = int(np.argmax(votes))
    a, b = float(slope[best]), float(shift[best])
    reach = _OFF
    for _ in range(6):
        off = np.abs(a * seen + b - sine)
        inside = off < reach
        a, b = (
            float(x) for x in np.polyfit(seen[inside], sine[inside], 1, w=weight[inside] ** 0.5)
        )
        reach = max(3 * float(np.median(off[inside])), _EXACT)  # walls' feet drop out
    return (a / camera_height, b / camera_height) if a > 0 else None
