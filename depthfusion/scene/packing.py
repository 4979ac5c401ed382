"""Solid parts of a layer apart from its soft rims, and textures that hold only what shows.

A layer that is blended as a whole is drawn wrongly by nearly every program: blended triangles write
no depth, and meshes round one middle can't be sorted by distance. So only the triangles that touch
its rim stay blended or masked; the rest is solid.
"""

from dataclasses import dataclass, replace

import numba
import numpy as np
from numpy.typing import NDArray

from depthfusion.types import TexturedMesh
from depthfusion.types.arrays import Bool, Int32, UInt8

GUTTER = 4  # texels round what a triangle shows; keeps two levels of smaller textures clean
CELLS = (64, 256)  # sides of the blocks that a texture may be cut into, texels
WORTH = 0.8  # share of the texture from which it is left as it is
_ALIGNED = 16  # texels; the packed texture is a multiple of it

Boxes = NDArray[np.int64]  # [N, 4]: left, top, right, bottom in texels, the last two exclusive


def split_rim(mesh: TexturedMesh) -> tuple[TexturedMesh, ...]:
    """Part a see-through mesh into what is solid, first, and its rim; no triangle is lost.

    Parameters
    ----------
    mesh : any; an opaque one comes back alone.

    Returns
    -------
    One or two meshes of the same name. The solid one has a texture of three channels; both show the
    same texels at the same places as before.
    """
    if mesh.alpha_mode == "opaque":
        solid = replace(mesh, texture=np.ascontiguousarray(mesh.texture[..., :3]))
        return (solid,)
    soft = _touching(mesh.texture[..., 3], _grown(_footprints(mesh), 1))
    rim = _part(mesh, soft)
    if soft.all():
        return (rim,)
    solid = _part(mesh, ~soft)
    colour = np.ascontiguousarray(mesh.texture[..., :3])
    solid = replace(solid, texture=colour, alpha_mode="opaque")
    return (solid, rim) if soft.any() else (solid,)


def pack_texture(mesh: TexturedMesh, *, power_of_two: bool = False) -> TexturedMesh:
    """Cut what a mesh shows of its texture into blocks and lay them side by side.

    Where little would be gained, it stays as it is.

    Parameters
    ----------
    mesh : any; the texture may be read over its left and right rims, where it wraps.
    power_of_two : give the packed texture sides that are powers of two.

    Returns
    -------
    A mesh of the same triangles, vertices doubled where blocks meet, whose texture shows the same
    texels, unscaled, with `GUTTER` of their own neighbours round each block.
    """
    footprints = _footprints(mesh)
    plan = min((_plan(mesh, footprints, cell) for cell in CELLS), key=lambda one: one.area)
    height, width = mesh.texture.shape[:2]
    if plan.area > WORTH * height * width:
        return mesh
    return _packed(mesh, footprints, plan, power_of_two)


@dataclass(frozen=True, eq=False)
class _Plan:
    """Blocks of a texture, and where each goes: `block` of each face, boxes, new corners."""

    block: Int32
    boxes: Boxes
    corner: NDArray[np.int64]
    size: tuple[int, int]

    @property
    def area(self) -> int:
        return self.size[0] * self.size[1]


def _texels(mesh: TexturedMesh) -> NDArray[np.float64]:
    """Where each vertex looks in the texture, in texels from its upper left corner, [V, 2]."""
    height, width = mesh.texture.shape[:2]
    return mesh.uvs.astype(np.float64) * (width, height)


def _footprints(mesh: TexturedMesh) -> Boxes:
    """The texels that each face may show, filtered between neighbours, [F, 4]."""
    at = _texels(mesh)[mesh.faces]
    # Pairwise: a reduction along an axis of three is many times as slow.
    a, b, c = at[:, 0], at[:, 1], at[:, 2]
    low = np.floor(np.minimum(np.minimum(a, b), c) - 0.5).astype(np.int64)
    high = np.ceil(np.maximum(np.maximum(a, b), c) + 0.5).astype(np.int64)
    return np.concatenate([low, high], axis=1)


def _grown(boxes: Boxes, by: int) -> Boxes:
    return boxes + np.array([-by, -by, by, by])


@numba.njit(cache=True, nogil=True)
def _touching(alpha, boxes):
    """Whether each box holds a texel that is not solid; columns wrap, rows end."""
    height, width = alpha.shape
    found = np.zeros(len(boxes), np.bool_)
    for n in range(len(boxes)):
        for j in range(max(boxes[n, 1], 0), min(boxes[n, 3], height)):
            for i in range(boxes[n, 0], boxes[n, 2]):
                if alpha[j, i % width] != 255:
                    found[n] = True
                    break
            if found[n]:
                break
    return found


def _part(mesh: TexturedMesh, faces: Bool) -> TexturedMesh:
    """The mesh of some of the faces, without the vertices that they don't use."""
    kept = mesh.faces[faces]
    used = np.zeros(len(mesh.vertices), np.bool_)
    used[kept] = True
    index = np.cumsum(used, dtype=np.int32) - 1
    return replace(mesh, vertices=mesh.vertices[used], faces=index[kept], uvs=mesh.uvs[used])


def _plan(mesh: TexturedMesh, footprints: Boxes, cell: int) -> _Plan:
    """Share faces out among blocks by their middles, and find each block's place."""
    middle = _texels(mesh)[mesh.faces].mean(axis=1) // cell
    columns = -(-mesh.texture.shape[1] // cell) + 1
    key = middle[:, 1].astype(np.int64) * columns + middle[:, 0].astype(np.int64)
    used = np.bincount(key) > 0
    block = (np.cumsum(used) - 1)[key]
    count = int(block.max()) + 1
    boxes = np.empty((count, 4), np.int64)
    boxes[:, :2], boxes[:, 2:] = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    for k in (0, 1):
        np.minimum.at(boxes[:, k], block, footprints[:, k])
        np.maximum.at(boxes[:, 2 + k], block, footprints[:, 2 + k])
    boxes = _grown(boxes, GUTTER)
    corner, size = _shelves(boxes[:, 2:] - boxes[:, :2])
    return _Plan(block.astype(np.int32), boxes, corner, size)


def _shelves(sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], tuple[int, int]]:
    """Stand boxes (width, height) on shelves, the tallest first; corners and (height, width)."""
    wanted = int(np.sqrt((sizes[:, 0] * sizes[:, 1]).sum() * 1.05))
    width = max(_multiple(wanted), _multiple(int(sizes[:, 0].max())))
    corner = np.empty_like(sizes)
    x = y = tall = 0
    for number in np.lexsort((np.arange(len(sizes)), -sizes[:, 0], -sizes[:, 1])):
        wide, high = sizes[number]
        if x + wide > width:
            x, y, tall = 0, y + tall, 0
        corner[number] = x, y
        x, tall = x + wide, max(tall, high)
    return corner, (_multiple(int(y + tall)), width)


def _multiple(length: int) -> int:
    return -(-length // _ALIGNED) * _ALIGNED


def _usual_colour(mesh: TexturedMesh) -> UInt8:
    """The mean of what the vertices show, clear where there is alpha."""
    height, width = mesh.texture.shape[:2]
    column, row = np.clip(_texels(mesh).astype(np.int64), 0, (width - 1, height - 1)).T
    colour = mesh.texture[row, column].mean(axis=0).astype(np.uint8)
    colour[3:] = 0
    return colour


@numba.njit(cache=True, nogil=True)
def _copy(texture, boxes, block, shift, target):
    """Copy the texels in each box to where its block went; columns wrap, rows are held."""
    height, width, channels = texture.shape
    for n in range(len(boxes)):
        across, down = shift[block[n], 0], shift[block[n], 1]
        for j in range(boxes[n, 1], boxes[n, 3]):
            row = min(max(j, 0), height - 1)
            column = boxes[n, 0] % width
            for i in range(boxes[n, 0], boxes[n, 2]):
                for k in range(channels):
                    target[j + down, i + across, k] = texture[row, column, k]
                column = column + 1 if column + 1 < width else 0


@numba.njit(cache=True, nogil=True)
def _by_block(faces, block, order, vertices):
    """Give every block vertices of its own: new faces, and each new vertex's old one and block."""
    new = np.empty_like(faces)
    last, number = np.full(vertices, -1, np.int32), np.empty(vertices, np.int32)
    vertex = np.empty(faces.size, np.int32)
    home = np.empty(faces.size, np.int32)
    count = 0
    for n in order:
        for k in range(3):
            v = faces[n, k]
            if last[v] != block[n]:
                last[v], number[v] = block[n], count
                vertex[count], home[count] = v, block[n]
                count += 1
            new[n, k] = number[v]
    return new, vertex[:count], home[:count]


def _packed(mesh: TexturedMesh, footprints: Boxes, plan: _Plan, power_of_two: bool) -> TexturedMesh:
    tall, wide = plan.size
    if power_of_two:
        tall, wide = (1 << (side - 1).bit_length() for side in plan.size)
    shift = plan.corner - plan.boxes[:, :2]
    # Between the blocks lies one colour, which costs nothing to store.
    packed = np.empty((tall, wide, mesh.texture.shape[2]), np.uint8)
    packed[:] = _usual_colour(mesh)
    _copy(mesh.texture, _grown(footprints, GUTTER), plan.block, shift, packed)
    order = np.argsort(plan.block, kind="stable")
    faces, vertex, block = _by_block(mesh.faces, plan.block, order, len(mesh.vertices))
    at = _texels(mesh)[vertex] + shift[block]
    return replace(
        mesh,
        vertices=mesh.vertices[vertex],
        faces=faces,
        uvs=(at / (wide, tall)).astype(np.float32),
        texture=packed,
    )
