"""A photo and a depth file of the same view, as one panorama with distance."""

from pathlib import Path

import numpy as np

from depthfusion.geometry.depth import DepthMapping, distance_from_inverse
from depthfusion.geometry.equirectangular import directions
from depthfusion.io.depth_files import DepthFile
from depthfusion.io.depth_fitting import fill_missing, fit_depth, split_missing
from depthfusion.io.images import PanoramaPhoto
from depthfusion.io.placement import Placement, source_pixels
from depthfusion.studio.options import Missing
from depthfusion.studio.reach import Reach
from depthfusion.types import InputError, RGBDPanorama, Scale
from depthfusion.types.arrays import Bool, Float32


def join(
    photo: PanoramaPhoto, depth: DepthFile, reach: Reach, missing: Missing = "auto"
) -> tuple[RGBDPanorama, list[str]]:
    """Give every pixel of a photo its distance.

    Depth along an optical axis ("z") has a meaning only where there is one axis: in an ordinary
    photo that was laid on the sphere. Converters that write the z of each cube face into a panorama
    exist, but nothing in the file says where the faces lie, so it is refused rather than guessed.

    Parameters
    ----------
    photo, depth : of the same view.
    reach : `--near` and `--far`.
    missing : what a place is where nothing was measured: "sky", "gap", or "auto".

    Returns
    -------
    The panorama, and sentences about all that was assumed or repaired.

    Raises
    ------
    InputError
        The shapes don't fit each other, or "z" was given for a panorama.
    """
    placement = photo.placement
    if depth.kind == "z" and placement.projection != "perspective":
        raise InputError(
            "depth kind z is along one optical axis, and a 360° panorama has none; bring distances "
            "along the ray (--depth-kind distance), or inverse depth (--depth-kind inverse)"
        )
    height, width = photo.rgb.shape[:2]
    values, fitted = fit_depth(depth.values, height, width, placement=placement)
    notes = [*photo.notes, *depth.notes, *([fitted] if fitted else [])]
    if depth.kind == "inverse":
        distance, scale, said = _from_inverse(values, placement, reach)
    else:
        if depth.kind == "z":
            values = _along_rays(values)
        distance, scale, said = _from_measured(values, reach, missing)
    return RGBDPanorama(photo.rgb, distance, scale), [*notes, *said]


def _from_inverse(
    values: Float32, placement: Placement, reach: Reach
) -> tuple[Float32, Scale, list[str]]:
    near, far = reach.mapping_ends()
    distance = distance_from_inverse(values, DepthMapping("inverse", near=near, far=far))
    outside = _outside(placement, values.shape)
    if reach.given:
        return fill_missing(distance, outside), "metric", []
    note = (
        f"inverse depth has no unit: 1 was taken as {near:g} and 0 as {far:g}, and the scene's "
        "scale as relative; --near and --far in metres make it metric"
    )
    return fill_missing(distance, outside), "relative", [note]


def _outside(placement: Placement, shape: tuple[int, ...]) -> Bool:
    """Where the photo does not reach."""
    if placement.whole:
        return np.zeros(shape, bool)
    _, _, known = source_pixels(placement, *shape)
    return ~known


def _along_rays(z_depth: Float32) -> Float32:
    """Distance from depth along the forward axis; 0 stays 0, and so does what is not ahead."""
    ahead = -directions(*z_depth.shape)[..., 2]
    return np.divide(z_depth, ahead, out=np.zeros_like(z_depth), where=(z_depth > 0) & (ahead > 0))


def _from_measured(
    values: Float32, reach: Reach, missing: Missing
) -> tuple[Float32, Scale, list[str]]:
    distance, said = split_missing(values, values == 0, missing)
    notes = [said] if said else []
    low = 0.0 if reach.near is None else reach.near
    high = np.inf if reach.far is None else reach.far
    beyond = np.isfinite(distance) & ((distance < low) | (distance > high))
    if beyond.any():
        distance = np.where(beyond, np.clip(distance, low, high), distance).astype(np.float32)
        notes.append(f"{beyond.mean():.2%} of the pixels were brought into near … far")
    return distance, "metric", notes


def depth_needed(photo: Path) -> InputError:
    """Say that depth is not estimated in this version, and what to bring."""
    return InputError(
        f"{photo} needs a depth file in this version: add --depth FILE with --depth-kind distance "
        "(metres along the ray), inverse (0 to 1, 1 nearest) or z (metres along the optical axis, "
        "for an ordinary photo with --fit)"
    )
