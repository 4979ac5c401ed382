"""Pictures of a scene that are never left with a hole."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import numpy as np
from scipy import ndimage

from depthfusion.geometry.cameras import Camera, TabledCamera
from depthfusion.geometry.cubemap import CubeMap
from depthfusion.geometry.equirectangular import pixel_from_direction, sample
from depthfusion.rendering.choice import Choice, choose_renderer, make_renderer
from depthfusion.rendering.renderer import Renderer
from depthfusion.studio.options import RenderOptions
from depthfusion.types import Pose, RGBDPanorama, Scene, TexturedMesh
from depthfusion.types.arrays import Bool, Float32, UInt8
from depthfusion.version import __version__

# Pixels this coarse, measured in the panorama's, get one more sample a side. Against the truth of
# a 2048 wide room the second is worth 1.3 dB in panoramas 1024 wide, 0.3 dB in 2048 wide and 0.2 dB
# in perspective views of 90° 512 wide; the third another 0.2 dB in the first, nothing elsewhere.
COARSE_STILL = (0.6, 1.5)
COARSE_FILM = (1.5,)


@dataclass(frozen=True, eq=False)
class Picture:
    """What was drawn.

    Parameters
    ----------
    rgb : uint8 [H, W, 3], sRGB, nothing missing.
    filled : pixels where the scene had nothing to show and the nearest colour stands.
    renderer : who drew it.
    """

    rgb: UInt8
    filled: int
    renderer: str


class Artist:
    """Draws one scene, each camera by the renderer that suits it. Closed at the end.

    Parameters
    ----------
    meshes : what is drawn.
    scene : whose meshes they are; its panorama shows what lies in a direction where a picture has
        nothing else at all.
    options : how.
    coarse : in pixels of the panorama, from which size on a pixel gets one more sample a side
        where options say nothing.
    """

    def __init__(
        self,
        meshes: Sequence[TexturedMesh],
        scene: Scene,
        options: RenderOptions | None = None,
        coarse: tuple[float, ...] = COARSE_STILL,
    ) -> None:
        """Keep the scene; renderers start with their first camera."""
        self._meshes = meshes
        self._panorama = scene.panorama
        self._options = options or RenderOptions()
        self._coarse = coarse
        self._renderers: dict[str, Renderer] = {}

    def draw(self, camera: Camera, pose: Pose) -> Picture:
        """Draw what `camera` sees from `pose`; holes take the nearest colour of the picture.

        Raises
        ------
        InputError
            The renderer that was asked for can't draw here, or not this camera.
        """
        renderer = self._renderer(camera)
        frame = renderer.render(camera, pose, self._samples(camera))
        missing = int(frame.holes.sum())
        if missing == 0:
            return Picture(frame.rgb, 0, renderer.name)
        if missing == frame.holes.size:
            return Picture(self._backdrop(camera, pose), missing, renderer.name)
        around = camera.periodic
        return Picture(filled_from_nearest(frame.rgb, frame.holes, around), missing, renderer.name)

    def distances(self, camera: Camera, pose: Pose) -> Float32:
        """How far what `camera` sees from `pose` is, [H, W] along its rays; +inf for nothing."""
        frame = self._renderer(camera).render(camera, pose)
        return np.where(frame.holes, np.float32(np.inf), frame.distance)

    @property
    def panorama(self) -> RGBDPanorama:
        """What the scene shows from its centre."""
        return self._panorama

    def digest(self, *more: object) -> str:
        """A word that stands for all that is drawn and how, and for whatever else is given."""
        summed = hashlib.blake2b(digest_size=16)
        for mesh in self._meshes:
            for array in (mesh.vertices, mesh.faces, mesh.uvs, mesh.texture):
                summed.update(np.ascontiguousarray(array).data)
        for said in (__version__, self._options, self._coarse, *more):
            matrix = said.world_from_camera.tobytes() if isinstance(said, Pose) else b""
            summed.update(matrix or repr(said).encode())
        return summed.hexdigest()

    def choice(self, camera: Camera) -> Choice:
        """Say who draws this camera, and why."""
        return choose_renderer(self._options.renderer, camera)

    def _samples(self, camera: Camera) -> int:
        if self._options.samples is not None:
            return self._options.samples
        texel = 2 * np.pi / self._panorama.width
        angle = pixel_angle(camera)
        return 1 + sum(angle >= coarse * texel for coarse in self._coarse)

    def close(self) -> None:
        """Give back what the renderers hold."""
        for renderer in self._renderers.values():
            renderer.close()
        self._renderers.clear()

    def __enter__(self) -> "Artist":
        """Close at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def _renderer(self, camera: Camera) -> Renderer:
        """Take the renderer for a camera; it starts, and takes the scene, when first called for."""
        name = self.choice(camera).name
        if name not in self._renderers:
            renderer = make_renderer(name, camera)
            self._renderers[name] = renderer
            renderer.load(self._meshes)
        return self._renderers[name]

    def _backdrop(self, camera: Camera, pose: Pose) -> UInt8:
        """The panorama's colours in the directions of the rays, as if all were far away."""
        rays = np.nan_to_num(camera.rays()[1]) @ pose.rotation.T
        height, width = self._panorama.distance.shape
        pixels = pixel_from_direction(rays, height, width)
        seen = sample(self._panorama.rgb, pixels[..., 0], pixels[..., 1])
        return np.clip(np.rint(seen), 0, 255).astype(np.uint8)


def pixel_angle(camera: Camera) -> float:
    """Angle between two neighbours in the middle of a picture, radians."""
    if isinstance(camera, CubeMap):
        camera = next(camera.faces()).camera
    middle = max(camera.width // 2, 1)
    if isinstance(camera, TabledCamera):
        columns = camera.ray_tables().columns[middle - 1 : middle + 1, :2]
    else:
        return float(np.pi / camera.width)
    if len(columns) < 2:
        return float(np.pi)
    units = columns / np.linalg.norm(columns, axis=1, keepdims=True)
    return float(2 * np.arcsin(np.linalg.norm(units[1] - units[0]) / 2))


def filled_from_nearest(rgb: UInt8, holes: Bool, periodic: bool = False) -> UInt8:
    """Give every hole the colour of the nearest pixel that is none.

    Parameters
    ----------
    rgb : uint8 [H, W, 3].
    holes : bool [H, W], not everywhere.
    periodic : the last column lies beside the first.
    """
    width = holes.shape[1]
    margin = width // 2 if periodic else 0
    wide = np.pad(holes, ((0, 0), (margin, margin)), mode="wrap")
    _, (rows, columns) = ndimage.distance_transform_edt(wide, return_indices=True)
    inner = slice(margin, margin + width)
    return rgb[rows[:, inner], (columns[:, inner] - margin) % width]
