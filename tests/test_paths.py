"""Camera moves: smooth, closed, slow enough, within the head box, and read from files."""

import json

import numpy as np
import pytest

from depthfusion.geometry.poses import yaw_pitch
from depthfusion.scene.keyframes import Keyframe, read_keyframes
from depthfusion.scene.paths import (
    FRAME_LIMIT,
    PATH_NAMES,
    PathOptions,
    camera_path,
    path_notes,
    turn_rates,
    walk,
)
from depthfusion.types import CameraPath, InputError, Pose


def positions(path: CameraPath) -> np.ndarray:
    return np.array([pose.position for pose in path.poses])


def matrices(path: CameraPath) -> np.ndarray:
    return np.array([pose.world_from_camera for pose in path.poses])


def cyclic_difference(values: np.ndarray, order: int) -> np.ndarray:
    for _ in range(order):
        values = np.roll(values, -1, axis=0) - values
    return values


STOPS = [
    Keyframe(0.0, yaw_pitch(0, 0, (0, 0, 0))),
    Keyframe(1.0, yaw_pitch(0.4, 0.1, (0.1, 0, -0.1))),
    Keyframe(2.5, yaw_pitch(-0.3, 0, (-0.1, 0.05, -0.2))),
    Keyframe(4.0, yaw_pitch(0.2, -0.2, (0, 0, 0.1))),
]


@pytest.mark.parametrize("name", PATH_NAMES)
def test_a_named_move_has_its_frames_at_constant_rate(name):
    path = camera_path(PathOptions(name, seconds=4, fps=24), head_box=0.3)
    assert len(path) == 96
    assert np.allclose(np.diff(path.times), 1 / 24)
    assert path.times[0] == 0


@pytest.mark.parametrize("name", PATH_NAMES)
@pytest.mark.parametrize("radius", [0.0, 0.6, 0.999])
def test_a_named_move_stays_in_the_head_box(name, radius):
    path = camera_path(PathOptions(name, radius=radius, fps=60), head_box=0.3, forward_yaw=1)
    reach = np.linalg.norm(positions(path), axis=1).max()
    assert reach <= radius * 0.3 + 1e-12


@pytest.mark.parametrize("name", set(PATH_NAMES) - {"turntable"})
def test_a_named_move_moves(name):
    path = camera_path(PathOptions(name), head_box=0.3)
    assert np.linalg.norm(positions(path), axis=1).max() > 0.8 * 0.6 * 0.3


@pytest.mark.parametrize("name", PATH_NAMES)
def test_a_loop_closes_exactly_and_is_smooth_across_the_seam(name):
    # The period, sampled twice as finely: every second pose is the same, and third differences
    # shrink eightfold wherever they are taken round the loop, as only a C² curve's do.
    coarse = matrices(camera_path(PathOptions(name, seconds=10, fps=60), head_box=0.3))
    fine = matrices(camera_path(PathOptions(name, seconds=10, fps=120), head_box=0.3))
    assert np.abs(fine[::2] - coarse).max() < 1e-12
    largest = [np.abs(cyclic_difference(m, 3)).max() for m in (coarse, fine)]
    assert largest[1] < largest[0] / 6


@pytest.mark.parametrize("name", PATH_NAMES)
@pytest.mark.parametrize("seconds", [1, 5, 20])
def test_no_named_move_turns_faster_than_the_limit(name, seconds):
    options = PathOptions(name, seconds=seconds, turn_limit_deg=25, fps=60)
    assert turn_rates(camera_path(options, head_box=0.3)).max() < 25 * 1.001


def test_turn_rates_measure_degrees_a_second():
    times = np.arange(4) / 10
    path = CameraPath(times, [yaw_pitch(np.radians(3) * k, 0) for k in range(4)])
    assert np.allclose(turn_rates(path), 30)


def test_a_turntable_with_time_turns_fully_at_constant_speed():
    options = PathOptions("turntable", seconds=9)
    path = camera_path(options, head_box=0.3)
    assert np.allclose(turn_rates(path), 40)
    assert np.allclose(path.poses[135].rotation, yaw_pitch(np.pi, 0).rotation)
    assert path_notes(options) == ()


def test_a_hurried_turntable_swings_and_says_so():
    options = PathOptions("turntable", seconds=5)
    yaw = [np.arctan2(-p.rotation[0, 2], p.rotation[2, 2]) for p in camera_path(options, 0.3).poses]
    assert np.degrees(max(yaw)) == pytest.approx(40 * 5 / (2 * np.pi), rel=1e-3)
    assert np.degrees(min(yaw)) == pytest.approx(-40 * 5 / (2 * np.pi), rel=1e-3)
    assert "9 s" in path_notes(options)[0]


def test_forward_yaw_turns_the_whole_move():
    plain = matrices(camera_path(PathOptions("spiral"), 0.3))
    turned = matrices(camera_path(PathOptions("spiral"), 0.3, forward_yaw=0.7))
    assert np.allclose(turned, yaw_pitch(0.7, 0).world_from_camera @ plain)


@pytest.mark.parametrize("name", ["orbit", "sway", "spiral"])
def test_the_gaze_stays_on_the_focus(name):
    options = PathOptions(name, focus=2.0, turn_limit_deg=None)
    for pose in camera_path(options, head_box=0.3).poses:
        towards = np.array([0, 0, -2.0]) - pose.position
        assert np.allclose(-pose.rotation[:, 2], towards / np.linalg.norm(towards))


@pytest.mark.parametrize(
    "given",
    [
        {"fps": 0},
        {"fps": 1000},
        {"fps": float("nan")},
        {"seconds": 0},
        {"seconds": -1},
        {"seconds": 1e6},
        {"seconds": float("nan")},
        {"seconds": float("inf")},
        {"radius": 1.0},
        {"radius": -0.1},
        {"focus": 0},
        {"turn_limit_deg": 0},
    ],
)
def test_what_is_out_of_range_is_refused(given):
    with pytest.raises(InputError):
        PathOptions(**given)


def test_a_million_frames_are_refused_with_the_limit():
    with pytest.raises(InputError, match=str(FRAME_LIMIT)):
        PathOptions(seconds=1e6 / 30)


def test_an_unknown_name_lists_the_known():
    with pytest.raises(InputError, match="orbit, dolly, sway, spiral, turntable, walk"):
        camera_path(PathOptions("orbitt"), 0.3)


def test_keyframes_are_passed_at_their_moments():
    path = walk(STOPS, PathOptions(fps=60, seconds=4 + 1 / 60))  # ends included: 241 poses
    for stop in STOPS:
        pose = path.poses[round(stop.time * 60)]
        assert np.allclose(pose.world_from_camera, stop.pose.world_from_camera, atol=1e-9)


def test_keyframes_are_joined_with_continuous_acceleration():
    coarse, fine = (
        matrices(walk(STOPS, PathOptions(fps=fps, seconds=4 + 1 / fps))) for fps in (60, 120)
    )
    largest = [np.abs(np.diff(m, 3, axis=0)).max() for m in (coarse, fine)]
    assert largest[1] < largest[0] / 6
    assert np.abs(np.diff(fine, axis=0))[[0, -1]].max() < 3e-4  # at rest at both ends


def test_a_closed_walk_is_smooth_across_its_seam():
    loop = [*STOPS, Keyframe(5.0, STOPS[0].pose)]
    coarse, fine = (matrices(walk(loop, PathOptions(fps=f), closed=True)) for f in (60, 120))
    assert np.abs(fine[::2] - coarse).max() < 1e-9
    largest = [np.abs(cyclic_difference(m, 3)).max() for m in (coarse, fine)]
    assert largest[1] < largest[0] / 6


def test_a_loop_that_does_not_close_is_refused():
    with pytest.raises(InputError, match="repeat the first"):
        walk(STOPS, PathOptions(), closed=True)


def test_a_keyframe_outside_the_head_box_is_refused():
    with pytest.raises(InputError, match=r"0\.229.*0\.2"):
        walk(STOPS, PathOptions(), head_box=0.2)


def test_a_spline_that_swings_out_is_drawn_in():
    corner = [(0.2, 0, 0), (0.2, 0, 0.001), (0.0, 0, 0.2), (-0.2, 0, 0)]
    stops = [Keyframe(float(k), Pose.at(p)) for k, p in enumerate(corner)]
    free = np.linalg.norm(positions(walk(stops, PathOptions())), axis=1).max()
    kept = np.linalg.norm(positions(walk(stops, PathOptions(), head_box=0.2001)), axis=1).max()
    assert free > 0.2001 >= kept


def test_one_keyframe_stands_still():
    path = walk(STOPS[1:2], PathOptions(seconds=2, fps=10))
    assert len(path) == 20
    assert np.ptp(matrices(path), axis=0).max() == 0
    assert len(walk(STOPS[1:2], PathOptions())) == 1


def written(tmp_path, content) -> PathOptions:
    file = tmp_path / "path.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return PathOptions(str(file), fps=10)


def test_our_files_are_read(tmp_path):
    options = written(
        tmp_path,
        {
            "keyframes": [
                {"time": 0, "position": [0, 0, 0]},
                {"time": 2, "position": [0.1, 0, 0], "yaw_deg": 30, "pitch_deg": -10},
            ]
        },
    )
    path = camera_path(options, head_box=0.3, forward_yaw=1)
    assert len(path) == 20
    expected = yaw_pitch(np.radians(30), np.radians(-10), (0.1, 0, 0))
    assert np.allclose(path.poses[-1].world_from_camera, expected.world_from_camera)


def test_nerfstudio_files_are_read(tmp_path):
    cameras = [
        {"camera_to_world": stop.pose.world_from_camera.ravel().tolist(), "fov": 60}
        for stop in STOPS
    ]
    options = written(tmp_path, {"camera_path": cameras, "seconds": 3, "fps": 24})
    path = camera_path(options, head_box=0.3)
    assert len(path) == 30
    assert np.allclose(path.poses[-1].world_from_camera, STOPS[-1].pose.world_from_camera)
    document = {"camera_path": cameras, "seconds": 4, "is_cycle": True}
    keyframes, closed = read_keyframes(tmp_path / "path.json")
    assert (len(keyframes), closed) == (4, False)
    keyframes, closed = read_keyframes(
        tmp_path / written(tmp_path, document).name.rsplit("/", 1)[-1]
    )
    assert (len(keyframes), closed, keyframes[-1].time) == (5, True, 4.0)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[" * 100_000,
        "[]",
        "{}",
        {"keyframes": []},
        {"keyframes": [3]},
        {"keyframes": [{"position": [0, 0, 0]}]},
        {"keyframes": [{"time": 0, "position": [0, 0]}]},
        {"keyframes": [{"time": 0, "position": "here"}]},
        {"keyframes": [{"time": 0, "position": [0, 0, 1e999]}]},
        {"keyframes": [{"time": 0, "position": [0, 0, 0], "yaw_deg": [1, 2]}]},
        {"keyframes": [{"time": 0, "position": [0, 0, 0], "yaw_deg": None}]},
        {"keyframes": [{"time": t, "position": [0, 0, 0]} for t in (1, 1)]},
        {"keyframes": [{"time": t, "position": [0, 0, 0]} for t in (-1, 1)]},
        {"keyframes": [{"time": t, "position": [0, 0, 0]} for t in (0, 1e9)]},
        {"keyframes": [{"time": 0, "position": [9, 0, 0]}]},
        {"camera_path": [{"fov": 3}]},
        {"camera_path": [{"camera_to_world": [0.0] * 16}]},
        {"camera_path": [{"camera_to_world": np.eye(4).ravel().tolist()}], "seconds": -1},
    ],
)
def test_a_bad_file_gets_one_sentence(tmp_path, content):
    with pytest.raises(InputError) as caught:
        camera_path(written(tmp_path, content), head_box=0.3)
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


def test_a_file_may_leave_the_head_box_when_asked(tmp_path):
    options = written(tmp_path, {"keyframes": [{"time": 0, "position": [9, 0, 0]}]})
    path = camera_path(PathOptions(options.name, outside=True), head_box=0.3)
    assert path.poses[0].position[0] == 9


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"gone\.json"):
        camera_path(PathOptions(str(tmp_path / "gone.json")), 0.3)
