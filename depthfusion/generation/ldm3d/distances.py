"""Relative inverse depth, as the model gives it, and distances along the ray, as a place needs."""

import numpy as np
from scipy import ndimage

from depthfusion.generation.options import Start
from depthfusion.geometry.depth import DepthMapping, distance_from_inverse, inverse_from_distance
from depthfusion.types.arrays import Bool, Float32, UInt8

SKY_DEPTH = 0.02  # inverse depth up to which the model means infinity; walls are above it
SKY_SHARE = 2e-3  # of the picture, below which a patch is noise
SKY_FLOOR = 0.55  # share of the height down to which a patch must reach up from
BEYOND = 2.0  # how much farther than the farthest surface inverse depth 0 stands for
FEATHER = 1 / 128  # of the width, over which a region drawn anew becomes what it was


def sky_of(inverse: Float32) -> Bool:
    """Where the model means the sky: nothing near over a wide patch that begins above the horizon.

    Parameters
    ----------
    inverse : float32 [H, W], relative inverse depth, 0 to 1, 1 nearest.

    Returns
    -------
    bool [H, W].
    """
    height, width = inverse.shape
    far = inverse <= SKY_DEPTH
    far[int(SKY_FLOOR * height) :] = False
    # Twice beside itself, a patch across the seam is one patch in the middle.
    labels, count = ndimage.label(np.concatenate([far, far], axis=1))
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    above = np.zeros(count + 1, np.bool_)
    above[labels[: height // 2 - height // 16].ravel()] = True
    kept = ((sizes >= SKY_SHARE * inverse.size) & above)[labels]
    return kept[:, :width] | kept[:, width:]


def distances(inverse: Float32, mapping: DepthMapping) -> Float32:
    """Distance along the ray, float32 [H, W], the sky at +inf unless it would be everywhere."""
    distance = distance_from_inverse(inverse, mapping)
    sky = sky_of(inverse)
    if not sky.all():
        distance[sky] = np.inf
    return distance


def mapping_of(start: Start) -> DepthMapping:
    """The mapping in which a panorama's own distances fill inverse depth from 0 to 1."""
    finite = start.distance[np.isfinite(start.distance)]
    near, far = (float(value) for value in np.percentile(finite, (0.1, 99.9)))
    return DepthMapping("inverse", near=near, far=max(BEYOND * far, 1.001 * near))


def inverse_of(start: Start, mapping: DepthMapping) -> Float32:
    """What the model takes for a panorama's distances: float32 [H, W], 0 to 1."""
    return inverse_from_distance(start.distance, mapping)


def joined(start: Start, rgb: UInt8, distance: Float32) -> tuple[UInt8, Float32]:
    """Put a region drawn anew into the panorama that it was drawn for.

    Outside the mask every pixel stays as it was; inside, over a narrow rim, one becomes the other.

    Parameters
    ----------
    start : with a mask.
    rgb, distance : uint8 [H, W, 3] and float32 [H, W], of the size of `start`.
    """
    share = _share(start.mask, FEATHER * rgb.shape[1])  # type: ignore[arg-type]
    colour = share[..., None] * rgb + (1 - share[..., None]) * start.rgb
    new, old = 1 / distance, 1 / start.distance
    mixed = np.where((new > 0) & (old > 0), share * new + (1 - share) * old, 0)
    # Between a surface and the sky there is nothing to mix.
    mixed = np.where((new > 0) ^ (old > 0), np.where(share >= 0.5, new, old), mixed)
    with np.errstate(divide="ignore"):
        merged = np.where(share > 0, 1 / mixed, start.distance)
    return np.rint(colour).astype(np.uint8), merged.astype(np.float32)


def _share(mask: Bool, width: float) -> Float32:
    """How much of the new there is: 0 outside the mask, rising inwards over `width` pixels."""
    if mask.all():
        return np.ones(mask.shape, np.float32)
    pad = int(np.ceil(width)) + 1
    wide = np.pad(mask, ((0, 0), (pad, pad)), mode="wrap")
    inside = ndimage.distance_transform_edt(wide)[:, pad:-pad]
    return np.clip(inside / max(width, 1.0), 0, 1).astype(np.float32)
