"""Cube maps as people have them: crosses and strips, lying or standing, or six files.

Every face is upright as seen from inside. In a standing cross the back hangs under the bottom,
upside down, as it lies when the cube is unfolded.

    cross 4:3            standing cross 3:4      strip 6:1, standing strip 1:6
         up                   up                   right left up down front back
    left front right back     left front right
         down                 down
                              back (turned half round)
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from depthfusion.geometry.cubemap import FACE_NAMES, CubeMap
from depthfusion.types.arrays import Bool, Float64, UInt8

Cells = Mapping[str, tuple[int, int]]  # face → column and row of its cell

_CROSS: Cells = {
    "up": (1, 0), "left": (0, 1), "front": (1, 1), "right": (2, 1), "back": (3, 1), "down": (1, 2),
}  # fmt: skip
_STANDING: Cells = {
    "up": (1, 0), "left": (0, 1), "front": (1, 1), "right": (2, 1), "down": (1, 2), "back": (1, 3),
}  # fmt: skip
# Columns and rows of cells → which face lies where.
ARRANGEMENTS: Mapping[tuple[int, int], Cells] = {
    (4, 3): _CROSS,
    (3, 4): _STANDING,
    (6, 1): {name: (number, 0) for number, name in enumerate(FACE_NAMES)},
    (1, 6): {name: (0, number) for number, name in enumerate(FACE_NAMES)},
}
ARRANGEMENT_NAMES = {
    (4, 3): "a cross", (3, 4): "a standing cross", (6, 1): "a strip", (1, 6): "a standing strip",
}  # fmt: skip
# What the file of a face is called, in the order of `FACE_NAMES`: the words that may stand at the
# end of its name.
FACE_WORDS: Mapping[str, tuple[str, ...]] = {
    "right": ("px", "posx", "right", "r"),
    "left": ("nx", "negx", "left", "l"),
    "up": ("py", "posy", "up", "top", "u"),
    "down": ("ny", "negy", "down", "bottom", "d"),
    "front": ("pz", "posz", "front", "f"),
    "back": ("nz", "negz", "back", "b"),
}
_FLAT = 6.0  # grey levels that an empty cell may vary by: JPEG leaves traces


def arrangement(height: int, width: int) -> tuple[int, int] | None:
    """Columns and rows of a cube map of this shape, `None` where none has it.

    Parameters
    ----------
    height, width : pixels; faces are whole.
    """
    for columns, rows in ARRANGEMENTS:
        if width * rows == height * columns and width % columns == 0:
            return columns, rows
    return None


def face_side(height: int, width: int) -> int:
    """Pixels along a face of a cube map.

    Raises
    ------
    ValueError
        No cube map has that shape.
    """
    cells = arrangement(height, width)
    if cells is None:
        raise ValueError(
            f"a cube map is 4:3, 3:4, 6:1 or 1:6 with whole faces; got {width}×{height}"
        )
    return width // cells[0]


def has_empty_corners(small: UInt8) -> bool:
    """Whether a picture of a cross's shape [h, w, 3] has nothing in the six cells without a face.

    A photo of 4:3 has the same shape, and something in its corners.
    """
    height, width = small.shape[:2]
    columns, rows = (4, 3) if width > height else (3, 4)
    faces = set(ARRANGEMENTS[columns, rows].values())
    across, down = width / columns, height / rows
    something = False
    for column in range(columns):
        for row in range(rows):
            cell = small[
                int(row * down) + 2 : int((row + 1) * down) - 1,
                int(column * across) + 2 : int((column + 1) * across) - 1,
            ]
            varied = bool(cell.size) and cell.std(axis=(0, 1)).max() > _FLAT
            if varied and (column, row) not in faces:
                return False
            something |= varied
    return something


def has_broken_columns(small: UInt8) -> bool:
    """Whether a picture 6:1 [h, w, 3] jumps where faces of a strip would meet, and only there."""
    step = np.abs(np.diff(small.astype(np.float32), axis=1)).mean(axis=(0, 2))
    edges = [round(small.shape[1] * number / 6) - 1 for number in range(1, 6)]
    jumps = [float(step[max(0, edge - 1) : edge + 2].max()) for edge in edges]
    return float(np.median(jumps)) > 3 * max(float(np.median(step)), 0.5)


def cube_pixels(rays: Float64, height: int, width: int) -> tuple[Float64, Float64]:
    """Positions in a cube map that directions are seen at.

    Parameters
    ----------
    rays : unit directions [..., 3].
    height, width : of the cube map, pixels.

    Returns
    -------
    x, y : float64 [...], centre of the first pixel at (0, 0), never beyond the middle of a face's
        outermost pixels, so that no neighbour in the picture shines in.

    Raises
    ------
    ValueError
        No cube map has that shape.
    """
    side = face_side(height, width)
    cells = ARRANGEMENTS[width // side, height // side]
    x, y = np.zeros(rays.shape[:-1]), np.zeros(rays.shape[:-1])
    taken: Bool = np.zeros(rays.shape[:-1], bool)
    reach = np.abs(rays).max(axis=-1)
    for face in CubeMap(6 * side, side).faces():
        local = rays @ face.rotation
        here = (-local[..., 2] >= reach - 1e-12) & ~taken
        taken |= here
        ahead = -local[here, 2]
        across = _within(local[here, 0] / ahead, side)
        down = _within(-local[here, 1] / ahead, side)
        if (width // side, height // side) == (3, 4) and face.name == "back":
            across, down = side - 1 - across, side - 1 - down
        column, row = cells[face.name]
        x[here], y[here] = across + column * side, down + row * side
    return x, y


def _within(position: NDArray, side: int) -> NDArray:
    """From −1…1 across a face to pixels within it."""
    return np.clip((position + 1) / 2 * side - 0.5, 0, side - 1)


def spread_faces(picture: NDArray, margin: int) -> NDArray:
    """A cube map whose cells stand apart, each continued by its rim for `margin` pixels."""
    side = face_side(*picture.shape[:2])
    rim = [(margin, margin), (margin, margin), *((0, 0) for _ in picture.shape[2:])]
    rows = [
        [np.pad(cell, rim, mode="edge") for cell in np.split(row, picture.shape[1] // side, axis=1)]
        for row in np.split(picture, picture.shape[0] // side, axis=0)
    ]
    return np.concatenate([np.concatenate(row, axis=1) for row in rows], axis=0)


def spread_pixels(
    x: Float64, y: Float64, height: int, width: int, margin: int
) -> tuple[Float64, Float64]:
    """Where positions in a cube map [height, width] lie when `spread_faces` has moved its cells."""
    side = face_side(height, width)
    return (
        x + margin * (2 * np.floor((x + 0.5) / side) + 1),
        y + margin * (2 * np.floor((y + 0.5) / side) + 1),
    )


def face_of(stem: str) -> str | None:
    """Which face a file is by the word its name ends in, `None` where it is none.

    Parameters
    ----------
    stem : the file's name without extension.
    """
    words = "".join(letter if letter.isalnum() else " " for letter in stem.lower()).split()
    last = words[-1] if words else ""
    return next((face for face, endings in FACE_WORDS.items() if last in endings), None)
