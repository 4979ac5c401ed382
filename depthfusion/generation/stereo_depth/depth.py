"""Two eyes of omni-directional stereo become one panorama with distance."""

from dataclasses import dataclass

import cv2
import numpy as np

from depthfusion.generation.stereo_depth.centre import (
    UNKNOWN,
    fill_between,
    seen_by,
    thrown_to_centre,
)
from depthfusion.generation.stereo_depth.colours import centre_picture
from depthfusion.generation.stereo_depth.completion import (
    USELESS,
    Surfaces,
    complete,
    disparity_of,
    inverse_distance,
)
from depthfusion.generation.stereo_depth.enlarging import enlarge
from depthfusion.generation.stereo_depth.eyes import order_of_eyes
from depthfusion.generation.stereo_depth.matching import Matches, match
from depthfusion.generation.stereo_depth.ods import angle_apart
from depthfusion.generation.stereo_depth.poles import continue_over_poles
from depthfusion.generation.stereo_depth.refinement import Comparer, Comparison
from depthfusion.generation.stereo_depth.sky import find_sky
from depthfusion.geometry.equirectangular import latitudes, solid_angles
from depthfusion.types import InputError, Progress, RGBDPanorama, silent
from depthfusion.types.arrays import Bool, Float32, UInt8

SHARE_OF_NOISE = 4.0  # disparities of fewer standard deviations say only "far"
LEAST_NOISE = 0.05  # pixels; what matching is never better than, small systematic errors included
HALF_SURE = 0.1  # relative error of distance at which confidence is 1/2
CONTINUED = 0.15  # confidence of what was not measured
SKY = 0.6


@dataclass(frozen=True)
class OdsOptions:
    """How an ODS pair is read.

    Parameters
    ----------
    ipd : baseline, the diameter of the circle of both eyes, metres.
    nearest : horizontal distance in metres down to which matches are sought.
    width : of the pictures that are matched; larger ones are matched at this width, and keep theirs
        for the colours.

    Raises
    ------
    InputError
        A value is out of range.
    """

    ipd: float = 0.064
    nearest: float = 0.35
    width: int = 2048

    def __post_init__(self) -> None:
        """Verify ranges."""
        if not 0.005 <= self.ipd <= 1:
            raise InputError(f"the baseline must be 0.005 to 1 m; got {self.ipd:g}")
        if self.nearest <= self.ipd:
            raise InputError(
                f"the nearest distance must be above the baseline {self.ipd:g} m; "
                f"got {self.nearest:g}"
            )
        if self.width < 64:
            raise InputError(f"the width of matching must be 64 or more; got {self.width}")


@dataclass(frozen=True, eq=False)
class StereoDepth:
    """What two eyes tell, and how sure it is.

    Parameters
    ----------
    panorama : from the centre between the eyes, metric as far as the baseline is.
    confidence : float32 [H, W], 0 … 1: 1/(1 + (e/0.1)²) for an expected relative error e of the
        distance where it was measured; low where surfaces were only continued.
    reach : horizontal distance in metres beyond which a distance only says "at least this far".
    measured, far, sky : shares of the sphere: compared in both eyes, farther than `reach`, and sky.
    swapped : the eyes came in the wrong order, and were put right.
    notes : sentences for the person.
    """

    panorama: RGBDPanorama
    confidence: Float32
    reach: float
    measured: float
    far: float
    sky: float
    swapped: bool
    notes: tuple[str, ...]


def distance_from_ods(
    left: UInt8, right: UInt8, options: OdsOptions | None = None, progress: Progress = silent
) -> StereoDepth:
    """Measure the distance that an omni-directional stereo pair holds.

    Parameters
    ----------
    left, right : uint8 [H, W, 3], sRGB, W = 2H: equirectangular, each column from its own place on
        the eyes' circle, without convergence and without a taper towards the poles.
    options : the defaults where absent.
    progress : may raise `Cancelled`.

    Raises
    ------
    InputError
        The eyes differ in size or are no panoramas, have nothing in common, or show no parallax.
    """
    options = options or OdsOptions()
    _verify(left, right)
    progress("Telling the eyes apart", 0.0)
    order = order_of_eyes(left, right)
    if order == "same":
        raise InputError(
            "both eyes show the same picture, so there is no depth in it; --layout mono takes one"
        )
    if order == "swapped":
        left, right = right, left
    eyes = [_resized(eye, min(options.width, eye.shape[1])) for eye in (left, right)]
    matches = _matches(eyes, options, progress)
    surfaces, seen = _surfaces(eyes, matches, options.ipd, progress)
    progress("Continuing over the poles", 0.0)
    measured = surfaces.error < USELESS
    inverse, continued = continue_over_poles(
        inverse_distance(surfaces.disparity, options.ipd), measured
    )
    measured &= ~continued
    told = _tell(inverse, measured, surfaces.error, seen.colour, options.ipd)
    progress("Putting the centre together", 0.0)
    rgb = _colours(left, right, eyes, matches, disparity_of(told.inverse, options.ipd))
    return _finished(rgb, told, options, order == "swapped")


def _verify(left: UInt8, right: UInt8) -> None:
    if left.shape != right.shape:
        raise InputError(
            f"both eyes must have one size; got {left.shape[1]}×{left.shape[0]} and "
            f"{right.shape[1]}×{right.shape[0]}"
        )
    height, width = left.shape[:2]
    if width != 2 * height or height < 32:
        raise InputError(
            f"each eye must be a panorama twice as wide as high, 64×32 or more; "
            f"got {width}×{height}"
        )


def _resized(eye: UInt8, width: int) -> UInt8:
    if eye.shape[1] == width:
        return eye
    return cv2.resize(eye, (width, width // 2), interpolation=cv2.INTER_AREA)


def _matches(eyes: list[UInt8], options: OdsOptions, progress: Progress) -> Matches:
    progress("Matching rows", 0.0)
    width = eyes[0].shape[1]
    most = float(angle_apart(options.nearest, options.ipd)) * width / (2 * np.pi)
    return match(eyes[0], eyes[1], -max(width // 512, 2), int(np.ceil(most)))


def _surfaces(
    eyes: list[UInt8], matches: Matches, ipd: float, progress: Progress
) -> tuple[Surfaces, Comparison]:
    """Refine what matched, and continue it over what did not."""
    thrown = thrown_to_centre(matches)
    disparity = cv2.medianBlur(fill_between(thrown, thrown > UNKNOWN), 5)
    compare = Comparer(eyes[0].astype(np.float32), eyes[1].astype(np.float32))
    progress("Refining", 0.0)
    seen = compare(disparity)
    disparity = disparity + np.where(seen.error < 1, seen.step, 0)
    progress("Refining", 0.4)
    seen = compare(disparity)
    progress("Refining", 0.7)
    return complete(disparity, seen, ipd), seen


@dataclass(frozen=True, eq=False)
class _Told:
    """Inverse distance with far and sky told apart, [H, W] each."""

    inverse: Float32
    confidence: Float32
    measured: Bool
    far: Bool
    sky: Bool
    reach: float


def _tell(inverse: Float32, measured: Bool, error: Float32, colour: Float32, ipd: float) -> _Told:
    """Bring what is too far to be measured to the end of the range, and sky beyond it."""
    height, width = inverse.shape
    noise = max(float(np.median(error[measured])) if measured.any() else 1.0, LEAST_NOISE)
    least = SHARE_OF_NOISE * noise
    reach = 0.5 * ipd / np.sin(min(least * np.pi / width, np.pi / 2))
    end = (np.cos(latitudes(height)) / reach)[:, None].astype(np.float32)
    disparity = np.maximum(disparity_of(inverse, ipd), 0)
    compared = measured & (error < least)
    sky = find_sky(colour, disparity > least, compared)
    far = (inverse <= end) & ~sky
    relative = np.hypot(error, LEAST_NOISE) / np.maximum(disparity, least)
    confidence = np.where(measured, 1 / (1 + (relative / HALF_SURE) ** 2), CONTINUED)
    confidence = np.where(far, np.minimum(confidence, CONTINUED), confidence)
    confidence = np.where(sky, SKY, confidence).astype(np.float32)
    held = np.where(sky, 0, np.maximum(inverse, end)).astype(np.float32)
    return _Told(held, confidence, measured, far, sky, float(reach))


def _colours(
    left: UInt8, right: UInt8, eyes: list[UInt8], matches: Matches, disparity: Float32
) -> UInt8:
    """The centre's picture at the eyes' own size."""
    seen = seen_by(matches, disparity)
    height, width = left.shape[:2]
    if eyes[0].shape[1] != width:
        factor = width / eyes[0].shape[1]
        size = (width, height)
        disparity = cv2.resize(disparity, size, interpolation=cv2.INTER_LINEAR) * factor
        seen = cv2.resize(seen[0], size), cv2.resize(seen[1], size)
    return centre_picture(left, right, disparity, seen)


def _finished(rgb: UInt8, told: _Told, options: OdsOptions, swapped: bool) -> StereoDepth:
    height, width = rgb.shape[:2]
    inverse, confidence = told.inverse, told.confidence
    if inverse.shape != (height, width):
        inverse = enlarge(inverse, rgb)
        confidence = cv2.resize(confidence, (width, height), interpolation=cv2.INTER_LINEAR)
    with np.errstate(divide="ignore"):
        distance = (1 / inverse).astype(np.float32)
    if not np.isfinite(distance).any():
        raise InputError("both eyes show nothing but sky, so there is nothing to stand in")
    area = solid_angles(*told.inverse.shape)[:, None] / (4 * np.pi)
    measured, far, sky = (
        float((area * part).sum()) for part in (told.measured, told.far, told.sky)
    )
    notes = [
        f"distance comes from two eyes {options.ipd * 1000:g} mm apart: {measured:.0%} of the "
        f"sphere was measured, surfaces continue over the rest; beyond {told.reach:.0f} m the eyes "
        "see no difference",
    ]
    if swapped:
        notes.append(
            "the eyes were swapped (near things lay on the wrong side), and were put right"
        )
    if far > 0.005:
        notes.append(f"{far:.0%} of the sphere is only known to be {told.reach:.0f} m away or more")
    if sky > 0.001:
        notes.append(f"{sky:.0%} of the sphere was taken for sky")
    panorama = RGBDPanorama(rgb, distance, "metric")
    return StereoDepth(panorama, confidence, told.reach, measured, far, sky, swapped, tuple(notes))
