"""Scale and shift of each view, found where views overlap.

A network's inverse depth has a scale and a shift of its own in each view, its metres at best a
scale. Views of one place must agree on distance, and that is linear in what is sought: for inverse
depth a of a view, 1/distance = cos θ · (s·a + t), θ from the optical axis. As θ differs between
views, even the shift that all share can be found.
"""

from collections.abc import Sequence

import numpy as np

from depthfusion.generation.estimation.views import Footprint
from depthfusion.types.arrays import Float32, Float64

ROUNDS = 6
OUTLIER = 0.1  # relative disagreement from which a pixel says little
TINY = 1e-12
FLAT = 1e-5  # of a view's largest value, below which its spread is rounding
WEAK = 1e-9  # of the system's size: holds what nothing else does
SIDES = np.array([[1.0], [1.0], [-1.0], [-1.0]])  # a pair's equation takes the second view away


def scales(logs: Sequence[Float32], prints: Sequence[Footprint], shape: tuple[int, int]) -> Float64:
    """What to add to each view's log distance so that views agree, [N]; the sum is 0.

    Parameters
    ----------
    logs : log distance as each view has it, laid on its footprint; NaN is unknown.
    prints : of a coarse panorama.
    shape : the panorama's.
    """
    samples = _gather(logs, prints, shape)
    count = len(logs)
    offsets = np.zeros(count)
    for _ in range(ROUNDS):
        matrix, right = np.zeros((count, count)), np.zeros(count)
        for i, j, a, b, weight in samples:
            apart = a + offsets[i] - b - offsets[j]
            w = weight / (1 + (apart / OUTLIER) ** 2)
            total, mean = w.sum(), (w * (b - a)).sum()
            matrix[i, i] += total
            matrix[j, j] += total
            matrix[i, j] -= total
            matrix[j, i] -= total
            right[i] += mean
            right[j] -= mean
        solved = np.linalg.lstsq(matrix + 1.0 / count, right, rcond=None)[0]
        offsets = np.asarray(solved - solved.mean(), np.float64)
    return offsets


def scales_and_shifts(
    inverse: Sequence[Float32], prints: Sequence[Footprint], shape: tuple[int, int]
) -> tuple[Float64, Float64]:
    """The s and t of each view, [N] each, with 1/distance = cos θ · (s·a + t).

    Parameters
    ----------
    inverse : inverse z-depth a as each view has it, laid on its footprint, of any scale and shift
        but one sign; NaN is unknown.
    prints, shape : as for `scales`.
    """
    count = len(inverse)
    seen = [a[p.inside & np.isfinite(a)] for a, p in zip(inverse, prints, strict=True)]
    centre = np.array([np.median(a) for a in seen])
    # A view straight onto a floor is all one value, and its scale says nothing.
    spread = np.array([max(float(a.std()), FLAT * float(np.abs(a).max()) + TINY) for a in seen])
    # In units of each view's own spread, so that no view weighs more by its scale.
    own = [(a - c) / d for a, c, d in zip(inverse, centre, spread, strict=True)]
    samples = _gather(own, prints, shape, along=True)
    found = np.concatenate([np.ones(count), np.full(count, 2.0)])
    for k in range(ROUNDS):
        found = _solve_affine(samples, found, count, relative=k > 0)
    s, t = found[:count] / spread, found[count:] - found[:count] * centre / spread
    return s, t


def _solve_affine(samples: list, found: Float64, count: int, relative: bool) -> Float64:
    """One round of reweighted least squares; the mean of all inverse distances is held at 1."""
    matrix, hold = np.zeros((2 * count, 2 * count)), np.zeros(2 * count)
    for i, j, a, b, weight, along_a, along_b in samples:
        columns = np.stack([along_a * a, along_a, -along_b * b, -along_b])
        places = [i, count + i, j, count + j]
        w = weight
        if relative:
            one = along_a * (found[i] * a + found[count + i])
            other = along_b * (found[j] * b + found[count + j])
            size = np.maximum(0.5 * (one + other), 0.05 * np.median(np.abs(one)) + TINY)
            apart = (one - other) / size
            w = weight / size**2 / (1 + (apart / OUTLIER) ** 2)
        matrix[np.ix_(places, places)] += (columns * w) @ columns.T
        hold[places] += (columns * SIDES) @ weight
    hold /= max(hold[count:].sum(), TINY)
    size = np.trace(matrix) / (2 * count)
    system = matrix + size * count * np.outer(hold, hold) + WEAK * size * np.eye(2 * count)
    out = np.linalg.solve(system, size * count * hold)
    # A view that says the opposite of the others says nothing: it becomes flat.
    out[:count] = np.maximum(out[:count], 0)
    return out


def _gather(
    values: Sequence[Float32],
    prints: Sequence[Footprint],
    shape: tuple[int, int],
    along: bool = False,
) -> list:
    """For each pair of views that overlap: their numbers, values, weights where both see."""
    height = shape[0]
    area = np.cos((0.5 - (np.arange(height) + 0.5) / height) * np.pi)[:, None]
    whole, weights, cosines = [], [], []
    for value, lies in zip(values, prints, strict=True):
        place = np.ix_(lies.rows, lies.columns)
        weight = np.zeros(shape)
        weight[place] = np.where(np.isfinite(value), lies.weight, 0)
        full = np.zeros(shape)
        full[place] = np.nan_to_num(value)
        cosine = np.zeros(shape)
        cosine[place] = lies.along
        whole.append(full)
        weights.append(weight)
        cosines.append(cosine)
    samples = []
    for i in range(len(values)):
        for j in range(i):
            both = (weights[i] > 0) & (weights[j] > 0)
            if both.sum() < 8:
                continue
            weight = (weights[i] * weights[j] * area)[both]
            pair = [i, j, whole[i][both], whole[j][both], weight]
            samples.append([*pair, cosines[i][both], cosines[j][both]] if along else pair)
    return samples
