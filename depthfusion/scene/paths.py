"""Camera moves by name and through keyframes: smooth, closed where they loop, within the head box.

A named move is one period of smooth functions of an angle θ = 2π · time/seconds, so that the frame
after the last is the first again, to the bit, and a video of it loops without a hitch. Keyframes
are joined by splines with continuous acceleration in position and rotation (C²).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from depthfusion.geometry.poses import yaw_pitch
from depthfusion.types import CameraPath, InputError, Pose
from depthfusion.types.arrays import Float64

FRAME_LIMIT = 100_000  # nearly an hour at 30 a second
FILE_LIMIT = 64 * 2**20  # bytes of a keyframe file; larger is none

# Positions [N, 3] as a share of the radius, yaw and pitch [N] in radians, all in the viewer's
# axes, for angles θ [N] and the distance of what the gaze stays on, in radii.
Move = tuple[Float64, Float64, Float64]


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


@dataclass(frozen=True)
class PathOptions:
    """Which way the camera goes, and how fast.

    Parameters
    ----------
    name : one of `PATH_NAMES`, or the path of a keyframe file (see `read_keyframes`).
    seconds : length; `None` is 5 s for a name and a file's own length for a file.
    fps : poses a second, 1 to 240.
    radius : how far a named move goes from the centre, as a share of the head box, 0 to 1.
    focus : distance of the point that orbit, sway and spiral keep looking at, in the scene's unit;
        `None` is ten times the move's radius.
    turn_limit_deg : a named move never turns faster than so many degrees a second; `None` lets it.
    outside : let a keyframe file leave the head box.

    Raises
    ------
    InputError
        Out of range, or no frame at all, or more than `FRAME_LIMIT`.
    """

    name: str = "orbit"
    seconds: float | None = None
    fps: float = 30.0
    radius: float = 0.6
    focus: float | None = None
    turn_limit_deg: float | None = 40.0
    outside: bool = False

    def __post_init__(self) -> None:
        """Verify ranges."""
        if not 1 <= self.fps <= 240:
            raise InputError(f"fps must be 1 to 240; got {self.fps:g}")
        if not 0 <= self.radius < 1:
            raise InputError(
                f"the path's radius is a share of the head box, 0 to below 1; got {self.radius:g}"
            )
        if self.focus is not None and not 0 < self.focus < np.inf:
            raise InputError(f"the path's focus must be above 0; got {self.focus:g}")
        if self.turn_limit_deg is not None and not self.turn_limit_deg > 0:
            raise InputError(f"the turn limit must be above 0; got {self.turn_limit_deg:g}")
        if self.seconds is not None:
            self.frames(self.seconds)

    def frames(self, seconds: float) -> int:
        """How many poses `seconds` take.

        Raises
        ------
        InputError
            None, or more than `FRAME_LIMIT`.
        """
        count = seconds * self.fps
        if not 0.5 <= count < FRAME_LIMIT + 0.5:  # NaN too
            raise InputError(
                f"{seconds:g} s at {self.fps:g} frames a second are {count:.0f} frames; "
                f"a path takes 1 to {FRAME_LIMIT}"
            )
        return round(count)


def camera_path(options: PathOptions, head_box: float, forward_yaw: float = 0.0) -> CameraPath:
    """Poses of a named move or a keyframe file, one a frame.

    Parameters
    ----------
    head_box : radius around the origin that named moves stay within, in the scene's unit, ≥ 0.
    forward_yaw : radians; a named move faces this way. A file's poses stay as they are.

    Raises
    ------
    InputError
        No such name or file, or the file is at fault.
    """
    if options.name in _MOVES:
        return _named(options, head_box, forward_yaw)
    file = Path(options.name)
    if not file.suffix and not file.exists():
        raise InputError(
            f"no camera path is called {options.name!r}: take {', '.join(PATH_NAMES)}, "
            "or a .json file of keyframes"
        )
    keyframes, closed = read_keyframes(file)
    room = np.inf if options.outside else head_box
    return walk(keyframes, options, head_box=room, closed=closed)


def path_notes(options: PathOptions) -> tuple[str, ...]:
    """What a person should know about how `camera_path` understood the options."""
    if options.name == "turntable" and not _turns_fully(options):
        limit = options.turn_limit_deg or np.inf
        return (
            f"a full turn in {_seconds(options):g} s would pass {limit:g}° a second: "
            f"the camera swings to both sides instead; {np.ceil(360 / limit):.0f} s turn fully",
        )
    return ()


def walk(
    keyframes: Sequence[Keyframe],
    options: PathOptions,
    *,
    head_box: float = np.inf,
    closed: bool = False,
) -> CameraPath:
    """A smooth way through keyframes, at rest at both ends unless closed.

    Parameters
    ----------
    keyframes : in order of time, at least one.
    options : `fps`, and `seconds` where the whole is to take longer or shorter.
    head_box : what curves may not leave; a spline that swings out is drawn in as a whole.
    closed : a loop; the last keyframe repeats the first.

    Raises
    ------
    InputError
        Times don't increase, a keyframe lies outside the head box, a loop doesn't close, or the
        path is too long.
    """
    times = np.array([keyframe.time for keyframe in keyframes], np.float64)
    if len(times) == 0 or not (np.diff(times) > 0).all() or not np.isfinite(times).all():
        raise InputError("keyframe times must increase, at least one keyframe")
    positions = np.array([keyframe.pose.position for keyframe in keyframes])
    rotations = np.array([keyframe.pose.rotation for keyframe in keyframes])
    farthest = float(np.linalg.norm(positions, axis=1).max())
    if farthest > head_box:
        raise InputError(
            f"a keyframe lies {farthest:.3g} from the centre and the head box ends at "
            f"{head_box:.3g}: bring it nearer, or allow the path outside"
        )
    if closed and not np.allclose(
        keyframes[0].pose.world_from_camera, keyframes[-1].pose.world_from_camera, atol=1e-6
    ):
        raise InputError("a closed path ends where it began: repeat the first keyframe at its end")
    length = float(times[-1] - times[0])
    if len(times) == 1:
        count = 1 if options.seconds is None else options.frames(options.seconds)
        positions, rotations = positions.repeat(count, axis=0), rotations.repeat(count, axis=0)
    else:
        count = options.frames(options.seconds or length)
        at = times[0] + length * _shares(count, closed)
        positions = _spline(times, positions, at, closed)
        rotations = _rotation_spline(times, rotations, at, closed)
        reach = float(np.linalg.norm(positions, axis=1).max())
        if reach > head_box:
            positions = positions * (head_box / reach)
    poses = []
    for position, rotation in zip(positions, rotations, strict=True):
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = rotation, position
        poses.append(Pose(matrix))
    return CameraPath(np.arange(count) / options.fps, poses)


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


def turn_rates(path: CameraPath) -> Float64:
    """Degrees a second by which the camera turns from each pose to the next, [N − 1]."""
    rotations = np.array([pose.rotation for pose in path.poses])
    between = np.swapaxes(rotations[:-1], 1, 2) @ rotations[1:]
    # Half the angle through a sine is exact where a cosine is not: for small turns.
    sine = np.linalg.norm(between - np.eye(3), axis=(1, 2)) / np.sqrt(8)
    return np.degrees(2 * np.arcsin(np.clip(sine, 0, 1))) / np.diff(path.times)


# Named moves ------------------------------------------------------------------------------------


def _gaze(positions: Float64, focus: float) -> Move:
    """Look at the point `focus` ahead of the centre from everywhere."""
    x, y, z = positions.T
    ahead = focus + z
    return positions, np.arctan2(-x, ahead), np.arctan2(-y, np.hypot(x, ahead))


def _orbit(angle: Float64, focus: float) -> Move:
    """Round the line of sight, lower than wide, as a head moves easily."""
    flat = np.zeros_like(angle)
    return _gaze(np.stack([np.sin(angle), 0.4 * np.cos(angle), flat], axis=1), focus)


def _sway(angle: Float64, focus: float) -> Move:
    """To the right, to the left, and back."""
    flat = np.zeros_like(angle)
    return _gaze(np.stack([np.sin(angle), flat, flat], axis=1), focus)


def _dolly(angle: Float64, focus: float) -> Move:
    """From behind the centre forwards and back again, looking ahead."""
    flat = np.zeros_like(angle)
    return np.stack([flat, flat, np.cos(angle)], axis=1), flat, flat


def _spiral(angle: Float64, focus: float) -> Move:
    """Two turns outwards and in again, nearing on the way out."""
    out = (1 - np.cos(angle)) / 2
    spin = np.stack([np.sin(2 * angle), 0.6 * np.cos(2 * angle), -0.5 * np.sin(angle)], axis=1)
    return _gaze(out[:, None] * spin, focus)


def _turntable(angle: Float64, focus: float) -> Move:
    """Once round on the spot."""
    return np.zeros((len(angle), 3)), angle, np.zeros_like(angle)


def _swing(angle: Float64, focus: float) -> Move:
    """Half round to the right and to the left on the spot, to be slowed by the turn limit."""
    return np.zeros((len(angle), 3)), np.pi * np.sin(angle), np.zeros_like(angle)


# Stops of the built-in walk: x, z as shares of the radius, yaw and pitch in degrees.
_STOPS = np.array(
    [
        (0.00, 0.60, 0, 0),
        (-0.35, 0.10, -14, -2),
        (-0.55, -0.45, -8, 1),
        (0.10, -0.90, 10, 3),
        (0.65, -0.35, 16, 0),
        (0.40, 0.30, 6, -2),
    ]
)


def _walk(angle: Float64, focus: float) -> Move:
    """A round on foot: in, to the left, across, and back, looking about."""
    stops = np.concatenate([_STOPS, _STOPS[:1]])
    times = np.linspace(0, 2 * np.pi, len(stops))
    x, z, yaw, pitch = _spline(times, stops, angle, closed=True).T
    step = 0.02 * np.sin(8 * angle)  # the head's rise and fall
    return np.stack([x, step, z], axis=1), np.radians(yaw), np.radians(pitch)


_MOVES: Mapping[str, Callable[[Float64, float], Move]] = {
    "orbit": _orbit,
    "dolly": _dolly,
    "sway": _sway,
    "spiral": _spiral,
    "turntable": _turntable,
    "walk": _walk,
}
PATH_NAMES = tuple(_MOVES)


def _named(options: PathOptions, head_box: float, forward_yaw: float) -> CameraPath:
    if not 0 <= head_box < np.inf:
        raise ValueError(f"head_box must be 0 or more and finite; got {head_box}")
    seconds = _seconds(options)
    count = options.frames(seconds)
    radius = options.radius * head_box
    focus = 10.0 if options.focus is None or radius == 0 else options.focus / radius
    move = _MOVES[options.name]
    if options.name == "turntable" and not _turns_fully(options):
        move = _swing
    share = _turn_share(move, focus, options)
    positions, yaw, pitch = move(2 * np.pi * _shares(count, closed=True), focus)
    facing = yaw_pitch(forward_yaw, 0).rotation
    poses = [
        yaw_pitch(forward_yaw + share * turn, share * tilt, facing @ (radius * position))
        for position, turn, tilt in zip(positions, yaw, pitch, strict=True)
    ]
    return CameraPath(np.arange(count) / options.fps, poses)


def _turn_share(
    move: Callable[[Float64, float], Move], focus: float, options: PathOptions
) -> float:
    """What is left of a move's turning, 0 to 1, so that it keeps to the limit."""
    if options.turn_limit_deg is None or move is _turntable:
        return 1.0
    angle = np.linspace(0, 2 * np.pi, 2049)
    _, yaw, pitch = move(angle, focus)
    step = _seconds(options) / 2048
    fastest = np.degrees(np.hypot(np.diff(yaw), np.diff(pitch)).max()) / step
    return min(1.0, options.turn_limit_deg / max(fastest, 1e-9))


def _seconds(options: PathOptions) -> float:
    return 5.0 if options.seconds is None else options.seconds


def _turns_fully(options: PathOptions) -> bool:
    limit = options.turn_limit_deg
    return limit is None or 360 / _seconds(options) <= limit * (1 + 1e-9)


def _shares(count: int, closed: bool) -> Float64:
    """Where frames lie between start 0 and end 1; a closed path leaves the end to the start."""
    if closed or count == 1:
        return np.arange(count) / count
    return np.linspace(0, 1, count)


# Splines: SciPy is imported where one is drawn, because most commands draw none. ------------------


def _spline(times: Float64, values: Float64, at: Float64, closed: bool) -> Float64:
    """Cubic spline through values [K, C], evaluated at [N]; C², periodic or at rest at its ends."""
    from scipy.interpolate import CubicSpline

    if closed:  # SciPy asks for equality to the bit
        values = np.concatenate([values[:-1], values[:1]])
    return CubicSpline(times, values, bc_type="periodic" if closed else "clamped")(at)


def _rotation_spline(times: Float64, rotations: Float64, at: Float64, closed: bool) -> Float64:
    """Rotations [N, 3, 3] through keyframes [K, 3, 3], C², periodic or at rest at both ends.

    SciPy's spline knows neither. A way there and back is a loop that rests, by symmetry, where it
    turns; and a loop is repeated before and after itself until the ends no longer tell.
    """
    from scipy.spatial.transform import Rotation, RotationSpline

    if not closed:
        times = np.concatenate([times, 2 * times[-1] - times[-2::-1]])
        rotations = np.concatenate([rotations, rotations[-2::-1]])
    period, inner = times[-1] - times[0], len(times) - 1
    rounds = range(-max(1, 24 // inner), max(1, 24 // inner) + 1)
    times = np.concatenate([times[:-1] + turn * period for turn in rounds])
    rotations = np.concatenate([rotations[:-1]] * len(rounds))
    return RotationSpline(times, Rotation.from_matrix(rotations))(at).as_matrix()


# Files ------------------------------------------------------------------------------------------


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
