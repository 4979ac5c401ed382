"""Compile the kernels that come later while an earlier stage is under way.

The first run on a machine compiles every kernel, one after another on one core; numba keeps them
on disk from then on. A process of its own does it beside the engine, which has kernels of its own
to compile first.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KERNELS = Path(__file__).parents[1] / "rendering" / "shading.py"
PATIENCE = 2.0  # seconds for the process to end when it is no longer wanted


def is_warm() -> bool:
    """Whether the last kernel that a scene needs has been compiled from the source as it is."""
    kept = list((KERNELS.parent / "__pycache__").glob(f"{KERNELS.stem}.shade-*.nbi"))
    return any(path.stat().st_mtime >= KERNELS.stat().st_mtime for path in kept)


@contextmanager
def compiling_ahead() -> Iterator[None]:
    """Compile beside the body, unless that was done before; ends with the body at the latest."""
    if is_warm():
        yield
        return
    helper = subprocess.Popen(
        [sys.executable, "-m", "depthfusion.studio.warming"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        helper.terminate()
        try:
            helper.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            helper.kill()
            helper.wait()


def warm_up() -> None:
    """Run everything from a panorama to a picture once, as small as it goes."""
    import numpy as np

    from depthfusion.geometry.cameras import Perspective
    from depthfusion.io.glb import encode_glb
    from depthfusion.rendering.cpu import CpuRenderer
    from depthfusion.scene.build import SceneOptions, build_scene
    from depthfusion.scene.meshing import MeshOptions, mesh_scene
    from depthfusion.types import Pose, RGBDPanorama

    rows, columns = np.mgrid[:64, :128]
    distance = np.where((columns // 8 + rows // 8) % 3 == 0, 2.0, 4.0)
    distance[:16] = np.inf
    rgb = np.stack([rows * 3, columns, rows + columns], axis=-1).astype(np.uint8)
    panorama = RGBDPanorama(rgb, distance.astype(np.float32))
    for sharpen in ("on", "off"):
        layered = build_scene(panorama, SceneOptions(head_box=0.3, sharpen=sharpen))
    meshes = mesh_scene(layered, MeshOptions(triangles=2000))
    encode_glb(meshes, {})
    with CpuRenderer() as renderer:
        renderer.load(meshes)
        renderer.render(Perspective.from_fov(64, 64, 1.5), Pose.at((0, 0, 0)))


if __name__ == "__main__":
    warm_up()
