"""The panorama of the centre, put together from both eyes."""

import cv2
import numpy as np

from depthfusion.generation.stereo_depth.centre import Fetcher
from depthfusion.scene.slices import beside
from depthfusion.types.arrays import Float32, UInt8

SLOW = 1 / 64  # of the width; colour that differs over less is the scene's
ALIKE = 20.0  # difference of colour up to which it may be the eyes' exposure
LEAST = 1e-3


def centre_picture(
    left: UInt8, right: UInt8, disparity: Float32, seen: tuple[Float32, Float32]
) -> UInt8:
    """Fetch each pixel from the eyes that see it, uint8 [H, W, 3].

    Parameters
    ----------
    left, right : uint8 [H, W, 3].
    disparity : float32 [H, W], pixels.
    seen : float32 [H, W] each, how much of it the left and the right eye see.
    """
    a, b = beside(
        lambda: Fetcher(left.astype(np.float32), 1)(disparity),
        lambda: Fetcher(right.astype(np.float32), -1)(disparity),
    )
    both = np.minimum(*seen)
    shift = _exposure(a - b, both)
    weights = [np.maximum(eye, LEAST)[..., None] for eye in seen]
    total = weights[0] + weights[1]
    mixed = ((a - 0.5 * shift) * weights[0] + (b + 0.5 * shift) * weights[1]) / total
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _exposure(apart: Float32, both: Float32) -> Float32:
    """How the eyes differ slowly, where both see the same, continued elsewhere."""
    height, width = both.shape
    small = (width // 4, height // 4)
    trust = both / (1 + (np.abs(apart).max(-1) / ALIKE) ** 2)
    sums = cv2.resize(
        np.dstack([apart * trust[..., None], trust]), small, interpolation=cv2.INTER_AREA
    )
    reach = SLOW * width / 4
    margin = int(4 * reach) + 1
    wide = cv2.copyMakeBorder(sums, 0, 0, margin, margin, cv2.BORDER_WRAP)
    spread = cv2.GaussianBlur(wide, (0, 0), reach)[:, margin:-margin]
    slow = spread[..., :3] / np.maximum(spread[..., 3:], 1e-2)
    return cv2.resize(slow, (width, height), interpolation=cv2.INTER_LINEAR)
