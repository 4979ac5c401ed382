"""Coloured points → PLY, the table that point cloud programs read."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from depthfusion.io.atomic import StrPath, replacing
from depthfusion.types.arrays import Float32, UInt8

_ROW = np.dtype(
    [
        *((name, "<f4") for name in ("x", "y", "z", "nx", "ny", "nz")),
        *((name, "u1") for name in ("red", "green", "blue")),
    ]
)
_PLY_NAMES = {"f4": "float", "u1": "uchar"}
_CHUNK = 1 << 17  # points written at a time


def write_points(
    path: StrPath, positions: Float32, normals: Float32, colours: UInt8, comment: str = ""
) -> None:
    """Write a point cloud as binary PLY, whole or not at all.

    Parameters
    ----------
    path : the file; replaced where it exists.
    positions, normals : float32 [N, 3], world axes.
    colours : uint8 [N, 3], sRGB.
    comment : one line for the header, ASCII.

    Raises
    ------
    InputError
        The file can't be written.
    """
    fields: Mapping[str, Any] = _ROW.fields or {}
    lines = ["ply", "format binary_little_endian 1.0"]
    lines += [f"comment {comment}"] if comment else []
    lines += [f"element vertex {len(positions)}"]
    lines += [f"property {_PLY_NAMES[fields[n][0].str[1:]]} {n}" for n in _ROW.names or ()]
    with replacing(path) as partial, open(partial, "wb") as file:
        file.write("\n".join([*lines, "end_header\n"]).encode("ascii"))
        for start in range(0, len(positions), _CHUNK):
            part = slice(start, start + _CHUNK)
            rows = np.empty(len(positions[part]), _ROW)
            for names, values in (("xyz", positions), (("nx", "ny", "nz"), normals)):
                for k, name in enumerate(names):
                    rows[name] = values[part, k]
            for k, name in enumerate(("red", "green", "blue")):
                rows[name] = colours[part, k]
            file.write(rows.tobytes())
