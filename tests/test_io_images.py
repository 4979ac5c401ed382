import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFile

from depthfusion.io.images import PIXEL_LIMIT, read_panorama_rgb, read_rgb
from depthfusion.types import InputError

REAL = Path(__file__).parents[2] / "shared" / "data" / "real"


def picture(height=32, width=64):
    y, x = np.mgrid[:height, :width]
    return np.dstack([x * 255 // width, y * 255 // height, (x + y) % 256]).astype(np.uint8)


def saved(path, pixels, **options):
    Image.fromarray(pixels).save(path, **options)
    return path


def claiming(width, height):
    """Return a PNG whose header claims a size, with next to nothing behind it."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + bytes(4)


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.jpg", "wrongly.txt"])
def test_content_counts_not_the_name(tmp_path, name):
    kind = {"a.webp": "WEBP", "a.jpg": "JPEG"}.get(name, "PNG")
    options = {"lossless": True} if kind == "WEBP" else {}
    path = saved(tmp_path / name, picture(), format=kind, **options)
    read = read_rgb(path)
    assert read.dtype == np.uint8
    tolerance = 12 if kind == "JPEG" else 0
    assert np.abs(read.astype(int) - picture()).max(axis=2).mean() <= tolerance
    if kind != "JPEG":
        assert np.array_equal(read, picture())


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"GIF89a....", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP"]
)
def test_what_is_no_picture_is_told(tmp_path, content):
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"cannot read .*a\.jpg: ") as caught:
        read_rgb(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated_pictures_are_told(tmp_path, kind, share):
    noise = np.random.default_rng(0).integers(0, 256, (64, 128, 3), dtype=np.uint8)
    path = saved(tmp_path / "a", noise, format=kind)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError, match="damaged or cut short"):
        read_rgb(path)


def test_unreadable_paths_are_told(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read_rgb(tmp_path / "none.png")
    with pytest.raises(InputError, match="it is a folder"):
        read_rgb(tmp_path)


def test_bombs_are_refused_before_they_unpack(tmp_path):
    path = tmp_path / "bomb.png"
    path.write_bytes(claiming(16384, 8193))
    with pytest.raises(InputError, match=r"16384×8193 pixels, more than the limit of 134,217,728"):
        read_rgb(path)
    path.write_bytes(claiming(60000, 60000))
    with pytest.raises(InputError, match="more than the limit"):
        read_rgb(path)


def test_the_limit_can_be_raised_and_is_pillows_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    path = saved(tmp_path / "a.png", picture())
    assert read_rgb(path).shape == (32, 64, 3)
    with pytest.raises(InputError, match="limit of 2,047"):
        read_rgb(path, pixel_limit=32 * 64 - 1)
    assert read_rgb(path, pixel_limit=32 * 64).shape == (32, 64, 3)
    assert PIXEL_LIMIT == 16384 * 8192
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_exif_turns_the_picture_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to show
    path = saved(tmp_path / "a.png", np.rot90(picture()).copy(), exif=exif)
    assert np.array_equal(read_rgb(path), picture())


def test_16_bits_become_8_by_rounding(tmp_path):
    wide = np.arange(32 * 64, dtype=np.uint16).reshape(32, 64) * 32
    path = saved(tmp_path / "a.png", wide)
    expected = np.rint(wide / 257).astype(np.uint8)
    assert np.array_equal(read_rgb(path), np.repeat(expected[..., None], 3, axis=2))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "CMYK"])
def test_other_pixel_types_become_rgb(tmp_path, mode):
    source = Image.fromarray(picture()).convert(mode)
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    source.save(path, **({"quality": 100} if mode == "CMYK" else {}))
    expected = np.array(source.convert("RGB")).astype(int)
    assert np.abs(read_rgb(path) - expected).mean() < (6 if mode == "CMYK" else 1e-9)


def test_transparent_parts_continue_their_surroundings(tmp_path):
    rgba = np.dstack([picture() * 0 + np.uint8(200), np.full((32, 64), 255, np.uint8)])
    rgba[10:20, 20:40] = (0, 255, 0, 0)
    path = saved(tmp_path / "a.png", rgba)
    assert (read_rgb(path) == 200).all()
    palette = Image.fromarray(picture()).quantize(8)
    palette.save(tmp_path / "p.png", transparency=0)
    assert read_rgb(tmp_path / "p.png").shape == (32, 64, 3)
    saved(path, rgba * np.array([1, 1, 1, 0], np.uint8))
    with pytest.raises(InputError, match="transparent everywhere"):
        read_rgb(path)


def test_colour_profiles_are_followed_and_broken_ones_left_aside(tmp_path):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = saved(tmp_path / "a.png", picture(), icc_profile=lab)
    assert np.abs(read_rgb(path).astype(int) - picture()).max() <= 1
    saved(path, picture(), icc_profile=b"no profile")
    assert np.array_equal(read_rgb(path), picture())


def test_a_wide_gamut_profile_changes_the_numbers(tmp_path):
    profile = _with_swapped_primaries()
    path = saved(tmp_path / "a.png", picture(), icc_profile=profile)
    read = read_rgb(path).astype(int)
    assert np.abs(read[..., 0] - picture()[..., 1]).mean() < 2
    assert np.abs(read[..., 1] - picture()[..., 0]).mean() < 2


def _with_swapped_primaries():
    """sRGB with its red and green colorants exchanged and a name of its own."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {}
    for k in range(struct.unpack(">I", data[128:132])[0]):
        at = 132 + 12 * k
        tags[bytes(data[at : at + 4])] = at + 4
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    data[red : red + 8], data[green : green + 8] = data[green : green + 8], data[red : red + 8]
    at, size = struct.unpack(">II", data[tags[b"desc"] : tags[b"desc"] + 8])
    data[at : at + size] = bytes(data[at : at + size]).replace(
        "sRGB".encode("utf-16-be"), "XXXX".encode("utf-16-be")
    )
    return bytes(data)


def test_two_to_one_is_the_rule_and_fit_is_offered(tmp_path):
    path = saved(tmp_path / "a.png", picture(32, 65))
    with pytest.raises(InputError) as caught:
        read_panorama_rgb(path)
    message = str(caught.value)
    assert all(words in message for words in ("65×32", "2:1", "twice as wide as high", "--fit"))
    assert "\n" not in message


def noise(height, width):
    return np.random.default_rng(height).integers(0, 255, (height, width, 3), np.uint8)


@pytest.mark.parametrize(("shape", "layout"), [((64, 64), "tb"), ((16, 64), "lr")])
def test_shapes_of_stereo_pairs_are_recognised_where_their_halves_are_alike(
    tmp_path, shape, layout
):
    path = saved(tmp_path / "a.png", noise(*shape))
    with pytest.raises(InputError, match=f"--layout {layout}"):
        read_panorama_rgb(path)
    eye = noise(shape[0] // 2, 64) if layout == "tb" else noise(16, 32)
    pair = np.concatenate([eye, 255 - (255 - eye) // 2 * 2], axis=0 if layout == "tb" else 1)
    photo = read_panorama_rgb(saved(tmp_path / "b.png", pair))
    assert np.array_equal(photo.rgb, eye)
    assert photo.right is not None and photo.right.shape == eye.shape
    assert "two eyes" in photo.notes[0]


def test_a_panorama_comes_as_it_is(tmp_path):
    photo = read_panorama_rgb(saved(tmp_path / "a.png", picture()))
    assert np.array_equal(photo.rgb, picture())
    assert photo.placement.whole
    assert photo.notes == ()


def test_max_width_makes_wide_ones_smaller_without_a_seam(tmp_path):
    turn = np.arange(512) / 512 * 2 * np.pi
    wave = np.rint(127 + 100 * np.sin(turn))
    pixels = np.broadcast_to(wave[None, :, None], (256, 512, 3)).astype(np.uint8)
    path = saved(tmp_path / "a.png", pixels)
    photo = read_panorama_rgb(path, max_width=128)
    expected = 127 + 100 * np.sin((np.arange(128) * 4 + 1.5) / 512 * 2 * np.pi)
    assert photo.rgb.shape == (64, 128, 3)
    assert np.abs(photo.rgb[..., 0] - expected).max() < 2
    assert "64" in photo.notes[0]
    assert read_panorama_rgb(path, max_width=4096).rgb.shape == (256, 512, 3)


@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data is not there")
@pytest.mark.parametrize("name", ["mp3d_rgb.png", "braunschweig.jpg", "vr_machu-picchu.jpg"])
def test_real_panoramas_are_read(name):
    photo = read_panorama_rgb(REAL / name)
    with Image.open(REAL / name) as plain:
        expected = np.array(plain.convert("RGB")).astype(int)
    assert photo.notes == ()
    assert np.abs(photo.rgb - expected).mean() < 3


def test_reading_leaves_no_file_open(tmp_path):
    path = saved(tmp_path / "a.webp", picture())
    read_rgb(path)
    stream = io.BytesIO(path.read_bytes())
    path.unlink()
    assert stream.getvalue()
