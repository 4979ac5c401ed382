"""Mixed pixels taken apart again: what went into them is known."""

import numpy as np
from numpy.typing import NDArray

from depthfusion.scene.discontinuities import find_edges
from depthfusion.scene.rims import soften

NEAR, FAR = np.array([200.0, 40, 30]), np.array([30.0, 60, 220])
LEFT, RIGHT = 20, 40  # columns of the near surface


def mixed(share: float) -> tuple[NDArray, NDArray, NDArray]:
    """A near strip before a wall whose outermost columns show `share` of it."""
    inverse = np.full((32, 64), 0.2, np.float32)
    inverse[:, LEFT:RIGHT] = 1.0
    alpha = np.zeros((32, 64))
    alpha[:, LEFT:RIGHT] = 1
    alpha[:, [LEFT, RIGHT - 1]] = share
    colour = alpha[..., None] * NEAR + (1 - alpha[..., None]) * FAR
    return colour.astype(np.float32), inverse, alpha


def test_alpha_and_both_colours_come_back() -> None:
    for share in (0.55, 0.75, 0.95):
        colour, inverse, alpha = mixed(share)
        held = np.ones(inverse.shape, bool)
        edges = find_edges(inverse, held, 1.0)
        rims = soften(colour, inverse, held, edges)
        border = edges.near()
        np.testing.assert_allclose(rims.alpha[border], alpha[border], atol=0.05)
        np.testing.assert_allclose(rims.front[border], np.tile(NEAR, (border.sum(), 1)), atol=1)
        far = edges.far()
        np.testing.assert_allclose(rims.back[far], np.tile(FAR, (far.sum(), 1)), atol=1)


def test_the_near_surface_goes_on_beyond_its_rim_at_its_own_distance() -> None:
    colour, inverse, _ = mixed(0.7)
    held = np.ones(inverse.shape, bool)
    edges = find_edges(inverse, held, 1.0)
    rims = soften(colour, inverse, held, edges)
    np.testing.assert_allclose(rims.front_inverse[rims.reached], 1.0, rtol=1e-5)
    assert rims.reached[:, [LEFT - 1, RIGHT]].all()


def test_colours_alike_tell_nothing_so_depth_decides() -> None:
    colour, inverse, _ = mixed(1.0)
    colour[:] = 128
    held = np.ones(inverse.shape, bool)
    edges = find_edges(inverse, held, 1.0)
    rims = soften(colour, inverse, held, edges)
    assert (rims.alpha[edges.near()] == 1).all()
    assert (rims.alpha[edges.far()] == 0).all()


def test_without_borders_there_are_no_rims() -> None:
    colour, inverse = np.zeros((16, 32, 3), np.float32), np.ones((16, 32), np.float32)
    held = np.ones(inverse.shape, bool)
    rims = soften(colour, inverse, held, find_edges(inverse, held, 1.0))
    assert not rims.reached.any()
    assert not rims.alpha.any()
    assert np.isnan(rims.back).all()
