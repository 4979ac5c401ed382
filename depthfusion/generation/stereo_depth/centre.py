"""From the eyes to the centre between them, and back: disparities thrown, colours fetched."""

import cv2
import numba
import numpy as np

from depthfusion.generation.stereo_depth.matching import Matches
from depthfusion.generation.stereo_depth.ods import latitude_in_eyes
from depthfusion.geometry.equirectangular import latitudes, pad
from depthfusion.scene.slices import beside
from depthfusion.types.arrays import Bool, Float32

MARGIN = 4  # pixels that a cubic filter needs beyond the picture, and some
MOST_CHANNELS = 3  # OpenCV's filters take no more than four
UNKNOWN = np.float32(-1e3)
VISIBLE = 1.0  # pixels of disparity by which an eye may see something nearer than the centre does


def thrown_to_centre(matches: Matches) -> Float32:
    """Disparity as the centre sees it, [H, W] pixels, the nearest where several land.

    `UNKNOWN` where no pixel of either eye landed.
    """
    height, width = matches.left.shape
    out = np.full((height, width), UNKNOWN, np.float32)
    lines = latitudes(height)
    for disparity, sure, way in (
        (matches.left, matches.left_sure, -0.5),
        (matches.right, matches.right_sure, 0.5),
    ):
        _throw(disparity, sure, way, lines, out)
    return out


@numba.njit(cache=True, nogil=True)
def _throw(disparity, sure, way, lines, out):
    """Put each sure pixel where the centre sees it."""
    height, width = disparity.shape
    for y in range(height):
        for x in range(width):
            if not sure[y, x]:
                continue
            d = disparity[y, x]
            latitude = np.arctan(np.tan(lines[y]) * np.cos(np.pi * d / width))
            row = min(max(int(np.rint((0.5 - latitude / np.pi) * height - 0.5)), 0), height - 1)
            column = int(np.rint(x + way * d)) % width
            out[row, column] = max(out[row, column], d)


def fill_between(disparity: Float32, known: Bool) -> Float32:
    """Fill gaps of rows from their ends: what one eye alone sees belongs to the farther side."""
    out = np.where(known, disparity, UNKNOWN).astype(np.float32)
    _fill_rows(out)
    return out


@numba.njit(cache=True, nogil=True)
def _fill_rows(values):
    """Fill `UNKNOWN` with the farther of both ends; empty rows take their neighbour's."""
    height, width = values.shape
    for y in range(height):
        start = -1
        for x in range(width):
            if values[y, x] > UNKNOWN:
                start = x
                break
        if start < 0:
            continue
        gap = 0
        last = values[y, start]
        for k in range(1, width + 1):
            x = (start + k) % width
            here = values[y, x]
            if here == UNKNOWN:
                gap += 1
                continue
            for back in range(1, gap + 1):
                values[y, (x - back) % width] = min(last, here)
            gap = 0
            last = here
    for y in range(1, height):
        if values[y, 0] == UNKNOWN:
            values[y] = values[y - 1]
    for y in range(height - 2, -1, -1):
        if values[y, 0] == UNKNOWN:
            values[y] = values[y + 1]


class Fetcher:
    """Fetches what an eye shows of each of the centre's pixels.

    Parameters
    ----------
    picture : [H, W, C] of one eye.
    way : +1 the left eye, −1 the right one.
    """

    def __init__(self, picture: Float32, way: int) -> None:
        """Go on over the seam and the poles once."""
        self.height, self.width = picture.shape[:2]
        self.way = way
        padded = pad(picture.reshape(self.height, self.width, -1), MARGIN)
        at_once = range(0, padded.shape[2], MOST_CHANNELS)
        self._parts = [padded[..., c : c + MOST_CHANNELS].copy() for c in at_once]

    def __call__(self, disparity: Float32, order: int = cv2.INTER_CUBIC) -> Float32:
        """Fetch [H, W, C] with the centre's disparities [H, W], pixels."""
        column, row = self.positions(disparity)
        column, row = np.mod(column, self.width) + MARGIN, row + MARGIN
        fetched = [
            cv2.remap(part, column, row, order, borderMode=cv2.BORDER_REPLICATE)
            for part in self._parts
        ]
        return np.dstack(fetched)

    def positions(self, disparity: Float32) -> tuple[Float32, Float32]:
        """Columns (not wrapped) and rows in the eye, [H, W] each."""
        apart = np.clip(disparity, 0, None) * (2 * np.pi / self.width)
        latitude = latitude_in_eyes(latitudes(self.height)[:, None], apart)
        row = (0.5 - latitude / np.pi) * self.height - 0.5
        column = np.arange(self.width, dtype=np.float32) + 0.5 * self.way * disparity
        return column, row.astype(np.float32)


def seen_by(matches: Matches, disparity: Float32) -> tuple[Float32, Float32]:
    """How much of each centre pixel each eye sees, 0 … 1: float32 [H, W], left and right."""

    def one(own: Float32, way: int) -> Float32:
        there = Fetcher(own, way)(disparity, cv2.INTER_NEAREST)[..., 0]
        hidden = np.clip((there - disparity - VISIBLE) / VISIBLE, 0, 1)
        return cv2.GaussianBlur((1 - hidden).astype(np.float32), (0, 0), 1.0)

    return beside(lambda: one(matches.left, 1), lambda: one(matches.right, -1))
