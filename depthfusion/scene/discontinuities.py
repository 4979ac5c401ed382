"""Where one surface ends in front of another.

A jump in depth matters by what it reveals: an eye that moves by `reach` sees the farther surface
uncovered over `reach · Δ(1/distance)` radians. Measured so, in texels, one setting serves half a
metre and fifty; and a slanted plane never tears, because inverse distance is linear on it.
"""

from dataclasses import dataclass

import numba
import numpy as np

from depthfusion.types.arrays import Bool, Float32


@dataclass(frozen=True)
class EdgeOptions:
    """What counts as a discontinuity.

    Parameters
    ----------
    reveal : texels that a jump must be able to uncover within the head box; what opens less looks
        better stretched than torn, as measured depth is seldom as exact as that.
    angle : radians from which it counts even if that is fewer texels, though never below one.
    slope : how many times the surface's own slope the jump must be; a slope is the smaller of the
        differences just before and just after.
    certain : texels of uncovering from which a jump counts whatever the slope.
    """

    reveal: float = 3.0
    angle: float = 0.018
    slope: float = 2.5
    certain: float = 8.0

    def least(self, width: int) -> float:
        """Texels that count in a panorama of this width."""
        return min(self.reveal, max(1.0, self.angle * width / (2 * np.pi)))


@dataclass(frozen=True, eq=False)
class Edges:
    """Discontinuities between neighbouring pixels.

    Parameters
    ----------
    right : int8 [H, W], between (y, x) and (y, x + 1 mod W): 0 none, 1 where (y, x) is the nearer
        of the two, −1 where the other is.
    down : int8 [H, W], between (y, x) and (y + 1, x), likewise; the last row is 0.
    """

    right: np.ndarray
    down: np.ndarray

    def near(self) -> Bool:
        """Pixels that end in front of a neighbour, [H, W]."""
        near = (self.right > 0) | (np.roll(self.right, 1, 1) < 0) | (self.down > 0)
        near[1:] |= self.down[:-1] < 0
        return near

    def far(self) -> Bool:
        """Pixels that a neighbour ends in front of, [H, W]."""
        far = (self.right < 0) | (np.roll(self.right, 1, 1) > 0) | (self.down < 0)
        far[1:] |= self.down[:-1] > 0
        return far


@numba.njit(cache=True, nogil=True)
def _jump(before, p, q, after, scale, reveal, slope, certain):
    """1, −1 or 0 for neighbours of inverse distance p, q between `before` and `after`."""
    if (p == 0) != (q == 0):
        return 1 if q == 0 else -1
    jump = p - q
    size = abs(jump) * scale
    if size < reveal:
        return 0
    around = min(abs(p - before), abs(after - q)) * scale
    if size < certain and size < slope * around:
        return 0
    return 1 if jump > 0 else -1


@numba.njit(cache=True, nogil=True)
def _find(inverse, held, scale, reveal, slope, certain, right, down):
    height, width = inverse.shape
    for y in range(height):
        for x in range(width):
            if not held[y, x]:
                continue
            p = inverse[y, x]
            x1, x2, x0 = (x + 1) % width, (x + 2) % width, (x - 1) % width
            if held[y, x1]:
                before = inverse[y, x0] if held[y, x0] else p
                after = inverse[y, x2] if held[y, x2] else inverse[y, x1]
                right[y, x] = _jump(before, p, inverse[y, x1], after, scale, reveal, slope, certain)
            if y + 1 < height and held[y + 1, x]:
                before = inverse[y - 1, x] if y > 0 and held[y - 1, x] else p
                q = inverse[y + 1, x]
                after = inverse[y + 2, x] if y + 2 < height and held[y + 2, x] else q
                down[y, x] = _jump(before, p, q, after, scale, reveal, slope, certain)


def find_edges(
    inverse: Float32, held: Bool, reach: float, options: EdgeOptions | None = None
) -> Edges:
    """Discontinuities of a map of inverse distance.

    Parameters
    ----------
    inverse : float32 [H, W], 0 is sky, whose border is always a discontinuity.
    held : bool [H, W]; elsewhere the map says nothing.
    reach : how far the eye may move, in the unit of distance.
    """
    options = options or EdgeOptions()
    right, down = np.zeros(inverse.shape, np.int8), np.zeros(inverse.shape, np.int8)
    scale = reach * inverse.shape[1] / (2 * np.pi)
    least = options.least(inverse.shape[1])
    _find(inverse, held, scale, least, options.slope, options.certain, right, down)
    return Edges(right, down)


@numba.njit(cache=True, nogil=True)
def walk(y, x, dy, dx, steps, held, right, down):
    """How many of `steps` pixels from (y, x) in direction (dy, dx) stay on its surface."""
    height, width = held.shape
    for step in range(steps):
        if dx == 1:
            blocked = right[y, x] != 0
        elif dx == -1:
            blocked = right[y, (x - 1) % width] != 0
        elif dy == 1:
            blocked = y + 1 >= height or down[y, x] != 0
        else:
            blocked = y == 0 or down[y - 1, x] != 0
        if blocked:
            return step
        y, x = y + dy, (x + dx) % width
        if not held[y, x]:
            return step
    return steps
