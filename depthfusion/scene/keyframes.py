"""Camera paths as people write them down: a pose at some moments."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from depthfusion.geometry.poses import yaw_pitch
from depthfusion.types import InputError, Pose
from depthfusion.types.arrays import Float64

FILE_LIMIT = 64 * 2**20  # bytes of a keyframe file; larger is none


@dataclass(frozen=True, eq=False)
class Keyframe:
    """Where the camera is at one moment.

    Parameters
    ----------
    time : seconds from the path's start, 0 or more.
    pose : in world axes.
    """

    time: float
    pose: Pose


def read_keyframes(file: Path) -> tuple[list[Keyframe], bool]:
    """Keyframes of a JSON file, and whether they close to a loop.

    Two forms are read: ours, `{"keyframes": [{"time": s, "position": [x, y, z], "yaw_deg": …,
    "pitch_deg": …}, …], "closed": false}` with world axes of DESIGN.md, and nerfstudio's
    camera_path.json, `{"camera_path": [{"camera_to_world": [16 numbers by rows]}, …],
    "seconds": s, "is_cycle": false}`.

    Raises
    ------
    InputError
        Not readable, not JSON, neither form, or a number is missing, wrong or not finite.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(FILE_LIMIT + 1)
    except OSError as error:
        raise InputError(f"cannot read the camera path {file}: {error.strerror}") from error
    if len(content) > FILE_LIMIT:
        raise InputError(f"{file} is too large to be a camera path")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file} is no JSON: {error}") from error
    if isinstance(document, dict):
        for key, form in (("keyframes", _ours), ("camera_path", _nerfstudio)):
            entries = document.get(key)
            if isinstance(entries, list) and entries:
                return form(file, document, entries)
    raise InputError(
        f'{file} holds no camera path: it needs "keyframes" (time, position, yaw_deg, pitch_deg) '
        'or nerfstudio\'s "camera_path", at least one entry'
    )


def _ours(file: Path, document: dict, entries: list) -> tuple[list[Keyframe], bool]:
    keyframes = []
    for number, entry in enumerate(entries):
        place = f"{file}, keyframe {number}"
        if not isinstance(entry, dict):
            raise InputError(f"{place} must be an object with time and position")
        time = _numbers(place, "time", entry.get("time"), 1)[0]
        position = _numbers(place, "position", entry.get("position"), 3)
        yaw, pitch = (
            np.radians(_numbers(place, key, entry.get(key, 0), 1)[0])
            for key in ("yaw_deg", "pitch_deg")
        )
        keyframes.append(Keyframe(float(time), yaw_pitch(yaw, pitch, position)))
    return _in_order(file, keyframes), document.get("closed") is True


def _nerfstudio(file: Path, document: dict, entries: list) -> tuple[list[Keyframe], bool]:
    closed = document.get("is_cycle") is True
    steps = len(entries) if closed else max(len(entries) - 1, 1)
    fps = _numbers(str(file), "fps", document.get("fps", 30), 1)[0]
    seconds = _numbers(str(file), "seconds", document.get("seconds", steps / max(fps, 1)), 1)[0]
    if not seconds > 0:
        raise InputError(f"{file}: seconds must be above 0; got {seconds:g}")
    keyframes = []
    for number, entry in enumerate(entries):
        place = f"{file}, camera {number}"
        given = entry.get("camera_to_world") if isinstance(entry, dict) else None
        matrix = _numbers(place, "camera_to_world", given, 16).reshape(4, 4)
        try:
            keyframes.append(Keyframe(number * seconds / steps, Pose(matrix)))
        except ValueError as error:
            raise InputError(f"{place}: {error}") from error
    if closed:
        keyframes.append(replace(keyframes[0], time=float(seconds)))
    return keyframes, closed


def _in_order(file: Path, keyframes: list[Keyframe]) -> list[Keyframe]:
    times = np.array([keyframe.time for keyframe in keyframes])
    if times[0] < 0 or not (np.diff(times) > 0).all():
        raise InputError(f"{file}: keyframe times must increase from 0 or later")
    return keyframes


def _numbers(place: str, name: str, given: Any, count: int) -> Float64:
    """`given` as `count` finite numbers; nested lists are flattened."""
    try:
        flat: ArrayLike = np.asarray(given, np.float64).reshape(-1)
    except (TypeError, ValueError) as error:
        raise InputError(f"{place}: {name} must be {count} numbers; got {given!r:.60}") from error
    numbers = np.asarray(flat)
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise InputError(f"{place}: {name} must be {count} finite numbers; got {given!r:.60}")
    return numbers
