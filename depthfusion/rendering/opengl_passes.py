"""OpenGL itself: a context without a window, a scene's buffers, and the passes that draw it.

pyrender owns the context, the buffers, the textures and the programs; the passes are ours, because
its own mix layers by the order of their centres, sample linearly and read back in between.
Everything here runs in the worker thread of `depthfusion.rendering.opengl` and nowhere else.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pyrender
from numpy.typing import NDArray
from OpenGL import GL
from pyrender.platforms.egl import EGLPlatform, get_device_by_index, query_devices
from pyrender.shader_program import ShaderProgram, ShaderProgramCache

from depthfusion.geometry.cameras import Perspective
from depthfusion.rendering.renderer import Frame
from depthfusion.rendering.textures import rgba, soft_faces
from depthfusion.types import Pose, TexturedMesh
from depthfusion.types.arrays import Bool, Float32, Float64, UInt8

SHADERS = Path(__file__).with_name("shaders")
TILE = 4096  # largest side drawn at once, supersampling included
OPAQUE, CUT, SOFT = 0, 1, 2  # PART in layer.frag


def open_context() -> tuple[EGLPlatform, dict[str, str]]:
    """A current context on the first device that is hardware, else on the first that works.

    Returns
    -------
    pyrender's platform, never to be deleted (it would end the display that all contexts of this
    process share), and what the driver says of itself: vendor, renderer, version.
    """
    chosen = os.environ.get("EGL_DEVICE_ID")
    devices = query_devices() if chosen is None else [get_device_by_index(int(chosen))]
    first: EGLPlatform | None = None
    failure: Exception = RuntimeError("EGL knows no device")
    for device in devices:
        platform = EGLPlatform(1, 1, device=device)
        try:
            platform.init_context()
        except Exception as error:  # noqa: BLE001 - another device may do; the last one's is told
            failure = error
            continue
        if not is_software(_driver()["renderer"]):
            return platform, _driver()
        first = first or platform
    if first is None:
        raise failure
    first.make_current()
    return first, _driver()


def is_software(renderer: str) -> bool:
    """Whether the driver's name of itself is one of those that draw on the CPU."""
    return any(name in renderer.lower() for name in ("llvmpipe", "softpipe", "swrast", "software"))


def _driver() -> dict[str, str]:
    names = {"vendor": GL.GL_VENDOR, "renderer": GL.GL_RENDERER, "version": GL.GL_VERSION}
    return {name: GL.glGetString(number).decode() for name, number in names.items()}


class Painter(pyrender.Renderer):
    """One loaded scene on the GPU, drawn as often as wanted."""

    def __init__(self) -> None:
        """Compile nothing and hold nothing yet."""
        super().__init__(1, 1)
        self._program_cache = ShaderProgramCache(str(SHADERS))
        self._sheets: list[_Sheet] = []
        self._closest = 1.0
        self._canvas: _Canvas | None = None
        self._empty = 0  # the vertex array of the triangle that needs no vertices

    def load(self, meshes: Sequence[TexturedMesh]) -> None:
        """Upload a scene in place of the one before."""
        limit = int(GL.glGetIntegerv(GL.GL_MAX_TEXTURE_SIZE))
        self._sheets = [_Sheet(mesh, limit) for mesh in meshes]
        scene = pyrender.Scene()
        for sheet in self._sheets:
            scene.add(sheet.mesh)
        GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 1)
        self._update_context(scene, pyrender.RenderFlags.FLAT)
        for sheet in self._sheets:
            sheet.texture.source = None  # the GPU has it
        radii = [np.linalg.norm(mesh.vertices, axis=1).min(initial=np.inf) for mesh in meshes]
        self._closest = float(min(radii, default=1.0))

    def draw(self, camera: Perspective, pose: Pose, samples: int) -> Frame:
        """Draw with `samples`² rays a pixel, in tiles where the picture is large."""
        rgb = np.empty((camera.height, camera.width, 3), np.uint8)
        distance = np.empty((camera.height, camera.width), np.float32)
        holes = np.empty((camera.height, camera.width), np.bool_)
        step = max(1, TILE // samples)
        for top in range(0, camera.height, step):
            for left in range(0, camera.width, step):
                tile = Perspective(
                    min(step, camera.width - left),
                    min(step, camera.height - top),
                    camera.fl_x,
                    camera.fl_y,
                    camera.cx - left,
                    camera.cy - top,
                )
                at = np.s_[top : top + tile.height, left : left + tile.width]
                rgb[at], distance[at], holes[at] = self._draw_tile(tile, pose, samples)
        return Frame(rgb, distance, holes)

    def delete(self) -> None:
        """Free this scene's buffers and programs; the context stays for others."""
        super().delete()
        self._sheets = []
        if self._canvas is not None:
            self._canvas.delete()
            self._canvas = None
        if self._empty:
            GL.glDeleteVertexArrays(1, [self._empty])
            self._empty = 0

    def __del__(self) -> None:
        """Leave OpenGL alone: whoever drops a painter may be in another thread."""

    def _draw_tile(
        self, tile: Perspective, pose: Pose, samples: int
    ) -> tuple[UInt8, Float32, Bool]:
        size = (tile.width, tile.height, samples)
        if self._canvas is None or self._canvas.size != size:
            if self._canvas is not None:
                self._canvas.delete()
            self._canvas = _Canvas(*size)
        eye = float(np.linalg.norm(pose.position))
        near = max(0.5 * (self._closest - eye), 1e-3 * self._closest)
        self._canvas.begin()
        self._draw_layers(_clip_from_camera(tile, near), np.linalg.inv(pose.world_from_camera))
        self._resolve(self._canvas)
        return self._canvas.read()

    def _draw_layers(self, clip_from_camera: NDArray, camera_from_world: NDArray) -> None:
        GL.glDisable(GL.GL_CULL_FACE)
        GL.glEnable(GL.GL_DEPTH_TEST)
        GL.glDepthFunc(GL.GL_LESS)
        GL.glDisable(GL.GL_BLEND)
        GL.glDepthMask(GL.GL_TRUE)
        near_to_far = self._sheets
        for part, sheets in ((OPAQUE, near_to_far), (CUT, near_to_far), (SOFT, near_to_far[::-1])):
            if part == SOFT:  # over what is behind; the distance of what hides more than half
                GL.glEnable(GL.GL_BLEND)
                GL.glBlendFunci(0, GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA)
                GL.glBlendFunci(1, GL.GL_SRC_ALPHA, GL.GL_ONE_MINUS_SRC_ALPHA)
                GL.glDepthMask(GL.GL_FALSE)
            program = self._program("layer", PART=part)
            program.set_uniform("clip_from_camera", clip_from_camera)
            program.set_uniform("camera_from_world", camera_from_world)
            program.set_uniform("layer", 0)
            GL.glActiveTexture(GL.GL_TEXTURE0)
            for sheet in sheets:
                if part == SOFT and sheet.masked:
                    continue
                program.set_uniform("opaque_from", sheet.opaque_from)
                sheet.draw(part)
        GL.glDisable(GL.GL_BLEND)
        GL.glDepthMask(GL.GL_TRUE)

    def _resolve(self, canvas: "_Canvas") -> None:
        if not self._empty:
            self._empty = int(GL.glGenVertexArrays(1))
        canvas.end()
        program = self._program("resolve")
        for unit, name in enumerate(("drawn_colour", "drawn_distance")):
            program.set_uniform(name, unit)
        program.set_uniform("samples", canvas.size[2])
        program.set_uniform("rows", canvas.size[1] * canvas.size[2])
        GL.glDisable(GL.GL_DEPTH_TEST)
        GL.glBindVertexArray(self._empty)
        GL.glDrawArrays(GL.GL_TRIANGLES, 0, 3)
        GL.glBindVertexArray(0)

    def _program(self, name: str, **defines: int) -> ShaderProgram:
        program = self._program_cache.get_program(f"{name}.vert", f"{name}.frag", defines=defines)
        if not program._in_context():
            program._add_to_context()
        program._bind()
        return program


class _Sheet:
    """A mesh as pyrender holds it, its triangles parted into opaque ones and others."""

    def __init__(self, mesh: TexturedMesh, limit: int) -> None:
        texels = _within(rgba(mesh), limit)
        soft = soft_faces(mesh, texels[..., 3])
        self.masked = mesh.alpha_mode == "mask"
        self.opaque_from = 0.5 if self.masked else 254 / 255
        self.texture = pyrender.Texture(source=texels, source_channels="RGBA")
        material = pyrender.MetallicRoughnessMaterial(
            baseColorTexture=self.texture, doubleSided=True
        )
        self._parts: dict[bool, pyrender.Primitive] = {}
        for part, chosen in ((False, ~soft), (True, soft)):
            if chosen.any():
                used, faces = np.unique(mesh.faces[chosen], return_inverse=True)
                self._parts[part] = pyrender.Primitive(
                    positions=mesh.vertices[used],
                    texcoord_0=mesh.uvs[used],
                    indices=faces.reshape(-1, 3),
                    material=material,
                )
        self.mesh = pyrender.Mesh(list(self._parts.values()), name=mesh.name)

    def draw(self, part: int) -> None:
        """Draw one part with the program that is bound."""
        primitive = self._parts.get(part != OPAQUE)
        if primitive is None:
            return
        self.texture._bind()
        primitive._bind()
        GL.glDrawElements(GL.GL_TRIANGLES, primitive.indices.size, GL.GL_UNSIGNED_INT, None)
        primitive._unbind()


class _Canvas:
    """What is drawn on, `samples` times as large each way, and what is read back."""

    def __init__(self, width: int, height: int, samples: int) -> None:
        self.size = (width, height, samples)
        self._large = _Target(width * samples, height * samples, depth=True)
        self._small = _Target(width, height, depth=False)

    def begin(self) -> None:
        """Draw from here on into the cleared large target."""
        self._large.bind()
        nothing = np.zeros(4, np.float32)
        GL.glClearBufferfv(GL.GL_COLOR, 0, nothing)
        GL.glClearBufferfv(GL.GL_COLOR, 1, nothing)
        GL.glDepthMask(GL.GL_TRUE)
        GL.glClearBufferfv(GL.GL_DEPTH, 0, np.ones(1, np.float32))

    def end(self) -> None:
        """Draw from here on into the small target, with the large one at hand as textures."""
        self._small.bind()
        for unit, texture in enumerate(self._large.textures):
            GL.glActiveTexture(GL.GL_TEXTURE0 + unit)
            GL.glBindTexture(GL.GL_TEXTURE_2D, texture)

    def read(self) -> tuple[UInt8, Float32, Bool]:
        """Colour, distance and holes, top row first."""
        width, height, _ = self.size
        colour = np.empty((height, width, 4), np.uint8)
        distance = np.empty((height, width), np.float32)
        GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, 1)
        GL.glReadBuffer(GL.GL_COLOR_ATTACHMENT0)
        GL.glReadPixels(0, 0, width, height, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, colour)
        GL.glReadBuffer(GL.GL_COLOR_ATTACHMENT1)
        GL.glReadPixels(0, 0, width, height, GL.GL_RED, GL.GL_FLOAT, distance)
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, 0)
        return colour[..., :3], distance, colour[..., 3] == 0

    def delete(self) -> None:
        """Free both targets."""
        self._large.delete()
        self._small.delete()


class _Target:
    """A framebuffer with 8-bit colour, 32-bit distance and, where asked for, depth."""

    def __init__(self, width: int, height: int, *, depth: bool) -> None:
        self._width, self._height = width, height
        self.textures = [int(GL.glGenTextures(1)), int(GL.glGenTextures(1))]
        self._frame = int(GL.glGenFramebuffers(1))
        self._depth = int(GL.glGenRenderbuffers(1)) if depth else 0
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._frame)
        formats = (
            (GL.GL_RGBA8, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE),
            (GL.GL_R32F, GL.GL_RED, GL.GL_FLOAT),
        )
        for number, (texture, (inner, outer, kind)) in enumerate(
            zip(self.textures, formats, strict=True)
        ):
            GL.glBindTexture(GL.GL_TEXTURE_2D, texture)
            GL.glTexImage2D(GL.GL_TEXTURE_2D, 0, inner, width, height, 0, outer, kind, None)
            for side in (GL.GL_TEXTURE_MIN_FILTER, GL.GL_TEXTURE_MAG_FILTER):
                GL.glTexParameteri(GL.GL_TEXTURE_2D, side, GL.GL_NEAREST)
            GL.glFramebufferTexture2D(
                GL.GL_FRAMEBUFFER,
                GL.GL_COLOR_ATTACHMENT0 + number,
                GL.GL_TEXTURE_2D,
                texture,
                0,
            )
        if depth:
            GL.glBindRenderbuffer(GL.GL_RENDERBUFFER, self._depth)
            GL.glRenderbufferStorage(GL.GL_RENDERBUFFER, GL.GL_DEPTH_COMPONENT24, width, height)
            GL.glFramebufferRenderbuffer(
                GL.GL_FRAMEBUFFER, GL.GL_DEPTH_ATTACHMENT, GL.GL_RENDERBUFFER, self._depth
            )
        GL.glDrawBuffers(2, [GL.GL_COLOR_ATTACHMENT0, GL.GL_COLOR_ATTACHMENT1])
        status = GL.glCheckFramebufferStatus(GL.GL_FRAMEBUFFER)
        if status != GL.GL_FRAMEBUFFER_COMPLETE:
            raise RuntimeError(f"OpenGL has no {width}×{height} framebuffer: status {status}")

    def bind(self) -> None:
        """Draw here, over the whole of it."""
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._frame)
        GL.glViewport(0, 0, self._width, self._height)

    def delete(self) -> None:
        """Free it."""
        GL.glDeleteFramebuffers(1, [self._frame])
        GL.glDeleteTextures(self.textures)
        if self._depth:
            GL.glDeleteRenderbuffers(1, [self._depth])


def _clip_from_camera(camera: Perspective, near: float) -> Float64:
    """Projection [4, 4] to OpenGL's clip space, without a far plane."""
    width, height = camera.width, camera.height
    return np.array(
        [
            [2 * camera.fl_x / width, 0, 1 - 2 * camera.cx / width, 0],
            [0, 2 * camera.fl_y / height, 2 * camera.cy / height - 1, 0],
            [0, 0, -1, -2 * near],
            [0, 0, -1, 0],
        ]
    )


def _within(texels: UInt8, limit: int) -> UInt8:
    """The texture, made smaller where OpenGL takes none so large."""
    height, width = texels.shape[:2]
    if max(height, width) <= limit:
        return texels
    size = (min(width, limit), min(height, limit))
    return np.asarray(cv2.resize(texels, size, interpolation=cv2.INTER_AREA))
