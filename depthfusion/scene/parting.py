"""Pieces of surface shared out among layers, so that no triangle spans two of them."""

import numba
import numpy as np

from depthfusion.scene.discontinuities import Edges
from depthfusion.types.arrays import Bool


@numba.njit(cache=True, nogil=True)
def _pieces(where, right, down, piece, stack):
    """Number connected pixels that no border parts; return how many numbers."""
    height, width = where.shape
    count = 0
    for start in range(height * width):
        y0, x0 = start // width, start % width
        if not where[y0, x0] or piece[y0, x0] >= 0:
            continue
        piece[y0, x0] = count
        stack[0] = start
        depth = 1
        while depth:
            depth -= 1
            y, x = stack[depth] // width, stack[depth] % width
            for side in range(4):
                ny, nx = y, x
                if side == 0:
                    nx = (x + 1) % width
                    blocked = right[y, x] != 0
                elif side == 1:
                    nx = (x - 1) % width
                    blocked = right[y, nx] != 0
                elif side == 2:
                    ny = y + 1
                    blocked = ny >= height or down[y, x] != 0
                else:
                    ny = y - 1
                    blocked = ny < 0 or down[ny, x] != 0
                if not blocked and where[ny, nx] and piece[ny, nx] < 0:
                    piece[ny, nx] = count
                    stack[depth] = ny * width + nx
                    depth += 1
        count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _share_out(pairs, order, starts, layer, most):
    """Give each piece, in order, the first layer that no neighbour has."""
    for index in range(len(order)):
        a = order[index]
        taken = 0
        for k in range(starts[a], starts[a + 1]):
            b = pairs[k]
            if layer[b] >= 0:
                taken |= 1 << layer[b]
        for number in range(most):
            if not taken & (1 << number):
                layer[a] = number
                break


def part(where: Bool, edges: Edges, most: int) -> list[Bool]:
    """Share pixels out among at most `most` layers, so that no border lies inside a layer.

    Parameters
    ----------
    where : bool [H, W], the pixels.
    edges : the borders between them.
    most : layers there may be; larger pieces choose first, what fits into none is left out.
    """
    piece = np.full(where.shape, -1, np.int32)
    stack = np.empty(where.size, np.int32)
    count = _pieces(where, edges.right, edges.down, piece, stack)
    below = np.vstack([piece[1:], np.full((1, where.shape[1]), -1, np.int32)])
    ends = []
    for border, other in ((edges.right, np.roll(piece, -1, 1)), (edges.down, below)):
        met = (border != 0) & (piece >= 0) & (other >= 0) & (piece != other)
        ends.append(np.stack([piece[met], other[met]], axis=-1))
    pairs = np.concatenate([*ends, *(end[:, ::-1] for end in ends)])
    pairs = np.unique(pairs, axis=0)
    starts = np.searchsorted(pairs[:, 0], np.arange(count + 1))
    size = np.bincount(piece[where], minlength=count)
    layer = np.full(count + 1, -1, np.int32)  # the last for pixels of no piece, numbered −1
    order = np.argsort(-size, kind="stable")
    _share_out(np.ascontiguousarray(pairs[:, 1]), order, starts, layer, most)
    return [layer[piece] == number for number in range(layer.max() + 1)]
