"""How fast we draw, beside what the field uses, on this machine, in one run.

    python benchmarks/render.py [FOLDER] [--frames 300] [--repeat 5]

FOLDER holds pano_rgb.png and pano_depth.npy (a truth scene). Baselines: pyrender as it is used,
with a dense sphere of one vertex a pixel; Embree by open3d with a ray a pixel; an ODS pair by
shifting pixels; and pyrender's frames handed to ffmpeg one after the other. Each baseline runs in a
process of its own, because a second pyrender ends the first one's display. Beside the seconds that
went by stand those of the processor, over all cores and ffmpeg: on a busy machine they are the ones
to compare.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from depthfusion.geometry.cameras import IPD, Perspective
from depthfusion.rendering.choice import choose_renderer
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.rendering.opengl import OpenGLRenderer
from depthfusion.rendering.renderer import Renderer
from depthfusion.rendering.stereo import StereoOptions, render_pair
from depthfusion.rendering.video import VideoOptions, rendered_frames, rendered_pairs, write_video
from depthfusion.scene.build import build_scene
from depthfusion.scene.meshing import mesh_scene
from depthfusion.scene.paths import PathOptions, camera_path
from depthfusion.scene.sphere import displaced_sphere
from depthfusion.types import InputError, Pose, RGBDPanorama, TexturedMesh

Spent = tuple[float, float]  # seconds by the wall clock, and of the processor

TRUTH = Path(__file__).parents[2] / "shared/data/truth/room"
CAMERA = Perspective.from_fov(1920, 1080, np.pi / 2)
POSE = Pose.at((0.1, 0.05, -0.1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=TRUTH)
    parser.add_argument("--frames", type=int, default=300, help="of the 1080p30 video")
    parser.add_argument("--repeat", type=int, default=5, help="the best of so many counts")
    parser.add_argument("--baseline", choices=BASELINES, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    panorama = read(asked.folder)
    if asked.baseline:
        print(json.dumps(BASELINES[asked.baseline](panorama, asked.repeat)))
        return
    head(asked.folder)
    compare(panorama, asked)


def head(folder: Path) -> None:
    commit = subprocess.run(
        ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"],
        capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    versions = ("numpy", "numba", "pyrender", "open3d", "imageio-ffmpeg")
    print(f"date      {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    print(
        f"machine   {platform.processor() or platform.machine()}, {os.cpu_count()} cores, ", end=""
    )
    print(f"load {os.getloadavg()[0]:.1f}, {platform.system()} {platform.release()}")
    print(f"commit    {commit}")
    print(f"versions  python {platform.python_version()}, ", end="")
    print(", ".join(f"{name} {version(name)}" for name in versions))
    print(f"auto      {choose_renderer()}")
    print(f"scene     {folder}\n")


def compare(panorama: RGBDPanorama, asked: argparse.Namespace) -> None:
    start = time.perf_counter()
    layered = build_scene(panorama)
    meshes = mesh_scene(layered)
    triangles = sum(len(mesh.faces) for mesh in meshes)
    print(f"{len(meshes)} layers, {triangles} triangles in {time.perf_counter() - start:.2f} s")
    rows: list[tuple[str, dict[str, Spent]]] = []
    with CpuRenderer() as cpu:
        cpu.load(meshes)
        frame = {"ours, cpu": best(asked.repeat, lambda: cpu.render(CAMERA, POSE))}
        try:
            with OpenGLRenderer() as gl:
                gl.load(meshes)
                frame["ours, opengl"] = best(asked.repeat, lambda: gl.render(CAMERA, POSE))
        except InputError as error:
            print(error)
        options = StereoOptions("ods", "tb")
        pair = {"ours, cpu": best(min(asked.repeat, 3), lambda: render_pair(cpu, options))}
        film = {"ours": video(cpu, layered.head_box, asked.frames)}
    peak = baseline("memory", asked)
    for name in ("pyrender", "embree"):
        if (seconds := baseline(name, asked)) is not None:
            frame[name] = seconds
    if (seconds := baseline("shifting", asked)) is not None:
        pair["shifting"] = seconds
    if (seconds := baseline("film", asked)) is not None:
        film["pyrender, 1 after 1"] = (seconds[0] * asked.frames, seconds[1] * asked.frames)
    if peak is not None:
        print(f"4096×2048 ODS video, both eyes: {peak[0]:.2f} GB at most, ffmpeg {peak[1]:.2f} GB")
    rows.append(("1920×1080 perspective frame", frame))
    rows.append(("ODS pair, 2 × 4096×2048", pair))
    rows.append((f"{asked.frames} frames of 1080p30 video", film))
    for work, by_name in rows:
        ours = [spent for name, spent in by_name.items() if name.startswith("ours")]
        wall, cpu = (min(column) for column in zip(*ours, strict=True))
        print(f"\n{work:32}  by the clock        of the processor")
        for name, spent in by_name.items():
            clock = f"{spent[0]:8.3f} s  × {spent[0] / wall:<5.1f}"
            print(f"  {name:28} {clock} {spent[1]:8.3f} s  × {spent[1] / cpu:.1f}")


def video(renderer: Renderer, head_box: float, frames: int) -> Spent:
    path = camera_path(PathOptions("orbit", seconds=frames / 30), head_box)
    with tempfile.TemporaryDirectory() as folder:
        start = clocks()
        pictures = rendered_frames(renderer, CAMERA, path)
        write_video(Path(folder) / "orbit.mp4", pictures, VideoOptions(), len(path))
        return since(start)


def clocks() -> Spent:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter(), time.process_time() + children.ru_utime + children.ru_stime


def since(start: Spent) -> Spent:
    now = clocks()
    return now[0] - start[0], now[1] - start[1]


def best(repeat: int, work: Callable[[], object]) -> Spent:
    """Seconds of the quickest of `repeat` runs after one that warms up."""
    work()
    spent = []
    for _ in range(repeat):
        start = clocks()
        work()
        spent.append(since(start))
    return min(wall for wall, _ in spent), min(cpu for _, cpu in spent)


def read(folder: Path) -> RGBDPanorama:
    rgb = np.asarray(Image.open(folder / "pano_rgb.png").convert("RGB"))
    return RGBDPanorama(rgb, np.load(folder / "pano_depth.npy").astype(np.float32))


# Baselines --------------------------------------------------------------------------------------


def baseline(name: str, asked: argparse.Namespace) -> Spent | None:
    """Seconds, from a process of its own; `None` where the tool is not here."""
    done = subprocess.run(
        [sys.executable, __file__, str(asked.folder), "--baseline", name,
         "--repeat", str(min(asked.repeat, 3))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        print(f"no {name}: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
        return None
    wall, cpu = json.loads(done.stdout.splitlines()[-1])
    return wall, cpu


def pyrender_frames(panorama: RGBDPanorama) -> Callable[[], np.ndarray]:
    """Pyrender as people use it, with one vertex a pixel."""
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    import pyrender

    ball = displaced_sphere(panorama, panorama.width, panorama.height)
    texture = pyrender.Texture(source=panorama.rgb, source_channels="RGB")
    primitive = pyrender.Primitive(
        positions=ball.vertices,
        texcoord_0=ball.uvs * (1, -1) + (0, 1),
        indices=ball.faces,
        material=pyrender.MetallicRoughnessMaterial(baseColorTexture=texture, doubleSided=True),
    )
    scene = pyrender.Scene()
    scene.add(pyrender.Mesh([primitive]))
    lens = pyrender.IntrinsicsCamera(
        CAMERA.fl_x, CAMERA.fl_y, CAMERA.cx, CAMERA.cy, znear=0.05, zfar=1e4
    )
    scene.add(lens, pose=POSE.world_from_camera)
    offscreen = pyrender.OffscreenRenderer(CAMERA.width, CAMERA.height)
    return lambda: offscreen.render(scene, pyrender.RenderFlags.FLAT)[0]


def pyrender_frame(panorama: RGBDPanorama, repeat: int) -> Spent:
    return best(repeat, pyrender_frames(panorama))


def film_frame(panorama: RGBDPanorama, repeat: int) -> Spent:
    """A frame of a video, drawn and then encoded: the mean of a short one."""
    draw = pyrender_frames(panorama)
    draw()
    count = 5 * repeat
    with tempfile.TemporaryDirectory() as folder:
        start = clocks()
        frames = (draw() for _ in range(count))
        write_video(Path(folder) / "film.mp4", frames, VideoOptions(), count)
        wall, cpu = since(start)
        return wall / count, cpu / count


def embree_frame(panorama: RGBDPanorama, repeat: int) -> Spent:
    """A ray a pixel by open3d's Embree, the colour by bilinear sampling."""
    import cv2
    import open3d

    ball = displaced_sphere(panorama, panorama.width, panorama.height)
    scene = open3d.t.geometry.RaycastingScene()
    scene.add_triangles(ball.vertices, ball.faces.astype(np.uint32))
    origins, directions = (part.reshape(-1, 3) for part in CAMERA.rays())
    rays = np.concatenate([origins + POSE.position, directions], axis=1).astype(np.float32)

    def draw() -> np.ndarray:
        found = scene.cast_rays(open3d.core.Tensor(rays))
        part = found["primitive_uvs"].numpy()
        corners = ball.uvs[ball.faces[found["primitive_ids"].numpy() % len(ball.faces)]]
        share = np.stack([1 - part.sum(axis=1), part[:, 0], part[:, 1]], axis=1)
        at = (share[..., None] * corners).sum(axis=1) * (panorama.width, panorama.height) - 0.5
        x, y = (at[:, k].reshape(CAMERA.height, -1).astype(np.float32) for k in (0, 1))
        return cv2.remap(panorama.rgb, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)

    return best(repeat, draw)


def shifted_pair(panorama: RGBDPanorama, repeat: int) -> Spent:
    """An ODS pair the usual way: pixels shifted in their row, far ones first, gaps stretched."""
    import cv2

    size = (4096, 2048)
    rgb = cv2.resize(panorama.rgb, size, interpolation=cv2.INTER_CUBIC)
    distance = cv2.resize(panorama.distance, size, interpolation=cv2.INTER_NEAREST)
    angle = np.arcsin(np.clip(IPD / 2 / distance, 0, 1))
    rows = np.arange(size[1])[:, None]

    def draw() -> list[np.ndarray]:
        eyes = []
        for side in (1, -1):
            columns = np.rint(np.arange(size[0]) + side * angle * size[0] / (2 * np.pi))
            order = np.argsort(-distance, axis=1)
            filled = np.zeros((size[1], size[0]), np.int32)
            moved = np.take_along_axis(columns.astype(np.int32) % size[0], order, axis=1)
            filled[rows, moved] = order + 1
            last = np.maximum.accumulate(np.where(filled > 0, np.arange(size[0]), 0), axis=1)
            eyes.append(rgb[rows, np.maximum(np.take_along_axis(filled, last, axis=1) - 1, 0)])
        return eyes

    return best(repeat, draw)


def memory(panorama: RGBDPanorama, repeat: int) -> Spent:
    """Gigabytes at most while an ODS video is made: ours, and ffmpeg's beside it."""
    layered = build_scene(panorama)
    given = mesh_scene(layered), layered.head_box, 3 * repeat
    with ProcessPoolExecutor(1, get_context("spawn")) as process:  # building took memory too
        return process.submit(ods_film, *given).result()


def ods_film(meshes: tuple[TexturedMesh, ...], head_box: float, frames: int) -> Spent:
    options = StereoOptions("ods", "tb")
    path = camera_path(PathOptions("orbit", seconds=frames / 30), head_box)
    encoding = VideoOptions(size=options.frame_size)
    with CpuRenderer() as cpu, tempfile.TemporaryDirectory() as folder:
        cpu.load(meshes)
        pairs = rendered_pairs(cpu, options, path)
        write_video(Path(folder) / "ods.mp4", pairs, encoding, len(path))
    ours, theirs = (
        resource.getrusage(who).ru_maxrss * 1024 / 1e9
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return ours, theirs


BASELINES: dict[str, Callable[[RGBDPanorama, int], Spent]] = {
    "pyrender": pyrender_frame,
    "embree": embree_frame,
    "shifting": shifted_pair,
    "film": film_frame,
    "memory": memory,
}

if __name__ == "__main__":
    main()
