"""Pairs: where the eyes are, what they see, and how their pictures come together."""

import numpy as np
import pytest

from depthfusion.geometry.cameras import VR180, Camera, OmnidirectionalStereo, Perspective
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.rendering import stereo
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.rendering.renderer import Frame, Renderer
from depthfusion.rendering.stereo import (
    StereoOptions,
    anaglyph,
    compose,
    eye_views,
    render_pair,
)
from depthfusion.scene.sphere import displaced_sphere
from depthfusion.types import InputError, Pose, RGBDPanorama

SMALL = {"perspective": (64, 48), "ods": (96, 48), "vr180": (48, 48)}


@pytest.fixture(scope="module")
def renderer():
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (8, 16, 3), dtype=np.uint8)
    rgb = coarse.repeat(16, axis=0).repeat(16, axis=1)
    panorama = RGBDPanorama(rgb, np.full((128, 256), 1.5, np.float32))
    with CpuRenderer() as renderer:
        renderer.load([displaced_sphere(panorama, 256, 128)])
        yield renderer


@pytest.mark.parametrize("projection", SMALL)
def test_no_baseline_gives_two_equal_eyes(renderer, projection):
    options = StereoOptions(projection, "lr", ipd=0.0, size=SMALL[projection], yaw=0.4)
    both = render_pair(renderer, options)
    width = both.shape[1] // 2
    assert np.array_equal(both[:, :width], both[:, width:])


@pytest.mark.parametrize("projection", SMALL)
def test_a_baseline_gives_two_different_eyes(renderer, projection):
    both = render_pair(renderer, StereoOptions(projection, "lr", size=SMALL[projection]))
    width = both.shape[1] // 2
    assert not np.array_equal(both[:, :width], both[:, width:])


def test_perspective_eyes_stand_beside_the_head_and_look_the_same_way():
    views = eye_views(StereoOptions(ipd=0.07, yaw=np.pi / 2))
    (camera, left), (other, right) = views
    assert camera == other
    assert np.allclose(left.rotation, right.rotation)
    # Turned to +X, the right hand is towards +Z.
    assert np.allclose(right.position, (0, 0, 0.035))
    assert np.allclose(left.position, (0, 0, -0.035))


def test_what_is_near_lies_further_right_for_the_left_eye():
    (camera, left), (_, right) = eye_views(StereoOptions(ipd=0.06, size=(100, 100)))
    point = np.array([0, 0, -2.0, 1.0])
    x_left, x_right = (
        camera.project((np.linalg.inv(pose.world_from_camera) @ point)[:3])[0]
        for pose in (left, right)
    )
    assert x_left - x_right == pytest.approx(50 * 0.06 / 2)


@pytest.mark.parametrize(
    ("projection", "model"), [("ods", OmnidirectionalStereo), ("vr180", VR180)]
)
def test_panoramic_eyes_are_in_the_camera(projection, model):
    (left, place), (right, other) = eye_views(StereoOptions(projection, ipd=0.07, yaw=0.3))
    assert isinstance(left, model) and isinstance(right, model)
    assert (left.eye, right.eye, left.ipd, right.ipd) == ("left", "right", 0.07, 0.07)
    for pose in (place, other):
        assert np.allclose(pose.world_from_camera, yaw_pitch(0.3, 0).world_from_camera)


def test_the_taper_is_on_for_ods_and_can_be_off():
    (tapered, _), _ = eye_views(StereoOptions("ods"))
    (plain, _), _ = eye_views(StereoOptions("ods", taper_deg=None))
    assert isinstance(tapered, OmnidirectionalStereo) and isinstance(plain, OmnidirectionalStereo)
    assert tapered.taper == pytest.approx((np.pi / 3, np.radians(75)))
    assert plain.taper is None


class Recorder(Renderer):
    """Draws each frame in the shade of how often it was asked."""

    name = "recorder"

    def __init__(self) -> None:
        self.asked: list[tuple[Camera, Pose, int]] = []

    def draws(self, camera):
        return True

    def load(self, meshes):
        """Nothing to load."""

    def render(self, camera, pose, samples=1):
        self.asked.append((camera, pose, samples))
        size = (camera.height, camera.width)
        rgb = np.full((*size, 3), 100 * len(self.asked), np.uint8)
        return Frame(rgb, np.ones(size, np.float32), np.zeros(size, np.bool_))


def test_the_pair_stands_where_the_head_is():
    recorder = Recorder()
    head = yaw_pitch(np.pi, 0, (1, 2, 3))
    render_pair(recorder, StereoOptions(ipd=0.1, size=(8, 4)), head, samples=2)
    (_, left, _), (_, right, samples) = recorder.asked
    assert np.allclose(left.position, (1.05, 2, 3))  # turned round, left is +X
    assert np.allclose(right.position, (0.95, 2, 3))
    assert samples == 2


@pytest.mark.parametrize(
    ("layout", "left", "right"),
    [("lr", np.s_[:, :8], np.s_[:, 8:]), ("tb", np.s_[:4], np.s_[4:])],
)
def test_layouts_put_the_left_eye_first(layout, left, right):
    options = StereoOptions(layout=layout, size=(8, 4))
    picture = render_pair(Recorder(), options)
    assert picture.shape == (options.frame_size[1], options.frame_size[0], 3)
    assert (picture[left] == 100).all() and (picture[right] == 200).all()


def test_anaglyph_keeps_white_black_and_grey():
    grey = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(1, 256, 3)
    assert np.abs(anaglyph(grey, grey).astype(int) - grey).max() <= 1


def test_anaglyph_gives_red_to_the_left_eye_and_cyan_to_the_right():
    white, black = np.full((1, 1, 3), 255, np.uint8), np.zeros((1, 1, 3), np.uint8)
    assert anaglyph(white, black)[0, 0].tolist() == [255, 0, 0]
    assert anaglyph(black, white)[0, 0].tolist() == [0, 255, 255]


def test_anaglyph_matrices_sum_to_white():
    both = stereo._DUBOIS_LEFT.sum(axis=1) + stereo._DUBOIS_RIGHT.sum(axis=1)
    assert np.allclose(both, 1, atol=1e-4)


def test_the_srgb_tables_invert_each_other():
    values = np.arange(256, dtype=np.uint8)
    steps = np.rint(stereo._LINEAR[values] * (len(stereo._ENCODED) - 1)).astype(int)
    assert np.array_equal(stereo._ENCODED[steps], values)


def test_pictures_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match="one size"):
        compose(np.zeros((2, 2, 3), np.uint8), np.zeros((2, 3, 3), np.uint8), "lr")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"projection": "cubemap"}, "perspective, ods, vr180"),
        ({"layout": "sbs"}, "lr, tb, anaglyph"),
        ({"ipd": -0.01}, "ipd"),
        ({"ipd": float("nan")}, "ipd"),
        ({"ipd": float("inf")}, "ipd"),
        ({"fov_deg": 180}, "fov"),
        ({"yaw": float("nan")}, "yaw"),
        ({"taper_deg": (75, 60)}, "taper"),
        ({"size": (0, 10)}, "size"),
        ({"projection": "ods", "size": (100, 100)}, "200x100"),
        ({"projection": "vr180", "size": (200, 100)}, "100x100"),
    ],
)
def test_what_is_out_of_range_is_refused(given, said):
    with pytest.raises(InputError, match=said):
        StereoOptions(**given)


@pytest.mark.parametrize("projection", SMALL)
def test_every_projection_has_a_size_of_its_own(projection):
    (left, _), (right, _) = eye_views(StereoOptions(projection))
    assert (left.width, left.height) == (right.width, right.height) == stereo.SIZES[projection]
    assert isinstance(left, Perspective) == (projection == "perspective")
