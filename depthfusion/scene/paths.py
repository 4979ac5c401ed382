"""Camera moves by name and through keyframes: smooth, closed where they loop, within the head box.

A named move is one period of smooth functions of an angle θ = 2π · time/seconds, so that the frame
after the last is the first again, to the bit, and a video of it loops without a hitch. Keyframes
are joined by splines with continuous acceleration in position and rotation (C²).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from depthfusion.geometry.poses import yaw_pitch
from depthfusion.scene.keyframes import Keyframe, read_keyframes
from depthfusion.scene.moves import MOVES, Move, swing, turntable
from depthfusion.scene.splines import rotation_spline, spline
from depthfusion.types import CameraPath, InputError, Pose
from depthfusion.types.arrays import Float64

FRAME_LIMIT = 100_000  # nearly an hour at 30 a second
PATH_NAMES = tuple(MOVES)


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
    if options.name in MOVES:
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
        positions = spline(times, positions, at, closed)
        rotations = rotation_spline(times, rotations, at, closed)
        reach = float(np.linalg.norm(positions, axis=1).max())
        if reach > head_box:
            positions = positions * (head_box / reach)
    poses = []
    for position, rotation in zip(positions, rotations, strict=True):
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = rotation, position
        poses.append(Pose(matrix))
    return CameraPath(np.arange(count) / options.fps, poses)


def turn_rates(path: CameraPath) -> Float64:
    """Degrees a second by which the camera turns from each pose to the next, [N − 1]."""
    rotations = np.array([pose.rotation for pose in path.poses])
    between = np.swapaxes(rotations[:-1], 1, 2) @ rotations[1:]
    # Half the angle through a sine is exact where a cosine is not: for small turns.
    sine = np.linalg.norm(between - np.eye(3), axis=(1, 2)) / np.sqrt(8)
    return np.degrees(2 * np.arcsin(np.clip(sine, 0, 1))) / np.diff(path.times)


def _named(options: PathOptions, head_box: float, forward_yaw: float) -> CameraPath:
    if not 0 <= head_box < np.inf:
        raise ValueError(f"head_box must be 0 or more and finite; got {head_box}")
    seconds = _seconds(options)
    count = options.frames(seconds)
    radius = options.radius * head_box
    focus = 10.0 if options.focus is None or radius == 0 else options.focus / radius
    move = MOVES[options.name]
    if options.name == "turntable" and not _turns_fully(options):
        move = swing
    share = _turn_share(move, focus, options)
    positions, yaw, pitch = move(2 * np.pi * _shares(count, closed=True), focus)
    facing = yaw_pitch(forward_yaw, 0).rotation
    poses = [
        yaw_pitch(forward_yaw + share * turn, share * tilt, facing @ (radius * position))
        for position, turn, tilt in zip(positions, yaw, pitch, strict=True)
    ]
    return CameraPath(np.arange(count) / options.fps, poses)


def _turn_share(move: Move, focus: float, options: PathOptions) -> float:
    """What is left of a move's turning, 0 to 1, so that it keeps to the limit."""
    if options.turn_limit_deg is None or move is turntable:
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
