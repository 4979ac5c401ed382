"""A smaller depth map's edges, drawn anew where the photo's colours change.

Joint bilateral upsampling (Kopf, Cohen, Lischinski, Uyttendaele, SIGGRAPH 2007) weighs the coarse
neighbours of a fine pixel by how near they are and how alike in colour. Its mean would invent
depths between near and far; here the neighbours vote by their weights for one surface, and only
that one's are averaged.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from depthfusion.types.arrays import Bool, Float32, UInt8

SAME_SURFACE = 1.1  # ratio of distances up to which neighbours vote together
_NEAR = 0.8  # coarse pixels: how fast a neighbour's say falls with how far off it is
_ALIKE = 14.0  # grey levels: … with how different its colour is
_CHUNK = 1 << 16  # fine pixels at a time
_AROUND = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)]


def follow_colours(result: Float32, broken: Bool, values: Float32, guide: UInt8) -> None:
    """Choose anew, in place, the surface of fine pixels beside edges of depth.

    Parameters
    ----------
    result : float32 [H, W], changed where `broken`.
    broken : bool [H, W], pixels whose coarse neighbours belong to several surfaces.
    values : float32 [h, w], the coarse distances, or inverse depth; 0 and +inf are surfaces too.
    guide : uint8 [H, W, 3].
    """
    coarse = cv2.resize(guide, values.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
    surface = np.log(np.clip(values, 1e-6, 1e6))  # nothing and sky at the ends
    rows, columns = np.nonzero(broken)
    for start in range(0, len(rows), _CHUNK):
        here = rows[start : start + _CHUNK], columns[start : start + _CHUNK]
        weight, index = _say(here, result.shape, coarse, guide[here].astype(np.float32))
        result[here] = _elected(weight, surface[index], values[index])


def _say(
    here: tuple[NDArray, NDArray], shape: tuple[int, ...], coarse: Float32, colour: Float32
) -> tuple[Float32, tuple[NDArray, NDArray]]:
    """Weights [N, 9] of the coarse neighbours and where they are; columns wrap."""
    height, width = coarse.shape[:2]
    y = (here[0] + 0.5) * height / shape[0] - 0.5
    x = (here[1] + 0.5) * width / shape[1] - 0.5
    around = np.array(_AROUND)
    row = np.rint(y)[:, None] + around[:, 0]
    column = np.rint(x)[:, None] + around[:, 1]
    apart = (row - y[:, None]) ** 2 + (column - x[:, None]) ** 2
    index = np.clip(row, 0, height - 1).astype(np.intp), np.mod(column, width).astype(np.intp)
    unlike = ((coarse[index] - colour[:, None]) ** 2).mean(axis=-1)
    weight = np.exp(-apart / (2 * _NEAR**2) - unlike / (2 * _ALIKE**2)) + 1e-12
    return weight.astype(np.float32), index


def _elected(weight: Float32, surface: Float32, values: Float32) -> Float32:
    """The mean, in inverse distance, of the surface that most of the weight stands for; [N]."""
    same = np.abs(surface[:, :, None] - surface[:, None, :]) < np.log(SAME_SURFACE)
    votes = np.einsum("nj,nkj->nk", weight, same)
    winner = votes.argmax(axis=1)
    line = np.arange(len(winner))
    taking = weight * same[line, winner]
    chosen = values[line, winner]
    plain = (chosen > 0) & np.isfinite(chosen)
    safe = np.where((values > 0) & np.isfinite(values), values, 1)
    mean = taking.sum(axis=1) / (taking / safe).sum(axis=1)
    return np.where(plain, mean, chosen).astype(np.float32)
