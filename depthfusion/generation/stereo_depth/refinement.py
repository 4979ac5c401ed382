"""Disparity to a small part of a pixel: both eyes fetched, compared, and moved until they agree.

Gauss-Newton steps on the difference of both eyes, the normal equations gathered over neighbours of
one surface (Lucas and Kanade, "An Iterative Image Registration Technique", IJCAI 1981, with
edge-stopping windows), symmetric about the centre. How alike the eyes' slopes are says whether
there was anything to compare.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from depthfusion.generation.stereo_depth.centre import Fetcher
from depthfusion.generation.stereo_depth.smoothing import affinities, smooth
from depthfusion.scene.slices import beside
from depthfusion.types.arrays import Bool, Float32

WINDOW, WIDE = 12.0, 200.0  # about the squares of the windows' reaches, pixels
QUIETEST = 50  # percentile of differences between the eyes that is taken for the pictures’ noise
FAINT = 0.4  # of that noise; noise alone gives slopes of an eighth of it
LONGEST_STEP = 0.5  # pixels a round
COLOUR, JUMP = 30.0, 1.0  # difference of colour, and of disparity in pixels, that part surfaces
LOCAL = 12.0  # pixels; brightness that differs more slowly than this is the eyes', not the scene's
OUTLIER = 6.0  # difference of colour from which a pixel says little
NOISE = 1.0  # variance of a colour that the finest picture has
CHANCE = 2.5  # standard deviations by which both eyes' slopes must correlate beyond chance


@dataclass(frozen=True, eq=False)
class Comparison:
    """What both eyes say about a guess.

    Parameters
    ----------
    step : float32 [H, W], pixels, by how much the disparity should grow.
    error : float32 [H, W], pixels; what standard deviation the pictures leave it, large where they
        show nothing to compare.
    faint : bool [H, W], where there is next to nothing to see.
    colour : float32 [H, W, 3], the mean of both eyes.
    """

    step: Float32
    error: Float32
    faint: Bool
    colour: Float32


class Comparer:
    """Compares both eyes at any guess of the centre's disparity.

    Parameters
    ----------
    left, right : float32 [H, W, 3], 0 … 255.
    """

    def __init__(self, left: Float32, right: Float32) -> None:
        """Leave out what changes slowly: exposure and vignetting differ between the eyes."""
        self._eyes = [
            Fetcher(np.dstack([eye, eye - cv2.GaussianBlur(eye, (0, 0), LOCAL)]), way)
            for eye, way in ((left, 1), (right, -1))
        ]

    def __call__(self, disparity: Float32) -> Comparison:
        """Compare at `disparity`, float32 [H, W], pixels."""
        left, right = self._eyes
        a, b = beside(lambda: left(disparity), lambda: right(disparity))
        colour = 0.5 * (a[..., :3] + b[..., :3])
        apart = a[..., 3:] - b[..., 3:]
        slope_a, slope_b = _slope(a[..., 3:]), _slope(b[..., 3:])
        slope = 0.5 * (slope_a + slope_b)
        trust = 1 / (1 + (apart / OUTLIER) ** 2)
        sums = [
            (trust * slope * slope).sum(-1),
            -(trust * slope * apart).sum(-1),
            (trust * apart * apart).sum(-1),
            (slope_a * slope_b).sum(-1),
            (slope_a * slope_a).sum(-1),
            (slope_b * slope_b).sum(-1),
        ]
        guide = np.dstack([colour / COLOUR, disparity[..., None] / JUMP])
        near, far = affinities(guide, 1.0)
        step, error, faint = _solve(smooth(np.stack(sums), near, far, WINDOW), WINDOW)
        # A wide window crosses edges; it has a say only where the small one has nothing to see.
        wide_step, wide_error, _ = _solve(smooth(np.stack(sums), near, far, WIDE), WIDE)
        better = faint & (wide_error < error)
        step, error = np.where(better, wide_step, step), np.where(better, wide_error, error)
        return Comparison(step, error, faint, colour)


def _solve(sums: Float32, window: float) -> tuple[Float32, Float32, Bool]:
    """The step, the error left, and where there is next to nothing to see.

    `sums` are over windows of about `window` square pixels.
    """
    power, pull, rest, both, one, other = sums
    samples = np.pi * window
    alike = both / np.sqrt(np.maximum(one * other, 1e-6))
    chance = CHANCE / np.sqrt(samples)
    worth = np.clip((alike - chance) / (1 - chance), 1e-3, 1)
    noise = max(NOISE, float(np.percentile(rest[::4, ::4], QUIETEST)))
    error = np.sqrt((rest + NOISE) / (power * worth**2 + 1e-3) / samples)
    step = np.clip(pull / (power + NOISE), -LONGEST_STEP, LONGEST_STEP)
    faint = power < FAINT * noise
    return step.astype(np.float32), error.astype(np.float32), faint


def _slope(picture: Float32) -> Float32:
    return 0.5 * (np.roll(picture, -1, 1) - np.roll(picture, 1, 1))
