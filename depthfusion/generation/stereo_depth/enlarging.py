"""Inverse distance for a larger picture, its jumps along that picture's edges.

Between pixels of one surface it is linear; where the surface ends each pixel takes the neighbour
whose colour it shares (Kopf, Cohen, Lischinski and Uyttendaele, "Joint Bilateral Upsampling",
SIGGRAPH 2007), whole, so that nothing floats in between.
"""

import cv2
import numba
import numpy as np

from depthfusion.scene.slices import by_rows
from depthfusion.types.arrays import Float32, UInt8

ONE_SURFACE = 0.04  # relative difference of inverse distance within it
SHARPNESS = 1 / (2 * 12.0**2)  # of colours, all channels together


def enlarge(inverse: Float32, rgb: UInt8) -> Float32:
    """Inverse distance [h, w] at the size of a picture uint8 [H, W, 3]: float32 [H, W]."""
    height, width = inverse.shape
    small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
    out = np.empty(rgb.shape[:2], np.float32)
    by_rows(len(out), lambda a, b: _enlarge(a, b, inverse, small, rgb, out))
    return out


@numba.njit(cache=True, nogil=True)
def _enlarge(first, last, inverse, small, rgb, out):
    """Rows `first` … `last` of the larger picture."""
    height, width = inverse.shape
    up, across = height / out.shape[0], width / out.shape[1]
    for y in range(first, last):
        fy = min(max((y + 0.5) * up - 0.5, 0.0), height - 1.0)
        top = min(int(fy), height - 2)
        v = fy - top
        for x in range(out.shape[1]):
            fx = (x + 0.5) * across - 0.5
            left = int(np.floor(fx))
            u = fx - left
            low, high, mean = np.inf, 0.0, 0.0
            best, taken = -1.0, 0.0
            for k in range(4):
                row, column = top + k // 2, (left + k % 2) % width
                value = inverse[row, column]
                weight = (v if k // 2 else 1 - v) * (u if k % 2 else 1 - u)
                low, high, mean = min(low, value), max(high, value), mean + weight * value
                apart = 0.0
                for c in range(3):
                    d = float(rgb[y, x, c]) - float(small[row, column, c])
                    apart += d * d
                likeness = (weight + 0.05) * np.exp(-apart * SHARPNESS)
                if likeness > best:
                    best, taken = likeness, value
            out[y, x] = mean if high - low <= ONE_SURFACE * high else taken
