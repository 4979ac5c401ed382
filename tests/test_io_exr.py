"""OpenEXR files, read back by OpenEXR, by OpenCV's rule of thumb, and by our own import."""

import errno
import os
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from export_samples import room_scene
from PIL import Image

from depthfusion import studio
from depthfusion.geometry.depth import decode_distance16
from depthfusion.io.exr import linear_from_srgb, write_exr
from depthfusion.io.library_errors import refusals_understood
from depthfusion.io.scene_folder import load_scene
from depthfusion.studio.options import ExportOptions, ImportOptions
from depthfusion.types import InputError


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return room_scene(tmp_path_factory.mktemp("exr") / "room")


def channels(path: Path) -> tuple[dict[str, np.ndarray], dict]:
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return {name: c.pixels.copy() for name, c in file.channels().items()}, dict(file.header())


def test_distance_comes_back_bit_by_bit_and_sky_too(tmp_path: Path) -> None:
    distance = np.random.default_rng(0).uniform(1e-3, 1e5, (8, 16)).astype(np.float32)
    distance[0] = np.inf
    write_exr(tmp_path / "d.exr", distance=distance, attributes={"depth": "metres"})
    held, header = channels(tmp_path / "d.exr")
    assert list(held) == ["Z"] and held["Z"].dtype == np.float32
    np.testing.assert_array_equal(held["Z"], distance)
    assert header["depth"] == "metres" and "envmap" not in header


def test_colour_is_linear_light_that_tells_all_steps_apart(tmp_path: Path) -> None:
    rgb = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(8, 32, 3)
    write_exr(tmp_path / "c.exr", rgb=rgb, latlong=True)
    held, header = channels(tmp_path / "c.exr")
    assert set(held) == {"R", "G", "B"} and held["R"].dtype == np.float16
    assert header["envmap"] == OpenEXR.ENVMAP_LATLONG
    linear = held["G"].astype(np.float64)
    back = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    np.testing.assert_array_equal(np.rint(back * 255), rgb[..., 1])
    assert linear_from_srgb(np.array([0, 255], np.uint8)).tolist() == [0, 1]


def test_there_must_be_something_to_write(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="rgb or distance"):
        write_exr(tmp_path / "n.exr")
    assert list(tmp_path.iterdir()) == []


def test_colour_and_distance_in_one_file_and_inverse_depth_beside_it(
    room: Path, tmp_path: Path
) -> None:
    outcome = studio.export(room, tmp_path / "room.exr")
    panorama = load_scene(room).panorama
    held, header = channels(tmp_path / "room.exr")
    assert set(held) == {"R", "G", "B", "Z"}
    np.testing.assert_allclose(held["Z"], panorama.distance, rtol=1e-6)
    assert "metres" in header["depth"] and '"seed": 5' in header["depthfusion"]
    beside = outcome.paths["inverse"]
    assert beside == tmp_path / "room_inverse.png"
    with Image.open(beside) as picture:
        code = np.array(picture)
    far = decode_distance16(code, outcome.facts["near"], outcome.facts["far"])
    step = 1 / outcome.facts["near"] / 65535
    np.testing.assert_allclose(1 / far, 1 / panorama.distance, atol=step)


def test_both_files_are_read_back_by_import(room: Path, tmp_path: Path) -> None:
    studio.export(room, tmp_path / "pano.png")
    outcome = studio.export(room, tmp_path / "room.exr", ExportOptions(kind="distance"))
    assert set(channels(tmp_path / "room.exr")[0]) == {"Z"}
    near, far = outcome.facts["near"], outcome.facts["far"]
    ways = {
        "float": ImportOptions(tmp_path / "room.exr", "distance"),
        "code": ImportOptions(outcome.paths["inverse"], "inverse", near=near, far=far),
    }
    was = load_scene(room).panorama
    for name, options in ways.items():
        studio.import_photo(tmp_path / "pano.png", tmp_path / name, options)
        now = load_scene(tmp_path / name).panorama
        np.testing.assert_array_equal(now.rgb, was.rgb)
        np.testing.assert_allclose(1 / now.distance, 1 / was.distance, atol=1e-4)


def test_light_all_round_is_marked_as_such(room: Path, tmp_path: Path) -> None:
    outcome = studio.export(room, tmp_path / "sky.exr", ExportOptions(kind="environment"))
    held, header = channels(tmp_path / "sky.exr")
    assert set(held) == {"R", "G", "B"} and header["envmap"] == OpenEXR.ENVMAP_LATLONG
    assert "8 bits" in outcome.notes[0] and list(outcome.paths) == ["file"]


def test_the_systems_refusals_told_as_text_are_understood() -> None:
    with pytest.raises(OSError, match="No space") as caught, refusals_understood("x.exr"):
        raise RuntimeError(f"cannot write: {os.strerror(errno.ENOSPC)}.")
    assert caught.value.errno == errno.ENOSPC
    with (
        pytest.raises(InputError, match=r"cannot write x\.exr: two lines"),
        refusals_understood("x.exr"),
    ):
        raise RuntimeError("two\nlines")
