"""Camera models, each defined once by its rays and by their inverse, a projection.

Camera axes are OpenGL's (+X right, +Y up, looks along −Z). Positions in the picture are continuous
with the centre of the first pixel at (0, 0). The rays of most models split into a factor of the
column and a factor of the row, see `RayTables`; those of a fisheye don't and come row by row. A
ray is NaN where the picture shows nothing, like the corners round a fisheye's circle.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from depthfusion.geometry.equirectangular import latitudes, longitudes
from depthfusion.types.arrays import Float32, Float64

Eye = Literal["left", "right"]
IPD = 0.064  # metres between the pupils, DESIGN.md section 3


@dataclass(frozen=True, eq=False)
class RayTables:
    """All rays of a camera as products of a column's and a row's numbers.

    Pixel (x, y) has direction `(a·v, h, b·v)` and origin `(p·w, 0, q·w)` in camera axes, where
    `columns[x] = (a, b, p, q)` and `rows[y] = (v, h, w)`. Directions need not have unit length.

    Parameters
    ----------
    columns : float64 [W, 4].
    rows : float64 [H, 3].
    periodic : the columns go once round, the last beside the first.
    """

    columns: Float64
    rows: Float64
    periodic: bool

    def rays(self) -> tuple[Float64, Float64]:
        """Origins and directions, [H, W, 3] each."""
        a, b, p, q = self.columns.T[:, None, :]
        v, h, w = self.rows.T[:, :, None]
        direction = np.stack(np.broadcast_arrays(a * v, h, b * v), axis=-1)
        origin = np.stack(np.broadcast_arrays(p * w, 0.0 * h, q * w), axis=-1)
        return origin, direction


@dataclass(frozen=True)
class Camera(ABC):
    """A camera model with a picture of `width` × `height` pixels."""

    width: int
    height: int

    def __post_init__(self) -> None:
        """Verify the size."""
        if self.width < 1 or self.height < 1:
            raise ValueError(f"width and height must be 1 or more; got {self.width}×{self.height}")

    @property
    def periodic(self) -> bool:
        """Whether the last column lies beside the first."""
        return False

    @property
    def centre(self) -> Float64 | None:
        """Where all rays start, [3] in camera axes; `None` where they start in several places."""
        return np.zeros(3)

    @abstractmethod
    def exact_rays(self) -> tuple[Float64, Float64]:
        """Origins and directions of any length, float64 [H, W, 3] each, in camera axes."""

    @abstractmethod
    def project(self, points: ArrayLike) -> Float64:
        """Where points [..., 3] in camera axes appear, [..., 2]; NaN where they don't."""

    @abstractmethod
    def scaled(self, factor: int) -> "Camera":
        """The same view with `factor` times as many pixels each way."""

    def rays(self) -> tuple[Float32, Float32]:
        """Origins and unit directions, float32 [H, W, 3] each, in camera axes."""
        origin, direction = self.exact_rays()
        direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
        return origin.astype(np.float32), direction.astype(np.float32)


@dataclass(frozen=True)
class TabledCamera(Camera):
    """A camera whose rays split into columns and rows."""

    @abstractmethod
    def ray_tables(self) -> RayTables:
        """All rays through pixel centres."""

    @property
    def periodic(self) -> bool:
        """Whether the last column lies beside the first."""
        return self.ray_tables().periodic

    def exact_rays(self) -> tuple[Float64, Float64]:
        """Origins and directions of any length, float64 [H, W, 3] each, in camera axes."""
        return self.ray_tables().rays()


@dataclass(frozen=True)
class Perspective(TabledCamera):
    """A pinhole: focal lengths and principal point in pixels, corner of the picture at (0, 0)."""

    fl_x: float
    fl_y: float
    cx: float
    cy: float

    def __post_init__(self) -> None:
        """Verify size and focal lengths."""
        super().__post_init__()
        if not (0 < self.fl_x < np.inf and 0 < self.fl_y < np.inf):
            raise ValueError(f"focal lengths must be above 0; got {self.fl_x}, {self.fl_y}")
        if not np.isfinite([self.cx, self.cy]).all():
            raise ValueError(f"cx and cy must be finite; got {self.cx}, {self.cy}")

    @classmethod
    def from_fov(cls, width: int, height: int, fov_x: float) -> "Perspective":
        """Square pixels, centred, `fov_x` radians wide (0 … π, both excluded)."""
        if not 0 < fov_x < np.pi:
            raise ValueError(f"fov_x must be between 0 and π; got {fov_x}")
        focal = width / 2 / np.tan(fov_x / 2)
        return cls(width, height, focal, focal, width / 2, height / 2)

    def ray_tables(self) -> RayTables:
        """Direction ((x − cx)/fx, −(y − cy)/fy, −1) from the origin."""
        columns = np.zeros((self.width, 4))
        columns[:, 0] = (np.arange(self.width) + 0.5 - self.cx) / self.fl_x
        columns[:, 1] = -1
        rows = np.zeros((self.height, 3))
        rows[:, 0] = 1
        rows[:, 1] = -(np.arange(self.height) + 0.5 - self.cy) / self.fl_y
        return RayTables(columns, rows, periodic=False)

    def project(self, points: ArrayLike) -> Float64:
        """Points behind the camera are NaN."""
        x, y, z = np.moveaxis(np.asarray(points, np.float64), -1, 0)
        depth = np.where(z < 0, -z, np.nan)
        return np.stack(
            [self.fl_x * x / depth + self.cx - 0.5, -self.fl_y * y / depth + self.cy - 0.5], axis=-1
        )

    def scaled(self, factor: int) -> "Perspective":
        """The same view with `factor` times as many pixels each way."""
        k = factor
        return Perspective(
            self.width * k, self.height * k, self.fl_x * k, self.fl_y * k, self.cx * k, self.cy * k
        )


@dataclass(frozen=True)
class Equirectangular(TabledCamera):
    """The whole sphere around one point (DESIGN.md, section 3)."""

    def ray_tables(self) -> RayTables:
        """Direction of longitude and latitude, from the origin."""
        return _sphere_tables(longitudes(self.width), latitudes(self.height), periodic=True)

    def project(self, points: ArrayLike) -> Float64:
        """Every point but the origin appears."""
        x, y, z = np.moveaxis(np.asarray(points, np.float64), -1, 0)
        return _sphere_pixels(np.arctan2(x, -z), np.arctan2(y, np.hypot(x, z)), self)

    def scaled(self, factor: int) -> "Equirectangular":
        """The same view with `factor` times as many pixels each way."""
        return Equirectangular(self.width * factor, self.height * factor)


@dataclass(frozen=True)
class OmnidirectionalStereo(TabledCamera):
    """One eye of an ODS pair: its centre runs round a circle of radius ipd/2, always facing out.

    At longitude λ the eye stands at `±ipd/2 · (cos λ, 0, sin λ)`, − for the left, and looks in
    direction λ, at every latitude. With a taper the baseline shrinks smoothly from `taper[0]` to
    nothing at `taper[1]` (radians of |latitude|), which mends the poles, where all longitudes meet
    and no baseline is right. Source: Google, "Rendering Omni-directional Stereo Content" (2015).

    Parameters
    ----------
    eye : "left" or "right".
    ipd : between the pupils, in the scene's unit, ≥ 0.
    taper : (start, end) or `None` for the plain definition.
    """

    eye: Eye
    ipd: float = IPD
    taper: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Verify size, eye and baseline."""
        super().__post_init__()
        _verify_eye(self.eye, self.ipd)
        if self.taper is not None and not 0 <= self.taper[0] < self.taper[1] <= np.pi / 2:
            raise ValueError(f"taper must rise within 0 … π/2; got {self.taper}")

    @property
    def centre(self) -> None:
        """No one place: the eye turns."""

    def baseline(self, latitude: ArrayLike) -> Float64:
        """Share of the baseline that is left at a latitude (radians), 1 … 0."""
        latitude = np.abs(np.asarray(latitude, np.float64))
        if self.taper is None:
            return np.ones_like(latitude)
        start, end = self.taper
        share = np.clip((end - latitude) / (end - start), 0, 1)
        return share * share * (3 - 2 * share)

    def ray_tables(self) -> RayTables:
        """Directions of the sphere, origins on the circle."""
        longitude, latitude = longitudes(self.width), latitudes(self.height)
        plain = _sphere_tables(longitude, latitude, periodic=True)
        radius = _side(self.eye) * self.ipd / 2
        plain.columns[:, 2] = radius * np.cos(longitude)
        plain.columns[:, 3] = radius * np.sin(longitude)
        plain.rows[:, 2] = self.baseline(latitude)
        return plain

    def project(self, points: ArrayLike) -> Float64:
        """The longitude shifts by asin(R/ρ); points within the circle are NaN."""
        x, y, z = np.moveaxis(np.asarray(points, np.float64), -1, 0)
        rho = np.hypot(x, z)
        radius = self._radius_seeing(rho, np.abs(y))
        outside = rho > radius
        latitude = np.arctan2(y, np.sqrt(np.where(outside, rho * rho - radius * radius, np.nan)))
        shift = np.arcsin(np.divide(radius, rho, out=np.full_like(rho, np.nan), where=outside))
        return _sphere_pixels(np.arctan2(x, -z) - _side(self.eye) * shift, latitude, self)

    def _radius_seeing(self, rho: Float64, height: Float64) -> Float64:
        """Radius of the circle from which a point `rho` off the axis, `height` up or down, is seen.

        With a taper it hangs on the latitude, and the latitude on it. The one that suits a radius
        falls as latitude rises, so halving finds the only place where both agree.
        """
        low = np.arctan2(height, rho)
        if self.taper is not None:
            high = np.full_like(low, np.pi / 2)
            for _ in range(53):
                middle = (low + high) / 2
                radius = self.ipd / 2 * self.baseline(middle)
                ahead = np.sqrt(np.maximum(rho * rho - radius * radius, 0))
                higher = height * np.cos(middle) > ahead * np.sin(middle)
                low, high = np.where(higher, middle, low), np.where(higher, high, middle)
        return self.ipd / 2 * self.baseline(low)

    def scaled(self, factor: int) -> "OmnidirectionalStereo":
        """The same view with `factor` times as many pixels each way."""
        return OmnidirectionalStereo(
            self.width * factor, self.height * factor, self.eye, self.ipd, self.taper
        )


@dataclass(frozen=True)
class VR180(TabledCamera):
    """One eye of a VR180 pair: the front half of the sphere from a fixed point beside the centre.

    The picture spans 180° each way, equirectangular; the eyes stand at x = ±ipd/2 and face −Z.
    """

    eye: Eye
    ipd: float = IPD

    def __post_init__(self) -> None:
        """Verify size, eye and baseline."""
        super().__post_init__()
        _verify_eye(self.eye, self.ipd)

    @property
    def centre(self) -> Float64:
        """The eye."""
        return np.array([_side(self.eye) * self.ipd / 2, 0.0, 0.0])

    def ray_tables(self) -> RayTables:
        """Directions of the front half sphere from the eye."""
        tables = _sphere_tables(longitudes(self.width) / 2, latitudes(self.height), periodic=False)
        tables.columns[:, 2] = _side(self.eye) * self.ipd / 2
        return tables

    def project(self, points: ArrayLike) -> Float64:
        """Points behind the eyes' plane are NaN."""
        x, y, z = np.moveaxis(np.asarray(points, np.float64), -1, 0)
        x = x - _side(self.eye) * self.ipd / 2
        longitude = np.where(z < 0, np.arctan2(x, -z), np.nan)
        return np.stack(
            [
                (longitude / np.pi + 0.5) * self.width - 0.5,
                (0.5 - np.arctan2(y, np.hypot(x, z)) / np.pi) * self.height - 0.5,
            ],
            axis=-1,
        )

    def scaled(self, factor: int) -> "VR180":
        """The same view with `factor` times as many pixels each way."""
        return VR180(self.width * factor, self.height * factor, self.eye, self.ipd)


@dataclass(frozen=True)
class VR180Fisheye(Camera):
    """One eye of a VR180 pair as headsets' cameras record it: an equidistant fisheye of 180°.

    The angle from the axis grows evenly from 0 in the middle to 90° on the circle that touches all
    four sides; outside the circle there is nothing. The eyes stand at x = ±ipd/2 and face −Z.
    """

    eye: Eye
    ipd: float = IPD

    def __post_init__(self) -> None:
        """Verify size, eye and baseline."""
        super().__post_init__()
        _verify_eye(self.eye, self.ipd)

    @property
    def centre(self) -> Float64:
        """The eye."""
        return np.array([_side(self.eye) * self.ipd / 2, 0.0, 0.0])

    def directions(self, first: int, last: int) -> Float64:
        """Unit directions of rows first…last (excluded), [last − first, W, 3]."""
        x = 2 * (np.arange(self.width) + 0.5) / self.width - 1
        y = 1 - 2 * (np.arange(first, last)[:, None] + 0.5) / self.height
        radius = np.hypot(x, y)
        radius[radius > 1] = np.nan
        bend = np.pi / 2 * np.sinc(radius / 2)  # sin(radius · 90°) / radius
        return np.stack([x * bend, y * bend, -np.cos(np.pi / 2 * radius)], axis=-1)

    def exact_rays(self) -> tuple[Float64, Float64]:
        """Origins and directions, float64 [H, W, 3] each, in camera axes."""
        direction = self.directions(0, self.height)
        return np.broadcast_to(self.centre, direction.shape).copy(), direction

    def project(self, points: ArrayLike) -> Float64:
        """Points behind the eyes' plane are NaN."""
        x, y, z = np.moveaxis(np.asarray(points, np.float64) - self.centre, -1, 0)
        off = np.hypot(x, y)
        radius = np.where(z < 0, np.arctan2(off, -z) / (np.pi / 2), np.nan)
        share = np.divide(radius, off, out=radius.copy(), where=off > 0)
        return np.stack(
            [(1 + x * share) / 2 * self.width - 0.5, (1 - y * share) / 2 * self.height - 0.5],
            axis=-1,
        )

    def scaled(self, factor: int) -> "VR180Fisheye":
        """The same view with `factor` times as many pixels each way."""
        return VR180Fisheye(self.width * factor, self.height * factor, self.eye, self.ipd)


def _side(eye: Eye) -> int:
    return -1 if eye == "left" else 1


def _verify_eye(eye: str, ipd: float) -> None:
    if eye not in ("left", "right"):
        raise ValueError(f'eye must be "left" or "right"; got {eye!r}')
    if not 0 <= ipd < np.inf:
        raise ValueError(f"ipd must be 0 or more; got {ipd}")


def _sphere_tables(longitude: Float64, latitude: Float64, *, periodic: bool) -> RayTables:
    columns = np.zeros((len(longitude), 4))
    columns[:, 0] = np.sin(longitude)
    columns[:, 1] = -np.cos(longitude)
    rows = np.zeros((len(latitude), 3))
    rows[:, 0] = np.cos(latitude)
    rows[:, 1] = np.sin(latitude)
    rows[:, 2] = 1
    return RayTables(columns, rows, periodic)


def _sphere_pixels(longitude: Float64, latitude: Float64, camera: Camera) -> Float64:
    column = np.mod((longitude / (2 * np.pi) + 0.5) * camera.width, camera.width) - 0.5
    return np.stack([column, (0.5 - latitude / np.pi) * camera.height - 0.5], axis=-1)
