"""Depth files → arrays; what their numbers mean is told apart: distance, z or inverse depth.

PNG, TIFF, OpenEXR, NPY, PFM and, with a warning, JPEG are read. Anything that can carry code
(.npz, .pt, pickles) is not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from depthfusion.io.atomic import StrPath
from depthfusion.io.depth_decoders import (
    Decoded,
    decode_exr,
    decode_jpeg,
    decode_npy,
    decode_pfm,
    decode_png,
    decode_tiff,
)
from depthfusion.io.file_errors import regular_file
from depthfusion.io.images import PIXEL_LIMIT
from depthfusion.types import InputError, Scale
from depthfusion.types.arrays import Bool, Float32

DepthKind = Literal["distance", "inverse", "z"]
DepthUnit = Literal["auto", "metric", "relative"]
KINDS: tuple[DepthKind, ...] = ("distance", "inverse", "z")
NOTHING_MEASURED = 1e9  # finite values from here on mean "none": Blender and Matterport write 1e10
MILLIMETRE = 0.001
EIGHT_BIT_REACH = 10.0  # metres that 255 stands for where an 8-bit file holds distances

_DECODERS: dict[str, Callable[[Path, int], Decoded]] = {
    ".png": decode_png,
    ".exr": decode_exr,
    ".npy": decode_npy,
    ".tif": decode_tiff,
    ".tiff": decode_tiff,
    ".pfm": decode_pfm,
    ".jpg": decode_jpeg,
    ".jpeg": decode_jpeg,
}
DEPTH_SUFFIXES = tuple(_DECODERS)
_REFUSED = (".npz", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin", ".joblib")


@dataclass(frozen=True, eq=False)
class DepthFile:
    """What a depth file says.

    Parameters
    ----------
    values : float32 [H, W]. Distance and z: metres, +inf is sky, 0 where nothing was measured.
        Inverse: 0…1, 1 nearest.
    kind : "distance" along the ray, "z" along the optical axis, or "inverse".
    integer_max : the largest number that an integer file could hold (255, 65535), else `None`.
    notes : sentences for the person: what was assumed.
    scale : "relative" where distances have no unit.
    """

    values: Float32
    kind: DepthKind
    integer_max: int | None = None
    notes: tuple[str, ...] = ()
    scale: Scale = "metric"

    @property
    def missing(self) -> Bool:
        """Where nothing was measured, bool [H, W]; `fill_missing` continues the surroundings."""
        return np.zeros(self.values.shape, bool) if self.kind == "inverse" else self.values == 0


def read_depth(
    path: StrPath,
    kind: DepthKind,
    *,
    metres_per_step: float | None = None,
    pixel_limit: int = PIXEL_LIMIT,
    invert: bool = False,
    unit: DepthUnit = "auto",
) -> DepthFile:
    """Read a depth map.

    Parameters
    ----------
    path : .png or .tif (8 or 16 bits, or float), .exr (channel Z, Y, depth or R), .npy, .pfm or
        .jpg.
    kind : what its numbers are.
    metres_per_step : of integer files of distance or z; 0.001 for 16 bits where absent.
    pixel_limit : largest width · height.
    invert : the numbers run the other way: what is said to be nearest is farthest.
    unit : "metric": metres, and inverse depth in 1/m, which then comes back as distance;
        "relative": no unit; "auto" takes inverse depth as relative and the rest as metric.

    Returns
    -------
    The values; see `DepthFile`. In distance and z, 0 and 1e9 or more become 0: not measured.

    Raises
    ------
    InputError
        Not readable, another format, damaged, too large; NaN, negative, the same value everywhere,
        or nothing measured.
    """
    if kind not in KINDS:
        raise InputError(f"depth kind must be one of {', '.join(KINDS)}; got {kind}")
    suffix = Path(path).suffix.lower()
    if suffix in _REFUSED:
        raise InputError(
            f"cannot read {path}: {suffix} files can run code when opened; "
            "save the depth map as .npy, .exr or 16-bit .png"
        )
    if suffix not in _DECODERS:
        raise InputError(f"cannot read {path}: a depth map is .png, .exr, .npy, .tif, .pfm or .jpg")
    decoded = _DECODERS[suffix](regular_file(path), pixel_limit)
    notes = [f"{Path(path).name}: {note}" for note in decoded.notes]
    if kind == "inverse" and unit == "metric":
        decoded, kind = _reciprocal(decoded, metres_per_step, path), "distance"
        metres_per_step = 1.0
    if kind == "inverse":
        values, more = _inverse(decoded, path)
        scale: Scale = "relative"
    else:
        values, more = _measured(decoded, metres_per_step, path)
        scale = "relative" if unit == "relative" else "metric"
    if invert:
        values = _turned_round(values, kind)
        more = [*more, f"{Path(path).name}: its numbers were turned round, nearest to farthest"]
    return DepthFile(values, kind, decoded.integer_max, (*notes, *more), scale)


def _reciprocal(decoded: Decoded, step: float | None, path: StrPath) -> Decoded:
    """Distance in metres from inverse depth in 1/m; 0 is sky."""
    values = decoded.values * (1.0 if step is None else step)
    if not np.isfinite(values).all() or (values < 0).any():
        raise InputError(f"{path} must hold finite inverse depth of 0 or more, in 1/m")
    distance = np.full(values.shape, np.inf)
    np.divide(1, values, out=distance, where=values > 0)
    return Decoded(distance, None, decoded.notes)


def _turned_round(values: Float32, kind: DepthKind) -> Float32:
    """Nearest and farthest change places; sky and what was not measured stay."""
    if kind == "inverse":
        return values.max() + values.min() - values
    known = (values > 0) & np.isfinite(values)
    ends = values[known].max() + values[known].min()
    return np.where(known, ends - values, values).astype(np.float32)


def _inverse(decoded: Decoded, path: StrPath) -> tuple[Float32, list[str]]:
    values = decoded.values
    if not np.isfinite(values).all():
        raise InputError(f"{path} holds {_odd(values)}, and inverse depth must be finite, 0 to 1")
    _verify_spread(values, path)
    if decoded.integer_max:
        return (values / decoded.integer_max).astype(np.float32), []
    largest = float(values.max())
    if largest <= 1:
        return values.astype(np.float32), []
    note = f"{Path(path).name}: inverse depth up to {largest:.4g} was divided by that, to end at 1"
    return (values / largest).astype(np.float32), [note]


def _measured(
    decoded: Decoded, metres_per_step: float | None, path: StrPath
) -> tuple[Float32, list[str]]:
    values = decoded.values
    notes: list[str] = []
    if np.isnan(values).any():
        raise InputError(f"{path} holds {_odd(values)}; mark sky by inf and what is missing by 0")
    if decoded.integer_max:
        step, notes = _step(decoded.integer_max, metres_per_step, path)
        values = values * step
    absent = np.isfinite(values) & (values >= NOTHING_MEASURED)
    values = np.where(absent, 0, values).astype(np.float32)
    known = values[(values != 0) & ~np.isposinf(values)]
    if known.size == 0:
        raise InputError(f"{path} holds no measured distance, only sky or nothing")
    _verify_spread(known, path)
    return values, notes


def _step(
    integer_max: int, metres_per_step: float | None, path: StrPath
) -> tuple[float, list[str]]:
    """Metres that one step of an integer file stands for, and what to say about it."""
    if metres_per_step is not None:
        if not 0 < metres_per_step < np.inf:
            raise InputError(f"metres per step must be above 0; got {metres_per_step}")
        return metres_per_step, []
    name = Path(path).name
    if integer_max == 255:
        return EIGHT_BIT_REACH / 255, [
            f"{name}: 8-bit distances carry no unit; 255 was taken as {EIGHT_BIT_REACH:g} m"
        ]
    return MILLIMETRE, [f"{name}: whole numbers were taken as millimetres"]


def _verify_spread(values: NDArray, path: StrPath) -> None:
    smallest, largest = values.min(), values.max()
    if smallest < 0:
        count = int((values < 0).sum())
        raise InputError(f"{path} holds {count} negative values (down to {smallest:.4g})")
    if smallest == largest:
        raise InputError(f"{path} is {smallest:.4g} everywhere, so it says nothing about depth")


def _odd(values: NDArray) -> str:
    """Name what is not finite, for a message."""
    nans = int(np.isnan(values).sum())
    return f"{nans} NaN values" if nans else f"{int(np.isinf(values).sum())} infinite values"
