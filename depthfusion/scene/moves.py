"""Camera moves by name: one period of smooth functions of an angle θ, closed to the bit."""

from collections.abc import Callable, Mapping

import numpy as np

from depthfusion.scene.splines import spline
from depthfusion.types.arrays import Float64

# Positions [N, 3] as a share of the radius, yaw and pitch [N] in radians, all in the viewer's axes.
Placing = tuple[Float64, Float64, Float64]
# For angles θ [N] and the distance of what the gaze stays on, in radii.
Move = Callable[[Float64, float], Placing]


def _gaze(positions: Float64, focus: float) -> Placing:
    """Look at the point `focus` ahead of the centre from everywhere."""
    x, y, z = positions.T
    ahead = focus + z
    return positions, np.arctan2(-x, ahead), np.arctan2(-y, np.hypot(x, ahead))


def _orbit(angle: Float64, focus: float) -> Placing:
    """Round the line of sight, lower than wide, as a head moves easily."""
    flat = np.zeros_like(angle)
    return _gaze(np.stack([np.sin(angle), 0.4 * np.cos(angle), flat], axis=1), focus)


def _sway(angle: Float64, focus: float) -> Placing:
    """To the right, to the left, and back."""
    flat = np.zeros_like(angle)
    return _gaze(np.stack([np.sin(angle), flat, flat], axis=1), focus)


def _dolly(angle: Float64, focus: float) -> Placing:
    """From behind the centre forwards and back again, looking ahead."""
    flat = np.zeros_like(angle)
    return np.stack([flat, flat, np.cos(angle)], axis=1), flat, flat


def _spiral(angle: Float64, focus: float) -> Placing:
    """Two turns outwards and in again, nearing on the way out."""
    out = (1 - np.cos(angle)) / 2
    spin = np.stack([np.sin(2 * angle), 0.6 * np.cos(2 * angle), -0.5 * np.sin(angle)], axis=1)
    return _gaze(out[:, None] * spin, focus)


def turntable(angle: Float64, focus: float) -> Placing:
    """Once round on the spot."""
    return np.zeros((len(angle), 3)), angle, np.zeros_like(angle)


def swing(angle: Float64, focus: float) -> Placing:
    """Half round to the right and to the left on the spot, to be slowed by the turn limit."""
    return np.zeros((len(angle), 3)), np.pi * np.sin(angle), np.zeros_like(angle)


# Stops of the built-in walk: x, z as shares of the radius, yaw and pitch in degrees.
_STOPS = np.array(
    [
        (0.00, 0.60, 0, 0),
        (-0.35, 0.10, -14, -2),
        (-0.55, -0.45, -8, 1),
        (0.10, -0.90, 10, 3),
        (0.65, -0.35, 16, 0),
        (0.40, 0.30, 6, -2),
    ]
)


def _walk(angle: Float64, focus: float) -> Placing:
    """A round on foot: in, to the left, across, and back, looking about."""
    stops = np.concatenate([_STOPS, _STOPS[:1]])
    times = np.linspace(0, 2 * np.pi, len(stops))
    x, z, yaw, pitch = spline(times, stops, angle, closed=True).T
    step = 0.02 * np.sin(8 * angle)  # the head's rise and fall
    return np.stack([x, step, z], axis=1), np.radians(yaw), np.radians(pitch)


MOVES: Mapping[str, Move] = {
    "orbit": _orbit,
    "dolly": _dolly,
    "sway": _sway,
    "spiral": _spiral,
    "turntable": turntable,
    "walk": _walk,
}
