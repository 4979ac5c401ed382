"""From a photo to a distance for every pixel: floor, walls, and ceiling or sky."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from depthfusion.generation.prior.regions import Place, Regions, find_regions
from depthfusion.generation.prior.walls import FARTHEST, wall_distances
from depthfusion.geometry.equirectangular import latitudes
from depthfusion.geometry.vanishing import straight_lines, wall_azimuth
from depthfusion.types import Progress, silent
from depthfusion.types.arrays import Float32, Float64, UInt8

EYE_HEIGHT = 1.6  # metres; of a person who stands and takes a photo
SHAPE_AT = (384, 768)  # rows and columns that the place is fitted at
_CEILINGS = np.geomspace(0.35, 3.0, 60)  # above the camera, in its heights
_EQUAL = 0.93

Surroundings = Literal["indoors", "outdoors"]


@dataclass(frozen=True, eq=False)
class PriorDepth:
    """Distances by geometry alone.

    Parameters
    ----------
    distance : float32 [H, W], +inf is sky, in units of `height`.
    surroundings : "indoors" or "outdoors".
    azimuth : radians; of one of the walls' directions.
    clarity : share of the photo's level lines that agree on it, 0 to 1.
    height : of the camera over the floor, as assumed.
    """

    distance: Float32
    surroundings: Surroundings
    azimuth: float
    clarity: float
    height: float


def fit_prior(
    rgb: UInt8,
    *,
    height: float = EYE_HEIGHT,
    place: Place = "auto",
    progress: Progress = silent,
) -> PriorDepth:
    """Fit a floor, upright walls and a ceiling or sky to a level panorama.

    Parameters
    ----------
    rgb : uint8 [H, 2H, 3].
    height : of the camera over the floor, in any unit; distances come in it.
    place : "indoors", "outdoors", or "auto".
    progress : told each step; may raise `Cancelled`.
    """
    progress("finding sky and floor", 0.0)
    small = cv2.resize(rgb, SHAPE_AT[::-1], interpolation=cv2.INTER_AREA)
    regions = find_regions(small, place=place)
    progress("finding the walls' directions", 0.0)
    azimuth, clarity = wall_azimuth(straight_lines(rgb))
    progress("fitting walls", 0.0)
    rho = wall_distances(regions.floor, _edges(small), azimuth)
    ceiling = None if regions.outdoors else _ceiling(rho, _edges(small))
    progress("laying it out", 0.0)
    distance = _laid_out(rho, ceiling, regions, rgb.shape[0], rgb.shape[1])
    surroundings: Surroundings = "outdoors" if regions.outdoors else "indoors"
    return PriorDepth(
        (distance * height).astype(np.float32), surroundings, azimuth, clarity, height
    )


def _edges(small: UInt8) -> Float32:
    """How much colours change from row to row, 0 to 1, nearly level edges only."""
    lab = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), (0, 0), 1.0).astype(np.float32)
    down = np.abs(cv2.Sobel(lab, cv2.CV_32F, 0, 1)).max(axis=-1)
    across = np.abs(cv2.Sobel(lab, cv2.CV_32F, 1, 0)).max(axis=-1)
    strength = np.maximum(down - 0.5 * across, 0)
    return np.minimum(strength / (np.percentile(strength, 97) + 1e-6), 1).astype(np.float32)


def _ceiling(rho: Float64, edges: Float32) -> float:
    """Height of the ceiling over the camera whose end with the walls lies on most edges."""
    rows, columns = len(edges), np.arange(edges.shape[1])
    score = []
    for height in _CEILINGS:
        row = np.rint((0.5 - np.arctan(height / rho) / np.pi) * rows - 0.5)
        on = edges[np.clip(row, 0, rows - 1).astype(np.intp), columns]
        score.append(float(on.mean()))
    # Walls a little higher than a person are usual; an edge has to speak for anything else. What is
    # on walls makes level edges too, below the ceiling's: of about equals the highest counts.
    usual = np.exp(-(np.log(_CEILINGS / 0.75) ** 2) / (2 * 0.6**2))
    clear = np.array(score) + 0.06 * usual
    return float(_CEILINGS[np.flatnonzero(clear > _EQUAL * clear.max())[-1]])


def _laid_out(
    rho: Float64, ceiling: float | None, regions: Regions, height: int, width: int
) -> Float64:
    """Distance of what each ray meets first, [height, width], in heights of the camera."""
    column = (np.arange(width) + 0.5) * len(rho) / width - 0.5
    wall = _finer(rho, column)
    lat = latitudes(height)[:, None]
    distance = wall[None, :] / np.maximum(np.cos(lat), 1e-6)
    with np.errstate(divide="ignore"):
        distance = np.minimum(distance, np.where(lat < 0, 1 / np.sin(-lat), np.inf))
        if ceiling is not None:
            distance = np.minimum(distance, np.where(lat > 0, ceiling / np.sin(lat), np.inf))
    if regions.outdoors:
        sky = cv2.resize(regions.sky.astype(np.float32), (width, height)) > 0.5
        distance = np.where(sky, np.inf, np.minimum(distance, 4 * FARTHEST))
    return distance


def _finer(rho: Float64, column: Float64) -> Float64:
    """Distances of the walls between the columns that were fitted; corners stay sharp."""
    left = np.floor(column).astype(np.intp)
    one, other = rho[left % len(rho)], rho[(left + 1) % len(rho)]
    share = column - left
    mixed = 1 / ((1 - share) / one + share / other)
    apart = np.maximum(one, other) > 1.15 * np.minimum(one, other)
    return np.where(apart, np.where(share < 0.5, one, other), mixed)
