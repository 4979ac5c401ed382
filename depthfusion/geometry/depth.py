"""What a number for depth means, and how it becomes a distance along the ray.

`distance` is along the ray, `z_depth` along the optical axis, `inverse_depth` runs 0…1 with 1
nearest, as LDM3D, MiDaS and DPT give it (DESIGN.md, section 3).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from depthfusion.types.arrays import Float32, Float64, UInt16

MappingKind = Literal["linear", "inverse"]
CODE_MAX = 65535


@dataclass(frozen=True)
class DepthMapping:
    """How inverse depth d in 0…1 becomes distance r.

    Parameters
    ----------
    kind : "linear", the paper's (LDM3D, arXiv 2305.10853, section 4): `r = radius · (1 + strength
        · (1 − 2d))`; "inverse": `1/r = d/near + (1 − d)/far`.
    radius : distance of d = 0.5 under "linear"; > 0.
    strength : 0 … below 1; how far "linear" moves the sphere either way.
    near, far : distances of d = 1 and d = 0 under "inverse"; 0 < near < far.
    """

    kind: MappingKind = "inverse"
    radius: float = 3.0
    strength: float = 0.6
    near: float = 0.8
    far: float = 40.0

    def __post_init__(self) -> None:
        """Verify ranges."""
        if self.kind not in ("linear", "inverse"):
            raise ValueError(f'kind must be "linear" or "inverse"; got {self.kind!r}')
        if not 0 < self.radius < np.inf:
            raise ValueError(f"radius must be above 0; got {self.radius}")
        if not 0 <= self.strength < 1:
            raise ValueError(f"strength must be in 0 … below 1; got {self.strength}")
        _verify_range(self.near, self.far)


def distance_from_inverse(inverse_depth: ArrayLike, mapping: DepthMapping) -> Float32:
    """Distance along the ray, float32, for inverse depth 0…1 of any shape (clipped to that).

    NaN, for what is not known, stays NaN.
    """
    d = np.clip(np.asarray(inverse_depth, np.float64), 0, 1)
    if mapping.kind == "linear":
        r = mapping.radius * (1 + mapping.strength * (1 - 2 * d))
    else:
        r = 1 / (d / mapping.near + (1 - d) / mapping.far)
    return r.astype(np.float32)


def inverse_from_distance(distance: ArrayLike, mapping: DepthMapping) -> Float32:
    """The inverse of `distance_from_inverse`; sky and what lies out of range is clipped to 0…1.

    Raises
    ------
    ValueError
        The mapping is linear with strength 0 and has no inverse.
    """
    r = np.asarray(distance, np.float64)
    if mapping.kind == "linear":
        if mapping.strength == 0:
            raise ValueError("strength must be above 0 for the linear mapping to have an inverse")
        d = (1 - (r / mapping.radius - 1) / mapping.strength) / 2
    else:
        d = (1 / r - 1 / mapping.far) / (1 / mapping.near - 1 / mapping.far)
    return np.clip(d, 0, 1).astype(np.float32)


def distance_from_z(z_depth: ArrayLike, directions: ArrayLike) -> Float64:
    """Distance along the ray from depth along the optical axis (camera's −Z).

    Parameters
    ----------
    z_depth : [...], +inf stays.
    directions : unit rays [..., 3] in camera axes, with a component along −Z.
    """
    return np.asarray(z_depth, np.float64) / -np.asarray(directions, np.float64)[..., 2]


def z_from_distance(distance: ArrayLike, directions: ArrayLike) -> Float64:
    """Depth along the optical axis from distance along unit rays [..., 3] in camera axes."""
    return np.asarray(distance, np.float64) * -np.asarray(directions, np.float64)[..., 2]


def code_range(distance: ArrayLike) -> tuple[float, float]:
    """The near and far that hold every finite distance for the 16-bit code: near < far.

    Raises
    ------
    ValueError
        There is no finite distance.
    """
    finite = np.asarray(distance)[np.isfinite(distance)]
    if not finite.size:
        raise ValueError("distance must be finite somewhere; got sky everywhere")
    near, far = float(finite.min()), float(finite.max())
    return near, max(far, near * 1.001)


def encode_distance16(distance: ArrayLike, near: float, far: float) -> UInt16:
    """Code distance in 16 bits, even in inverse distance; 0 is sky (DESIGN.md, section 4).

    `65535 · (1/distance − 1/far)/(1/near − 1/far)`. Finite distances keep clear of 0: what lies at
    `far` or beyond becomes 1, what lies nearer than `near` 65535.

    Raises
    ------
    ValueError
        A distance is not above 0, or near and far are no range.
    """
    _verify_range(near, far)
    distance = np.asarray(distance, np.float64)
    if not (distance > 0).all():
        raise ValueError("distance must be above 0 everywhere (NaN is not); +inf is sky")
    inverse = 1 / distance
    code = np.rint(CODE_MAX * (inverse - 1 / far) / (1 / near - 1 / far))
    code = np.where(inverse > 0, np.clip(code, 1, CODE_MAX), 0)
    return code.astype(np.uint16)


def decode_distance16(code: ArrayLike, near: float, far: float) -> Float32:
    """Distance from the 16-bit code of `encode_distance16`; 0 becomes +inf.

    Raises
    ------
    ValueError
        near and far are no range.
    """
    _verify_range(near, far)
    share = np.asarray(code, np.float64) / CODE_MAX
    distance = 1 / (share / near + (1 - share) / far)
    return np.where(np.asarray(code) == 0, np.inf, distance).astype(np.float32)


def _verify_range(near: float, far: float) -> None:
    if not 0 < near < far < np.inf:
        raise ValueError(f"near must be above 0 and below far, both finite; got {near}, {far}")
