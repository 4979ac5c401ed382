"""The CPU renderer: every camera, no system library."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from depthfusion.geometry.cameras import Camera, Perspective, TabledCamera, VR180Fisheye
from depthfusion.geometry.cubemap import CubeMap
from depthfusion.rendering import bounds, raster, shading
from depthfusion.rendering.cubes import draw_cube
from depthfusion.rendering.placing import placing
from depthfusion.rendering.renderer import Frame, Renderer
from depthfusion.rendering.textures import rgba, soft_faces
from depthfusion.types import Pose, TexturedMesh
from depthfusion.types.arrays import Bool, Float32, Float64, Int32

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
        """Every camera."""
        return isinstance(camera, TabledCamera | VR180Fisheye | CubeMap)

    def load(self, meshes: Sequence[TexturedMesh]) -> None:
        """Join the meshes into one set of arrays."""
        self._store = _Store(meshes)

    def render(self, camera: Camera, pose: Pose, samples: int = 1) -> Frame:
        """Draw with `samples`² rays a pixel, averaged; distance is that of the middle ray."""
        if self._store is None:
            raise RuntimeError("load() a scene before render()")
        if samples < 1:
            raise ValueError(f"samples must be 1 or more; got {samples}")
        if isinstance(camera, CubeMap):
            return draw_cube(self, camera, pose, samples)
        return self._draw(camera, pose, samples)

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown()

    def _draw(self, camera: Camera, pose: Pose, samples: int) -> Frame:
        store = self._store
        assert store is not None
        rays = _Rays(camera.scaled(samples) if samples > 1 else camera, pose)
        place = placing(rays.camera, store.vertices, store.faces, rays.rotation, rays.origin)
        self._split(place.project, len(place.points))
        self._split(place.bound, len(place.boxes))
        depth = max(1, BAND // samples) * samples  # rows of rays in a band, whole pixels
        bands = -(-rays.camera.height // depth)
        start, listed = bounds.bin_faces(place.boxes, depth, bands)
        rgb = np.empty((camera.height, camera.width, 3), np.uint8)
        distance = np.empty((camera.height, camera.width), np.float32)
        holes = np.empty((camera.height, camera.width), np.bool_)

        def draw_band(k: int) -> None:
            top, bottom = k * depth, min((k + 1) * depth, rays.camera.height)
            seen = listed[start[k] : start[k + 1]]
            band = _band(store, rays, place.points, place.boxes, seen, top, bottom)
            shading.settle(top // samples, samples, *band, rgb, distance, holes)

        list(self._pool.map(draw_band, range(bands)))
        return Frame(rgb, distance, holes)

    def _split(self, work: Callable[[int, int], None], count: int) -> None:
        """Run `work(first, last)` over 0…count in as many parts as there are workers."""
        edges = np.linspace(0, count, self._workers + 1).astype(int)
        list(self._pool.map(work, edges[:-1], edges[1:]))


class _Rays:
    """A camera's rays as the kernels take them, around its centre where it has one."""

    def __init__(self, camera: Camera, pose: Pose) -> None:
        self.camera = camera
        self.rotation = np.ascontiguousarray(pose.rotation)
        self.turning = camera.centre is None
        self.straight = isinstance(camera, Perspective)
        self.origin = pose.position.copy()
        if camera.centre is not None:
            self.origin += self.rotation @ camera.centre
        if isinstance(camera, TabledCamera):
            tables = camera.ray_tables()
            self.columns, self.rows = tables.columns, tables.rows
            if not self.turning:
                self.columns[:, 2:] = 0
        else:
            self.columns = np.zeros((camera.width, 4))  # all from the origin
            self.rows = np.zeros((camera.height, 3))

    def grid(self, top: int, bottom: int) -> Float64 | None:
        """Directions of some rows one by one, where the tables don't say them."""
        if isinstance(self.camera, VR180Fisheye):
            return self.camera.directions(top, bottom)
        return None


def _band(
    store: "_Store",
    rays: _Rays,
    points: Float64,
    boxes: Int32,
    seen: Int32,
    top: int,
    bottom: int,
) -> tuple[Float32, Float32, Bool]:
    """Colour, distance and holes of the rays of rows top…bottom."""
    size = (bottom - top, rays.camera.width)
    near, hit = np.full(size, np.inf), np.full(size, -1, np.int32)
    part = np.empty((*size, 2), np.float32)
    soft = (*size, raster.SOFT) if store.soft_face[seen].any() else (0, 0, 0)
    soft_t, soft_f = np.full(soft, np.inf), np.full(soft, -1, np.int32)
    scene = (
        points, store.faces, store.uvs, store.soft_face, store.face_mesh, store.mesh_store,
        store.texels,
    )  # fmt: skip
    tables, grid = (rays.columns, rays.rows), rays.grid(top, bottom)
    hits = near, hit, part, soft_t, soft_f
    if rays.turning:
        raster.fill_turning(top, bottom, seen, boxes, *scene, *tables, *hits)
    else:
        raster.fill(top, bottom, seen, boxes, *scene, *tables, grid, rays.straight, *hits)
    colour = np.empty((*size, 3), np.float32)
    far, empty = np.empty(size, np.float32), np.empty(size, np.bool_)
    shading.shade(
        top, bottom, points, store.faces, store.uvs, store.face_mesh, store.mesh_store,
        store.texels, *tables, grid, *hits, colour, far, empty,
    )  # fmt: skip
    return colour, far, empty


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
        self.vertices: Float64 = np.concatenate(vertices)
        self.faces: Int32 = np.concatenate(faces)
        self.uvs = np.concatenate(uvs)
        self.face_mesh = np.concatenate(owner)
        self.soft_face = np.concatenate(soft)
        self.texels = np.concatenate(texels)
        self.mesh_store = store
