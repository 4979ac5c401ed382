"""What the two eyes of omni-directional stereo (ODS) see of a point, by formula.

An eye's rays leave a circle of radius R = ipd/2 along its tangents. A point at horizontal distance
ρ, longitude λ and height z is seen by the left eye at λ + asin(R/ρ), by the right eye at
λ − asin(R/ρ), and by both on one row, whose latitude φ′ is given by tan φ′ = z/√(ρ² − R²) (Peleg,
Ben-Ezra and Pritch, "Omnistereo: Panoramic Stereo Imaging", PAMI 2001; Google, "Rendering
Omni-directional Stereo Content", 2015). From the centre it stands at longitude λ and at latitude φ
with tan φ = z/ρ = tan φ′ · cos(δ/2), where δ = 2·asin(R/ρ) is what the eyes lie apart.
"""

import numpy as np
from numpy.typing import ArrayLike

from depthfusion.types.arrays import Float64


def angle_apart(horizontal: ArrayLike, ipd: float) -> Float64:
    """Longitude between both eyes' images, radians, of points at horizontal distance > ipd/2."""
    return 2 * np.arcsin(0.5 * ipd / np.asarray(horizontal, np.float64))


def horizontal_distance(apart: ArrayLike, ipd: float) -> Float64:
    """Horizontal distance for an angle δ in radians; +inf where δ is 0 or less."""
    half = np.sin(np.minimum(np.asarray(apart, np.float64), np.pi) / 2)
    out = np.full(half.shape, np.inf)
    return np.divide(0.5 * ipd, half, out=out, where=half > 0)


def latitude_in_eyes(latitude: ArrayLike, apart: ArrayLike) -> Float64:
    """Latitude at which the eyes see what stands at `latitude` from the centre, radians."""
    return np.arctan(np.tan(latitude) / np.cos(np.asarray(apart) / 2))
