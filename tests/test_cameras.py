"""Every camera: its rays, its projection, and that each undoes the other."""

import dataclasses

import numpy as np
import pytest
from fixtures import analytic
from hypothesis import given
from hypothesis import strategies as st

from depthfusion.geometry.cameras import (
    VR180,
    Camera,
    Equirectangular,
    OmnidirectionalStereo,
    Perspective,
    VR180Fisheye,
)
from depthfusion.geometry.cubemap import FACE_NAMES, CubeMap
from depthfusion.types import Pose

TAPER = (np.radians(60), np.radians(80))
size = st.integers(1, 60)
eye = st.sampled_from(["left", "right"])
cameras = st.one_of(
    st.builds(
        Perspective, size, size, st.floats(5, 90), st.floats(5, 90), st.floats(-9, 70),
        st.floats(-9, 70),
    ),
    st.builds(Equirectangular, size, size),
    st.builds(OmnidirectionalStereo, size, size, eye, st.floats(0, 0.2)),
    st.builds(OmnidirectionalStereo, size, size, eye, st.floats(0, 0.2), st.just(TAPER)),
    st.builds(VR180, size, size, eye, st.floats(0, 0.2)),
    st.builds(VR180Fisheye, size, size, eye, st.floats(0, 0.2)),
    st.builds(lambda side: CubeMap(6 * side, side), st.integers(1, 12)),
    st.builds(lambda side: CubeMap(4 * side, 3 * side), st.integers(1, 12)),
)  # fmt: skip


def exact_rays(camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Origins and directions, float64 [H, W, 3], directions of any length."""
    return camera.exact_rays()


@given(cameras, st.floats(0.4, 100))
def test_pixel_to_ray_to_pixel_is_the_identity_everywhere(camera: Camera, t: float) -> None:
    origin, direction = exact_rays(camera)
    direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
    x, y = np.moveaxis(camera.project(origin + t * direction), -1, 0)
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width]
    shown = np.isfinite(direction).all(axis=-1)
    assert shown.mean() >= 0.5
    np.testing.assert_allclose(y[shown], rows[shown], atol=1e-5)
    np.testing.assert_allclose(x[shown], columns[shown], atol=1e-5)


@given(cameras)
def test_rays_have_unit_length_and_stay_within_the_baseline(camera: Camera) -> None:
    origin, direction = camera.rays()
    assert origin.shape == direction.shape == (camera.height, camera.width, 3)
    assert origin.dtype == direction.dtype == np.float32
    shown = ~np.isnan(direction).any(axis=-1)
    np.testing.assert_allclose(np.linalg.norm(direction[shown], axis=-1), 1, atol=1e-6)
    reach = np.linalg.norm(origin, axis=-1).max()
    assert reach <= getattr(camera, "ipd", 0) / 2 * (1 + 1e-6)


@given(cameras, st.integers(1, 4))
def test_a_scaled_camera_sees_the_same_with_more_pixels(camera: Camera, factor: int) -> None:
    scaled = camera.scaled(factor)
    assert (scaled.width, scaled.height) == (camera.width * factor, camera.height * factor)
    points = np.random.default_rng(0).normal(0, 3, (50, 3)) - (0, 0, 2)
    got = (scaled.project(points) + 0.5) / factor - 0.5
    np.testing.assert_allclose(got, camera.project(points), atol=1e-6 * camera.width)


def test_the_pinhole_is_the_truth_kits() -> None:
    camera = Perspective(512, 512, 256, 256, 256, 256)
    _, direction = camera.rays()
    for i, j in ((0, 0), (511, 0), (100, 300)):
        ray = np.array([(i + 0.5 - 256) / 256, -(j + 0.5 - 256) / 256, -1])
        np.testing.assert_allclose(direction[j, i], ray / np.linalg.norm(ray), atol=1e-7)
    assert Perspective.from_fov(512, 512, np.pi / 2) == pytest.approx(camera) or np.isclose(
        Perspective.from_fov(512, 512, np.pi / 2).fl_x, 256
    )


def test_a_wide_view_is_as_wide_as_it_says() -> None:
    camera = Perspective.from_fov(100, 50, np.radians(70))
    right = np.array([np.tan(np.radians(35)), 0, -1])
    np.testing.assert_allclose(camera.project(right), (99.5, 24.5), atol=1e-9)


def test_equirectangular_is_design_mds() -> None:
    origin, direction = Equirectangular(32, 16).rays()
    np.testing.assert_allclose(direction, analytic.rays(16), atol=1e-7)
    assert not origin.any()


@pytest.mark.parametrize("side", [-1, 1])
def test_ods_is_the_truth_kits(side: int) -> None:
    """Origin s·0.032·(cos yaw, 0, sin yaw), s = −1 left and +1 right, at every pitch."""
    camera = OmnidirectionalStereo(64, 32, "left" if side < 0 else "right")
    origin, direction = camera.rays()
    yaw = ((np.arange(64) + 0.5) / 64 - 0.5) * 2 * np.pi
    circle = side * 0.032 * np.stack([np.cos(yaw), 0 * yaw, np.sin(yaw)], axis=-1)
    np.testing.assert_allclose(origin, np.broadcast_to(circle, (32, 64, 3)), atol=1e-8)
    np.testing.assert_allclose(direction, analytic.rays(32), atol=1e-7)


@pytest.mark.parametrize("distance", [0.5, 3.0, 40.0])
@pytest.mark.parametrize("yaw", [-3.0, 0.0, 1.2])
def test_ods_left_eye_sees_near_features_further_right(distance: float, yaw: float) -> None:
    width = 2048
    point = distance * np.array([np.sin(yaw), 0, -np.cos(yaw)])
    left, right = (
        OmnidirectionalStereo(width, 1024, eye).project(point) for eye in ("left", "right")
    )
    shift = 2 * np.arcsin(0.032 / distance) * width / (2 * np.pi)
    assert left[0] - right[0] == pytest.approx(shift, rel=1e-9)
    assert left[1] == right[1] == pytest.approx(511.5)
    if distance == 3.0:
        assert shift == pytest.approx(6.95, abs=0.01)


def test_ods_within_the_circle_sees_nothing() -> None:
    camera = OmnidirectionalStereo(64, 32, "left", 0.064)
    assert np.isnan(camera.project([[0.01, 5, 0.01], [0, 0, 0]])).all()


def test_a_tapered_baseline_falls_smoothly_to_nothing() -> None:
    camera = OmnidirectionalStereo(8, 180, "right", 0.064, TAPER)
    origin, _ = camera.rays()
    radius = np.linalg.norm(origin, axis=-1)[:, 0]
    latitude = np.abs(90 - (np.arange(180) + 0.5))
    np.testing.assert_allclose(radius[latitude < 60], 0.032, rtol=1e-6)
    assert not radius[latitude > 80].any()
    assert (np.diff(radius[:90]) >= 0).all()
    assert np.abs(np.diff(radius)).max() < 0.032 * 1.5 / 20 * 1.01


def test_vr180_eyes_stand_beside_each_other_and_face_forward() -> None:
    for name, x in (("left", -0.032), ("right", 0.032)):
        camera = VR180(90, 90, name)  # type: ignore[arg-type]
        origin, direction = camera.rays()
        np.testing.assert_allclose(origin, np.broadcast_to((x, 0, 0), origin.shape), atol=1e-8)
        assert (direction[..., 2] < 0).all()
        np.testing.assert_allclose(camera.project((x, 0, -5)), (44.5, 44.5), atol=1e-9)
        np.testing.assert_allclose(camera.project((x + 5, 0, -1e-9)), (89.5, 44.5), atol=1e-6)
        # Middle column: half a row more than ±90° in steps of 2°.
        assert np.degrees(np.arcsin(direction[0, 44, 1])) == pytest.approx(89, abs=1e-3)


def test_a_fisheye_is_equidistant_within_its_circle() -> None:
    camera = VR180Fisheye(90, 90, "right")
    for angle, turn in ((0.0, 0.0), (30.0, 0.0), (30.0, 70.0), (89.9, 200.0)):
        theta, phi = np.radians([angle, turn])
        way = np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), -np.cos(theta)])
        off = camera.project(7 * way + (0.032, 0, 0)) - 44.5
        expected = angle / 90 * 45 * np.array([np.cos(phi), -np.sin(phi)])
        np.testing.assert_allclose(off, expected, atol=1e-9)
    origin, direction = camera.rays()
    np.testing.assert_allclose(origin, np.broadcast_to((0.032, 0, 0), origin.shape), atol=1e-8)
    shown = ~np.isnan(direction[..., 0])
    assert shown.mean() == pytest.approx(np.pi / 4, abs=0.01)
    assert (direction[shown][:, 2] < 0).all()
    np.testing.assert_array_equal(camera.directions(20, 30), camera.exact_rays()[1][20:30])


def test_the_faces_of_a_cube_look_where_their_names_say() -> None:
    ahead = {
        "right": (1, 0, 0), "left": (-1, 0, 0), "up": (0, 1, 0), "down": (0, -1, 0),
        "front": (0, 0, -1), "back": (0, 0, 1),
    }  # fmt: skip
    for camera in (CubeMap(60, 10), CubeMap(40, 30)):
        faces = {face.name: face for face in camera.faces()}
        assert tuple(faces) == FACE_NAMES
        for name, face in faces.items():
            np.testing.assert_allclose(face.rotation @ (0, 0, -1), ahead[name], atol=1e-12)
            middle = camera.project(ahead[name])
            np.testing.assert_allclose(middle, (face.column + 4.5, face.row + 4.5), atol=1e-9)
            if name not in ("up", "down"):
                np.testing.assert_allclose(face.rotation @ (0, 1, 0), (0, 1, 0), atol=1e-12)
    strip = [face.column // 10 for face in CubeMap(60, 10).faces()]
    assert strip == list(range(6))


def test_a_cross_continues_from_face_to_face() -> None:
    """Rays of pixels that touch across an edge are as far apart as those on either side of it."""
    _, rays = CubeMap(400, 300).rays()
    for one, other in (
        (rays[100:200, 99], rays[100:200, 100]),  # left, front
        (rays[100:200, 199], rays[100:200, 200]),  # front, right
        (rays[100:200, 299], rays[100:200, 300]),  # right, back
        (rays[100:200, 399], rays[100:200, 0]),  # back, left
        (rays[99, 100:200], rays[100, 100:200]),  # up, front
        (rays[199, 100:200], rays[200, 100:200]),  # front, down
    ):
        assert np.linalg.norm(one - other, axis=-1).max() < 1.01 * 2 / 100
    assert np.isnan(rays[:100, :100]).all()


def test_what_lies_behind_does_not_appear() -> None:
    points = [[0.1, 0.2, 1], [0.1, 0.2, 0]]
    assert np.isnan(Perspective.from_fov(8, 8, 1).project(points)).all()
    assert np.isnan(VR180(8, 8, "left").project(points)[:, 0]).all()
    assert np.isnan(VR180Fisheye(8, 8, "left").project(points)).all()


@given(cameras)
def test_projection_takes_any_shape_and_changes_nothing(camera: Camera) -> None:
    points = np.random.default_rng(0).normal(0, 3, (2, 3, 3))
    before = points.copy()
    assert camera.project(points).shape == (2, 3, 2)
    np.testing.assert_array_equal(points, before)
    with pytest.raises(dataclasses.FrozenInstanceError):
        camera.width = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Equirectangular(0, 5), "width and height must be 1 or more; got 0×5"),
        (lambda: Perspective(5, 5, 0, 1, 2, 2), "focal lengths"),
        (lambda: Perspective(5, 5, np.nan, 1, 2, 2), "focal lengths"),
        (lambda: Perspective(5, 5, 1, 1, np.nan, 2), "cx and cy"),
        (lambda: Perspective.from_fov(5, 5, np.pi), "fov_x"),
        (lambda: OmnidirectionalStereo(5, 5, "middle"), "eye must be"),  # type: ignore[arg-type]
        (lambda: OmnidirectionalStereo(5, 5, "left", -1), "ipd must be"),
        (lambda: VR180(5, 5, "left", np.inf), "ipd must be"),
        (lambda: VR180Fisheye(5, 5, "left", -1), "ipd must be"),
        (lambda: CubeMap(50, 10), "a cube map is 6:1"),
        (lambda: OmnidirectionalStereo(5, 5, "left", 0.1, (1, 1)), "taper must rise"),
    ],
)
def test_a_camera_that_cannot_be_is_refused(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_the_true_stereo_pair_has_its_disparity(shared_data) -> None:
    """x_R = x_L − fx·0.064/z, checked on the room's own depth: both eyes find one point."""
    folder = shared_data / "truth/room/stereo"
    left, right = (
        np.load(folder / f"{eye}_depth.npy").astype(np.float64) for eye in ("left", "right")
    )
    camera = Perspective(512, 512, 256, 256, 256, 256)
    _, direction = exact_rays(camera)
    points = direction * np.where(np.isfinite(left), left, np.nan)[..., None] - (0.032, 0, 0)
    pixel = camera.project(points - Pose.at((0.032, 0, 0)).position)
    inside = (pixel[..., 0] > 0) & (pixel[..., 0] < 511) & np.isfinite(left)
    x, y = np.rint(pixel[inside]).astype(int).T
    same = np.abs(right[y, x] / left[inside] - 1) < 0.02
    assert same.mean() > 0.9
