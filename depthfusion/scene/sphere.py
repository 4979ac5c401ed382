"""The paper's displaced sphere: one vertex grid, moved along its rays by distance.

LDM3D (arXiv 2305.10853), section 4: DepthFusion textures a sphere and displaces it. Vertices stand
on the corners of grid cells, so that the first and last row are the poles themselves.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from depthfusion.types import RGBDPanorama, TexturedMesh
from depthfusion.types.arrays import Bool, Float32, Int32

JUMP = 1.1  # ratio of inverse distances from which two pixels lie on two surfaces


def grid_directions(columns: int, rows: int) -> Float32:
    """Unit vectors through the corners of a grid, [rows + 1, columns + 1, 3].

    The last column repeats the first; the first and last row are (0, ±1, 0); both to the bit.
    """
    longitude = (np.arange(columns + 1) / columns - 0.5) * 2 * np.pi
    latitude = (0.5 - np.arange(rows + 1) / rows) * np.pi
    # As `direction_from_angles`, with no sine taken twice.
    flat = np.cos(latitude)[:, None]
    grid = np.empty((rows + 1, columns + 1, 3))
    grid[..., 0] = flat * np.sin(longitude)
    grid[..., 1] = np.sin(latitude)[:, None]
    grid[..., 2] = -flat * np.cos(longitude)
    grid[:, -1] = grid[:, 0]
    grid[0], grid[-1] = (0, 1, 0), (0, -1, 0)
    return grid.astype(np.float32)


def grid_uvs(columns: int, rows: int) -> Float32:
    """Texture coordinates of the same corners, [rows + 1, columns + 1, 2], (0, 0) top left."""
    u, v = np.meshgrid(np.arange(columns + 1) / columns, np.arange(rows + 1) / rows)
    return np.stack([u, v], axis=-1).astype(np.float32)


def grid_distance(
    distance: NDArray, support: Bool | None, columns: int, rows: int, *, sky: float
) -> Float32:
    """Distance at the corners of a grid, [rows + 1, columns + 1], seam and poles joined.

    Interpolated in inverse distance, in which a plane is linear, between the four nearest pixel
    centres, counting only those with `support` where there are any. On an uncut sheet, where these
    lie on two surfaces, the nearer one counts: half a pixel of it goes on, and what stretches over
    the jump is coloured like the farther one (measured: 0.5 dB truer from 5 to 35 cm aside).

    Parameters
    ----------
    distance : [H, W], +inf for sky.
    support : bool [H, W], or `None` for everywhere.
    sky : the finite distance that stands for infinity.
    """
    height, width = distance.shape
    inverse = 1 / np.minimum(np.asarray(distance, np.float32), np.float32(sky))
    x = np.arange(columns) * (width / columns) - 0.5
    y = np.clip(np.arange(rows + 1) * (height / rows) - 0.5, 0, height - 1)
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    across, down = (x - left).astype(np.float32), (y - top).astype(np.float32)
    plain = np.empty((rows + 1, columns), np.float32)
    held, weight = np.zeros((2, columns), np.float32), np.zeros((2, columns), np.float32)
    everywhere = support is None
    there = np.ones((1, 1), np.bool_) if support is None else support
    _between(inverse, there, everywhere, left, top, across, down, plain, held, weight)
    for pole in (0, -1):
        seen = weight[pole].sum()
        plain[pole] = held[pole].sum() / seen if seen > 1e-6 else plain[pole].mean()
    return (1 / np.concatenate([plain, plain[:, :1]], axis=1)).astype(np.float32, copy=False)


@numba.njit(cache=True, nogil=True)
def _between(inverse, support, everywhere, left, top, across, down, plain, held, weight):
    """Inverse distance at grid corners; sums over the support on the two pole rows."""
    height, width = inverse.shape
    one = np.float32(1)
    for j in range(len(top)):
        for i in range(len(left)):
            total = kept = share = nearest = np.float32(0)
            for b in range(2):
                row = min(top[j] + b, height - 1)
                v = down[j] if b else one - down[j]
                for a in range(2):
                    column = (left[i] + a) % width
                    u = across[i] if a else one - across[i]
                    part = v * u * inverse[row, column]
                    total += part
                    if everywhere:
                        if v * u > 0:
                            nearest = max(nearest, inverse[row, column])
                    elif support[row, column]:
                        kept += part
                        share += v * u
            if everywhere:
                plain[j, i] = nearest if nearest > JUMP * total else total
            else:
                plain[j, i] = kept / share if share > 1e-6 else total
                if j == 0 or j == len(top) - 1:
                    held[1 if j else 0, i], weight[1 if j else 0, i] = kept, share


def displaced_sphere(panorama: RGBDPanorama, columns: int, rows: int) -> TexturedMesh:
    """One closed sheet around the origin, every grid vertex moved along its ray by distance.

    Parameters
    ----------
    panorama : its colour is the texture; sky is drawn at 20 × the farthest distance.
    columns, rows : cells of the grid, chosen apart from the picture's size; at least 3 and 2.

    Returns
    -------
    A mesh without boundary: columns meet at the seam in vertices of equal position and a second
    texture column, and every corner of a pole row has the pole's one position (each cell keeps its
    own texture coordinate there, without which the texture would swirl).

    Raises
    ------
    ValueError
        Fewer than 3 columns or 2 rows.
    """
    if columns < 3 or rows < 2:
        raise ValueError(f"columns and rows must be at least 3 and 2; got {columns} and {rows}")
    sky = 20 * float(panorama.distance[np.isfinite(panorama.distance)].max())
    distance = grid_distance(panorama.distance, None, columns, rows, sky=sky)
    vertices = grid_directions(columns, rows) * distance[..., None]
    uvs = grid_uvs(columns, rows)
    for pole in (0, -1):  # a cell's own pole corner looks up the middle of the cell
        uvs[pole, :, 0] += 0.5 / columns
    return TexturedMesh(
        vertices.reshape(-1, 3), grid_faces(columns, rows), uvs.reshape(-1, 2), panorama.rgb
    )


def grid_faces(columns: int, rows: int) -> Int32:
    """Two triangles a cell, one in the cells that touch a pole, anticlockwise from inside."""
    index = np.arange((rows + 1) * (columns + 1), dtype=np.int32).reshape(rows + 1, columns + 1)
    a, b = index[:-1, :-1], index[:-1, 1:]
    c, d = index[1:, :-1], index[1:, 1:]
    upper = np.stack([a, c, b], axis=-1)[1:]  # would be flat at the north pole
    lower = np.stack([b, c, d], axis=-1)[:-1]  # and this one at the south pole
    # The pole cells keep the triangle whose pole corner is the cell's own left one.
    north = np.stack([a[0], c[0], d[0]], axis=-1)
    south = np.stack([a[-1], c[-1], b[-1]], axis=-1)
    return np.concatenate(
        [north, upper[:-1].reshape(-1, 3), lower[1:].reshape(-1, 3), south]
    ).astype(np.int32)
