import errno
import io
import os
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from depthfusion.io.atomic import replacing, write_bytes
from depthfusion.io.encoding import encode_image, write_image
from depthfusion.types import InputError


def decoded(data):
    with Image.open(io.BytesIO(data)) as picture:
        return np.array(picture)


sizes = st.tuples(st.integers(1, 9), st.integers(1, 9))


@given(arrays.arrays(np.uint8, st.one_of(sizes, sizes.map(lambda s: (*s, 3)))))
def test_png_keeps_every_bit(pixels):
    assert np.array_equal(decoded(encode_image(pixels)), pixels)


@given(arrays.arrays(np.uint8, sizes.map(lambda s: (*s, 4))))
def test_alpha_and_hidden_colours_survive_png_and_lossless_webp(pixels):
    assert np.array_equal(decoded(encode_image(pixels)), pixels)
    webp = decoded(encode_image(pixels, "webp", quality=100))
    assert np.array_equal(webp, pixels[..., : webp.shape[-1]])


@given(arrays.arrays(np.uint16, sizes))
def test_png_keeps_16_bits(pixels):
    assert np.array_equal(decoded(encode_image(pixels)), pixels)


@pytest.mark.parametrize("image_format", ["jpeg", "webp"])
def test_lossy_formats_stay_close_and_carry_xmp(image_format):
    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    pixels = np.dstack(np.broadcast_arrays(ramp[:, None], ramp[None, :], np.uint8(90)))
    data = encode_image(pixels, image_format, xmp=b"<x:xmpmeta>spherical</x:xmpmeta>")
    assert np.abs(decoded(data).astype(int) - pixels).mean() < 3
    assert b"spherical" in data


@pytest.mark.parametrize(
    ("pixels", "image_format"),
    [
        (np.zeros((2, 2, 4), np.uint8), "jpeg"),
        (np.zeros((2, 2, 3), np.float32), "png"),
        (np.zeros((2, 2, 3), np.uint16), "png"),
        (np.zeros((2, 2), np.uint16), "webp"),
        (np.zeros((2, 2, 2), np.uint8), "png"),
    ],
)
def test_what_a_format_cannot_hold_is_a_defect_of_the_caller(pixels, image_format):
    with pytest.raises(ValueError, match="pixels must be uint8"):
        encode_image(pixels, image_format)


def test_a_side_beyond_the_format_is_told():
    with pytest.raises(InputError, match="WEBP, which ends at 16383"):
        encode_image(np.zeros((1, 16384, 3), np.uint8), "webp")


def test_the_extension_chooses_the_format(tmp_path):
    pixels = np.zeros((4, 4, 3), np.uint8)
    for name, expected in (("a.png", "PNG"), ("a.JPG", "JPEG"), ("a.webp", "WEBP")):
        write_image(tmp_path / "new" / name, pixels)
        with Image.open(tmp_path / "new" / name) as picture:
            assert picture.format == expected
    with pytest.raises(InputError, match="must end in"):
        write_image(tmp_path / "a.gif", pixels)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_failed_write_keeps_the_old_file_and_nothing_else(tmp_path, monkeypatch, code):
    target = tmp_path / "a.bin"
    write_bytes(target, b"old")

    def failing(self, data):
        with self.open("wb") as stream:
            stream.write(data[:2])
        raise OSError(code, os.strerror(code), str(self))

    monkeypatch.setattr(Path, "write_bytes", failing)
    with pytest.raises(InputError, match=r"cannot write .*a\.bin"):
        write_bytes(target, b"newer")
    with pytest.raises(InputError):
        write_bytes(tmp_path / "made" / "for" / "it", b"newer")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]


def test_an_interrupted_write_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), replacing(tmp_path / "x" / "a.mp4") as partial:
        assert partial.suffix == ".mp4"
        partial.write_bytes(b"half")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_the_dead_are_removed_after_an_hour(tmp_path):
    old, fresh = (tmp_path / f".a.{n}-0badcafe.partial.png" for n in (1, 2))
    foreign = tmp_path / ".b.1-0badcafe.partial.png"
    for path in (old, fresh, foreign):
        path.touch()
    os.utime(old, (time.time() - 4000,) * 2)
    os.utime(foreign, (time.time() - 4000,) * 2)
    write_bytes(tmp_path / "a.png", b"")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([fresh.name, foreign.name, "a.png"])


def test_a_folder_is_no_file_to_write(tmp_path):
    with pytest.raises(InputError, match="it is a folder"):
        write_bytes(tmp_path, b"")
