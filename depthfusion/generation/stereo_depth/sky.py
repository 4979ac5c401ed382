"""What is sky in a pair of eyes, and what only lies farther than they can tell.

Sky is large, smooth, above the horizon, reaches far up, shows no parallax wherever anything can be
compared in it, and is blue, or shows clouds that can be compared. A white ceiling is none of this
for certain, and is not taken for sky.
"""

import cv2
import numpy as np
from scipy.ndimage import label

from depthfusion.geometry.equirectangular import latitudes
from depthfusion.types.arrays import Bool, Float32

ROWS = 256  # of the picture in which the region is sought
SMOOTH = 5.0  # contrast within 5 pixels of that picture, standard deviation, that sky may have
UP_TO = np.radians(50)  # latitude it must reach
LARGE = 0.02  # of the upper half
BLUE, BRIGHT = 12.0, 60.0  # blue over red, and mean, of a sky without clouds
CLOUDS = 0.05  # of the region that must have been compared where it is not blue
PARALLAX = 0.25  # of what was compared in it that may show one
ALIKE = 24.0  # difference of colour from the region at which a pixel along its rim is not sky


def find_sky(colour: Float32, near: Bool, compared: Bool) -> Bool:
    """Find sky, bool [H, W].

    Parameters
    ----------
    colour : float32 [H, W, 3], 0 … 255.
    near : bool [H, W], what shows a parallax.
    compared : bool [H, W], where both eyes could be compared.
    """
    height, width = near.shape
    small = cv2.resize(colour, (2 * ROWS, ROWS), interpolation=cv2.INTER_AREA)
    seen = cv2.resize(compared.astype(np.float32), (2 * ROWS, ROWS), interpolation=cv2.INTER_AREA)
    close = cv2.resize(
        (near & compared).astype(np.float32), (2 * ROWS, ROWS), interpolation=cv2.INTER_AREA
    )
    grey = small.mean(-1)
    mean = cv2.blur(grey, (5, 5))
    contrast = np.sqrt(np.maximum(cv2.blur(grey * grey, (5, 5)) - mean * mean, 0))
    lines = latitudes(ROWS)
    may_be = ((contrast < SMOOTH) | ((seen > 0.5) & (close < 0.1))) & (lines > 0)[:, None]
    region = np.zeros_like(may_be)
    for part in _round_the_seam(may_be):
        if _is_sky(part, small, seen, close, lines):
            region |= part
    if not region.any():
        return np.zeros(near.shape, bool)
    return _to_the_rim(region, small, colour, near & compared, height, width)


def _round_the_seam(mask: Bool) -> list[Bool]:
    """Connected parts; what meets at the seam is one."""
    names, count = label(mask)
    for left, right in zip(names[:, 0], names[:, -1], strict=True):
        if left and right and left != right:
            names[names == right] = left
    sizes = np.bincount(names.ravel(), minlength=count + 1)
    least = LARGE * mask.size / 2
    return [names == k for k in range(1, count + 1) if sizes[k] >= least]


def _is_sky(part: Bool, colour: Float32, seen: Float32, close: Float32, lines: np.ndarray) -> bool:
    if not part[lines > UP_TO].any():
        return False
    compared = float(seen[part].mean())
    inner = cv2.erode(part.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    within = float((close[inner] > 0.5).mean()) if inner.any() else 1.0
    if within > PARALLAX * max(compared, 0.1):
        return False
    red, _, blue = colour[part].mean(0)
    is_blue = blue - red > BLUE and colour[part].mean() > BRIGHT
    return bool(is_blue or compared > CLOUDS)


def _to_the_rim(
    region: Bool, small: Float32, colour: Float32, near: Bool, height: int, width: int
) -> Bool:
    """The region in the whole picture, its rim along the colours."""
    weight = region.astype(np.float32)
    spread = cv2.GaussianBlur(small * weight[..., None], (0, 0), 6)
    total = cv2.GaussianBlur(weight, (0, 0), 6)
    usual = cv2.resize(spread / np.maximum(total, 1e-3)[..., None], (width, height))
    reach = cv2.dilate(region.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(np.float32)
    within = cv2.resize(reach, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5
    inner = cv2.erode(region.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.float32)
    sure = cv2.resize(inner, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5
    alike = np.abs(colour - usual).max(-1) < ALIKE
    above = (latitudes(height) > 0)[:, None]
    return within & above & (sure | alike) & ~(near & ~sure)
