"""Ways through a place: how near they come to what stands there."""

import numpy as np
import pytest

from depthfusion.scene.clearance import LIMIT, kept_clear, used_clearance, verify_clear
from depthfusion.scene.paths import PATH_NAMES, PathOptions, camera_path
from depthfusion.types import CameraPath, InputError, Pose

BALL = np.full((32, 64), 2.0, np.float32)


def way(*positions: tuple[float, float, float]) -> CameraPath:
    return CameraPath(np.arange(len(positions)) / 10, [Pose.at(place) for place in positions])


def test_within_a_ball_it_is_the_radius() -> None:
    path = way((0, 0, 0), (1, 0, 0), (0, -1.5, 0), (0, 0, 2), (2, 0, 2))
    np.testing.assert_allclose(used_clearance(path, BALL), [0, 0.5, 0.75, 1, np.sqrt(2)], rtol=1e-6)


def test_a_post_beside_the_way_is_seen() -> None:
    distance = BALL.copy()
    distance[14:18, 47:49] = 0.5  # towards +X
    assert used_clearance(way((0.4, 0, 0)), distance)[0] == pytest.approx(0.8)
    assert used_clearance(way((-0.4, 0, 0)), distance)[0] == pytest.approx(0.2)


def test_sky_is_never_in_the_way() -> None:
    assert not used_clearance(way((5, 5, 5)), np.full((4, 8), np.inf, np.float32)).any()


@pytest.mark.parametrize("name", PATH_NAMES)
def test_named_moves_are_drawn_in_before_a_wall_and_still_close(name: str) -> None:
    path = camera_path(PathOptions(name, seconds=4.0, radius=0.9), head_box=3.0)
    kept, factor = kept_clear(path, BALL)
    assert used_clearance(kept, BALL).max() <= LIMIT * (1 + 1e-9)
    assert (factor < 1) == (used_clearance(path, BALL).max() > LIMIT)
    for before, after in zip(path.poses, kept.poses, strict=True):
        np.testing.assert_allclose(after.position, factor * before.position)
        np.testing.assert_array_equal(after.rotation, before.rotation)


def test_keyframes_through_a_wall_are_refused_with_the_moment() -> None:
    verify_clear(way((0, 0, 0), (1.9, 0, 0)), BALL)
    with pytest.raises(InputError, match=r"through a surface at 0\.1 s"):
        verify_clear(way((0, 0, 0), (2.5, 0, 0)), BALL)
