"""A tilted photo is turned until its horizon is level."""

import math
from dataclasses import replace

from depthfusion.geometry.vanishing import straight_lines, upright
from depthfusion.io.gpano import read_gpano
from depthfusion.io.images import lay_photo
from depthfusion.io.photo_files import PhotoFile
from depthfusion.io.photo_reading import Reading
from depthfusion.io.placement import turned
from depthfusion.studio.import_options import ImportOptions

LOOKED_AT = 2048  # pixels round that lines are looked for in
LEVEL = math.radians(0.15)  # less is not worth resampling the photo for


def levelled(
    photo: PhotoFile, reading: Reading, options: ImportOptions
) -> tuple[Reading, list[str]]:
    """The reading with the camera's tilt in it, found or given, and what to say about it.

    Parameters
    ----------
    photo : as opened.
    reading : how it is read.
    options : `level`, and pitch and roll where the person knows them.

    Raises
    ------
    InputError
        The photo is damaged.
    """
    if options.level == "off":
        told = [f"levelled by {_words(*options.turn[1:])}, as was said"]
        return reading, told if options.pitch_deg or options.roll_deg else []
    pitch, roll = read_gpano(photo.xmp).pose
    source = "its GPano record"
    if not (pitch or roll):
        found = _found_tilt(photo, reading)
        if found is None:
            return reading, ["no upright lines to level the horizon by; it was left as it is"]
        (pitch, roll), source = found, "the upright lines in it"
    if max(abs(pitch), abs(roll)) < LEVEL:
        return reading, [f"its horizon is level, by {source}"]
    placement = turned(reading.placement, options.turn[0], pitch, roll)
    return replace(reading, placement=placement), [f"levelled by {_words(pitch, roll)}, {source}"]


def _found_tilt(photo: PhotoFile, reading: Reading) -> tuple[float, float] | None:
    """Pitch and roll (radians) that the camera was held with."""
    small = lay_photo(photo, reading, max_width=LOOKED_AT)
    up = upright(straight_lines(small.rgb))
    if up is None:
        return None
    return -math.asin(max(-1.0, min(1.0, float(up[2])))), math.atan2(-float(up[0]), float(up[1]))


def _words(pitch: float, roll: float) -> str:
    return f"{math.degrees(pitch):.1f}° of pitch and {math.degrees(roll):.1f}° of roll"
