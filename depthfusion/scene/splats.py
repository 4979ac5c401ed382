"""Layers to 3D Gaussians: flat discs on the surface, as large as what they stand for.

A Gaussian stands for a block of pixels. Where colour and shape are smooth the block is large, at
rims and in texture it is one pixel; towards the poles, where pixels crowd, it is several wide. Its
plane follows from the inverse distance, which on a plane is linear in the ray (n·p = c gives
1/r = n·d/c), so its slopes across the block give the two tangents.
"""

from dataclasses import dataclass

import numba
import numpy as np

from depthfusion.scene.meshing import sky_distance
from depthfusion.scene.slices import each
from depthfusion.types import Layer, LayeredScene
from depthfusion.types.arrays import Bool, Float32, UInt8

LARGEST = 2  # rows of the largest block; larger ones leave gaps, or run over edges
SMOOTH = 10  # steps of 255 between the brightest and the darkest of what one Gaussian may stand for
HIDDEN = 4  # times that, where something solid stands before it
BENT = 0.25  # texels that a block's surface may be off where the head leans farthest
# Standard deviations of a Gaussian in widths of its pixel, of its block, and of sky, behind which
# nothing is to be seen through gaps. Narrower ones leave gaps, wider ones blur.
SPREAD = (0.52, 0.57, 0.75)
THICKNESS = 0.1  # of the narrower of its two extents
STEEPEST = 0.25  # share of the distance that one block may span from rim to rim
FAINTEST = 0.02  # opacity below which nothing is kept


@dataclass(frozen=True, eq=False)
class Splats:
    """Gaussians in the scene's own axes and unit, far layers last.

    Parameters
    ----------
    positions : float32 [N, 3].
    normals : float32 [N, 3], unit, towards the origin.
    scales : float32 [N, 3], standard deviations along the own axes; the third is across the disc.
    rotations : float32 [N, 4], unit quaternions w x y z, scene from own axes.
    opacities : float32 [N], 0 to 1.
    colours : uint8 [N, 3], sRGB.
    """

    positions: Float32
    normals: Float32
    scales: Float32
    rotations: Float32
    opacities: Float32
    colours: UInt8

    def __len__(self) -> int:
        """How many there are."""
        return len(self.positions)


def splat_scene(layered: LayeredScene, *, merge: bool = True, sky: bool = True) -> Splats:
    """Gaussians of all layers.

    Parameters
    ----------
    layered : the scene.
    merge : let one stand for a block where that is smooth; else one for each pixel, several where
        the poles crowd them.
    sky : keep what is infinitely far, at the distance at which the meshes draw it.
    """
    far = sky_distance(layered)
    solid = np.zeros(layered.layers[0].distance.shape, np.bool_)
    given = []
    for layer in layered.layers:
        given.append((layer, solid))
        solid = solid | (layer.rgba[..., 3] == 255)
    reach = max(layered.head_box, 0.1)
    made = each(lambda one: _of_layer(*one, far, reach, merge, sky), given)
    tables, colours = zip(*made, strict=True)
    table = np.concatenate(tables)
    return Splats(
        positions=table[:, 0:3],
        normals=table[:, 3:6],
        scales=table[:, 6:9],
        rotations=table[:, 9:13],
        opacities=table[:, 13],
        colours=np.concatenate(colours),
    )


def _of_layer(
    layer: Layer, hidden: Bool, far: float, reach: float, merge: bool, sky: bool
) -> tuple[Float32, UInt8]:
    width = layer.distance.shape[1]
    bent = BENT / (reach * width / (2 * np.pi))
    inverse = (1 / layer.distance).astype(np.float32)
    support = layer.rgba[..., 3] > 0
    count = int((support if sky else support & (inverse > 0)).sum())
    table = np.empty((count, 14), np.float32)
    colours = np.empty((count, 3), np.uint8)
    largest = LARGEST if merge else 1
    found = _fill(layer.rgba, inverse, hidden, largest, bent, far, sky, SPREAD, table, colours)
    return table[:found], colours[:found]


@numba.njit(cache=True, nogil=True)
def _fill(rgba, inverse, hidden, largest, bent, far, sky, spread, table, colours):
    """Walk over the blocks, halving those that are not smooth; return how many were kept."""
    height, width = inverse.shape
    stack = np.empty((64, 4), np.int64)
    sums = np.empty(6)
    count = 0
    for top in range(0, height, largest):
        middle = (0.5 - (top + largest / 2) / height) * np.pi
        crowd = 1
        while crowd * 2 * np.cos(middle) <= 1 and crowd * 32 <= width:
            crowd *= 2
        for left in range(0, width, largest * crowd):
            stack[0, 0], stack[0, 1] = top, left
            stack[0, 2], stack[0, 3] = largest, largest * crowd
            depth = 1
            while depth:
                depth -= 1
                y, x, h, w = stack[depth, 0], stack[depth, 1], stack[depth, 2], stack[depth, 3]
                last_y, last_x = min(y + h, height), min(x + w, width)
                if last_y <= y or last_x <= x:
                    continue
                smooth = _summed(rgba, inverse, hidden, bent, y, x, last_y, last_x, sums)
                if sums[4] == 0:
                    continue
                if h > 1 and not smooth:
                    for part in range(4):
                        stack[depth, 0] = y + (part // 2) * (h // 2)
                        stack[depth, 1] = x + (part % 2) * (w // 2)
                        stack[depth, 2], stack[depth, 3] = h // 2, w // 2
                        depth += 1
                    continue
                opacity = sums[3] / (255 * (last_y - y) * (last_x - x))
                if opacity < FAINTEST or (sums[5] == 0 and not sky):
                    continue
                for k in range(3):
                    colours[count, k] = np.uint8(sums[k] / sums[3] + 0.5)
                table[count, 13] = opacity
                _shape(inverse, far, y, x, last_y, last_x, sums[5] / sums[4], table[count])
                table[count, 6:9] *= spread[2 if sums[5] == 0 else 1 if h > 1 else 0]
                count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _summed(rgba, inverse, hidden, bent, y, x, last_y, last_x, sums):
    """Sum up a block: colour and alpha weighted by alpha, pixels that show, inverse distance.

    Returns whether one Gaussian may stand for it.
    """
    sums[:] = 0
    low0 = low1 = low2 = 255
    high0 = high1 = high2 = 0
    whole = buried = True
    for j in range(y, last_y):
        for i in range(x, last_x):
            a = rgba[j, i, 3]
            if a != 255:
                whole = False
            if a == 0:
                continue
            if not hidden[j, i]:
                buried = False
            r, g, b = rgba[j, i, 0], rgba[j, i, 1], rgba[j, i, 2]
            low0, high0 = min(low0, r), max(high0, r)
            low1, high1 = min(low1, g), max(high1, g)
            low2, high2 = min(low2, b), max(high2, b)
            sums[0] += float(a) * r
            sums[1] += float(a) * g
            sums[2] += float(a) * b
            sums[3] += a
            sums[4] += 1
            sums[5] += inverse[j, i]
    limit = SMOOTH * (HIDDEN if buried else 1)
    if not whole or max(high0 - low0, high1 - low1, high2 - low2) > limit:
        return False
    return _flat(inverse, bent * (HIDDEN if buried else 1), y, x, last_y, last_x)


@numba.njit(cache=True, nogil=True)
def _flat(inverse, bent, y, x, last_y, last_x):
    """Whether inverse distance is linear between a block's corners, as it is on a plane."""
    tall, wide = max(last_y - y - 1, 1), max(last_x - x - 1, 1)
    a, b = inverse[y, x], inverse[y, last_x - 1]
    c, d = inverse[last_y - 1, x], inverse[last_y - 1, last_x - 1]
    if (min(a, b, c, d) == 0) != (max(a, b, c, d) == 0):
        return False
    for j in range(y, last_y):
        t = (j - y) / tall
        left, right = a + (c - a) * t, b + (d - b) * t
        for i in range(x, last_x):
            if abs(left + (right - left) * (i - x) / wide - inverse[j, i]) > bent:
                return False
    return True


@numba.njit(cache=True, nogil=True)
def _slope(before, here, after):
    """The gentler of the slopes to two neighbours, 0 where they disagree."""
    one, other = here - before, after - here
    if one * other <= 0:
        return 0.0
    return one if abs(one) < abs(other) else other


@numba.njit(cache=True, nogil=True)
def _slopes(inverse, y, x, last_y, last_x):
    """Change of inverse distance from a block's left to its right edge, and from top to bottom."""
    height, width = inverse.shape
    row, column = (y + last_y) // 2, (x + last_x) // 2
    row, column = min(row, height - 1), min(column, width - 1)
    tall, wide = last_y - y, last_x - x
    if wide > 1:
        across = (inverse[row, last_x - 1] - inverse[row, x]) * wide / (wide - 1)
    else:
        before, after = inverse[row, (x - 1) % width], inverse[row, (x + 1) % width]
        across = _slope(before, inverse[row, x], after)
    if tall > 1:
        down = (inverse[last_y - 1, column] - inverse[y, column]) * tall / (tall - 1)
    else:
        before, after = inverse[max(y - 1, 0), column], inverse[min(y + 1, height - 1), column]
        down = _slope(before, inverse[y, column], after)
    return across, down


@numba.njit(cache=True, nogil=True)
def _shape(inverse, far, y, x, last_y, last_x, mean, out):
    """Write position, normal, extents and rotation of one block's Gaussian."""
    height, width = inverse.shape
    lon = ((x + last_x) / 2 / width - 0.5) * 2 * np.pi
    lat = (0.5 - (y + last_y) / 2 / height) * np.pi
    half_lon, half_lat = (last_x - x) * np.pi / width, (last_y - y) * np.pi / (2 * height)
    sin_lon, cos_lon, sin_lat, cos_lat = np.sin(lon), np.cos(lon), np.sin(lat), np.cos(lat)
    d = np.array((cos_lat * sin_lon, sin_lat, -cos_lat * cos_lon))
    east = np.array((cos_lon, 0.0, sin_lon))
    north = np.array((-sin_lat * sin_lon, cos_lat, sin_lat * cos_lon))
    across = down = 0.0
    distance = far
    if mean > 0:
        distance = 1 / mean
        across, down = _slopes(inverse, y, x, last_y, last_x)
        across = min(max(across / mean, -STEEPEST), STEEPEST)
        down = min(max(down / mean, -STEEPEST), STEEPEST)
    # Edge to edge: r = 1/i, so dr/r = −di/i.
    tu = distance * (2 * half_lon * max(cos_lat, 1e-3) * east - across * d)
    tv = distance * (2 * half_lat * north + down * d)
    _write_frame(tu, tv, distance * d, out)


@numba.njit(cache=True, nogil=True)
def _write_frame(tu, tv, position, out):
    """Principal axes of the ellipse that two edges span, as lengths and a quaternion."""
    first = tu / np.sqrt(np.dot(tu, tu))
    p = np.dot(tv, first)
    rest = tv - p * first
    q = np.sqrt(np.dot(rest, rest))
    second = rest / q
    normal = np.cross(first, second)
    a = np.sqrt(np.dot(tu, tu))
    # The matrix [[a, p], [0, q]] times its own transpose, and its eigenvalues.
    xx, xy, yy = a * a + p * p, p * q, q * q
    mean, spread = (xx + yy) / 2, np.sqrt(((xx - yy) / 2) ** 2 + xy * xy)
    turn = 0.5 * np.arctan2(2 * xy, xx - yy)
    major = np.cos(turn) * first + np.sin(turn) * second
    minor = np.cross(normal, major)
    long, short = np.sqrt(mean + spread), np.sqrt(max(mean - spread, 1e-12 * mean))
    # East × north points at the origin from wherever one looks: right × up is backwards.
    for k in range(3):
        out[k], out[3 + k] = position[k], normal[k]
    out[6], out[7], out[8] = long, short, short * THICKNESS
    _write_quaternion(major, minor, normal, out)


@numba.njit(cache=True, nogil=True)
def _write_quaternion(x, y, z, out):
    """The unit quaternion w x y z of the rotation whose columns are x, y and z; w ≥ 0."""
    trace = x[0] + y[1] + z[2]
    if trace > 0:
        s = 2 * np.sqrt(trace + 1)
        w, i, j, k = s / 4, (y[2] - z[1]) / s, (z[0] - x[2]) / s, (x[1] - y[0]) / s
    elif x[0] > y[1] and x[0] > z[2]:
        s = 2 * np.sqrt(1 + x[0] - y[1] - z[2])
        w, i, j, k = (y[2] - z[1]) / s, s / 4, (y[0] + x[1]) / s, (z[0] + x[2]) / s
    elif y[1] > z[2]:
        s = 2 * np.sqrt(1 + y[1] - x[0] - z[2])
        w, i, j, k = (z[0] - x[2]) / s, (y[0] + x[1]) / s, s / 4, (z[1] + y[2]) / s
    else:
        s = 2 * np.sqrt(1 + z[2] - x[0] - y[1])
        w, i, j, k = (x[1] - y[0]) / s, (z[0] + x[2]) / s, (z[1] + y[2]) / s, s / 4
    sign = -1.0 if w < 0 else 1.0
    out[9], out[10], out[11], out[12] = sign * w, sign * i, sign * j, sign * k
