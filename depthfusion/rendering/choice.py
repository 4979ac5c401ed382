"""Which renderer draws: by name, or by what this machine has and the camera asks."""

from collections.abc import Callable
from ctypes.util import find_library
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from depthfusion.geometry.cameras import Camera, Perspective
from depthfusion.geometry.cubemap import CubeMap
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.rendering.opengl import OpenGLRenderer, opengl_driver
from depthfusion.rendering.renderer import Renderer
from depthfusion.types import InputError

RENDERERS = ("auto", "opengl", "cpu")

# Where a GPU shows on Linux: without any of these, OpenGL could only draw in software.
_GPU_NODES = ("/dev/dri/renderD*", "/dev/nvidia[0-9]*", "/dev/dxg")


@dataclass(frozen=True)
class Choice:
    """A renderer's name, and the sentence that says why it was taken."""

    name: str
    reason: str


def choose_renderer(name: str = "auto", camera: Camera | None = None) -> Choice:
    """Decide on a renderer without starting it, except OpenGL where it has to be asked.

    Parameters
    ----------
    name : one of `RENDERERS`.
    camera : what it will draw; `None` for perspective views.

    Raises
    ------
    InputError
        No such renderer, or the one named does not draw this camera.
    """
    if name not in RENDERERS:
        raise InputError(f"renderer must be one of {', '.join(RENDERERS)}; got {name!r}")
    perspective = camera is None or isinstance(camera, Perspective | CubeMap)
    if name == "opengl" and not perspective:
        raise InputError(
            "OpenGL draws perspective views only, alone or six as a cube map, not "
            f"{type(camera).__name__}: take the cpu renderer, or auto"
        )
    if name != "auto":
        return Choice(name, "asked for")
    if not perspective:
        return Choice("cpu", f"only the CPU renderer draws {type(camera).__name__}")
    return _by_machine()


def make_renderer(name: str = "auto", camera: Camera | None = None) -> Renderer:
    """Start the renderer that `choose_renderer` takes.

    Raises
    ------
    InputError
        No such renderer, or the one named cannot work here; the message names the remedy.
    """
    makers: dict[str, Callable[[], Renderer]] = {"opengl": OpenGLRenderer, "cpu": CpuRenderer}
    return makers[choose_renderer(name, camera).name]()


@cache
def _by_machine() -> Choice:
    """Hardware OpenGL where there is some; in software the CPU renderer is quicker."""
    if not any(found for node in _GPU_NODES for found in Path("/").glob(node[1:])):
        return Choice("cpu", "this machine has no GPU")
    if find_spec("pyrender") is None or find_library("EGL") is None:
        return Choice("cpu", "there is a GPU, but no pyrender or no libEGL to reach it")
    try:
        driver = opengl_driver()
    except InputError as error:
        return Choice("cpu", str(error))
    if driver.software:
        return Choice("cpu", f"OpenGL here is software ({driver.renderer}), and slower")
    return Choice("opengl", f"OpenGL on {driver.renderer}")
