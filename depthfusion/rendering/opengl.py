"""The OpenGL renderer: perspective cameras, on a GPU or in software, without a display.

EGL is not thread-safe and a context is dear. There is one context in one worker thread for as long
as the process lives; every renderer hands its work there and waits.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from depthfusion.geometry.cameras import Camera, Perspective
from depthfusion.geometry.cubemap import CubeMap
from depthfusion.rendering.cubes import draw_cube
from depthfusion.rendering.renderer import Frame, Renderer
from depthfusion.types import InputError, Pose, TexturedMesh

if TYPE_CHECKING:
    from depthfusion.rendering.opengl_passes import Painter

REMEDY = "apt-get install libegl1 libgl1 libgl1-mesa-dri and pip install 'depthfusion[opengl]'"

Given = ParamSpec("Given")
Result = TypeVar("Result")
_worker = ThreadPoolExecutor(1, "depthfusion-opengl")


@dataclass(frozen=True)
class OpenGLDriver:
    """What draws.

    Parameters
    ----------
    vendor, renderer, version : as the driver says.
    software : it draws on the CPU.
    """

    vendor: str
    renderer: str
    version: str
    software: bool


def opengl_driver() -> OpenGLDriver:
    """Start OpenGL if it is not running yet, and say what it is.

    Raises
    ------
    InputError
        It cannot start here; the message names the remedy.
    """
    return _on_worker(_start)[1]


class OpenGLRenderer(Renderer):
    """Rasterises perspective views with the same texture filter and blending as `CpuRenderer`."""

    name = "opengl"

    def __init__(self) -> None:
        """Start OpenGL, or join it where it is running.

        Raises
        ------
        InputError
            It cannot start here; the message names the remedy.
        """
        self.driver = opengl_driver()
        self._painter: Painter = _on_worker(_new_painter)
        self._loaded = False

    def draws(self, camera: Camera) -> bool:
        """Perspective cameras and cube maps: straight lines stay straight."""
        return isinstance(camera, Perspective | CubeMap)

    def load(self, meshes: Sequence[TexturedMesh]) -> None:
        """Upload the meshes; frames only draw them."""
        _on_worker(self._painter.load, meshes)
        self._loaded = True

    def render(self, camera: Camera, pose: Pose, samples: int = 1) -> Frame:
        """Draw with `samples`² rays a pixel, averaged; distance is that of the middle ray."""
        if not self._loaded:
            raise RuntimeError("load() a scene before render()")
        if samples < 1:
            raise ValueError(f"samples must be 1 or more; got {samples}")
        if isinstance(camera, CubeMap):
            return draw_cube(self, camera, pose, samples)
        if not isinstance(camera, Perspective):
            raise ValueError(f"OpenGL draws perspective cameras only; got {type(camera).__name__}")
        return _on_worker(self._painter.draw, camera, pose, samples)

    def close(self) -> None:
        """Free the scene's buffers; the context stays for others."""
        _on_worker(self._painter.delete)
        self._loaded = False


def _on_worker(work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
    """Run `work` in the thread that has the context; its errors are raised here."""
    return _worker.submit(work, *args, **kwargs).result()


@cache
def _start() -> tuple[Any, OpenGLDriver]:
    """The context and its driver; once per process."""
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")  # read when OpenGL is first imported
    try:
        from depthfusion.rendering import opengl_passes

        platform, names = opengl_passes.open_context()
    except Exception as error:  # a missing library shows as any of a dozen types
        said = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            f"OpenGL cannot start here ({said:.120}): {REMEDY}, or take the cpu renderer"
        ) from error
    return platform, OpenGLDriver(**names, software=opengl_passes.is_software(names["renderer"]))


def _new_painter() -> "Painter":
    from depthfusion.rendering.opengl_passes import Painter

    return Painter()
