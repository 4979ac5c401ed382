"""The CPU renderer: every camera, no system library."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from depthfusion.geometry.cameras import Camera, OmnidirectionalStereo, Perspective, RayTables
from depthfusion.rendering import raster
from depthfusion.rendering.renderer import Frame, Renderer
from depthfusion.types import Pose, TexturedMesh
from depthfusion.types.arrays import Bool, Float32, Float64, Int32, UInt8

BAND = 32  # rows that one task fills and colours while they are in the cache


class CpuRenderer(Renderer):
    """Rasterises in bands of rows on all cores."""

    name = "cpu"

    def __init__(self) -> None:
        """Start the threads."""
        self._workers = os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._workers, "depthfusion-cpu")
        self._store: _Store | None = None

    def draws(self, camera: Camera) -> bool:
        """Every camera that has ray tables."""
        return True

    def load(self, meshes: Sequence[TexturedMesh]) -> None:
        """Join the meshes into one set of arrays."""
        self._store = _Store(meshes)

    def render(self, camera: Camera, pose: Pose, samples: int = 1) -> Frame:
        """Draw with `samples`² rays a pixel, averaged; distance is that of the middle ray."""
        if self._store is None:
            raise RuntimeError("load() a scene before render()")
        if samples < 1:
            raise ValueError(f"samples must be 1 or more; got {samples}")
        frame = self._draw(camera.scaled(samples) if samples > 1 else camera, pose)
        rgb, distance, holes = frame
        if samples > 1:
            shape = (camera.height, samples, camera.width, samples)
            rgb = rgb.reshape(*shape, 3).mean(axis=(1, 3))
            middle = samples // 2
            distance = np.ascontiguousarray(distance.reshape(shape)[:, middle, :, middle])
            holes = np.asarray(holes.reshape(shape).any(axis=(1, 3)))
        return Frame(np.clip(np.rint(rgb), 0, 255).astype(np.uint8), distance, holes)

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown()

    def _draw(self, camera: Camera, pose: Pose) -> tuple[Float32, Float32, Bool]:
        store = self._store
        assert store is not None
        tables = camera.ray_tables()
        points, boxes = self._place(store, camera, tables, pose)
        height, width = camera.height, camera.width
        bands = -(-height // BAND)
        start, listed = raster.bin_faces(boxes, BAND, bands)
        rgb = np.zeros((height, width, 3), np.float32)
        distance = np.full((height, width), np.inf, np.float32)
        holes = np.ones((height, width), np.bool_)
        moving = bool(tables.columns[:, 2:].any())

        def draw_band(k: int) -> None:
            top, bottom = k * BAND, min((k + 1) * BAND, height)
            size = (bottom - top, width)
            near, hit = np.full(size, np.inf), np.full(size, -1, np.int32)
            soft_t = np.full((*size, raster.SOFT), np.inf)
            soft_f = np.full((*size, raster.SOFT), -1, np.int32)
            raster.fill(
                top, bottom, listed[start[k] : start[k + 1]], boxes, points, store.faces,
                store.uvs, store.soft_face, store.face_mesh, store.mesh_store, store.texels,
                tables.columns, tables.rows, moving, near, hit, soft_t, soft_f,
            )  # fmt: skip
            raster.shade(
                top, bottom, points, store.faces, store.uvs, store.face_mesh, store.mesh_store,
                store.texels, tables.columns, tables.rows, near, hit, soft_t, soft_f, rgb,
                distance, holes,
            )  # fmt: skip

        list(self._pool.map(draw_band, range(bands)))
        return rgb, distance, holes

    def _place(
        self, store: "_Store", camera: Camera, tables: RayTables, pose: Pose
    ) -> tuple[Float64, Int32]:
        """Vertices in camera axes, and each triangle's bounds in the picture."""
        points = np.empty((len(store.vertices), 3))
        boxes = np.empty((len(store.faces), 4), np.int32)
        rotation, origin = np.ascontiguousarray(pose.rotation), pose.position.copy()
        size = camera.width, camera.height
        if isinstance(camera, Perspective):
            pixels = np.empty((len(points), 2))
            lens = np.array([camera.fl_x, camera.fl_y, camera.cx, camera.cy])

            def place(first: int, last: int) -> None:
                raster.transform(first, last, store.vertices, rotation, origin, points)
                raster.project_perspective(first, last, points, *lens, pixels)

            def bound(first: int, last: int) -> None:
                raster.bound_perspective(
                    first, last, points, pixels, store.faces, lens, *size, boxes
                )
        else:
            turn_columns = np.empty(len(points))
            turn = camera.width if tables.periodic else 2 * camera.width
            circle = eye_x = 0.0
            if isinstance(camera, OmnidirectionalStereo):
                circle = camera.ipd / 2 * (-1 if camera.eye == "left" else 1)
            else:
                eye_x = float(tables.columns[0, 2])
            share = np.ascontiguousarray(tables.rows[:, 2])

            def place(first: int, last: int) -> None:
                raster.transform(first, last, store.vertices, rotation, origin, points)
                raster.project_sphere(first, last, points, eye_x, turn, turn_columns)

            def bound(first: int, last: int) -> None:
                raster.bound_sphere(
                    first, last, points, turn_columns, store.faces, eye_x, circle, share, turn,
                    *size, boxes,
                )  # fmt: skip

        self._split(place, len(points))
        self._split(bound, len(boxes))
        return points, boxes

    def _split(self, work: Callable[[int, int], None], count: int) -> None:
        """Run `work(first, last)` over 0…count in as many parts as there are workers."""
        edges = np.linspace(0, count, self._workers + 1).astype(int)
        list(self._pool.map(work, edges[:-1], edges[1:]))


class _Store:
    """All meshes of a scene as one: what the kernels read."""

    def __init__(self, meshes: Sequence[TexturedMesh]) -> None:
        vertices, faces, uvs = [np.zeros((0, 3))], [np.zeros((0, 3), np.int32)], [np.zeros((0, 2))]
        owner, soft = [np.zeros(0, np.int32)], [np.zeros(0, np.int8)]
        texels = [np.zeros((0, 4), np.uint8)]
        store = np.zeros((len(meshes), 3), np.int64)
        corner = texel = 0
        for number, mesh in enumerate(meshes):
            height, width, channels = mesh.texture.shape
            rgba = np.full((height * width, 4), 255, np.uint8)
            rgba[:, :channels] = mesh.texture.reshape(-1, channels)
            if mesh.alpha_mode == "opaque":
                rgba[:, 3] = 255
            vertices.append(mesh.vertices)
            faces.append(mesh.faces + corner)
            uvs.append(mesh.uvs)
            owner.append(np.full(len(mesh.faces), number, np.int32))
            touches = _touches_soft(mesh, rgba[:, 3].reshape(height, width))
            meaning = raster.MASK if mesh.alpha_mode == "mask" else raster.BLEND
            soft.append(np.where(touches, meaning, raster.OPAQUE).astype(np.int8))
            texels.append(rgba)
            store[number] = texel, height, width
            corner += len(mesh.vertices)
            texel += height * width
        self.vertices = np.concatenate(vertices).astype(np.float64)
        self.faces = np.concatenate(faces)
        self.uvs = np.concatenate(uvs).astype(np.float64)
        self.face_mesh = np.concatenate(owner)
        self.soft_face = np.concatenate(soft)
        self.texels = np.concatenate(texels)
        self.mesh_store = store


def _touches_soft(mesh: TexturedMesh, alpha: UInt8) -> Bool:
    """Which triangles lie over texels that are not fully opaque."""
    if (alpha == 255).all():
        return np.zeros(len(mesh.faces), np.bool_)
    height, width = alpha.shape
    table = np.zeros((height + 1, width + 1), np.int32)
    table[1:, 1:] = (alpha < 255).cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32)
    corners = mesh.uvs[mesh.faces]  # [F, 3, 2]
    low, high = corners.min(axis=1), corners.max(axis=1)
    x0 = np.clip(np.floor(low[:, 0] * width - 1).astype(int), 0, width)
    x1 = np.clip(np.ceil(high[:, 0] * width + 1).astype(int), 0, width)
    y0 = np.clip(np.floor(low[:, 1] * height - 1).astype(int), 0, height - 1)
    y1 = np.clip(np.ceil(high[:, 1] * height + 1).astype(int), 1, height)
    count = table[y1, x1] - table[y0, x1] - table[y1, x0] + table[y0, x0]
    edge = (low[:, 0] * width < 1) | (high[:, 0] * width > width - 1)  # filtering wraps there
    return (count > 0) | edge
