"""Pixels, directions and sampling: one convention, over the seam and over the poles."""

import numpy as np
import pytest
from fixtures import analytic
from hypothesis import given
from hypothesis import strategies as st

from depthfusion.geometry import equirectangular as eq

HEIGHTS = (2, 3, 5, 16, 250, 480)


@pytest.mark.parametrize("height", HEIGHTS)
def test_pixel_to_ray_to_pixel_is_the_identity_everywhere(height: int) -> None:
    y, x = np.mgrid[0:height, 0 : 2 * height]
    back = eq.pixel_from_direction(
        eq.directions(height, 2 * height).astype(np.float64), height, 2 * height
    )
    # float32 directions resolve a longitude to 6e-8 / cos(latitude).
    slack = 1e-6 * height / np.sin(np.pi / 2 / height)
    np.testing.assert_allclose(back[..., 1], y, atol=1e-6 * height + 1e-3)
    np.testing.assert_allclose(back[..., 0], x, atol=slack)
    exact = eq.pixel_from_direction(
        eq.direction_from_pixel(x, y, height, 2 * height), height, 2 * height
    )
    np.testing.assert_allclose(exact, np.stack([x, y], axis=-1), atol=1e-9 * height)


@given(st.integers(1, 500), st.integers(1, 999), st.floats(-0.499, 0.499), st.floats(0, 1))
def test_any_position_comes_back(height: int, width: int, across: float, down: float) -> None:
    x, y = (across + 0.5) * width - 0.5, 0.001 + down * (height - 0.002) - 0.5
    back = eq.pixel_from_direction(eq.direction_from_pixel(x, y, height, width), height, width)
    np.testing.assert_allclose(back, (x, y), atol=1e-6 * width)


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1), st.floats(1e-3, 1e3))
def test_any_direction_comes_back(x: float, y: float, z: float, length: float) -> None:
    norm = np.sqrt(x * x + y * y + z * z)
    if norm < 1e-3:
        return
    unit = np.array([x, y, z]) / norm
    pixel = eq.pixel_from_direction(unit * length, 256, 512)
    assert -0.5 <= pixel[0] < 511.5
    assert -0.5 <= pixel[1] <= 255.5
    np.testing.assert_allclose(eq.direction_from_pixel(*pixel, 256, 512), unit, atol=1e-12)


@pytest.mark.parametrize(
    ("direction", "pixel"),
    [
        ((0, 0, -1), (511.5, 255.5)),  # the middle looks forward
        ((1, 0, 0), (767.5, 255.5)),  # u = 0.75 is +X
        ((-1, 0, 0), (255.5, 255.5)),  # u = 0.25 is −X
        ((-1e-9, 0, 1), (-0.5, 255.5)),  # the seam is behind
        ((1e-9, 0, 1), (1023.5, 255.5)),
        ((0, 1, -1e-9), (511.5, -0.5)),  # the top row is up
        ((0, -1, -1e-9), (511.5, 511.5)),
    ],
)
def test_the_axes_stand_where_the_truth_kit_says(
    direction: tuple[float, ...], pixel: tuple[float, float]
) -> None:
    np.testing.assert_allclose(eq.pixel_from_direction(direction, 512, 1024), pixel, atol=1e-6)


def test_the_angles_are_design_mds() -> None:
    np.testing.assert_array_equal(eq.longitudes(8)[[0, 3, 4]] / np.pi, [-0.875, -0.125, 0.125])
    np.testing.assert_array_equal(eq.latitudes(4) / np.pi, [0.375, 0.125, -0.125, -0.375])
    np.testing.assert_allclose(eq.directions(16, 32), analytic.rays(16), atol=1e-7)


def test_the_true_spheres_discs_lie_on_their_axes(shared_data) -> None:
    from PIL import Image

    rgb = np.asarray(Image.open(shared_data / "truth/sphere/pano_rgb.png").convert("RGB"))
    height, width = rgb.shape[:2]
    discs = {
        (1, 0, 0): (1, 0, 0), (-1, 0, 0): (0, 1, 1), (0, 1, 0): (0, 1, 0),
        (0, -1, 0): (1, 0, 1), (0, 0, -1): (0, 0, 1), (0, 0, 1): (1, 1, 0),
    }  # fmt: skip
    for axis, colour in discs.items():
        x, y = eq.pixel_from_direction(axis, height, width)
        seen = eq.sample(rgb, x, y)
        assert ((seen > 128) == np.array(colour, bool)).all(), (axis, seen)


@pytest.mark.parametrize("order", ["nearest", "linear", "cubic"])
def test_sampling_at_pixel_centres_returns_the_picture(order: eq.Order) -> None:
    image = np.random.default_rng(1).integers(0, 256, (6, 12, 3), np.uint8)
    y, x = np.mgrid[0:6, 0:12]
    np.testing.assert_array_equal(eq.sample(image, x, y, order=order), image)
    np.testing.assert_array_equal(eq.sample(image, x - 12, y, order=order), image)
    np.testing.assert_array_equal(eq.sample(image, x + 24, y, order=order), image)
    np.testing.assert_array_equal(eq.sample(image, x + 6, -1 - y, order=order), image)
    np.testing.assert_array_equal(eq.sample(image, x - 6, 11 - y, order=order), image)


def test_nearest_keeps_the_type() -> None:
    assert eq.sample(np.zeros((2, 4), np.uint16), 1.2, 0.7, order="nearest").dtype == np.uint16


@pytest.mark.parametrize(("order", "power"), [("nearest", 1), ("linear", 2), ("cubic", 3)])
def test_a_ramp_in_direction_space_is_reproduced(order: eq.Order, power: int) -> None:
    """The error falls with the order's power of the pixel, seam and poles no worse."""
    random = np.random.default_rng(2)
    ramp = np.array([0.3, -0.7, 0.5])
    errors = []
    for height in (32, 128):
        x = random.uniform(-0.5, 2 * height - 0.5, 20_000)
        y = random.uniform(-0.5, height - 0.5, 20_000)
        x[:500], y[500:1000], y[1000:1500] = -0.5, -0.5, height - 0.5
        got = eq.sample(eq.directions(height, 2 * height) @ ramp, x, y, order=order)
        true = eq.direction_from_pixel(x, y, height, 2 * height) @ ramp
        errors.append(np.abs(got - true).max())
    assert errors[1] < errors[0] / 4**power * 1.3
    assert errors[1] < (np.pi / 128) ** power


@pytest.mark.parametrize("order", ["linear", "cubic"])
@given(st.floats(-3, 15), st.floats(-2, 7))
def test_a_constant_stays_constant(order: eq.Order, x: float, y: float) -> None:
    np.testing.assert_allclose(eq.sample(np.full((6, 12), 7.0), x, y, order=order), 7, atol=1e-12)


def test_pad_goes_on_as_sampling_does() -> None:
    image = np.random.default_rng(3).integers(0, 9, (5, 10, 2))
    padded = eq.pad(image, 3)
    assert padded.shape == (11, 16, 2)
    y, x = np.mgrid[-3:8, -3:13]
    np.testing.assert_array_equal(padded, eq.sample(image, x, y, order="nearest"))
    np.testing.assert_array_equal(padded[3:-3, 3:-3], image)
    np.testing.assert_array_equal(padded[3:-3, :3], image[:, -3:])
    # One row over the pole is the first row, half a turn away.
    np.testing.assert_array_equal(padded[2, 3:-3], np.roll(image[0], 5, axis=0))
    np.testing.assert_array_equal(padded[-3, 3:-3], np.roll(image[-1], 5, axis=0))


@pytest.mark.parametrize("height", HEIGHTS)
def test_solid_angles_fill_the_sphere(height: int) -> None:
    solid = eq.solid_angles(height, 2 * height)
    assert solid.shape == (height,)
    assert solid.sum() * 2 * height == pytest.approx(4 * np.pi, rel=1e-12)
    assert (solid > 0).all()
    np.testing.assert_allclose(solid, solid[::-1], rtol=1e-9)
