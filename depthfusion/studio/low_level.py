"""A scene small enough to be there at once: one coarse sheet, shown while scene.glb arrives."""

import numpy as np

from depthfusion.io.glb import encode_glb
from depthfusion.io.placement import resize_wrapped
from depthfusion.scene.sphere import displaced_sphere
from depthfusion.types import RGBDPanorama
from depthfusion.types.arrays import Float32

LOW_NAME = "low.glb"
COLUMNS, ROWS = 128, 64
"""Cells of the sheet."""
WIDEST = 1024
"""Pixels of its picture."""
QUALITY = 80
SMOOTHNESS = 3.0
"""Standard deviation of the blur of the sheet's distances, cells."""


def low_glb(panorama: RGBDPanorama) -> bytes:
    """Give the panorama on a sheet of 16 thousand triangles, some 250 kB.

    Its distances are smooth: where they jumped, a coarse triangle would bend the picture even for
    an eye in the middle, and from there alone the picture has to be right.

    Parameters
    ----------
    panorama : of any size.
    """
    width = min(WIDEST, panorama.width)
    rgb = resize_wrapped(panorama.rgb, width // 2, width)
    smooth = _smooth_distance(panorama.distance)
    rows = np.arange(width // 2) * ROWS // (width // 2)
    columns = np.arange(width) * COLUMNS // width
    distance = smooth[rows[:, None], columns]  # [H, W]
    sheet = displaced_sphere(RGBDPanorama(rgb, distance, panorama.scale), COLUMNS, ROWS)
    return encode_glb([sheet], texture="webp", quality=QUALITY, compression="meshopt")


def _smooth_distance(distance: Float32) -> Float32:
    """The sheet's distances, blurred in their logarithm, [ROWS, COLUMNS]; sky is far, not away."""
    from scipy.ndimage import gaussian_filter

    height, width = distance.shape
    rows = (np.arange(ROWS) * 2 + 1) * height // (2 * ROWS)
    columns = (np.arange(COLUMNS) * 2 + 1) * width // (2 * COLUMNS)
    coarse = distance[rows[:, None], columns]
    seen = coarse[np.isfinite(coarse)]
    farthest = seen.max() if seen.size else 1.0
    log = np.log(np.minimum(coarse, 4 * farthest))
    return np.exp(gaussian_filter(log, SMOOTHNESS, mode=("nearest", "wrap"))).astype(np.float32)
