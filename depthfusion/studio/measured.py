"""A photo and a depth file of the same view, as one panorama with distance."""

from dataclasses import replace

import numpy as np

from depthfusion.geometry.depth import DepthMapping, distance_from_inverse
from depthfusion.io.depth_checks import edges_coincide, looks_inverted
from depthfusion.io.depth_files import DepthFile
from depthfusion.io.depth_fitting import fill_missing, fit_depth, split_missing
from depthfusion.io.images import PanoramaPhoto
from depthfusion.io.placement import Placement, axis_cosines
from depthfusion.studio.import_options import Missing
from depthfusion.studio.reach import Reach
from depthfusion.types import InputError, RGBDPanorama, Scale
from depthfusion.types.arrays import Bool, Float32

STRANGERS_NOTE = (
    "the photo's edges don't lie where the depth jumps; do the two belong together, and is neither "
    "turned or mirrored?"
)


def join(
    photo: PanoramaPhoto, depth: DepthFile, reach: Reach, missing: Missing = "auto"
) -> tuple[RGBDPanorama, list[str]]:
    """Give every pixel of a photo its distance.

    Depth along an optical axis ("z") has a meaning only where there is one: in an ordinary photo
    that was laid on the sphere, and in a cube map's faces. A panorama that was put together from z
    says nowhere where its faces lie, so it is refused rather than guessed.

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
    if depth.kind == "z" and not placement.has_axis:
        raise InputError(
            "depth kind z is along one optical axis, and a 360° panorama has none; bring distances "
            "along the ray (--depth-kind distance), or inverse depth (--depth-kind inverse)"
        )
    height, width = photo.rgb.shape[:2]
    values, fitted = fit_depth(depth.values, height, width, placement=placement, guide=photo.rgb)
    notes = [*photo.notes, *depth.notes, *([fitted] if fitted else [])]
    if depth.kind == "inverse":
        distance, scale, said = _from_inverse(values, _outside(photo, depth), reach)
    else:
        if depth.kind == "z":
            values = _along_rays(values, placement)
        distance, scale, said = _from_measured(values, reach, missing, depth.scale)
    if not edges_coincide(photo.rgb, distance):
        said.append(STRANGERS_NOTE)
    return RGBDPanorama(photo.rgb, distance, scale), [*notes, *said, *inversion_notes(depth)]


def of_left_eye(depth: DepthFile, placement: Placement, layout: str) -> DepthFile:
    """The left eye's half of a depth map that holds both, as its photo does.

    Parameters
    ----------
    depth : as read; returned as it is where it shows one eye.
    placement : of one eye's picture.
    layout : of the photo: "mono", "tb" or "lr".
    """
    rows, columns = depth.values.shape
    one_eye = abs(columns * placement.height / (rows * placement.width) - 1) <= 0.01
    if layout == "mono" or one_eye:
        return depth
    values = depth.values[: rows // 2] if layout == "tb" else depth.values[:, : columns // 2]
    note = "of the depth map's two halves the left eye's was taken"
    return replace(depth, values=values, notes=(*depth.notes, note))


def inversion_notes(depth: DepthFile) -> list[str]:
    """Say so where a depth file's numbers seem to run the other way."""
    if not looks_inverted(depth.values, larger_is_nearer=depth.kind == "inverse"):
        return []
    return [
        f"the depth looks turned round: taken as {depth.kind}, the ground below is farther away "
        "than what stands at eye height; if so, say --invert-depth"
        + (", or --depth-kind inverse" if depth.kind == "distance" else "")
    ]


def _from_inverse(values: Float32, outside: Bool, reach: Reach) -> tuple[Float32, Scale, list[str]]:
    near, far = reach.mapping_ends()
    distance = distance_from_inverse(values, DepthMapping("inverse", near=near, far=far))
    if reach.given:
        return fill_missing(distance, outside), "metric", []
    note = (
        f"inverse depth has no unit: 1 was taken as {near:g} and 0 as {far:g}, and the scene's "
        "scale as relative; --near and --far in metres make it metric"
    )
    return fill_missing(distance, outside), "relative", [note]


def _outside(photo: PanoramaPhoto, depth: DepthFile) -> Bool:
    """Where neither the photo nor its depth reaches."""
    rows, columns = depth.values.shape
    placed = photo.placement.width * rows != photo.placement.height * columns
    if photo.known is None or (placed and columns == 2 * rows):
        return np.zeros(photo.rgb.shape[:2], bool)
    return ~photo.known


def _along_rays(z_depth: Float32, placement: Placement) -> Float32:
    """Distance from depth along the optical axis; 0 stays 0, and so does what is not ahead."""
    ahead = axis_cosines(placement, *z_depth.shape)
    return np.divide(z_depth, ahead, out=np.zeros_like(z_depth), where=(z_depth > 0) & (ahead > 0))


def _from_measured(
    values: Float32, reach: Reach, missing: Missing, scale: Scale
) -> tuple[Float32, Scale, list[str]]:
    distance, said = split_missing(values, values == 0, missing)
    notes = [said] if said else []
    low = 0.0 if reach.near is None else reach.near
    high = np.inf if reach.far is None else reach.far
    beyond = np.isfinite(distance) & ((distance < low) | (distance > high))
    if beyond.any():
        distance = np.where(beyond, np.clip(distance, low, high), distance).astype(np.float32)
        notes.append(f"{beyond.mean():.2%} of the pixels were brought into near … far")
    return distance, scale, notes
