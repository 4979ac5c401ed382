import struct
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from depthfusion.io.depth_files import read_depth
from depthfusion.types import InputError

DATA = Path(__file__).parents[2] / "shared" / "data"


def ramp(height=8, width=16):
    return np.linspace(1, 5, height * width, dtype=np.float32).reshape(height, width)


def write_exr(path, **channels):
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    with OpenEXR.File(header, channels) as file:
        file.write(str(path))
    return path


def write_pfm(path, values, order="<"):
    scale = -1.0 if order == "<" else 1.0
    head = f"Pf\n{values.shape[1]} {values.shape[0]}\n{scale}\n".encode()
    path.write_bytes(head + values[::-1].astype(f"{order}f4").tobytes())
    return path


def write(path, values):
    suffix = path.suffix
    if suffix == ".npy":
        np.save(path, values)
    elif suffix == ".exr":
        write_exr(path, Z=values)
    elif suffix == ".pfm":
        write_pfm(path, values)
    else:
        Image.fromarray(values).save(path)
    return path


FLOAT_FORMATS = [".npy", ".exr", ".pfm", ".tif", ".tiff"]


@pytest.mark.parametrize("suffix", FLOAT_FORMATS)
@pytest.mark.parametrize("kind", ["distance", "z"])
def test_floats_come_back_bit_for_bit(tmp_path, suffix, kind):
    values = ramp()
    values[0, :3] = np.inf
    depth = read_depth(write(tmp_path / f"d{suffix}", values), kind)
    assert np.array_equal(depth.values, values)
    assert depth.values.dtype == np.float32
    assert (depth.kind, depth.integer_max, depth.notes) == (kind, None, ())
    assert not depth.missing.any()


@given(
    arrays.arrays(np.float32, (3, 4), elements=st.floats(2**-30, 1e8, width=32)),
    st.sampled_from(["<", ">"]),
)
def test_pfm_round_trips_in_either_byte_order(tmp_path_factory, values, order):
    values[0, 0], values[0, 1] = 1, 2
    path = write_pfm(tmp_path_factory.mktemp("pfm") / "d.pfm", values, order)
    assert np.array_equal(read_depth(path, "distance").values, values)


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int32, ">f4"])
def test_npy_takes_every_type_of_number(tmp_path, dtype):
    values = np.arange(1, 33).reshape(4, 8).astype(dtype)
    assert np.array_equal(read_depth(write(tmp_path / "d.npy", values), "distance").values, values)


def test_npy_in_fortran_order_and_with_a_channel_axis(tmp_path):
    values = np.asfortranarray(ramp()[..., None])
    assert np.array_equal(read_depth(write(tmp_path / "d.npy", values), "z").values, ramp())


def test_16_bit_png_is_millimetres_unless_told(tmp_path):
    codes = np.arange(0, 65535, 512, dtype=np.uint16).reshape(8, 16)
    path = write(tmp_path / "d.png", codes)
    depth = read_depth(path, "distance")
    assert depth.values == pytest.approx(codes / 1000)
    assert depth.integer_max == 65535
    assert "millimetres" in depth.notes[0]
    assert np.array_equal(depth.missing, codes == 0)
    told = read_depth(path, "distance", metres_per_step=1 / 4000)
    assert told.values == pytest.approx(codes / 4000)
    assert told.notes == ()


@pytest.mark.parametrize("suffix", [".png", ".tif", ".npy"])
def test_16_bit_inverse_depth_spans_0_to_1(tmp_path, suffix):
    codes = np.linspace(0, 65535, 128).astype(np.uint16).reshape(8, 16)
    depth = read_depth(write(tmp_path / f"d{suffix}", codes), "inverse")
    assert depth.values == pytest.approx(codes / 65535)
    assert depth.values.max() == 1
    assert not depth.missing.any()


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "RGBA"])
def test_8_bits_are_read_with_a_warning(tmp_path, mode):
    grey = np.arange(128, dtype=np.uint8).reshape(8, 16)
    Image.fromarray(grey).convert(mode).save(tmp_path / "d.png")
    depth = read_depth(tmp_path / "d.png", "inverse")
    assert depth.values == pytest.approx(grey / 255)
    assert depth.integer_max == 255
    assert "8 bits leave 256 steps" in depth.notes[0]
    metres = read_depth(tmp_path / "d.png", "distance")
    assert metres.values == pytest.approx(grey / 255 * 10)
    assert "255 was taken as 10 m" in metres.notes[1]


def test_a_colour_picture_is_no_depth(tmp_path):
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (8, 16, 3), dtype=np.uint8)).save(tmp_path / "d.png")
    with pytest.raises(InputError, match="colour picture, not a depth map"):
        read_depth(tmp_path / "d.png", "distance")


def test_large_inverse_depth_is_divided_by_its_largest(tmp_path):
    depth = read_depth(write(tmp_path / "d.npy", ramp() * 100), "inverse")
    assert depth.values == pytest.approx(ramp() / 5)
    assert "up to 500 was divided by that" in depth.notes[0]
    small = read_depth(write(tmp_path / "d.npy", ramp() / 10), "inverse")
    assert small.values == pytest.approx(ramp() / 10)
    assert small.notes == ()


def test_marks_for_nothing_measured_become_0_and_sky_stays(tmp_path):
    values = ramp()
    values[0, :4] = (0, 1e9, 1e10, np.inf)
    depth = read_depth(write(tmp_path / "d.exr", values), "distance")
    assert depth.values[0, :4].tolist() == [0, 0, 0, np.inf]
    assert depth.missing.sum() == 3


@pytest.mark.parametrize(
    ("channels", "taken"),
    [
        ({"R": 1, "Z": 2}, 2),
        ({"Y": 3}, 3),
        ({"R": 4, "G": 4, "B": 4}, 4),
        ({"A": 9, "depth.V": 5}, 5),
        ({"ViewLayer.Depth.Z": 6, "ViewLayer.Combined.R": 1}, 6),
    ],
)
def test_exr_takes_the_depth_channel(tmp_path, channels, taken):
    path = write_exr(tmp_path / "d.exr", **{n: ramp() * np.float32(k) for n, k in channels.items()})
    assert np.array_equal(read_depth(path, "distance").values, ramp() * np.float32(taken))


def test_exr_without_depth_names_what_it_has(tmp_path):
    path = write_exr(tmp_path / "d.exr", A=ramp(), X=ramp())
    with pytest.raises(InputError, match=r"no depth channel.*its channels are A, X"):
        read_depth(path, "distance")


def test_half_floats_are_read(tmp_path):
    path = write_exr(tmp_path / "d.exr", Z=ramp().astype(np.float16))
    assert np.array_equal(read_depth(path, "distance").values, ramp().astype(np.float16))


@pytest.mark.parametrize("suffix", FLOAT_FORMATS)
@pytest.mark.parametrize("kind", ["distance", "z", "inverse"])
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda v: v * 0 + 2, "is 2 everywhere"),
        (lambda v: np.where(v > 4, np.nan, v), "NaN values"),
        (lambda v: np.where(v > 4, -v, v), "negative values"),
        (lambda v: np.where(v > 4, -np.inf, v), "negative values|infinite values"),
    ],
)
def test_numbers_that_are_no_depth_are_told(tmp_path, suffix, kind, change, says):
    path = write(tmp_path / f"d{suffix}", change(ramp()).astype(np.float32))
    with pytest.raises(InputError, match=says) as caught:
        read_depth(path, kind)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [0, 1e10, np.inf])
def test_nothing_but_sky_or_nothing_is_told(tmp_path, value):
    path = write(tmp_path / "d.npy", np.full((4, 8), value, np.float32))
    with pytest.raises(InputError, match="no measured distance"):
        read_depth(path, "distance")


def test_infinite_inverse_depth_is_told(tmp_path):
    path = write(tmp_path / "d.npy", np.where(ramp() > 4, np.inf, ramp()))
    with pytest.raises(InputError, match="infinite values"):
        read_depth(path, "inverse")


@pytest.mark.parametrize("suffix", [".npz", ".pt", ".pth", ".pkl", ".ckpt"])
def test_files_that_can_run_code_are_never_opened(tmp_path, suffix):
    with pytest.raises(InputError, match="can run code"):
        read_depth(tmp_path / f"absent{suffix}", "distance")


def test_an_npy_of_objects_is_refused(tmp_path):
    np.save(tmp_path / "d.npy", np.array([[print, 1]], object), allow_pickle=True)
    with pytest.raises(InputError, match="holds object, not numbers"):
        read_depth(tmp_path / "d.npy", "distance")


@pytest.mark.parametrize("suffix", [".png", *FLOAT_FORMATS])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.9])
def test_truncated_files_are_told(tmp_path, suffix, share):
    noise = np.random.default_rng(0).uniform(1, 60000, (64, 128))
    values = noise.astype(np.uint16 if suffix == ".png" else np.float32)
    path = write(tmp_path / f"d{suffix}", values)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError) as caught:
        read_depth(path, "distance")
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", [".png", *FLOAT_FORMATS])
def test_text_is_no_depth(tmp_path, suffix):
    (tmp_path / f"d{suffix}").write_text("hello, I am a text")
    with pytest.raises(InputError, match="cannot read"):
        read_depth(tmp_path / f"d{suffix}", "distance")


@pytest.mark.parametrize("suffix", [".png", *FLOAT_FORMATS])
def test_sizes_are_limited(tmp_path, suffix):
    values = ramp()
    path = write(tmp_path / f"d{suffix}", values.astype(np.uint16) if suffix == ".png" else values)
    with pytest.raises(InputError, match="128 values, more than the limit of 127"):
        read_depth(path, "distance", pixel_limit=127)


def test_headers_that_claim_too_much_are_told(tmp_path):
    head = b"{'descr': '<f4', 'fortran_order': False, 'shape': (900000, 900000), }"
    data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head
    (tmp_path / "d.npy").write_bytes(data)
    (tmp_path / "d.pfm").write_bytes(b"Pf\n900000 900000\n-1.0\n")
    for name in ("d.npy", "d.pfm"):
        with pytest.raises(InputError, match="more than the limit"):
            read_depth(tmp_path / name, "distance")


def test_other_calls_at_fault(tmp_path):
    path = write(tmp_path / "d.npy", ramp())
    with pytest.raises(InputError, match="must be one of distance, inverse, z"):
        read_depth(path, "disparity")
    with pytest.raises(InputError, match=r"is \.png, \.exr"):
        read_depth(tmp_path / "d.gif", "distance")
    with pytest.raises(InputError, match="no such file"):
        read_depth(tmp_path / "none.npy", "distance")
    with pytest.raises(InputError, match=r"\[H, W\]"):
        read_depth(write(path, np.zeros((2, 3, 4), np.float32)), "distance")


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not there")
def test_the_matterport_room_has_one_gap():
    depth = read_depth(DATA / "real" / "mp3d_depth.exr", "distance")
    assert depth.values.shape == (512, 1024)
    assert depth.missing.sum() == 1
    assert depth.values[~depth.missing].min() > 1
    assert 11 < depth.values.max() < 12
