"""Colour and inverse depth ↔ 4 or 6 channels."""

import numpy as np
import pytest

from depthfusion.generation.ldm3d.codec import WORD, as_bytes, pack, unpack

WORDS = np.arange(WORD + 1)
SQUARE = (WORDS / WORD).astype(np.float32).reshape(1, 256, 256)
GREY = np.full((1, 256, 256, 3), 128, np.uint8)


def words_of(inverse: np.ndarray) -> np.ndarray:
    return np.round(inverse.astype(np.float64) * WORD).astype(int).ravel()


def test_all_words_come_back() -> None:
    _, inverse = unpack(pack(GREY, SQUARE, 6))
    assert (words_of(inverse) == WORDS).all()


def test_all_words_come_back_from_whole_bytes() -> None:
    """What a decoder gives that is right to the byte: (0, high, low) / 255."""
    image = np.zeros((1, 6, 256, 256), np.float32)
    image[0, 4], image[0, 5] = (WORDS >> 8).reshape(256, 256), (WORDS & 255).reshape(256, 256)
    _, inverse = unpack(2 * image / 255 - 1)
    assert (words_of(inverse) == WORDS).all()


def test_noise_in_the_low_byte_stays_as_small_as_it_is() -> None:
    noise = np.random.default_rng(1).normal(0, 3, (256, 256)).astype(np.float32)
    image = pack(GREY, SQUARE, 6)
    image[0, 5] += 2 * noise / 255
    _, inverse = unpack(image)
    error = np.abs(inverse[0] * WORD - WORDS.reshape(256, 256))
    assert (error <= np.abs(noise) + 0.02).all()


def test_a_carry_is_no_step() -> None:
    """Between 0x12FF and 0x1300 both bytes turn over; a blend of the two lies between the two."""
    ends = np.array([0x12FF, 0x1300]) / WORD
    pair = pack(GREY[:, :1, :2], ends.astype(np.float32).reshape(1, 1, 2), 6)
    share = np.linspace(0, 1, 101, dtype=np.float32)
    blend = pair[..., :1] * (1 - share) + pair[..., 1:] * share
    _, inverse = unpack(blend)
    assert inverse.min() >= ends[0] - 1e-6 and inverse.max() <= ends[1] + 1e-6


def test_four_channels_keep_float_depth() -> None:
    depth = np.random.default_rng(2).random((1, 8, 16), dtype=np.float32)
    rgb = np.random.default_rng(3).integers(0, 256, (1, 8, 16, 3), dtype=np.uint8)
    image = pack(rgb, depth, 4)
    colour, inverse = unpack(image)
    assert image.shape == (1, 4, 8, 16) and image.dtype == np.float32
    np.testing.assert_allclose(inverse, depth, atol=1e-7)
    np.testing.assert_array_equal(as_bytes(colour), rgb)


@pytest.mark.parametrize("channels", [4, 6])
def test_what_lies_outside_is_clipped(channels: int) -> None:
    wild = np.random.default_rng(4).normal(0, 3, (2, channels, 8, 16)).astype(np.float32)
    rgb, inverse = unpack(wild)
    for part in (rgb, inverse):
        assert part.dtype == np.float32 and part.min() >= 0 and part.max() <= 1
