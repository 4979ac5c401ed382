"""What photos are taken for, and that each kind lands on the sphere where it belongs."""

import builtins
import math
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from PIL import Image, ImageCms

from depthfusion.geometry.cameras import Perspective
from depthfusion.geometry.cubemap import FACE_NAMES, CubeMap
from depthfusion.geometry.equirectangular import directions
from depthfusion.io.gpano import read_gpano
from depthfusion.io.images import PanoramaPhoto, lay_photo
from depthfusion.io.photo_files import open_photo
from depthfusion.io.photo_folders import open_cube_folder
from depthfusion.io.photo_reading import Wanted, likeness, read_photo_kind
from depthfusion.io.placement import Placement, place, turned
from depthfusion.io.tone_mapping import tone_mapped
from depthfusion.types import InputError

SIDE = 64


def colours(rays: np.ndarray) -> np.ndarray:
    """A smooth picture of the whole sphere, different everywhere."""
    rays = np.nan_to_num(np.asarray(rays, np.float64))
    length = np.linalg.norm(rays, axis=-1, keepdims=True)
    x, y, z = np.moveaxis(rays / np.maximum(length, 1e-9), -1, 0)
    waves = [np.sin(3 * x + z), np.sin(2 * y - x + 1), np.cos(3 * z + y)]
    return np.rint(127.5 + 110 * np.stack(waves, axis=-1)).astype(np.uint8)


def sphere(height: int = 128) -> np.ndarray:
    return colours(directions(height, 2 * height))


def saved(path: Path, pixels: np.ndarray, **options: object) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


def laid(path: Path, **said: object) -> PanoramaPhoto:
    photo = open_cube_folder(path) if path.is_dir() else open_photo(path)
    return lay_photo(photo, read_photo_kind(photo, Wanted(**said)))  # type: ignore[arg-type]


def kind_of(path: Path, **said: object) -> tuple[str, str]:
    reading = read_photo_kind(open_photo(path), Wanted(**said))  # type: ignore[arg-type]
    return reading.kind, reading.layout


def off(photo: PanoramaPhoto) -> float:
    """The largest difference from the sphere where the photo reaches."""
    exact = sphere(photo.rgb.shape[0]).astype(int)
    error = np.abs(photo.rgb.astype(int) - exact).max(axis=-1)
    return float(error.max() if photo.known is None else error[photo.known].max())


def cube(strip: bool) -> np.ndarray:
    camera = CubeMap(6 * SIDE, SIDE) if strip else CubeMap(4 * SIDE, 3 * SIDE)
    rays = camera.exact_rays()[1]
    return np.where(np.isnan(rays), 0, colours(rays)).astype(np.uint8)


def standing_cross() -> np.ndarray:
    lying, standing = cube(strip=False), np.zeros((4 * SIDE, 3 * SIDE, 3), np.uint8)
    standing[: 3 * SIDE] = lying[:, : 3 * SIDE]
    standing[3 * SIDE :, SIDE : 2 * SIDE] = lying[SIDE : 2 * SIDE, 3 * SIDE :][::-1, ::-1]
    return standing


@pytest.mark.parametrize("shape", ["cross", "standing", "strip", "standing-strip"])
def test_cube_maps_are_recognised_and_laid_out(shape: str, tmp_path: Path) -> None:
    strip = cube(strip=True)
    pixels = {
        "cross": cube(strip=False),
        "standing": standing_cross(),
        "strip": strip,
        "standing-strip": np.concatenate(np.split(strip, 6, axis=1), axis=0),
    }[shape]
    path = saved(tmp_path / "a.png", pixels)
    assert kind_of(path) == ("cube", "mono")
    photo = laid(path)
    assert photo.rgb.shape == (2 * SIDE, 4 * SIDE, 3)
    assert off(photo) <= 5


def test_six_files_are_a_cube_map(tmp_path: Path) -> None:
    faces = np.split(cube(strip=True), 6, axis=1)
    for name, word, pixels in zip(
        FACE_NAMES, ("px", "nx", "py", "ny", "pz", "nz"), faces, strict=True
    ):
        assert name
        saved(tmp_path / f"room_{word}.png", pixels)
    assert off(laid(tmp_path)) <= 5
    (tmp_path / "room_py.png").rename(tmp_path / "sky_top.png")
    assert off(laid(tmp_path)) <= 5
    saved(tmp_path / "room_up.png", faces[2])
    with pytest.raises(InputError, match="two files for the face up"):
        laid(tmp_path)
    (tmp_path / "room_up.png").unlink()
    saved(tmp_path / "room_nz.png", faces[5][:60, :60])
    with pytest.raises(InputError, match="of one size, here 64×64, and back"):
        laid(tmp_path)
    (tmp_path / "room_nz.png").unlink()
    with pytest.raises(InputError, match=r"lacks the faces back \(nz\)"):
        laid(tmp_path)


def test_an_ordinary_photo_of_a_crosss_shape_is_no_cube_map(tmp_path: Path) -> None:
    photo = np.random.default_rng(0).integers(0, 255, (90, 120, 3), np.uint8)
    assert kind_of(saved(tmp_path / "a.png", photo))[0] == "photo"
    assert kind_of(saved(tmp_path / "d.png", np.full((90, 120, 3), 9, np.uint8)))[0] == "photo"
    band = sphere(96)[32:64]  # 6:1, and nothing jumps in it
    assert kind_of(saved(tmp_path / "b.png", band))[0] == "strip"
    with pytest.raises(InputError, match="a cube map is 4:3"):
        kind_of(saved(tmp_path / "c.png", photo[:50]), projection="cube")


@pytest.mark.parametrize(("layout", "axis"), [("tb", 0), ("lr", 1)])
def test_vr180_and_stereo_360_by_shape_and_name(layout: str, axis: int, tmp_path: Path) -> None:
    half = sphere()[:, 64:192]
    pair = np.concatenate([half, half], axis=axis)
    for name, said in (("a.png", {"layout": layout}), (f"show_180_{layout.upper()}.png", {})):
        path = saved(tmp_path / name, pair)
        assert kind_of(path, **said) == ("vr180", layout)
        photo = laid(path, **said)
        assert photo.right is not None and np.array_equal(photo.rgb, photo.right)
        assert off(photo) <= 2
        assert photo.known is not None and photo.known.mean() == pytest.approx(0.5, abs=0.01)
    whole = np.concatenate([sphere(), sphere()], axis=axis)
    assert kind_of(saved(tmp_path / f"b_{layout}.png", whole)) == ("stereo", layout)
    assert kind_of(saved(tmp_path / "c.png", whole)) == ("stereo", layout)  # halves alike
    assert off(laid(tmp_path / "c.png")) == 0
    squeezed = np.array(Image.fromarray(whole).resize((256, 256) if axis == 0 else (256, 128)))
    said = {"layout": layout, "projection": "panorama"}
    assert kind_of(saved(tmp_path / "d.png", squeezed), **said) == ("stereo", layout)


def test_eyes_of_no_shape_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", sphere()[:100])
    with pytest.raises(InputError, match=r"two eyes of 256×50.*is --layout right"):
        kind_of(path, layout="tb")


def test_a_plain_panorama_is_not_two_eyes(tmp_path: Path) -> None:
    assert kind_of(saved(tmp_path / "a.jpg", sphere(256), quality=95)) == ("panorama", "mono")
    assert likeness(np.full((8, 16, 3), 9, np.uint8), 0) == 0.0


def gpano(**fields: int) -> bytes:
    inside = " ".join(f'GPano:{name}="{value}"' for name, value in fields.items())
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r {inside}/></x:xmpmeta>'.encode()


CROP = {
    "FullPanoWidthPixels": 256, "FullPanoHeightPixels": 128, "CroppedAreaLeftPixels": 30,
    "CroppedAreaTopPixels": 20, "CroppedAreaImageWidthPixels": 160,
    "CroppedAreaImageHeightPixels": 80,
}  # fmt: skip


def test_a_cropped_panorama_lies_where_its_record_says(tmp_path: Path) -> None:
    part = sphere()[20:100, 30:190]
    path = saved(tmp_path / "a.jpg", part, quality=98, subsampling=0, xmp=gpano(**CROP))
    assert kind_of(path) == ("cropped", "mono")  # although it is 2:1 itself
    photo = laid(path)
    assert photo.rgb.shape == (128, 256, 3) and off(photo) <= 12
    assert photo.known is not None and photo.known.sum() == part[..., 0].size


def test_half_a_record_is_left_aside_and_said_so(tmp_path: Path) -> None:
    some = {name: value for name, value in CROP.items() if "Cropped" not in name}
    path = saved(tmp_path / "a.jpg", sphere()[20:90], xmp=gpano(**some))
    reading = read_photo_kind(open_photo(path), Wanted(fit=True))
    assert "CroppedAreaLeftPixels" in reading.warnings[0]
    with pytest.raises(InputError, match="--hfov"):
        laid(path)
    assert read_gpano(b"GPano:PosePitchDegrees='-3.5' <GPano:PoseRollDegrees>2").pose == (
        math.radians(-3.5), math.radians(2),
    )  # fmt: skip
    assert not read_gpano(b"").lacking


def test_a_view_that_was_said_places_a_part_of_a_panorama(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", sphere()[32:96, 64:192])
    photo = laid(path, hfov_deg=180.0)
    assert off(photo) == 0 and photo.known is not None and photo.known.mean() == 0.25
    with pytest.raises(InputError, match="hfov must be above 0 and at most 360"):
        laid(path, hfov_deg=400.0)


def test_an_ordinary_photo_is_a_window(tmp_path: Path) -> None:
    camera = Perspective.from_fov(200, 150, math.radians(80))
    path = saved(tmp_path / "a.png", colours(camera.exact_rays()[1]))
    photo = laid(path, projection="photo", hfov_deg=80.0)
    assert off(photo) <= 4
    assert photo.known is not None and photo.known[photo.known.shape[0] // 2].mean() == (
        pytest.approx(80 / 360, abs=0.01)
    )


@pytest.mark.parametrize("turn", [(0.0, 0.2, 0.0), (0.0, 0.0, -0.3), (0.7, -0.1, 0.2)])
def test_a_tilted_panorama_is_levelled(turn: tuple[float, float, float]) -> None:
    from depthfusion.io.placement import camera_from_world

    placement = turned(Placement(128, 256), *turn)
    seen = colours(directions(128, 256) @ camera_from_world(placement))  # in the camera's axes
    level, known = place(seen, placement, 128, 256)
    assert known.all()
    assert np.abs(level.astype(int) - sphere()).max() <= 6


def test_roll_is_clockwise_and_pitch_is_up() -> None:
    from depthfusion.io.placement import camera_from_world

    up = camera_from_world(turned(Placement(2, 4), 0, 0.1, 0)) @ [0, 1, 0]
    assert up == pytest.approx([0, math.cos(0.1), -math.sin(0.1)])
    right = camera_from_world(turned(Placement(2, 4), 0, 0, 0.1)) @ [0, 1, 0]
    assert right == pytest.approx([-math.sin(0.1), math.cos(0.1), 0])


def test_orientation_and_profile_are_honoured(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = sphere(32)
    turned_round = np.ascontiguousarray(np.rot90(pixels, 1))
    path = saved(tmp_path / "a.png", turned_round, exif=exif)
    photo = open_photo(path)
    assert (photo.width, photo.height) == (64, 32)
    assert np.array_equal(photo.pixels(), pixels)
    wide = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ"))
    del wide
    lab = ImageCms.createProfile("sRGB")
    path = saved(tmp_path / "b.png", pixels, icc_profile=ImageCms.ImageCmsProfile(lab).tobytes())
    assert np.array_equal(open_photo(path).pixels(), pixels)


def test_sixteen_bit_photos(tmp_path: Path) -> None:
    import cv2

    pixels = sphere(32)
    deep = pixels[..., ::-1].astype(np.uint16) * 257
    for name in ("a.png", "a.tif"):
        assert cv2.imwrite(str(tmp_path / name), deep)
        assert np.abs(open_photo(tmp_path / name).pixels().astype(int) - pixels).max() <= 1, name


def test_light_is_tone_mapped(tmp_path: Path) -> None:
    import cv2

    light = (directions(32, 64) + 1.2).astype(np.float32) * 4
    light[3, 5] = 5e4  # a sun must not darken the rest
    assert cv2.imwrite(str(tmp_path / "a.hdr"), light[..., ::-1])
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {"RGB": light}).write(str(tmp_path / "a.exr"))
    pictures = [open_photo(tmp_path / name).pixels() for name in ("a.hdr", "a.exr")]
    for picture in pictures:
        assert picture.shape == (32, 64, 3) and 60 < np.median(picture) < 200
    assert np.abs(pictures[0].astype(int) - pictures[1]).max() <= 3
    assert open_photo(tmp_path / "a.exr").pixels(2).shape == (16, 32, 3)
    dim = np.full((2, 4, 3), 0.5, np.float32)
    assert (tone_mapped(dim) == 188).all()  # within 0…1 only encoded
    odd = np.array([[[np.nan, 1, 2], [np.inf, -3, 1]]], np.float32)
    assert tone_mapped(odd).shape == (1, 2, 3)


def test_a_depth_map_in_the_photos_place_is_noticed(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(1, 9, 64, dtype=np.float32), (32, 1))
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {"Y": ramp}).write(str(tmp_path / "a.exr"))
    saved(tmp_path / "a.png", (ramp * 7000).astype(np.uint16))
    saved(tmp_path / "b.png", sphere(32))
    for name, odd in (("a.exr", True), ("a.png", True), ("b.png", False)):
        warnings = read_photo_kind(open_photo(tmp_path / name), Wanted()).warnings
        assert any("no colours" in words for words in warnings) == odd, name


@pytest.mark.parametrize("name", ["a.exr", "a.hdr", "a.heic", "a.tif", "a.webp"])
def test_files_cut_short_are_one_sentence(name: str, tmp_path: Path) -> None:
    import cv2
    import pillow_heif

    path, pixels = tmp_path / name, sphere(64)
    if name == "a.heic":
        pillow_heif.from_pillow(Image.fromarray(pixels)).save(path)
    elif name in ("a.exr", "a.hdr"):
        if name == "a.hdr":
            assert cv2.imwrite(str(path), pixels.astype(np.float32))
        else:
            header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
            OpenEXR.File(header, {"RGB": pixels.astype(np.float32)}).write(str(path))
    else:
        saved(path, pixels)
    assert open_photo(path).pixels().shape == (64, 128, 3)
    data = path.read_bytes()
    for cut in (len(data) // 2, 40):
        path.write_bytes(data[:cut])
        with pytest.raises(InputError, match="cannot read") as caught:
            open_photo(path).pixels()
        assert "\n" not in str(caught.value)
    path.write_bytes(b"")
    with pytest.raises(InputError, match="it is empty"):
        open_photo(path)


def test_heic_without_the_plugin_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pillow_heif

    path = tmp_path / "a.heic"
    pillow_heif.from_pillow(Image.fromarray(sphere(64))).save(path, quality=95)
    assert np.abs(open_photo(path).pixels().astype(int) - sphere(64)).mean() < 6
    imported = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name == "pillow_heif":
            raise ImportError(name)
        return imported(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"pip install 'depthfusion\[heic\]'"):
        open_photo(path)


def test_large_photos_come_reduced(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", sphere(256), quality=95)
    photo = open_photo(path)
    assert photo.pixels(2.5).shape == (128, 256, 3)
    small = lay_photo(photo, read_photo_kind(photo, Wanted()), max_width=256)
    assert small.rgb.shape == (128, 256, 3)
    assert np.abs(small.rgb.astype(int) - sphere()).mean() < 2
    assert max(photo.glance().shape) == 256
