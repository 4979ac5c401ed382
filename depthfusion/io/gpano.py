"""Google's photo sphere record (GPano, XMP): which part of the sphere a picture covers."""

import math
import re
from dataclasses import dataclass

_FIELD = re.compile(rb'GPano:(\w+)(?:\s*=\s*["\']|>)\s*([^"\'<]*)')
NEEDED = (
    "FullPanoWidthPixels",
    "FullPanoHeightPixels",
    "CroppedAreaImageWidthPixels",
    "CroppedAreaImageHeightPixels",
    "CroppedAreaLeftPixels",
    "CroppedAreaTopPixels",
)


@dataclass(frozen=True)
class PanoRecord:
    """What the record says.

    Parameters
    ----------
    values : the numbers that are there and make sense, by the names of `NEEDED`, and the pose.
    lacking : names of `NEEDED` that a record without them needs; empty where there is no record.
    """

    values: dict[str, float]
    lacking: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether it says where the picture lies."""
        return bool(self.values) and not self.lacking

    @property
    def covers_all(self) -> bool:
        """Whether the picture is the whole sphere."""
        full_w, full_h, crop_w, crop_h, *_ = (self.values.get(name, 0) for name in NEEDED)
        return (full_w, full_h) == (crop_w, crop_h)

    @property
    def pose(self) -> tuple[float, float]:
        """Pitch and roll (radians) of the camera, 0 where the record doesn't say."""
        pitch, roll = (self.values.get(f"Pose{name}Degrees", 0.0) for name in ("Pitch", "Roll"))
        return math.radians(pitch), math.radians(roll)


def read_gpano(xmp: bytes) -> PanoRecord:
    """Read the record out of an XMP packet, which may have none or be empty."""
    values = {}
    for name, text in _FIELD.findall(xmp):
        try:
            value = float(text)
        except ValueError:
            continue
        if math.isfinite(value):
            values[name.decode()] = value
    lacking = tuple(name for name in NEEDED if name not in values)
    some = any(name in values for name in NEEDED)
    return PanoRecord(values, lacking if some else ())
