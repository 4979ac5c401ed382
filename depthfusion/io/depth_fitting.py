"""Bring measured depth to the panorama's size, and fill what was not measured."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from scipy import ndimage

from depthfusion.geometry.equirectangular import latitudes, solid_angles
from depthfusion.io.continuation import continue_smoothly
from depthfusion.io.guided_upsampling import follow_colours
from depthfusion.io.placement import Placement, place
from depthfusion.types import InputError
from depthfusion.types.arrays import Bool, Float32, UInt8

ASPECT_TOLERANCE = 0.01
EDGE_RATIO = 1.1  # neighbours farther apart than this belong to different things
SKY_SHARE = 0.01  # of the sphere: a gap smaller than this is no sky
OPEN_AIR = 30.0  # metres that measurements reach where there is sky


def fit_depth(
    values: NDArray,
    height: int,
    width: int,
    *,
    placement: Placement | None = None,
    guide: UInt8 | None = None,
) -> tuple[Float32, str | None]:
    """Bring a depth map to the panorama's size without inventing depths between near and far.

    Where neighbours belong to one surface they are averaged in inverse distance; across edges, and
    beside sky or what is missing, the nearest pixel is taken as it is.

    Parameters
    ----------
    values : float32 [h, w], distance, ≥ 0; 0 (not measured) and +inf (sky) stay what they are.
    height, width : wanted size.
    placement : where the photo of the same view was laid (`PanoramaPhoto.placement`); the depth map
        must have the photo's aspect, or be 2:1 for the whole sphere. Outside it the result is 0.
    guide : uint8 [height, width, 3], the photo: where a smaller depth map jumps, each pixel takes
        the surface whose colours are its own.

    Returns
    -------
    float32 [height, width], and a sentence where something was done.

    Raises
    ------
    InputError
        The aspect differs by more than 1 %.
    """
    rows, columns = values.shape
    photo = placement or Placement(height, width)
    fits = abs(columns / rows / (photo.width / photo.height) - 1) <= ASPECT_TOLERANCE
    if not fits and columns == 2 * rows:
        whole = replace(Placement(rows, columns), turn=photo.turn)
        values, note = fit_depth(values, height, width, placement=whole, guide=guide)
        return values, note or "the depth map was taken for the whole sphere"
    if not fits:
        raise InputError(
            f"the depth map is {columns}×{rows} and the photo {photo.width}×{photo.height}: their "
            "shapes differ, so they don't show the same view; bring a depth map of the same shape"
        )
    if not photo.whole:
        placed, _ = place(values, photo, height, width, nearest=True)
        return placed.astype(np.float32), "the depth map was laid on the sphere with its photo"
    if (rows, columns) == (height, width):
        return values.astype(np.float32), None
    note = f"the depth map was resampled from {columns}×{rows} to {width}×{height}"
    result, broken = _resampled(values.astype(np.float32), height, width)
    if guide is not None and rows < height:
        follow_colours(result, broken, values.astype(np.float32), guide)
    return result, note


def fill_missing(distance: NDArray, missing: ArrayLike) -> Float32:
    """Continue the surroundings into places where nothing was measured.

    Parameters
    ----------
    distance : float32 [H, W], above 0 where not missing; +inf is sky and takes no part.
    missing : bool [H, W].

    Returns
    -------
    float32 [H, W]: smooth in inverse distance, over the seam too, within the range of what was
    measured, which itself is unchanged. Where nothing finite was measured, sky.
    """
    gap = np.asarray(missing, bool)
    known = ~gap & np.isfinite(distance)
    if not gap.any():
        return distance.astype(np.float32)
    if not known.any():
        return np.where(gap, np.inf, distance).astype(np.float32)
    inverse = np.divide(1, distance, out=np.zeros(distance.shape), where=known)
    filled = 1 / continue_smoothly(inverse, known)
    return np.where(gap, filled, distance).astype(np.float32)


def split_missing(
    distance: NDArray, missing: ArrayLike, treat: Literal["auto", "sky", "gap"] = "auto"
) -> tuple[Float32, str | None]:
    """Decide for what was not measured whether it is sky or a gap, and fill the gaps.

    Files mark both alike: 0 or 1e10 is the sky of an outdoor rendering and the blind spot of an
    indoor scan. There is sky where distances beyond 30 m were measured and a connected place mostly
    above the horizon covers at least a hundredth of the sphere; then smaller places mostly above
    the horizon, between leaves, are sky too.

    Parameters
    ----------
    distance : float32 [H, W], metres; whatever stands where `missing` is ignored.
    missing : bool [H, W].
    treat : "auto", or "sky" or "gap" for all of it.

    Returns
    -------
    float32 [H, W] without anything missing, and a sentence where there was something.
    """
    gap = np.asarray(missing, bool)
    if not gap.any():
        return distance.astype(np.float32), None
    sky = _sky_among(distance, gap) if treat == "auto" else gap & (treat == "sky")
    result = fill_missing(np.where(sky, np.inf, distance), gap & ~sky)
    return result, _what_was_missing(gap, sky)


def _what_was_missing(gap: Bool, sky: Bool) -> str:
    area = solid_angles(*gap.shape)[:, None] / (4 * np.pi)
    parts = []
    for mask, words in ((gap & ~sky, "continues its surroundings"), (sky, "was taken as sky")):
        if mask.any():
            parts.append(f"{_percent((mask * area).sum())} of the sphere {words}")
    return f"not everything was measured: {', '.join(parts)}"


def _percent(share: float) -> str:
    return f"{share:.2%}" if share >= 1e-4 else "less than 0.01%"


def _sky_among(distance: NDArray, gap: Bool) -> Bool:
    measured = distance[~gap & np.isfinite(distance)]
    if measured.size == 0 or measured.max() < OPEN_AIR:
        return np.zeros(gap.shape, bool)
    labels = _labelled(gap)
    area = np.broadcast_to(solid_angles(*gap.shape)[:, None] / (4 * np.pi), gap.shape)
    above = area * (latitudes(gap.shape[0])[:, None] > 0)
    total = np.bincount(labels.ravel(), area.ravel())
    upper = np.bincount(labels.ravel(), above.ravel())
    is_sky = upper > total / 2
    is_sky[0] = False
    return is_sky[labels] & bool((total[is_sky] >= SKY_SHARE).any())


def _labelled(mask: Bool) -> NDArray:
    """Number the connected places of `mask`, over the seam too; 0 is outside."""
    labels, count = ndimage.label(mask, np.ones((3, 3), int))
    joined = np.arange(count + 1)
    for left, right in {*zip(labels[:, 0].tolist(), labels[:, -1].tolist(), strict=True)}:
        if left and right:
            joined[joined == joined[right]] = joined[left]
    return joined[labels]


def _resampled(values: Float32, height: int, width: int) -> tuple[Float32, Bool]:
    """Average in inverse distance within surfaces, nearest pixel elsewhere; columns wrap.

    Where the nearest pixel was taken is the second result.
    """
    usable = (values > 0) & np.isfinite(values)
    inverse = np.divide(1, values, out=np.zeros_like(values), where=usable)
    shrink = max(values.shape[0] / height, values.shape[1] / width, 1)
    reach = 2 * int(np.ceil(shrink)) + 1  # pixels that the triangle filter sees
    broken = ndimage.maximum_filter(_edges(inverse), reach, mode=("nearest", "wrap"))
    mean = _linear(inverse, height, width)
    within = ~_nearest(broken, height, width) & (mean > 0)
    smooth = np.divide(1, mean, out=np.ones_like(mean), where=within)
    return np.where(within, smooth, _nearest(values, height, width)), ~within


def _edges(inverse: Float32) -> Bool:
    """Mark pixels beside one of another surface, of sky or of nothing (0); columns wrap."""
    edges = inverse <= 0
    for axis in (0, 1):
        following = np.roll(inverse, -1, axis)
        step = np.maximum(inverse, following) > EDGE_RATIO * np.minimum(inverse, following)
        if axis == 0:
            step[-1] = False  # the last row has none below it
        edges |= step | np.roll(step, 1, axis)
    return edges


def _nearest(values: NDArray, height: int, width: int) -> NDArray:
    rows = ((np.arange(height) + 0.5) * values.shape[0] / height).astype(np.intp)
    columns = ((np.arange(width) + 0.5) * values.shape[1] / width).astype(np.intp)
    return values[rows[:, None], columns]


def _linear(values: Float32, height: int, width: int) -> Float32:
    """Triangle filter as wide as the larger pixels; columns wrap."""
    old = values.shape[1]
    margin = min(old, int(np.ceil(2 * max(1, old / width))))
    padded = np.concatenate([values[:, -margin:], values, values[:, :margin]], axis=1)
    box = (margin, 0, margin + old, values.shape[0])
    picture = Image.fromarray(np.ascontiguousarray(padded))
    return np.array(picture.resize((width, height), Image.Resampling.BILINEAR, box=box))
