"""Layers to textured triangles, adaptively, seam and poles closed."""

from collections.abc import Iterator

import cv2
import numpy as np

from depthfusion.scene.adaptive import (
    count_triangles,
    grid_errors,
    support_table,
    triangles,
)
from depthfusion.scene.detail import MeshOptions
from depthfusion.scene.slices import each
from depthfusion.scene.sphere import grid_directions, grid_distance
from depthfusion.types import AlphaMode, Layer, LayeredScene, TexturedMesh
from depthfusion.types.arrays import Bool, Float32, Int32, UInt8

__all__ = ["MeshOptions", "is_sheet", "mesh_scene", "sky_distance"]

MARGIN = 1  # pixels round what is seen that are meshed as finely
HIDDEN = 1 / 16  # what an error counts where only a guess shows, and only from aside
COARSEST = 1e6  # texels of error, more than a whole turn


def sky_distance(layered: LayeredScene) -> float:
    """The finite distance at which sky is drawn: its parallax within the head box is no pixel."""
    finite = [
        float(layer.distance[np.isfinite(layer.distance)].max(initial=0))
        for layer in layered.layers
    ]
    return max(20 * max(finite), 2000 * layered.head_box, 1.0)


def mesh_scene(
    layered: LayeredScene, options: MeshOptions | None = None
) -> tuple[TexturedMesh, ...]:
    """One mesh a layer, near to far, sky last; a layer that shows nothing has none."""
    options = options or MeshOptions()
    reach = max(layered.head_box, 0.1) if options.reach is None else options.reach
    sky = sky_distance(layered)
    rows = _grid_rows(layered)
    directions = grid_directions(2 * rows, rows)
    sheets = each(
        lambda given: _Sheet(*given, directions, sky, reach),
        zip(layered.layers, _hidden(layered), strict=True),
    )
    error = options.error
    if options.triangles is not None:
        _spare_rims(sheets, options.triangles)
        error = max(error, _error_for(sheets, options.triangles))
    names = ["sky" if sheet.sky else f"layer-{k:02d}" for k, sheet in enumerate(sheets)]
    meshes = each(lambda given: given[0].mesh(error, given[1]), zip(sheets, names, strict=True))
    return tuple(mesh for mesh in meshes if len(mesh.faces))


def _grid_rows(layered: LayeredScene) -> int:
    """Rows of the vertex grid: a power of two, at least as many as the layers' own.

    Twice that for a single sheet, which stretches over every jump: a vertex on each pixel's centre
    keeps the ramp as narrow as it can be, from one centre to the next.
    """
    rows = 1 << (len(layered.layers[0].distance) - 1).bit_length()
    return max(32, 2 * rows if is_sheet(layered) else rows)


def is_sheet(layered: LayeredScene) -> bool:
    """Whether everything solid is one uncut layer, which stretches over every jump."""
    solid = [layer for layer in layered.layers if np.isfinite(layer.distance).any()]
    return len(solid) == 1 and bool((solid[0].rgba[..., 3] == 255).all())


class _Sheet:
    """A layer on its vertex grid, with the errors from which any triangulation follows."""

    def __init__(
        self, layer: Layer, hidden: Bool, directions: Float32, sky: float, reach: float
    ) -> None:
        self.layer = layer
        self.reach = reach
        self.directions = directions
        self.rows, self.columns = directions.shape[0] - 1, directions.shape[1] - 1
        alpha = layer.rgba[..., 3]
        self.alpha_mode = _alpha_mode(alpha)
        self.opaque = self.alpha_mode == "opaque"
        self.sky = bool(np.isinf(layer.distance).all())
        support = None if self.opaque else alpha > 0
        self.table = support_table(support, self.columns, self.rows)
        self.distance = grid_distance(
            layer.distance,
            None if self.opaque else alpha > 0,
            self.columns,
            self.rows,
            sky=sky,
        )
        self.weight = _weight(hidden, self.columns, self.rows)
        self.finest = 2
        self.measure()

    def measure(self) -> None:
        """Find the error of leaving out each vertex, rims halved down to `finest` cells."""
        self.error: Float32 = grid_errors(
            self.directions,
            self.distance,
            self.table,
            texel=2 * np.pi / self.layer.distance.shape[1],
            reach=self.reach,
            finest=self.finest,
            weight=self.weight,
        )

    def mesh(self, error: float, name: str) -> TexturedMesh:
        """Triangulate within `error` texels."""
        corners = triangles(self.error, error, self.table)
        vertices, faces, uvs = _weld(corners, self.directions, self.distance)
        rgba = self.layer.rgba
        return TexturedMesh(
            vertices,
            faces,
            uvs,
            np.ascontiguousarray(rgba[..., :3]) if self.opaque else rgba,
            self.alpha_mode,
            name,
        )


def _hidden(layered: LayeredScene) -> Iterator[Bool]:
    """For each layer, what of it lies behind something solid where the centre looks, [H, W]."""
    solid = np.zeros(layered.layers[0].distance.shape, np.bool_)
    for layer in layered.layers:
        yield solid
        solid = solid | (layer.rgba[..., 3] == 255)


def _weight(hidden: Bool, columns: int, rows: int) -> Float32 | None:
    """How much an error at each vertex of a grid counts, [rows + 1, columns]."""
    wide = np.pad(hidden.astype(np.uint8), ((0, 0), (MARGIN, MARGIN)), "wrap")
    square = np.ones((2 * MARGIN + 1, 2 * MARGIN + 1), np.uint8)
    inner = cv2.erode(wide, square)[:, MARGIN:-MARGIN].astype(np.bool_)
    if not inner.any():
        return None
    height, width = hidden.shape
    row = np.minimum(np.arange(rows + 1) * height // rows, height - 1)
    column = np.arange(columns) * width // columns
    return np.where(inner[row][:, column], HIDDEN, 1).astype(np.float32)


def _alpha_mode(alpha: UInt8) -> AlphaMode:
    """What a layer's alpha asks of whoever draws it; mixing only where something is half there."""
    if (alpha == 255).all():
        return "opaque"
    return "mask" if ((alpha == 0) | (alpha == 255)).all() else "blend"


def _weld(corners: Int32, directions: Float32, distance: Float32) -> tuple[Float32, Int32, Float32]:
    """Vertices, faces and texture coordinates of triangles given by grid corners [N, 3, 2].

    Corners on a pole all get the pole's position but each its own texture coordinate, in the
    middle of its triangle's other two.
    """
    rows, columns = distance.shape[0] - 1, distance.shape[1] - 1
    j, i = corners[..., 0].astype(np.int64), corners[..., 1].astype(np.int64)
    doubled = 2 * i  # in half columns, so that the middle between two columns is a whole number
    for pole in (0, rows):
        face, corner = np.nonzero(j == pole)
        doubled[face, corner] = (i[face].sum(axis=1) - i[face, corner]).astype(np.int64)
    key = j * (2 * columns + 1) + doubled
    unique, faces = np.unique(key, return_inverse=True)
    row, half = np.divmod(unique, 2 * columns + 1)
    column = np.where((row == 0) | (row == rows), 0, half // 2)
    vertices = directions[row, column] * distance[row, column][:, None]
    uvs = np.stack([half / (2 * columns), row / rows], axis=-1).astype(np.float32)
    return vertices, faces.reshape(-1, 3).astype(np.int32), uvs


def _spare_rims(sheets: list[_Sheet], budget: int) -> None:
    """Let the mesh reach further beyond the rims until they alone keep within `budget`."""
    while _count(sheets, COARSEST) > budget and sheets[0].finest < sheets[0].rows // 8:
        for sheet in sheets:
            sheet.finest *= 2
            sheet.measure()


def _error_for(sheets: list[_Sheet], budget: int) -> float:
    """The smallest error, in texels, that keeps the whole scene within `budget` triangles."""
    low, high = 0.0, 1.0
    while high < COARSEST and _count(sheets, high) > budget:
        low, high = high, high * 4
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if _count(sheets, middle) > budget else (low, middle)
    return high


def _count(sheets: list[_Sheet], error: float) -> int:
    return sum(each(lambda sheet: count_triangles(sheet.error, error, sheet.table), sheets))
