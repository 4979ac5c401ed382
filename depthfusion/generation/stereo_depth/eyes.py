"""Two eyes out of one picture, and which of them is which."""

from typing import Literal

import cv2
import numpy as np

from depthfusion.generation.stereo_depth.matching import match
from depthfusion.types import InputError
from depthfusion.types.arrays import Float32, UInt8

EyeLayout = Literal["tb", "lr"]
Order = Literal["right", "swapped", "same"]
COLUMNS = 1024  # at which the order is found, or fewer
FARTHEST_SOUGHT = 1 / 32  # of the width, disparity either way
NOTICED = 0.12  # pixels; medians below it are no parallax
SHARE_THAT_TELLS = 0.02  # of the matches that must lie apart
LEAST_SURE = 0.1  # of the pixels with contrast that must match both ways
ALIKE = 0.5  # correlation of what matches


def split_eyes(picture: UInt8, layout: EyeLayout) -> tuple[UInt8, UInt8]:
    """Cut a picture with two eyes into the left and the right one, each twice as wide as high.

    The left eye is on top, or on the left, as players expect. Halves squeezed to half their width
    or height (1:1, 4:1), as video frames are, are stretched again.

    Raises
    ------
    InputError
        The halves have a shape that is no panorama's.
    """
    height, width = picture.shape[:2]
    if layout == "tb":
        halves = picture[: height // 2], picture[height - height // 2 :]
    else:
        halves = picture[:, : width // 2], picture[:, width - width // 2 :]
    return _unsqueezed(halves[0], layout), _unsqueezed(halves[1], layout)


def _unsqueezed(half: UInt8, layout: EyeLayout) -> UInt8:
    height, width = half.shape[:2]
    ratio = width / height
    if abs(ratio - 2) < 0.02:
        size = (2 * height, height)
    elif abs(ratio - 1) < 0.01:
        size = (2 * height, height)
    elif abs(ratio - 4) < 0.04:
        size = (width, width // 2)
    else:
        raise InputError(
            f"with layout {layout} each eye's half is {width}×{height} pixels; a 360° half is 2:1 "
            "(or squeezed to 1:1 or 4:1), so choose the other layout, or --layout mono"
        )
    if size == (width, height):
        return np.ascontiguousarray(half)
    return cv2.resize(half, size, interpolation=cv2.INTER_CUBIC)


def order_of_eyes(left: UInt8, right: UInt8) -> Order:
    """Say whether what is called left is: near things lie further right in the left eye.

    Returns
    -------
    "right", "swapped", or "same" where nothing lies apart.

    Raises
    ------
    InputError
        Both pictures hardly have anything in common.
    """
    width = min(COLUMNS, left.shape[1])
    small = [
        cv2.resize(e, (width, width // 2), interpolation=cv2.INTER_AREA) for e in (left, right)
    ]
    most = max(round(FARTHEST_SOUGHT * width), 8)
    found = match(small[0], small[1], -most, most)
    band = slice(width // 8, width * 3 // 8)  # 45° above the horizon to 45° below
    details = [_details(eye) for eye in small]
    rich = np.abs(details[0][band]) >= np.median(np.abs(details[0][band]))
    sure = found.left_sure[band] & rich
    column = np.rint(np.arange(width) - np.where(found.left_sure, found.left, 0)).astype(np.intp)
    matched = np.take_along_axis(details[1], column % width, axis=1)[band]
    if (
        sure.sum() < LEAST_SURE * rich.sum()
        or _alike(details[0][band][sure], matched[sure]) < ALIKE
    ):
        raise InputError(
            "the two halves of the picture have next to nothing in common; are they two eyes of "
            "one place? --layout mono takes the picture as one"
        )
    values = found.left[band][sure]
    ahead, behind = (values > 2 * NOTICED).mean(), (values < -2 * NOTICED).mean()
    balanced = abs(np.median(values)) < NOTICED and abs(ahead - behind) < SHARE_THAT_TELLS
    if balanced or max(ahead, behind) < SHARE_THAT_TELLS:
        return "same"
    return "right" if ahead >= behind else "swapped"


def _details(eye: UInt8) -> Float32:
    """Brightness less its mean along the row."""
    grey = eye.astype(np.float32).mean(-1)
    reach = max(eye.shape[1] // 64, 3) | 1
    return grey - cv2.blur(grey, (reach, 1))


def _alike(one: Float32, other: Float32) -> float:
    """Correlation, −1 … 1."""
    scale = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / scale if scale > 0 else 0.0
