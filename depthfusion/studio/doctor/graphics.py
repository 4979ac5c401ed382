"""What draws: the graphics card, OpenGL without a display, Open3D."""

import shutil
import subprocess
import sys

from depthfusion.studio.doctor.item import Item
from depthfusion.studio.doctor.probe import ProbeError, probe
from depthfusion.studio.doctor.remedy import (
    is_installed,
    missing_libraries,
    pip_line,
    system_line,
)

OPENGL_LIBRARIES = {"libEGL.so.1": "libegl1", "libGL.so.1": "libgl1"}
OPENGL_DRIVERS = "libgl1-mesa-dri"
OPEN3D_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libusb-1.0.so.0": "libusb-1.0-0",
    "libgomp.so.1": "libgomp1",
}

TRY_TORCH = """
import json, torch
mps = getattr(torch.backends, "mps", None)
print(json.dumps({"cuda": torch.cuda.is_available(), "mps": bool(mps and mps.is_available())}))
"""

TRY_OPENGL = """
import json, pyrender
from OpenGL.GL import GL_MAX_TEXTURE_SIZE, GL_RENDERER, GL_VERSION, glGetIntegerv, glGetString
renderer = pyrender.OffscreenRenderer(16, 16)
print(json.dumps({
    "renderer": glGetString(GL_RENDERER).decode(),
    "version": glGetString(GL_VERSION).decode(),
    "texture": int(glGetIntegerv(GL_MAX_TEXTURE_SIZE)),
}))
"""

TRY_OPEN3D = "import json, open3d; print(json.dumps({'version': open3d.__version__}))"


def graphics_card() -> Item:
    """Which card there is, and whether torch can use it."""
    card = nvidia_card()
    if not is_installed("torch"):
        usable = "torch is not installed"
        line = pip_line("ldm3d") if card else None
    else:
        found = probe(TRY_TORCH)
        usable = "used by torch" if found["cuda"] or found["mps"] else "torch cannot use it"
        line = f"{sys.executable} -m pip install --force-reinstall torch==2.13.0"
        if found["mps"]:
            return Item("graphics card", "present", "Apple GPU, used by torch")
        if found["cuda"]:
            return Item("graphics card", "present", f"{card or 'by CUDA'}, {usable}")
    if card is None:
        return Item("graphics card", "optional", "none that torch could use; the processor serves")
    return Item("graphics card", "optional", f"{card}; {usable}", line)


def nvidia_card() -> str | None:
    """Name, memory and driver as nvidia-smi gives them, `None` where there is no such card."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    query = [tool, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    lines = done.stdout.strip().splitlines()
    return "; ".join(lines) or None


def opengl() -> Item:
    """Whether pyrender can draw without a display, and by what."""
    if not is_installed("pyrender"):
        return Item("OpenGL", "optional", "no pyrender; the CPU draws", pip_line("opengl"))
    lacking = missing_libraries(OPENGL_LIBRARIES)
    if sys.platform.startswith("linux") and lacking:
        packages = {**OPENGL_LIBRARIES, "drivers": OPENGL_DRIVERS}
        line = system_line(packages, [*lacking, "drivers"])
        return Item("OpenGL", "optional", f"no {' nor '.join(lacking)}; the CPU draws", line)
    try:
        found = probe(TRY_OPENGL, PYOPENGL_PLATFORM="egl")
    except ProbeError as error:
        line = system_line({"Mesa's drivers": OPENGL_DRIVERS}, ["Mesa's drivers"])
        return Item("OpenGL", "optional", f"{error}; the CPU draws", line)
    says = f"{found['renderer']}, {found['version']}, textures to {found['texture']}"
    return Item("OpenGL", "present", says)


def open3d() -> Item:
    """Whether Open3D can be imported; it crashes where a library is missing."""
    name = "Open3D"
    if not is_installed("open3d"):
        says = "not installed; only point clouds need it"
        return Item(name, "optional", says, pip_line("open3d"))
    lacking = missing_libraries(OPEN3D_LIBRARIES)
    if sys.platform.startswith("linux") and lacking:
        says = f"no {', '.join(lacking)}; only point clouds need it"
        return Item(name, "optional", says, system_line(OPEN3D_LIBRARIES, lacking))
    try:
        return Item(name, "present", str(probe(TRY_OPEN3D)["version"]))
    except ProbeError as error:
        return Item(name, "optional", f"{error}; only point clouds need it", pip_line("open3d"))
