"""Cube maps: each face shows what lies there, edges meet, and the zip says which is which."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from export_samples import room_scene
from numpy.typing import NDArray
from PIL import Image

from depthfusion import studio
from depthfusion.geometry.cubemap import FACE_NAMES, CubeMap
from depthfusion.geometry.equirectangular import directions
from depthfusion.io.cube_faces import cube_faces, usual_side
from depthfusion.io.recipes import take_recipe
from depthfusion.io.scene_folder import load_scene
from depthfusion.studio.options import ExportOptions


def shade(ray: NDArray) -> NDArray:
    """A colour for each direction [..., 3], smooth all round, different everywhere."""
    return 127.5 + 100 * ray


def test_every_pixel_shows_its_direction() -> None:
    panorama = np.rint(shade(directions(256, 512).astype(float))).astype(np.uint8)
    faces = dict(cube_faces(panorama, 64))
    assert tuple(faces) == FACE_NAMES
    for face in CubeMap(6 * 64, 64).faces():
        rays = face.camera.exact_rays()[1] @ face.rotation.T
        rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
        np.testing.assert_allclose(faces[face.name], shade(rays), atol=1.5)
    assert faces["front"][32, 32, 2] < 40 and faces["right"][32, 32, 0] > 215
    assert faces["up"][32, 32, 1] > 215


@pytest.mark.parametrize(("width", "side"), [(512, 128), (2048, 512), (4096, 1024), (3000, 1024)])
def test_a_face_is_a_power_of_two_about_as_fine_as_the_panorama(width: int, side: int) -> None:
    assert usual_side(width) == side


def test_an_export_holds_six_pictures_and_says_which_is_which(tmp_path: Path) -> None:
    room = room_scene(tmp_path / "room", 128)
    outcome = studio.export(room, tmp_path / "cube.zip", ExportOptions(kind="cubemap"))
    assert (outcome.facts["faces"], outcome.facts["side"]) == (6, 64)
    with zipfile.ZipFile(tmp_path / "cube.zip") as pack:
        assert pack.namelist() == [*(f"{name}.png" for name in FACE_NAMES), "faces.txt"]
        assert pack.testzip() is None
        front = pack.read("front.png")
        assert "right.png" in pack.read("faces.txt").decode("ascii")
    (tmp_path / "front.png").write_bytes(front)
    recipe = take_recipe(tmp_path / "front.png")
    assert recipe is not None and recipe["seed"] == 5
    middle = np.array(Image.open(io.BytesIO(front)))[31:33, 31:33].mean(axis=(0, 1))
    panorama = load_scene(room).panorama.rgb
    np.testing.assert_allclose(middle, panorama[63:65, 127:129].mean(axis=(0, 1)), atol=3)
