"""3D Gaussians → the files that splat viewers and editors read: PLY and SPZ."""

import gzip
import struct
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from depthfusion.io.atomic import StrPath, replacing
from depthfusion.scene.splats import Splats

SH0 = 0.28209479177387814  # the constant spherical harmonic, by which the layout divides colour
MOST_OPAQUE = 0.999  # opacity is kept as a logit, which has no 1
_FIELDS = (
    "x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2", "opacity",
    "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3",
)  # fmt: skip
_SPZ_MAGIC, _SPZ_VERSION = 0x5053474E, 2
_SPZ_COLOUR = 0.15
_CHUNK = 1 << 16  # Gaussians written at a time


def write_splat_ply(path: StrPath, splats: Splats, comment: str = "") -> None:
    """Write the layout of 3D Gaussian Splatting (Kerbl et al. 2023), without view dependence.

    Its axes are those of that program's camera files, which viewers expect: +X right, +Y down,
    +Z forward; half a turn about X from the scene's.

    Parameters
    ----------
    path : the file; whole or not at all.
    splats : in the scene's axes.
    comment : one line for the header, ASCII.

    Raises
    ------
    InputError
        The file can't be written.
    """
    lines = ["ply", "format binary_little_endian 1.0"]
    lines += [f"comment {comment}"] if comment else []
    lines += [f"element vertex {len(splats)}", *(f"property float {name}" for name in _FIELDS)]
    head = "\n".join([*lines, "end_header\n"]).encode("ascii")
    with replacing(path) as partial, open(partial, "wb") as file:
        file.write(head)
        for start in range(0, len(splats), _CHUNK):
            file.write(_rows(splats, slice(start, start + _CHUNK)).tobytes())


def _rows(splats: Splats, part: slice) -> NDArray[np.float32]:
    """Rows of the table as the file has it, float32 [n, 17]."""
    flip = np.array([1, -1, -1], np.float32)
    opacity = np.minimum(splats.opacities[part], MOST_OPAQUE)
    w, x, y, z = splats.rotations[part].T
    return np.concatenate(
        [
            splats.positions[part] * flip,
            splats.normals[part] * flip,
            (splats.colours[part] / np.float32(255) - np.float32(0.5)) / np.float32(SH0),
            np.log(opacity / (1 - opacity))[:, None],
            np.log(splats.scales[part]),
            # Half a turn about X, the quaternion (0, 1, 0, 0), from the left.
            np.stack([-x, w, -z, y], axis=1),
        ],
        axis=1,
        dtype=np.dtype("<f4"),
    )


def write_spz(path: StrPath, splats: Splats) -> None:
    """Write Niantic's compressed layout, version 2; its axes are the scene's own.

    Parameters
    ----------
    path, splats : as `write_splat_ply`. Positions are kept to 2⁻¹² of the unit or, in a place that
        is more than 2048 across, as finely as 24 bits can.

    Raises
    ------
    InputError
        The file can't be written.
    """
    reach = float(np.abs(splats.positions).max(initial=1.0))
    fraction = max(0, min(12, int(np.floor(np.log2((2**23 - 1) / reach)))))
    fixed = np.rint(splats.positions * np.float64(1 << fraction)).astype("<i4")
    signed = np.where(splats.rotations[:, :1] < 0, -1, 1) * splats.rotations[:, 1:]
    colour = (splats.colours / np.float32(255) - np.float32(0.5)) / np.float32(SH0)
    parts = [
        struct.pack("<IIIBBBB", _SPZ_MAGIC, _SPZ_VERSION, len(splats), 0, fraction, 0, 0),
        np.ascontiguousarray(fixed).view(np.uint8).reshape(-1, 4)[:, :3].tobytes(),
        _byte(splats.opacities * 255),
        _byte((colour * _SPZ_COLOUR + 0.5) * 255),
        _byte((np.log(splats.scales) + 10) * 16),
        _byte(signed * 127.5 + 127.5),
    ]
    packed = BytesIO()
    # No name and no time: the same Gaussians give the same bytes.
    with gzip.GzipFile("", "wb", 3, packed, mtime=0) as zipped:
        for part in parts:
            zipped.write(part)
    with replacing(path) as partial:
        partial.write_bytes(packed.getbuffer())


def _byte(values: NDArray) -> bytes:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8).tobytes()
