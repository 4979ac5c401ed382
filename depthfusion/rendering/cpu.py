"""The CPU renderer: every camera, no system library."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from depthfusion.geometry.cameras import Camera, OmnidirectionalStereo, Perspective, RayTables
from depthfusion.rendering import raster
from depthfusion.rendering.renderer import Frame, Renderer
from depthfusion.rendering.textures import rgba, soft_faces
from depthfusion.types import Pose, TexturedMesh
from depthfusion.types.arrays import Float64, Int32

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
        return self._draw(camera, pose, samples)

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown()

    def _draw(self, camera: Camera, pose: Pose, samples: int) -> Frame:
        store = self._store
        assert store is not None
        rays = camera.scaled(samples) if samples > 1 else camera
        tables = rays.ray_tables()
        points, boxes = self._place(store, rays, tables, pose)
        depth = max(1, BAND // samples) * samples  # rows of rays in a band, whole pixels
        bands = -(-rays.height // depth)
        start, listed = raster.bin_faces(boxes, depth, bands)
        rgb = np.empty((camera.height, camera.width, 3), np.uint8)
        distance = np.empty((camera.height, camera.width), np.float32)
        holes = np.empty((camera.height, camera.width), np.bool_)
        moving = bool(tables.columns[:, 2:].any())
        straight = isinstance(camera, Perspective)

        def draw_band(k: int) -> None:
            top, bottom = k * depth, min((k + 1) * depth, rays.height)
            size = (bottom - top, rays.width)
            seen = listed[start[k] : start[k + 1]]
            near, hit = np.full(size, np.inf), np.full(size, -1, np.int32)
            part = np.empty((*size, 2), np.float32)
            soft = (*size, raster.SOFT) if store.soft_face[seen].any() else (0, 0, 0)
            soft_t, soft_f = np.full(soft, np.inf), np.full(soft, -1, np.int32)
            raster.fill(
                top, bottom, seen, boxes, points, store.faces, store.uvs, store.soft_face,
                store.face_mesh, store.mesh_store, store.texels, tables.columns, tables.rows,
                moving, straight, near, hit, part, soft_t, soft_f,
            )  # fmt: skip
            colour = np.empty((*size, 3), np.float32)
            far, empty = np.empty(size, np.float32), np.empty(size, np.bool_)
            raster.shade(
                top, bottom, points, store.faces, store.uvs, store.face_mesh, store.mesh_store,
                store.texels, tables.columns, tables.rows, near, hit, part, soft_t, soft_f,
                colour, far, empty,
            )  # fmt: skip
            raster.settle(top // samples, samples, colour, far, empty, rgb, distance, holes)

        list(self._pool.map(draw_band, range(bands)))
        return Frame(rgb, distance, holes)

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
        none = np.zeros((0, 3)), np.zeros((0, 3), np.int32), np.zeros((0, 2))
        vertices, faces, uvs = ([array] for array in none)
        owner, soft = [np.zeros(0, np.int32)], [np.zeros(0, np.int8)]
        texels = [np.zeros((0, 4), np.uint8)]
        store = np.zeros((len(meshes), 3), np.int64)
        corner = texel = 0
        for number, mesh in enumerate(meshes):
            texture = rgba(mesh)
            height, width = texture.shape[:2]
            vertices.append(mesh.vertices.astype(np.float64))
            faces.append(mesh.faces + corner)
            uvs.append(mesh.uvs.astype(np.float64))
            owner.append(np.full(len(mesh.faces), number, np.int32))
            meaning = raster.MASK if mesh.alpha_mode == "mask" else raster.BLEND
            touches = soft_faces(mesh, texture[..., 3])
            soft.append(np.where(touches, meaning, raster.OPAQUE).astype(np.int8))
            texels.append(texture.reshape(-1, 4))
            store[number] = texel, height, width
            corner += len(mesh.vertices)
            texel += height * width
        self.vertices = np.concatenate(vertices)
        self.faces = np.concatenate(faces)
        self.uvs = np.concatenate(uvs)
        self.face_mesh = np.concatenate(owner)
        self.soft_face = np.concatenate(soft)
        self.texels = np.concatenate(texels)
        self.mesh_store = store
