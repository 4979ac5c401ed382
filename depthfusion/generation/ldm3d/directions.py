"""Prompts by direction: the share that each text has at each place of the sphere."""

import numpy as np

from depthfusion.geometry.equirectangular import directions as rays
from depthfusion.types.arrays import Float32

AXES = {
    "front": (0, 0, -1),
    "right": (1, 0, 0),
    "back": (0, 0, 1),
    "left": (-1, 0, 0),
    "up": (0, 1, 0),
    "down": (0, -1, 0),
}
REACH_DEG = 80.0  # where a direction's prompt ends; neighbours, 90° apart, overlap by 70°
MAIN_SHARE = 0.15  # against a direction's 1 at its middle: enough to keep the place one


def shares(names: tuple[str, ...], height: int, width: int) -> Float32:
    """Give the share of the main prompt and of each direction's.

    Parameters
    ----------
    names : directions that have a prompt of their own.

    Returns
    -------
    float32 [1 + len(names), height, width], summing to 1 everywhere.
    """
    ray = rays(height, width).astype(np.float64)
    edge = np.cos(np.radians(REACH_DEG))
    raw = [np.full((height, width), MAIN_SHARE)]
    for name in names:
        near = np.clip((ray @ np.asarray(AXES[name], np.float64) - edge) / (1 - edge), 0, 1)
        raw.append(near * near * (3 - 2 * near))
    stack = np.stack(raw)
    return (stack / stack.sum(axis=0)).astype(np.float32)
