"""The rim of a surface that ends in front of another: unmixed colours and a soft alpha.

A pixel on the border shows a mixture of both surfaces. Left in either layer it would be a halo as
soon as the layers part, so both colours are estimated from beyond the border and alpha from where
the mixture lies between them.
"""

from dataclasses import dataclass

import numba
import numpy as np

from depthfusion.scene.discontinuities import Edges, walk
from depthfusion.types.arrays import Bool, Float32

CLEAR = 0.02  # colour difference (0…1, squared) below which a mixture tells nothing of alpha


@numba.njit(cache=True, nogil=True)
def _mixture(colour, near, far):
    """Share of `near` in `colour` between `far` and `near`, and how clearly they differ."""
    along = apart = 0.0
    for c in range(3):
        d = near[c] - far[c]
        along += (colour[c] - far[c]) * d
        apart += d * d
    if apart < 1e-9:
        return 0.5, 0.0
    return along / apart, apart / 65025.0


@numba.njit(cache=True, nogil=True)
def _gather(colour, inverse, held, right, down, front, front_inverse, weight, alpha, sure, back,
            back_weight):  # fmt: skip
    """Sum over all border pairs what each says of alpha and of both surfaces beyond the border.

    front, front_inverse, weight : what the near surface would be on and beyond its border.
    alpha, sure : share of the near surface in a pixel, weighted by how clear the pixel is.
    back, back_weight : the far surface's own colour at border pixels.
    """
    height, width = held.shape
    for y in range(height):
        for x in range(width):
            for vertical in range(2):
                sign = down[y, x] if vertical else right[y, x]
                if sign == 0:
                    continue
                dy, dx = (1, 0) if vertical else (0, 1)
                py, px, qy, qx = y, x, y + dy, (x + dx) % width
                if sign < 0:
                    py, px, qy, qx = qy, qx, py, px
                    dy, dx = -dy, -dx
                inner = walk(py, px, -dy, -dx, 2, held, right, down)
                outer = walk(qy, qx, dy, dx, 2, held, right, down)
                fy, fx = py - dy * inner, (px - dx * inner) % width
                by, bx = qy + dy * outer, (qx + dx * outer) % width
                near, far = colour[fy, fx], colour[by, bx]
                for which in range(2):
                    cy, cx = (py, px) if which == 0 else (qy, qx)
                    share, clear = _mixture(colour[cy, cx], near, far)
                    trust = clear / (clear + CLEAR)
                    alpha[cy, cx] += share * trust
                    sure[cy, cx] += trust
                    back_weight[cy, cx] += 1
                    for c in range(3):
                        back[cy, cx, c] += far[c]
                # The near surface goes on over the border by its own slope, two pixels far.
                p1 = inverse[py, px]
                slope = 0.0
                if inner > 0:
                    slope = p1 - inverse[py - dy, (px - dx) % width]
                for step in range(4):
                    ty, tx = py + dy * step, (px + dx * step) % width
                    if ty < 0 or ty >= height:
                        break
                    if step > 1 and step - 1 > outer:
                        break
                    w = 1.0 if step < 2 else 0.01
                    value = p1 + slope * step
                    value = min(max(value, 0.8 * p1), 1.25 * p1)
                    weight[ty, tx] += w
                    front_inverse[ty, tx] += w * value
                    for c in range(3):
                        front[ty, tx, c] += w * near[c]


@dataclass(eq=False)
class Rims:
    """Estimates along borders.

    Parameters
    ----------
    front : [H, W, 3], the near surface's colour at border pixels and up to two beyond.
    front_inverse : [H, W], its inverse distance there.
    alpha : [H, W], its share in border pixels, 0 … 1; 0 beyond.
    reached : bool [H, W], where these three say anything.
    back : [H, W, 3], the far surface's colour at border pixels, NaN elsewhere.
    """

    front: Float32
    front_inverse: Float32
    alpha: Float32
    reached: Bool
    back: Float32


def soften(colour: Float32, inverse: Float32, held: Bool, edges: Edges) -> Rims:
    """Estimate what the near surface looks like at its border, and the far one behind it.

    Parameters
    ----------
    colour : float32 [H, W, 3], 0 … 255.
    inverse : float32 [H, W], inverse distance.
    held : bool [H, W], where these say anything.
    edges : the borders.
    """
    shape = inverse.shape
    front, back = np.zeros((*shape, 3), np.float32), np.zeros((*shape, 3), np.float32)
    front_inverse, weight = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    alpha, sure = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    back_weight = np.zeros(shape, np.float32)
    _gather(
        colour, inverse, held, edges.right, edges.down, front, front_inverse, weight, alpha, sure,
        back, back_weight,
    )  # fmt: skip
    reached = weight > 0
    scale = np.maximum(weight, 1e-9)
    front /= scale[..., None]
    front_inverse /= scale
    near, far = edges.near(), edges.far()
    border = near | far
    # Exact depth puts a pixel's centre on one side: more than half there, less on the other.
    prior = np.where(near, 1.0, 0.0)
    share = np.where(sure > 1e-6, alpha / np.maximum(sure, 1e-6), prior)
    trust = np.clip(sure / np.maximum(back_weight, 1), 0, 1)
    share = trust * share + (1 - trust) * prior
    share = np.where(near & ~far, np.clip(share, 0.5, 1), np.clip(share, 0, 0.5))
    alpha = np.where(border & reached, share, 0).astype(np.float32)
    back = np.where(
        back_weight[..., None] > 0, back / np.maximum(back_weight, 1)[..., None], np.nan
    )
    return Rims(front, front_inverse, alpha, reached, back.astype(np.float32))
