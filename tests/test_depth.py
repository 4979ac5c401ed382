"""Depth: mappings, conversions and the 16-bit code."""

import numpy as np
import pytest
from fixtures import analytic
from hypothesis import given
from hypothesis import strategies as st

from depthfusion.geometry import depth
from depthfusion.geometry.cameras import Perspective
from depthfusion.geometry.depth import DepthMapping

CODES = np.arange(65536).astype(np.uint16)


@pytest.mark.parametrize(("near", "far"), [(0.1, 1000), (0.64, 41), (2, 2.002), (1e-3, 1e5)])
def test_every_code_comes_back(near: float, far: float) -> None:
    distance = depth.decode_distance16(CODES, near, far)
    assert distance.dtype == np.float32
    assert np.isinf(distance[0])
    assert np.isfinite(distance[1:]).all()
    assert (np.diff(distance) <= 0).all()
    assert distance[-1] == np.float32(near)
    again = depth.encode_distance16(distance, near, far)
    assert again.dtype == np.uint16
    if near < 0.999 * far and far < 1e4:
        np.testing.assert_array_equal(again, CODES)
    # Where codes lie closer together than float32 they may meet, but never by more than that.
    np.testing.assert_allclose(depth.decode_distance16(again, near, far), distance, rtol=2e-6)


def test_the_code_is_design_mds_and_clamps() -> None:
    near, far = 0.5, 50.0
    r = np.array([0.7, 1, 3, 20])
    np.testing.assert_array_equal(
        depth.encode_distance16(r, near, far),
        np.rint(65535 * (1 / r - 1 / far) / (1 / near - 1 / far)),
    )
    outside = depth.encode_distance16([0.1, near, far, 60, 1e9, np.inf], near, far)
    np.testing.assert_array_equal(outside, [65535, 65535, 1, 1, 1, 0])


@given(st.floats(1e-3, 1e3), st.floats(1.01, 1e4), st.floats(0, 1))
def test_the_codes_error_is_half_a_step_of_inverse_distance(
    near: float, ratio: float, share: float
) -> None:
    far = near * ratio
    r = 1 / (share / near + (1 - share) / far)
    back = depth.decode_distance16(depth.encode_distance16(r, near, far), near, far)
    step = (1 / near - 1 / far) / 65535
    # `far` itself is kept off the code for sky by up to a whole step.
    assert abs(1 / float(back) - 1 / r) <= step * 1.001 + 1e-6 / r


@pytest.mark.parametrize(
    ("near", "far"), [(0, 1), (-1, 1), (2, 1), (1, 1), (np.nan, 1), (1, np.inf)]
)
def test_a_range_that_is_none_is_refused(near: float, far: float) -> None:
    for work in (depth.encode_distance16, depth.decode_distance16):
        with pytest.raises(ValueError, match="near must be above 0 and below far"):
            work(np.ones(2, np.uint16), near, far)


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan])
def test_what_is_no_distance_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="distance must be above 0"):
        depth.encode_distance16([1.0, wrong], 0.5, 2)


def test_the_range_of_a_code_holds_every_finite_distance() -> None:
    assert depth.code_range([3, 0.5, np.inf, 7]) == (0.5, 7)
    near, far = depth.code_range([3.0, 3.0])
    assert near == 3 < far
    with pytest.raises(ValueError, match="finite somewhere"):
        depth.code_range([np.inf])


@pytest.mark.parametrize(
    ("mapping", "nearest", "middle", "farthest"),
    [
        (DepthMapping("linear", radius=3, strength=0.5), 1.5, 3, 4.5),
        (DepthMapping("linear", radius=2, strength=0), 2, 2, 2),
        (DepthMapping("inverse", near=1, far=4), 1, 1.6, 4),
    ],
)
def test_one_is_nearest_one_half_unmoved_nought_farthest(
    mapping: DepthMapping, nearest: float, middle: float, farthest: float
) -> None:
    got = depth.distance_from_inverse([1, 0.5, 0], mapping)
    np.testing.assert_allclose(got, [nearest, middle, farthest], rtol=1e-6)
    assert got.dtype == np.float32
    np.testing.assert_array_equal(depth.distance_from_inverse([2, -1], mapping), got[[0, 2]])


@given(st.floats(0, 1), st.sampled_from(["linear", "inverse"]), st.floats(0.05, 0.95))
def test_a_mapping_and_its_inverse(d: float, kind: depth.MappingKind, strength: float) -> None:
    mapping = DepthMapping(kind, strength=strength)
    r = depth.distance_from_inverse(d, mapping)
    assert depth.inverse_from_distance(r, mapping) == pytest.approx(d, abs=1e-5)


def test_what_is_out_of_range_is_clipped() -> None:
    mapping = DepthMapping("inverse", near=1, far=4)
    np.testing.assert_array_equal(
        depth.inverse_from_distance([0.1, 1, 4, 9, np.inf], mapping), [1, 1, 0, 0, 0]
    )
    np.testing.assert_array_equal(
        depth.inverse_from_distance([0.1, np.inf], DepthMapping("linear")), [1, 0]
    )


@pytest.mark.parametrize("work", [depth.distance_from_inverse, depth.inverse_from_distance])
@pytest.mark.parametrize("kind", ["linear", "inverse"])
def test_what_is_not_known_never_becomes_a_depth(work, kind) -> None:
    np.testing.assert_array_equal(np.isnan(work([0.5, np.nan], DepthMapping(kind))), [False, True])


def test_a_flat_linear_mapping_has_no_inverse() -> None:
    with pytest.raises(ValueError, match="strength must be above 0"):
        depth.inverse_from_distance(3.0, DepthMapping("linear", strength=0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "cubic"}, "kind must be"),
        ({"radius": 0}, "radius must be"),
        ({"radius": np.inf}, "radius must be"),
        ({"radius": np.nan}, "radius must be"),
        ({"strength": 1}, "strength must be"),
        ({"strength": -0.1}, "strength must be"),
        ({"strength": np.nan}, "strength must be"),
        ({"near": 0}, "near must be"),
        ({"near": 50}, "near must be"),
        ({"far": np.nan}, "near must be"),
        ({"far": np.inf}, "near must be"),
    ],
)
def test_a_mapping_that_means_nothing_is_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DepthMapping(**change)


def test_z_depth_of_a_wall_is_one_number_and_distance_is_not() -> None:
    _, directions = Perspective.from_fov(41, 31, 1.4).rays()
    distance = depth.distance_from_z(np.full((31, 41), 2.0), directions)
    assert distance[15, 20] == pytest.approx(2)
    assert distance[0, 0] == pytest.approx(2 / -directions[0, 0, 2])
    np.testing.assert_allclose(depth.z_from_distance(distance, directions), 2, rtol=1e-12)
    assert np.isinf(depth.distance_from_z(np.full((31, 41), np.inf), directions)).all()


def test_no_argument_is_changed() -> None:
    room = analytic.box_room(16)
    before = room.distance.copy()
    depth.encode_distance16(room.distance, *depth.code_range(room.distance))
    depth.inverse_from_distance(room.distance, DepthMapping())
    np.testing.assert_array_equal(room.distance, before)
