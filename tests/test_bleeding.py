"""What stands beyond a layer's rim: near it what the rim is like, farther out one value."""

import numpy as np

from depthfusion.scene.bleeding import bleed


def test_a_rim_is_carried_over_the_seam_and_one_value_stands_beyond() -> None:
    rng = np.random.default_rng(3)
    support = np.zeros((40, 80), bool)
    support[16:24, 76:] = support[16:24, :4] = True
    colour = rng.uniform(0, 255, (40, 80, 3)).astype(np.float32)
    inverse = rng.uniform(0.2, 0.4, (40, 80)).astype(np.float32)
    carried, depth = bleed(colour, inverse, support, steps=3)
    np.testing.assert_array_equal(carried[support], colour[support])
    np.testing.assert_array_equal(depth[support], inverse[support])
    near = np.zeros_like(support)
    near[13:27, 73:] = near[13:27, :7] = True
    assert (0.2 <= depth[near]).all() and (depth[near] <= 0.4).all()
    assert len(np.unique(depth[~near])) == 1
    assert len(np.unique(carried[~near], axis=0)) == 1
    np.testing.assert_allclose(depth[~near][0], inverse[support].mean(), rtol=1e-5)


def test_nothing_to_carry_changes_nothing() -> None:
    colour, inverse = np.ones((8, 16, 3), np.float32), np.ones((8, 16), np.float32)
    carried, depth = bleed(colour, inverse, np.zeros((8, 16), bool))
    np.testing.assert_array_equal(carried, colour)
    np.testing.assert_array_equal(depth, inverse)
