"""The equirectangular picture: pixels, directions, and sampling that wraps.

World axes are glTF's (+X right, +Y up, −Z forward). A position in the picture is continuous, with
the centre of the first pixel at (0, 0): its outer corner is (−0.5, −0.5). Columns wrap; rows go on
over a pole half a turn away.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from depthfusion.types.arrays import Float32, Float64

Order = Literal["nearest", "linear", "cubic"]


def longitudes(width: int) -> Float64:
    """Longitude of each column's centre, [W], radians from −π to π, 0 forward, + towards +X."""
    return ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi


def latitudes(height: int) -> Float64:
    """Latitude of each row's centre, [H], radians, from nearly π/2 (up) to nearly −π/2."""
    return (0.5 - (np.arange(height) + 0.5) / height) * np.pi


def direction_from_angles(longitude: ArrayLike, latitude: ArrayLike) -> Float64:
    """Unit vectors [..., 3] for angles in radians (DESIGN.md, section 3)."""
    longitude, latitude = np.broadcast_arrays(longitude, latitude)
    flat = np.cos(latitude)
    return np.stack(
        [flat * np.sin(longitude), np.sin(latitude), -flat * np.cos(longitude)], axis=-1
    )


def directions(height: int, width: int) -> Float32:
    """Unit vector through each pixel's centre, float32 [H, W, 3]."""
    return direction_from_angles(longitudes(width), latitudes(height)[:, None]).astype(np.float32)


def direction_from_pixel(x: ArrayLike, y: ArrayLike, height: int, width: int) -> Float64:
    """Unit vectors [..., 3] for continuous positions, pixel centres at whole numbers."""
    longitude = ((np.asarray(x) + 0.5) / width - 0.5) * 2 * np.pi
    latitude = (0.5 - (np.asarray(y) + 0.5) / height) * np.pi
    return direction_from_angles(longitude, latitude)


def pixel_from_direction(direction: ArrayLike, height: int, width: int) -> Float64:
    """Positions (x, y) [..., 2] of directions [..., 3] of any length but zero.

    x lies in [−0.5, W − 0.5), y in [−0.5, H − 0.5].
    """
    x, y, z = np.moveaxis(np.asarray(direction, np.float64), -1, 0)
    longitude = np.arctan2(x, -z)
    latitude = np.arctan2(y, np.hypot(x, z))
    column = np.mod((longitude / (2 * np.pi) + 0.5) * width, width) - 0.5
    return np.stack([column, (0.5 - latitude / np.pi) * height - 0.5], axis=-1)


def wrap(row: NDArray, column: NDArray, height: int, width: int) -> tuple[NDArray, NDArray]:
    """Bring whole-number positions back into the picture, over the seam and over the poles."""
    row = np.mod(row, 2 * height)  # once down the front of the sphere and up its back
    over = row >= height
    row = np.where(over, 2 * height - 1 - row, row)
    return row, np.mod(np.where(over, column + width // 2, column), width)


def pad(image: NDArray, margin: int) -> NDArray:
    """The picture [H, W, ...] with `margin` more pixels on each side, as the sphere goes on."""
    height, width = image.shape[:2]
    row, column = wrap(
        np.arange(-margin, height + margin)[:, None],
        np.arange(-margin, width + margin)[None, :],
        height,
        width,
    )
    return image[row, column]


def _weights(fraction: Float64, order: Order) -> tuple[int, list[Float64]]:
    """Offset of the first tap and the weight of each: linear, or cubic by Catmull and Rom."""
    t = fraction
    if order == "linear":
        return 0, [1 - t, t]
    return -1, [
        ((2 - t) * t - 1) * t / 2,
        ((3 * t - 5) * t * t + 2) / 2,
        ((4 - 3 * t) * t + 1) * t / 2,
        (t - 1) * t * t / 2,
    ]


def sample(image: NDArray, x: ArrayLike, y: ArrayLike, *, order: Order = "linear") -> NDArray:
    """Values of `image` [H, W] or [H, W, C] at continuous positions, seam and poles included.

    Parameters
    ----------
    x, y : positions of one shape, pixel centres at whole numbers, also outside the picture.
    order : "nearest" keeps the type; "linear" and "cubic" (Catmull-Rom) give float64.
    """
    x, y = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(y, np.float64))
    height, width = image.shape[:2]
    if order == "nearest":
        row, column = wrap(np.rint(y).astype(np.intp), np.rint(x).astype(np.intp), height, width)
        return image[row, column]
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    first, across = _weights(x - left, order)
    _, down = _weights(y - top, order)
    total = np.zeros(x.shape + image.shape[2:])
    for i, weight_y in enumerate(down):
        for j, weight_x in enumerate(across):
            row, column = wrap(top + first + i, left + first + j, height, width)
            weight = weight_y * weight_x
            if image.ndim == 3:
                weight = weight[..., None]
            total += weight * image[row, column]
    return total


def solid_angles(height: int, width: int) -> Float64:
    """Solid angle of a pixel of each row, [H], steradians; W times their sum is 4π."""
    edges = np.sin(np.pi * (0.5 - np.arange(height + 1) / height))
    return (edges[:-1] - edges[1:]) * 2 * np.pi / width
