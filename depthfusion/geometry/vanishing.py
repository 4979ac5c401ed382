"""Straight lines of a panorama, and the directions that they agree on: up, and along the walls.

A straight line in space lies in one plane with the camera, and shows as an arc of a great circle.
Lines of one direction have planes that all contain that direction: their normals are at right
angles to it (Barnard: Interpreting Perspective Images, Artificial Intelligence 21, 1983).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from depthfusion.geometry.equirectangular import pixel_from_direction
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.types.arrays import Float64, UInt8

VIEWS = 8  # perspective pictures round the horizon, each a quarter turn wide
LARGEST_TILT = np.radians(35)
AGREES = np.radians(1.5)  # a line this far off a direction has half a say
SHORTEST = np.radians(3)  # arcs that count
LEAST_SHARE = 0.06  # of the length of all lines that must stand upright
_SIDE = 384  # pixels of a view at most; else as many as the panorama has there
_TRIALS = 1500


@dataclass(frozen=True, eq=False)
class Lines:
    """Straight lines as arcs on the sphere.

    Parameters
    ----------
    normals : float64 [N, 3], unit, of the plane of each arc and the camera.
    lengths : float64 [N], radians.
    middles : float64 [N, 3], unit, directions of the arcs' middles.
    """

    normals: Float64
    lengths: Float64
    middles: Float64

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.lengths)


def straight_lines(rgb: UInt8) -> Lines:
    """Find straight lines round the horizon.

    Parameters
    ----------
    rgb : uint8 [H, 2H, 3], a panorama.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    side = min(_SIDE, max(64, rgb.shape[1] // 4))
    finder = cv2.createLineSegmentDetector()
    starts, ends = [], []
    for number in range(VIEWS):
        turn = yaw_pitch(2 * np.pi * number / VIEWS, 0.0).rotation
        found = finder.detect(_view(grey, turn, side))[0]
        if found is not None:
            ends_of_lines = _rays(found.reshape(-1, 2, 2).astype(np.float64), side) @ turn.T
            starts.append(ends_of_lines[:, 0])
            ends.append(ends_of_lines[:, 1])
    if not starts:
        return Lines(np.zeros((0, 3)), np.zeros(0), np.zeros((0, 3)))
    one, other = np.concatenate(starts), np.concatenate(ends)
    normal = np.cross(one, other)
    size = np.linalg.norm(normal, axis=-1)
    length = np.arctan2(size, (one * other).sum(axis=-1))
    long = (length > SHORTEST) & (size > 1e-9)
    middle = (one + other)[long]
    return Lines(
        normal[long] / size[long, None],
        length[long],
        middle / np.linalg.norm(middle, axis=-1, keepdims=True),
    )


def _view(grey: NDArray, turn: Float64, side: int) -> NDArray:
    """A quarter turn of the panorama as a pinhole sees it, [side, side]."""
    y, x = np.mgrid[:side, :side]
    rays = _rays(np.stack([x, y], axis=-1).astype(np.float64), side) @ turn.T
    pixel = pixel_from_direction(rays, *grey.shape).astype(np.float32)
    return cv2.remap(grey, pixel[..., 0], pixel[..., 1], cv2.INTER_LINEAR, None, cv2.BORDER_WRAP)


def _rays(pixel: Float64, side: int) -> Float64:
    """Unit rays in camera axes of positions in a view, first pixel's centre at (0, 0)."""
    plane = (pixel + 0.5) / (side / 2) - 1
    rays = np.stack([plane[..., 0], -plane[..., 1], -np.ones(plane.shape[:-1])], axis=-1)
    return rays / np.linalg.norm(rays, axis=-1, keepdims=True)


def upright(lines: Lines) -> Float64 | None:
    """The direction that the upright lines of a panorama point to.

    Parameters
    ----------
    lines : of the panorama.

    Returns
    -------
    Unit vector [3] in the panorama's axes within `LARGEST_TILT` of +Y; `None` where too few lines
    agree on one.
    """
    steep = np.abs(lines.normals[:, 1]) < np.sin(LARGEST_TILT)
    normals, weights = lines.normals[steep], lines.lengths[steep]
    if len(normals) < 8:
        return None
    rng = np.random.default_rng(0)
    chance = weights / weights.sum()
    pairs = rng.choice(len(normals), (_TRIALS, 2), p=chance)
    trial = np.cross(normals[pairs[:, 0]], normals[pairs[:, 1]])
    size = np.linalg.norm(trial, axis=-1)
    trial = trial[size > 0.05] / size[size > 0.05, None]
    trial = trial * np.where(trial[:, 1:2] < 0, -1, 1)
    trial = np.concatenate([trial[trial[:, 1] > np.cos(LARGEST_TILT)], [[0.0, 1.0, 0.0]]])
    up = trial[np.argmax(_say(normals, trial) @ weights if len(trial) else 0)]
    for _ in range(8):
        say = _say(normals, up[None])[0] * weights
        moments = (normals * say[:, None]).T @ normals
        up = np.linalg.eigh(moments)[1][:, 0]
        up = up if up[1] > 0 else -up
    share = float((_say(normals, up[None])[0] * weights).sum() / lines.lengths.sum())
    return up if share > LEAST_SHARE and up[1] > np.cos(LARGEST_TILT) else None


def _say(normals: Float64, directions: Float64) -> Float64:
    """How much each line [N] is for each direction [D]: [D, N], 1 where it points there exactly."""
    off = (directions @ normals.T) / np.sin(AGREES)
    return 1 / (1 + off**2) ** 2


def wall_azimuth(lines: Lines) -> tuple[float, float]:
    """The horizontal direction that most level lines run along, or at right angles to.

    Parameters
    ----------
    lines : of a level panorama.

    Returns
    -------
    Azimuth in radians, 0 to π/2, from −Z towards +X; and how clear it is: the share of the lines'
    length that agrees beyond what a mean azimuth gets, 0 where there are none.
    """
    level = np.abs(lines.normals[:, 1]) > np.sin(np.radians(8))
    normals, weights = lines.normals[level], lines.lengths[level]
    if len(normals) < 4:
        return 0.0, 0.0
    azimuth = np.radians(np.arange(0, 90, 0.25))
    score = np.zeros(len(azimuth))
    for quarter in (0.0, np.pi / 2):
        turned = azimuth + quarter
        along = np.stack([np.sin(turned), np.zeros_like(turned), -np.cos(turned)], axis=-1)
        score += _say(normals, along) @ weights
    best = int(np.argmax(score))
    return float(azimuth[best]), float((score[best] - score.mean()) / weights.sum())
