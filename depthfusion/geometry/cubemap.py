"""Cube maps: the whole sphere as six perspective pictures of 90° in one.

Every face is upright as seen from inside, so that in the cross each continues its neighbours:

    strip, 6 : 1    right left up down front back

    cross, 4 : 3         up
                    left front right back
                         down

Front is −Z, right +X, up +Y (DESIGN.md, section 3).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from depthfusion.geometry.cameras import Camera, Perspective
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.types.arrays import Float64

# Of each face: yaw and pitch in quarter turns, and its cell (column, row) in a cross. In a strip's
# order.
_FACES: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "right": ((1, 0), (2, 1)),
    "left": ((-1, 0), (0, 1)),
    "up": ((0, 1), (1, 0)),
    "down": ((0, -1), (1, 2)),
    "front": ((0, 0), (1, 1)),
    "back": ((2, 0), (3, 1)),
}
FACE_NAMES = tuple(_FACES)


@dataclass(frozen=True)
class Face:
    """One side of a cube map.

    Parameters
    ----------
    name : one of `FACE_NAMES`.
    camera : of the face alone.
    rotation : [3, 3], cube axes from the face's.
    column, row : of its first pixel in the picture.
    """

    name: str
    camera: Perspective
    rotation: Float64
    column: int
    row: int

    @property
    def place(self) -> tuple[slice, slice]:
        """Rows and columns of the picture that it fills."""
        side = self.camera.width
        return slice(self.row, self.row + side), slice(self.column, self.column + side)


@dataclass(frozen=True)
class CubeMap(Camera):
    """Six faces round one point; 6:1 is a strip, 4:3 a cross with nothing in its corners."""

    def __post_init__(self) -> None:
        """Verify that six square faces fit."""
        super().__post_init__()
        strip = self.width == 6 * self.height
        cross = 3 * self.width == 4 * self.height
        if not (strip or cross):
            raise ValueError(
                "a cube map is 6:1, a strip, or 4:3 with whole faces, a cross; "
                f"got {self.width}×{self.height}"
            )

    @property
    def is_strip(self) -> bool:
        """Whether the faces stand in one row."""
        return self.width == 6 * self.height

    def faces(self) -> Iterator[Face]:
        """The six faces in the order of `FACE_NAMES`."""
        side = self.height if self.is_strip else self.width // 4
        lens = Perspective(side, side, side / 2, side / 2, side / 2, side / 2)
        for number, (name, ((yaw, pitch), cell)) in enumerate(_FACES.items()):
            column, row = (number, 0) if self.is_strip else cell
            turn = np.rint(yaw_pitch(yaw * np.pi / 2, pitch * np.pi / 2).rotation)
            yield Face(name, lens, turn, column * side, row * side)

    def exact_rays(self) -> tuple[Float64, Float64]:
        """Origins and directions, float64 [H, W, 3] each; NaN in a cross's corners."""
        direction = np.full((self.height, self.width, 3), np.nan)
        for face in self.faces():
            direction[face.place] = face.camera.exact_rays()[1] @ face.rotation.T
        return np.zeros_like(direction), direction

    def project(self, points: ArrayLike) -> Float64:
        """Every point but the origin appears, on the face it is nearest to."""
        points = np.asarray(points, np.float64)
        reach = np.abs(points).max(axis=-1)
        pixel = np.full((*points.shape[:-1], 2), np.nan)
        for face in self.faces():
            local = points @ face.rotation
            faced = (-local[..., 2] == reach) & (reach > 0)
            inside = face.camera.project(local[faced])
            pixel[faced] = inside + np.array([face.column, face.row])
        return pixel

    def scaled(self, factor: int) -> "CubeMap":
        """The same view with `factor` times as many pixels each way."""
        return CubeMap(self.width * factor, self.height * factor)
