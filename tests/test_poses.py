"""Poses: which way is which, and that only rigid motions are let in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthfusion.geometry.poses import look_at, rotation_x, rotation_y, yaw_pitch
from depthfusion.types import Pose

FORWARD = np.array([0.0, 0, -1])
coordinate = st.floats(-10, 10)
point = st.tuples(coordinate, coordinate, coordinate)


@pytest.mark.parametrize(
    ("yaw", "pitch", "looks"),
    [
        (0, 0, (0, 0, -1)),
        (np.pi / 2, 0, (1, 0, 0)),  # yaw turns right, to +X
        (-np.pi / 2, 0, (-1, 0, 0)),
        (0, np.pi / 2, (0, 1, 0)),  # pitch looks up
        (0, -np.pi / 2, (0, -1, 0)),
        (np.pi / 2, np.pi / 4, (np.sqrt(0.5), np.sqrt(0.5), 0)),
    ],
)
def test_yaw_turns_right_and_pitch_up(yaw: float, pitch: float, looks: tuple[float, ...]) -> None:
    pose = yaw_pitch(yaw, pitch, (1, 2, 3))
    np.testing.assert_allclose(pose.rotation @ FORWARD, looks, atol=1e-15)
    np.testing.assert_array_equal(pose.position, (1, 2, 3))


@given(st.floats(-7, 7), st.floats(-1.5, 1.5))
def test_the_horizon_stays_level(yaw: float, pitch: float) -> None:
    rotation = yaw_pitch(yaw, pitch).rotation
    assert abs(rotation[1, 0]) < 1e-15  # the camera's right has no height
    assert rotation[1, 1] > 0  # and its up looks up
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-14)
    assert np.linalg.det(rotation) == pytest.approx(1)


@given(point, point)
def test_look_at_puts_the_target_straight_ahead(position, target) -> None:
    way = np.subtract(target, position)
    length = np.linalg.norm(way)
    if length < 1e-3 or np.hypot(way[0], way[2]) < 1e-3 * length:
        return
    pose = look_at(position, target)
    np.testing.assert_allclose(pose.rotation @ FORWARD, way / length, atol=1e-12)
    assert abs(pose.rotation[1, 0]) < 1e-12
    assert pose.rotation[1, 1] > 0


def test_look_at_and_yaw_pitch_agree() -> None:
    yaw, pitch = 0.7, -0.4
    way = yaw_pitch(yaw, pitch).rotation @ FORWARD
    np.testing.assert_allclose(
        look_at((1, 2, 3), np.add(way, (1, 2, 3))).world_from_camera,
        yaw_pitch(yaw, pitch, (1, 2, 3)).world_from_camera,
        atol=1e-12,
    )


@pytest.mark.parametrize(
    "target", [(1, 2, 3), (1, 7, 3), (1, -7, 3), (np.nan, 0, 0), (np.inf, 0, 0)]
)
def test_look_at_refuses_what_gives_no_direction(target: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="target must"):
        look_at((1, 2, 3), target)


def test_look_at_takes_an_up_of_any_length() -> None:
    np.testing.assert_allclose(
        look_at((0, 0, 0), (1, 1, 1), (0, 1e-12, 0)).world_from_camera,
        look_at((0, 0, 0), (1, 1, 1)).world_from_camera,
        atol=1e-9,
    )


def matrix(**change: object) -> np.ndarray:
    out = np.eye(4)
    for key, value in change.items():
        out[int(key[1]), int(key[2])] = value
    return out


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.eye(3), r"must be \[4, 4\]; got \[3, 3\]"),
        (matrix(m00=-1), "mirroring"),
        (matrix(m00=1.1), "scale"),
        (np.diag([2.0, 2, 2, 1]), "scale"),
        (matrix(m01=0.1), "skew"),
        (matrix(m03=np.nan), "finite"),
        (matrix(m00=np.inf), "finite"),
        (matrix(m33=2), "0 0 0 1"),
        (matrix(m30=1), "0 0 0 1"),
        (np.zeros((4, 4)), "0 0 0 1"),
        (matrix(m00=0, m11=0, m22=0), "scale"),
    ],
)
def test_only_rigid_motions_are_poses(wrong: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Pose(wrong)


def test_at_stands_upright_looking_forward() -> None:
    pose = Pose.at((1, 2, 3))
    np.testing.assert_array_equal(pose.rotation, np.eye(3))
    np.testing.assert_array_equal(pose.position, (1, 2, 3))


@given(st.floats(-7, 7))
def test_rotations_are_right_handed(angle: float) -> None:
    c, s = np.cos(angle), np.sin(angle)
    np.testing.assert_allclose(rotation_x(angle) @ FORWARD, (0, s, -c), atol=1e-15)
    np.testing.assert_allclose(rotation_y(angle) @ FORWARD, (-s, 0, -c), atol=1e-15)
