"""How far a farther surface has to go on underneath a nearer one, and which one it is."""

import numba
import numpy as np
from scipy.ndimage import minimum_filter

from depthfusion.scene.discontinuities import EdgeOptions, Edges, walk
from depthfusion.types.arrays import Bool, Float32, Int32

NOWHERE = -1


@numba.njit(cache=True, nogil=True)
def _seed(
    inverse, held, floor, right, down, scale, margin, rest, reach, away, source_rest, source_near
):
    """Put every border's reach on its near pixel."""
    height, width = inverse.shape
    for y in range(height):
        for x in range(width):
            for vertical in range(2):
                sign = down[y, x] if vertical else right[y, x]
                if sign == 0:
                    continue
                py, px, qy, qx = y, x, y, (x + 1) % width
                if vertical:
                    qy, qx = y + 1, x
                if sign < 0:
                    py, px, qy, qx = qy, qx, py, px
                far = inverse[qy, qx]
                length = (inverse[py, px] - far) * scale + margin
                if far - floor[qy, qx] > 0.25 * (inverse[py, px] - floor[qy, qx]):
                    # Something in between, with more behind it: believe in as much of it as shows.
                    dy, dx = (sign, 0) if vertical else (0, sign)
                    length = min(length, 3.0 + walk(qy, qx, dy, dx, 127, held, right, down))
                at = qy * width + qx
                if length - 1 > rest[py, px]:
                    rest[py, px] = length - 1
                    source_rest[py, px] = at
                if away[py, px] > 1 or length > reach[py, px]:
                    away[py, px] = 1
                    reach[py, px] = length
                    source_near[py, px] = at


@numba.njit(cache=True, nogil=True)
def _take(y, x, ny, nx, cost, inverse, slack, drop, rest, reach, away, source_rest, source_near):
    """Let (y, x) inherit what its neighbour (ny, nx) has, `cost` further on."""
    width = inverse.shape[1]
    if inverse[ny, nx] - inverse[y, x] > drop:
        slack = drop  # the occluder ends here; only what itself opens a view behind it counts on
    at = source_rest[ny, nx]
    if at >= 0:
        left = rest[ny, nx] - cost
        if left > rest[y, x] and inverse[y, x] > inverse[at // width, at % width] + slack:
            rest[y, x] = left
            source_rest[y, x] = at
    at = source_near[ny, nx]
    if at >= 0:
        gone = away[ny, nx] + cost
        if (
            gone < away[y, x]
            and gone < reach[ny, nx]
            and inverse[y, x] > inverse[at // width, at % width] + slack
        ):
            away[y, x] = gone
            reach[y, x] = reach[ny, nx]
            source_near[y, x] = at


@numba.njit(cache=True, nogil=True)
def _spread(inverse, held, slack, drop, rest, reach, away, source_rest, source_near):
    """Hand borders on from neighbour to neighbour, sweeping to and fro."""
    height, width = inverse.shape
    for sweep in range(4):
        for j in range(height):
            y = j if sweep % 2 == 0 else height - 1 - j
            flat = np.cos((0.5 - (y + 0.5) / height) * np.pi)
            slant = np.sqrt(flat * flat + 1)
            ny = y - 1 if sweep % 2 == 0 else y + 1
            if 0 <= ny < height:
                for x in range(width):
                    if held[y, x]:
                        for side in range(-1, 2):
                            nx = (x + side) % width
                            if held[ny, nx] and (source_rest[ny, nx] >= 0):
                                _take(y, x, ny, nx, slant if side else 1.0, inverse, slack, drop,
                                      rest, reach, away, source_rest, source_near)  # fmt: skip
            for turn in range(2):
                for i in range(width + 64):
                    x = i % width if turn == 0 else (width - 1 - i) % width
                    nx = (x - 1) % width if turn == 0 else (x + 1) % width
                    if held[y, x] and held[y, nx] and source_rest[y, nx] >= 0:
                        _take(y, x, y, nx, flat, inverse, slack, drop,
                              rest, reach, away, source_rest, source_near)  # fmt: skip


def _floor(inverse: Float32, held: Bool, block: int = 8, blocks: int = 13) -> Float32:
    """The least inverse distance around each pixel, within about 50 pixels."""
    height, width = inverse.shape
    tall, wide = -(-height // block) * block, -(-width // block) * block
    padded = np.full((tall, wide), np.inf, np.float32)
    padded[:height, :width] = np.where(held, inverse, np.inf)
    least = padded.reshape(tall // block, block, wide // block, block).min(axis=(1, 3))
    least = minimum_filter(least, blocks, mode=("nearest", "wrap"))
    return np.repeat(np.repeat(least, block, 0), block, 1)[:height, :width]


def sources(
    inverse: Float32, held: Bool, edges: Edges, reach: float, *, margin: float = 4.0
) -> tuple[Int32, Float32]:
    """For every pixel behind which an eye within `reach` may look: which surface goes on there.

    Returns
    -------
    source : int32 [H, W], flat index of the nearest far border pixel whose surface is uncovered
        that far, or, where the nearest one's reach has ended, of the one with most reach left; −1
        where nothing is ever uncovered, or only sky.
    away : float32 [H, W], how far that border is, in pixels of the equator; only its order counts.
    """
    scale = reach * inverse.shape[1] / (2 * np.pi)
    shape = inverse.shape
    rest, length = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    away = np.full(shape, np.inf, np.float32)
    source_rest = np.full(shape, NOWHERE, np.int32)
    source_near = np.full(shape, NOWHERE, np.int32)
    _seed(
        inverse, held, _floor(inverse, held), edges.right, edges.down, scale, margin, rest, length,
        away, source_rest, source_near,
    )  # fmt: skip
    drop = EdgeOptions().least(shape[1]) / scale
    _spread(inverse, held, 0.3 / scale, drop, rest, length, away, source_rest, source_near)
    source = np.where(source_near >= 0, source_near, source_rest)
    sky = (source >= 0) & (inverse.ravel()[np.maximum(source, 0)] == 0)  # a layer of its own
    source[sky] = NOWHERE
    away = np.where(source_near >= 0, away, 1e6 - rest)
    return source, away
