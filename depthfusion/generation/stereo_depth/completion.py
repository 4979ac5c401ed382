"""Disparity made whole: what the eyes measured is kept and evened out, the rest is continued."""

from dataclasses import dataclass

import cv2
import numpy as np

from depthfusion.generation.stereo_depth.refinement import Comparison
from depthfusion.generation.stereo_depth.smoothing import affinities, smooth
from depthfusion.generation.stereo_depth.surfaces import fit_planes
from depthfusion.geometry.equirectangular import latitudes
from depthfusion.types.arrays import Bool, Float32

COLOUR = 25.0  # difference of colour, all channels together, that parts surfaces
JUMP = 0.5  # pixels of disparity that do
TAKEN_ON_TRUST = 0.7  # pixels of error given to a match in contrast that the eyes see differently
USELESS = 1e3
ROUGHEST = 1.5  # pixels by which whole-pixel matches may scatter where there is little to see
SPECK = 300 / (2048 * 1024)  # of the picture; a match alone in a smaller patch must be a good one
SPECK_STEP = 16  # sixteenths of a pixel within one patch
UNSURE = 0.25  # pixels of error; a good match has less
PLANE_REACH = 1 / 32  # of the picture's width
FINER = ((1 / 128, 2.0), (1 / 512, 20.0))  # further reaches, and the weight by which they hold back
MOST = 100.0  # weight above which a pixel is no better for a plane
LEAST_ERROR = 0.03  # pixels


@dataclass(frozen=True, eq=False)
class Surfaces:
    """Disparity everywhere.

    Parameters
    ----------
    disparity : float32 [H, W], pixels.
    error : float32 [H, W], pixels, of what was measured; `USELESS` where it was continued.
    """

    disparity: Float32
    error: Float32


def complete(
    disparity: Float32, seen: Comparison, ipd: float, continued: Bool | None = None
) -> Surfaces:
    """Continue surfaces over what the eyes could not compare.

    Parameters
    ----------
    disparity : float32 [H, W], pixels, the best guess.
    seen : both eyes compared there.
    ipd : baseline; only the unit of the planes.
    continued : bool [H, W], where the guess itself was only continued.
    """
    median = cv2.medianBlur(disparity, 5)
    here = np.where(np.abs(median - disparity) > 1, median, disparity)
    error = _reliable(here, seen, here != disparity)
    if continued is not None:
        error[continued & seen.faint] = USELESS
    known = error < USELESS
    weight = np.where(known, 1 / (error**2 + LEAST_ERROR**2), 0).astype(np.float32)
    across, down = _together(here, known, seen.colour)
    width = here.shape[1]
    inverse = inverse_distance(here, ipd) * ipd
    whole, _ = fit_planes(inverse, np.minimum(weight, MOST), across, down, PLANE_REACH * width)
    for reach, hold in FINER:
        sums = np.stack([weight * (inverse - whole), weight])
        part, total = smooth(sums, across, down, (reach * width) ** 2)
        whole = whole + part / (total + hold)
    return Surfaces(disparity_of(whole / ipd, ipd), error)


def inverse_distance(disparity: Float32, ipd: float) -> Float32:
    """Inverse distance from the centre, [H, W], negative for negative disparities in pixels."""
    height, width = disparity.shape
    flat = np.cos(latitudes(height))[:, None] / (0.5 * ipd)
    return (np.sin(disparity * (np.pi / width)) * flat).astype(np.float32)


def disparity_of(inverse: Float32, ipd: float) -> Float32:
    """The inverse of `inverse_distance`."""
    height, width = inverse.shape
    flat = np.cos(latitudes(height))[:, None] / (0.5 * ipd)
    return (np.arcsin(np.clip(inverse / flat, -0.5, 0.99)) * (width / np.pi)).astype(np.float32)


def _reliable(disparity: Float32, seen: Comparison, replaced: Bool) -> Float32:
    """The error to count with, `USELESS` where nothing was recognised."""
    error = np.where(seen.faint, seen.error, np.minimum(seen.error, TAKEN_ON_TRUST))
    error[replaced] = np.where(seen.faint, USELESS, TAKEN_ON_TRUST)[replaced]
    error[_specks(disparity) & (error > UNSURE)] = USELESS
    mean = cv2.blur(disparity, (15, 15))
    scatter = cv2.blur(disparity * disparity, (15, 15)) - mean * mean
    error[seen.faint & (scatter > ROUGHEST**2)] = USELESS
    error[error > TAKEN_ON_TRUST] = USELESS
    return error.astype(np.float32)


def _specks(disparity: Float32) -> Bool:
    """Small patches whose disparity is unlike that around them, the seam included."""
    height, width = disparity.shape
    margin = width // 8
    wide = np.hstack([disparity[:, -margin:], disparity, disparity[:, :margin]])
    steps = np.clip(np.rint(wide * 16), -30000, 30000).astype(np.int16)
    cv2.filterSpeckles(steps, -32000, int(SPECK * height * width), SPECK_STEP)
    return steps[:, margin:-margin] == -32000


def _together(disparity: Float32, known: Bool, colour: Float32) -> tuple[Float32, Float32]:
    """How much neighbours belong to one surface: by colour, and by disparity where it is known."""
    across, down = affinities(colour, COLOUR)
    beside = known & np.roll(known, -1, 1)
    step = np.abs(disparity - np.roll(disparity, -1, 1))
    across = across * np.where(beside, np.exp(-step / JUMP), 1)
    below = known.copy()
    below[:-1] &= known[1:]
    step = np.zeros_like(disparity)
    step[:-1] = np.abs(np.diff(disparity, axis=0))
    down = down * np.where(below, np.exp(-step / JUMP), 1)
    return across.astype(np.float32), down.astype(np.float32)
