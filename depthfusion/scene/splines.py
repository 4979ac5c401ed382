"""Curves through keyframes with continuous acceleration (C²), periodic or at rest at their ends.

SciPy is imported where one is drawn, because most commands draw none.
"""

import numpy as np

from depthfusion.types.arrays import Float64


def spline(times: Float64, values: Float64, at: Float64, closed: bool) -> Float64:
    """Cubic spline through values [K, C], evaluated at [N]; C², periodic or at rest at its ends."""
    from scipy.interpolate import CubicSpline

    if closed:  # SciPy asks for equality to the bit
        values = np.concatenate([values[:-1], values[:1]])
    return CubicSpline(times, values, bc_type="periodic" if closed else "clamped")(at)


def rotation_spline(times: Float64, rotations: Float64, at: Float64, closed: bool) -> Float64:
    """Rotations [N, 3, 3] through keyframes [K, 3, 3], C², periodic or at rest at both ends.

    SciPy's spline knows neither. A way there and back is a loop that rests, by symmetry, where it
    turns; and a loop is repeated before and after itself until the ends no longer tell.
    """
    from scipy.spatial.transform import Rotation, RotationSpline

    if not closed:
        times = np.concatenate([times, 2 * times[-1] - times[-2::-1]])
        rotations = np.concatenate([rotations, rotations[-2::-1]])
    period, inner = times[-1] - times[0], len(times) - 1
    rounds = range(-max(1, 24 // inner), max(1, 24 // inner) + 1)
    times = np.concatenate([times[:-1] + turn * period for turn in rounds])
    rotations = np.concatenate([rotations[:-1]] * len(rounds))
    return RotationSpline(times, Rotation.from_matrix(rotations))(at).as_matrix()
