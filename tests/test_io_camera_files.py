import json
from pathlib import Path

import numpy as np
import pytest

from depthfusion.geometry.cameras import VR180, Equirectangular, OmnidirectionalStereo, Perspective
from depthfusion.io.camera_files import read_cameras
from depthfusion.types import InputError

DATA = Path(__file__).parents[2] / "shared" / "data"
UPRIGHT = np.eye(4).tolist()


def document(**changes):
    base = {
        "camera_model": "OPENCV",
        "w": 64,
        "h": 48,
        "fl_x": 50.0,
        "fl_y": 51.0,
        "cx": 31.0,
        "cy": 25.0,
        "frames": [{"file_path": "views/v0.png", "transform_matrix": UPRIGHT}],
    }
    return {k: v for k, v in (base | changes).items() if v != "absent"}


def read(tmp_path, content):
    path = tmp_path / "transforms.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_cameras(path)


def frame(**changes):
    base = {"file_path": "a.png", "transform_matrix": UPRIGHT}
    return {k: v for k, v in (base | changes).items() if v != "absent"}


def moved(position, turn=0.0):
    matrix = np.eye(4)
    c, s = np.cos(turn), np.sin(turn)
    matrix[:3, :3] = [[c, 0, s], [0, 1, 0], [-s, 0, c]]
    matrix[:3, 3] = position
    return matrix.tolist()


def test_a_pinhole_is_read_with_its_pose(tmp_path):
    matrix = moved((1, 2, 3), 0.5)
    frames = [frame(file_path="./views/v0.png", transform_matrix=matrix)]
    (only,) = read(tmp_path, document(frames=frames))
    assert only.camera == Perspective(64, 48, 50, 51, 31, 25)
    assert np.array_equal(only.pose.world_from_camera, matrix)
    assert only.file_path == only.png_path == "views/v0.png"


def test_a_frame_overrides_the_top(tmp_path):
    frames = [frame(), frame(file_path="b.png", w=32, fl_x=9, camera_model="PINHOLE")]
    first, second = read(tmp_path, document(frames=frames))
    assert first.camera.width == 64
    assert second.camera == Perspective(32, 48, 9, 51, 31, 25)


def test_what_may_be_absent_has_the_usual_meaning(tmp_path):
    content = document(fl_y="absent", cx="absent", cy="absent", camera_model="absent")
    assert read(tmp_path, content)[0].camera == Perspective(64, 48, 50, 50, 32, 24)


@pytest.mark.parametrize(
    ("model", "camera"),
    [
        ("EQUIRECTANGULAR", Equirectangular(128, 64)),
        ("OMNIDIRECTIONALSTEREO_L", OmnidirectionalStereo(128, 64, "left", 0.064)),
        ("OMNIDIRECTIONALSTEREO_R", OmnidirectionalStereo(128, 64, "right", 0.064)),
        ("VR180_L", VR180(128, 64, "left", 0.064)),
        ("VR180_R", VR180(128, 64, "right", 0.064)),
    ],
)
def test_every_sphere_model_needs_its_size_only(tmp_path, model, camera):
    content = {"camera_model": model, "w": 128, "h": 64.0, "frames": [frame()]}
    assert read(tmp_path, content)[0].camera == camera


def test_ipd_at_the_top_counts(tmp_path):
    content = document(camera_model="VR180_R", ipd=0.1)
    assert read(tmp_path, content)[0].camera.ipd == 0.1


@pytest.mark.parametrize(
    ("given", "png"),
    [
        ("images/a.jpg", "images/a.png"),
        ("images/a", "images/a.png"),
        ("view.0001", "view.0001.png"),
        ("a.EXR", "a.png"),
    ],
)
def test_pngs_take_the_names(tmp_path, given, png):
    assert read(tmp_path, document(frames=[frame(file_path=given)]))[0].png_path == png


def test_zero_distortion_is_no_distortion(tmp_path):
    assert len(read(tmp_path, document(k1=0, k2=0.0, p1=0))) == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"frames": []}, "lists no frames"),
        ({"frames": "absent"}, "lists no frames"),
        ({"frames": [3]}, "frame 0 must be an object"),
        ({"w": "absent"}, r"frame 0 \(views/v0.png\) has no w"),
        ({"w": 0}, "w must be a whole number"),
        ({"w": 64.5}, "w must be a whole number"),
        ({"h": "48"}, "h must be a finite number"),
        ({"h": True}, "h must be a finite number"),
        ({"w": 60000, "h": 60000}, "60000×60000 pixels"),
        ({"fl_x": 0}, "fl_x and fl_y must be above 0"),
        ({"fl_y": -3}, "fl_x and fl_y must be above 0"),
        ({"fl_x": "absent"}, "has no fl_x"),
        ({"cx": 10**400}, "cx must be a finite number"),
        ({"camera_model": "OPENCV_FISHEYE"}, "camera_model 'OPENCV_FISHEYE' is not one of OPENCV"),
        ({"camera_model": 3}, "camera_model 3 is not one of"),
        ({"camera_model": ["OPENCV"]}, "is not one of"),
        ({"k1": 0.01}, "k1 is 0.01, but only lenses without distortion"),
        ({"p2": "x"}, "p2 must be a finite number"),
        ({"camera_model": "VR180_L", "ipd": -1}, "ipd must be 0 or more"),
    ],
)
def test_faults_of_the_camera_name_the_frame(tmp_path, changes, says):
    with pytest.raises(InputError, match=says) as caught:
        read(tmp_path, document(**changes))
    assert "\n" not in str(caught.value)


SKEWED = [[1, 0.2, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
MIRRORED = np.diag([-1.0, 1, 1, 1]).tolist()
SCALED = np.diag([2.0, 2, 2, 1]).tolist()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"transform_matrix": "absent"}, "has no transform_matrix"),
        ({"transform_matrix": UPRIGHT[:3]}, "4 rows of 4 numbers"),
        ({"transform_matrix": 4}, "4 rows of 4 numbers"),
        ({"transform_matrix": [["a"] * 4] * 4}, "4 finite numbers"),
        ({"transform_matrix": [[float("nan")] * 4] * 4}, "4 finite numbers"),
        ({"transform_matrix": SKEWED}, "transform_matrix must rotate without skew"),
        ({"transform_matrix": SCALED}, "transform_matrix must rotate without skew"),
        ({"transform_matrix": MIRRORED}, "mirroring"),
        ({"transform_matrix": [[0.0] * 4] * 4}, "row 0 0 0 1"),
        ({"file_path": "absent"}, "has no file_path"),
        ({"file_path": 3}, "has no file_path"),
        ({"file_path": ""}, "has no file_path"),
        ({"file_path": "."}, "names no file"),
        ({"file_path": "/etc/passwd"}, "must be relative"),
        ({"file_path": "../up.png"}, "must be relative"),
        ({"file_path": "a/../../up.png"}, "must be relative"),
        ({"file_path": "C:\\up.png"}, "must be relative"),
    ],
)
def test_faults_of_a_frame_name_it(tmp_path, changes, says):
    frames = [frame(file_path="first.png"), frame(**changes)]
    with pytest.raises(InputError, match=says) as caught:
        read(tmp_path, document(frames=frames))
    assert "frame 1" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("twin", ["a.png", "./a.png", "a.jpg", "a"])
def test_two_frames_never_write_one_file(tmp_path, twin):
    with pytest.raises(InputError, match=r"frame 1 .* has the file_path of frame 0"):
        read(tmp_path, document(frames=[frame(), frame(file_path=twin)]))


@pytest.mark.parametrize("content", ["", "{", "[]", "3", "\x00", "[" * 100000])
def test_what_is_no_camera_file_is_told(tmp_path, content):
    with pytest.raises(InputError, match=r"transforms\.json"):
        read(tmp_path, content)
    with pytest.raises(InputError, match="there is no such file"):
        read_cameras(tmp_path / "none.json")


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not there")
def test_the_truth_kits_cameras_in_this_format(tmp_path):
    views = json.loads((DATA / "truth" / "room" / "cameras.json").read_text())["views"]
    frames = [
        {
            "file_path": view["rgb"],
            "transform_matrix": view["c2w"],
            "w": view["width"],
            "h": view["height"],
            "fl_x": view["fx"],
            "fl_y": view["fy"],
            "cx": view["cx"],
            "cy": view["cy"],
        }
        for view in views
    ]
    cameras = read(tmp_path, {"camera_model": "OPENCV", "frames": frames})
    assert [camera.pose.position.tolist() for camera in cameras] == [v["position"] for v in views]
