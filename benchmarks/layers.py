"""What layers cost and what they are worth, beside the one sheet of the paper, in one run.

    python benchmarks/layers.py [FOLDER ...] [--parts cost,views,soft] [--triangles 250000,600000]

A FOLDER is a truth scene (pano_rgb.png, pano_depth.npy, cameras.json), or a scene of ours, of which
only the cost is measured. By default the truth scenes beside the checkout, else the shipped ones.

- cost: a panorama with distance to layers, filled and meshed: seconds by the wall clock and of the
  processor over all cores, peak memory, triangles, bytes of GLB. In a process of its own.
- views: truth views and the ODS pair, drawn as `depthfusion render` draws them: PSNR of what the
  origin sees too, and PSNR and SSIM of what it does not, at several budgets of triangles.
- soft: the same views from depth as a network gives it, blurred and noisy: as one sheet, in layers,
  and in layers after sharpening.
"""

import argparse
import importlib.util
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from depthfusion.geometry.cameras import (
    Camera,
    Equirectangular,
    OmnidirectionalStereo,
    Perspective,
)
from depthfusion.io.glb import encode_glb
from depthfusion.io.scene_folder import is_scene, load_scene
from depthfusion.scene.build import STANDING_LEAN, SceneOptions, build_scene, with_clear_edges
from depthfusion.scene.detail import PRESETS, MeshOptions
from depthfusion.scene.meshing import mesh_scene
from depthfusion.scene.sharpening import softness
from depthfusion.studio.drawing import Artist
from depthfusion.types import Pose, RGBDPanorama, Scene, SceneInfo

ROOT = Path(__file__).resolve().parents[1]
TRUTH = ROOT.parent / "shared" / "data" / "truth"
BARS = (
    "bars      6 s on 2 cores, 1500 MB; visible, hidden, SSIM, ODS: "
    "room 32.3 20.0 0.55 34.0, street 33.7 22.0 0.80 37.5"
)
BLUR, NOISE = 2.5, 0.01  # pixels, and the share of inverse depth by which it ripples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--parts", default="cost,views,soft")
    parser.add_argument("--triangles", default="250000,600000")
    parser.add_argument("--cost-of", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.cost_of:
        print(json.dumps(cost(read(asked.cost_of))))
        return
    head()
    results = {}
    for folder in asked.folders or usual_folders():
        print(f"\n{folder.name}")
        results[folder.name] = measure(folder, asked.parts.split(","), asked.triangles)
    print(json.dumps(results))


def usual_folders() -> list[Path]:
    truth = [TRUTH / name for name in ("room", "street") if (TRUTH / name).is_dir()]
    return truth or [place for place in sorted((ROOT / "assets").glob("*/")) if is_scene(place)]


def head() -> None:
    line = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    commit = subprocess.run(line, capture_output=True, text=True, check=False).stdout.strip()
    machine = platform.processor() or platform.machine()
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "scipy"))
    print(f"date      {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    print(f"machine   {machine}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, ", end="")
    print(f"{platform.system()} {platform.release()}")
    print(f"commit    {commit or 'not a checkout'}")
    print(f"versions  python {platform.python_version()}, {versions}")
    print(BARS)


def measure(folder: Path, parts: Sequence[str], budgets: str) -> dict[str, object]:
    found: dict[str, object] = {}
    if "cost" in parts:
        line = [sys.executable, __file__, "--cost-of", str(folder)]
        found["cost"] = json.loads(subprocess.run(line, stdout=-1, check=True).stdout)
        print(f"  cost      {json.dumps(found['cost'])}")
    if not (folder / "cameras.json").is_file() or fidelity() is None:
        return found
    if "views" in parts:
        limits = [*(int(text) for text in budgets.split(",") if text), None]
        found["views"] = compare(folder, limits)
    if "soft" in parts:
        found["soft"] = soft(folder)
    return found


def read(folder: Path) -> RGBDPanorama:
    if is_scene(folder):
        return load_scene(folder).panorama
    rgb = np.asarray(Image.open(folder / "pano_rgb.png").convert("RGB"))
    return RGBDPanorama(rgb, np.load(folder / "pano_depth.npy").astype(np.float32))


def cost(panorama: RGBDPanorama) -> dict[str, object]:
    """Seconds, memory and sizes; everything has been compiled and run once before."""
    small = RGBDPanorama(panorama.rgb[::8, ::8], panorama.distance[::8, ::8])
    mesh_scene(build_scene(small), MeshOptions.chosen("headset"))
    before = peak()
    wall, cpu = time.perf_counter(), time.process_time()
    layered = build_scene(panorama)
    built = time.perf_counter() - wall, time.process_time() - cpu
    meshes = mesh_scene(layered)
    spent = time.perf_counter() - wall, time.process_time() - cpu
    found: dict[str, object] = {
        "layers_s": [round(seconds, 2) for seconds in built],
        "layers_and_meshes_s": [round(seconds, 2) for seconds in spent],
        "peak_mb": peak(),
        "before_mb": before,
        "triangles": {mesh.name: len(mesh.faces) for mesh in meshes},
    }
    for name in PRESETS:
        meshes = mesh_scene(layered, MeshOptions.chosen(name))
        count = sum(len(mesh.faces) for mesh in meshes)
        found[name] = {"triangles": count, "glb_mb": round(len(encode_glb(meshes)) / 1e6, 1)}
    return found


def peak() -> int:
    """Most memory this process has held, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def compare(folder: Path, limits: Sequence[int | None]) -> dict[str, dict[str, float]]:
    panorama = read(folder)
    print(f"  {'views':<22}{'visible':>9}{'hidden':>9}{'SSIM':>8}{'ODS':>9}{'empty':>8}{'tri':>10}")
    sheet = build_scene(panorama, SceneOptions(method="sheet"))
    rows = {"one sheet": scored(folder, Scene(INFO, panorama, sheet), None)}
    layered = build_scene(panorama)
    for limit in limits:
        name = "layers" if limit is None else f"layers, {limit // 1000}k"
        rows[name] = scored(folder, Scene(INFO, panorama, layered), limit, name)
    return rows


def soft(folder: Path) -> dict[str, dict[str, float]]:
    exact = read(folder)
    rough = estimated(exact)
    scale = STANDING_LEAN * exact.width / (2 * np.pi)
    places = {
        "soft, one sheet": (rough, SceneOptions(method="sheet")),
        "soft, layers": (rough, SceneOptions(sharpen="off")),
        "soft, sharpened": (rough, SceneOptions(sharpen="on")),
    }
    rows = {}
    for name, (panorama, options) in places.items():
        scene = Scene(INFO, panorama, build_scene(panorama, options))
        rows[name] = scored(folder, scene, None, name)
    clear = with_clear_edges(rough, STANDING_LEAN, "on")
    for name, panorama in (("exact", exact), ("soft", rough), ("sharpened", clear)):
        off = np.abs(1 / panorama.distance - 1 / exact.distance) * scale > 2
        softly = softness((1 / panorama.distance).astype(np.float32), scale)
        print(
            f"  {name:<22}{off.mean():9.2%} of pixels off by 2 texels, {softly:.2f} of edges soft"
        )
        rows[f"depth, {name}"] = {"off": float(off.mean()), "softness": softly}
    return rows


INFO = SceneInfo("benchmark", "import")


def estimated(exact: RGBDPanorama) -> RGBDPanorama:
    """Depth as a network gives it: soft and rippled; the sky is known from colour."""
    inverse = 1 / exact.distance
    blurred = gaussian_filter(inverse, BLUR, mode=("nearest", "wrap"))
    ripple = gaussian_filter(np.random.default_rng(0).normal(size=inverse.shape), 1.5)
    blurred *= 1 + NOISE * ripple / ripple.std()
    distance = np.where(inverse == 0, np.inf, 1 / np.maximum(blurred, 1e-4))
    return replace(exact, distance=distance.astype(np.float32))


def scored(
    folder: Path, scene: Scene, limit: int | None, name: str = "one sheet"
) -> dict[str, float]:
    """Mean figures over the truth views and the ODS pair, printed in a line."""
    meshes = mesh_scene(scene.layered, MeshOptions(triangles=limit))
    rows, ods, empty = [], [], 0
    with Artist(meshes, scene) as artist:
        for group, truth, visible, camera, pose in cameras(folder):
            picture = artist.draw(camera, pose)
            empty += picture.filled
            row = figures(truth, picture.rgb, visible)
            (ods if group == "ods" else rows).append(row)
    seen, hidden, likeness, _ = np.nanmean(rows, axis=0)
    around = np.mean(ods, axis=0)[3] if ods else np.nan
    triangles = sum(len(mesh.faces) for mesh in meshes)
    print(f"  {name:<22}{seen:9.2f}{hidden:9.2f}{likeness:8.3f}{around:9.2f}", end="")
    print(f"{empty:>8}{triangles:>10,}", flush=True)
    return {
        "visible": float(seen),
        "hidden": float(hidden),
        "ssim_hidden": float(likeness),
        "ods": float(around),
        "empty_pixels": empty,
        "triangles": triangles,
    }


def figures(truth: Path, drawn: np.ndarray, visible: Path | None) -> tuple[float, ...]:
    """PSNR of what is seen, PSNR and SSIM of what is hidden, PSNR of all."""
    kit = fidelity()
    assert kit is not None
    true, ours = kit.read(truth), drawn.astype(np.float32) / 255
    everywhere = np.ones(true.shape[:2], bool)
    seen = np.asarray(Image.open(visible).convert("L")) > 127 if visible else everywhere
    error, likeness = np.abs(true - ours), kit.ssim_map(true, ours)
    hidden = float(likeness[~seen].mean()) if (~seen).any() else np.nan
    parts = kit.psnr(error, seen), kit.psnr(error, ~seen), hidden, kit.psnr(error, everywhere)
    return tuple(np.nan if part is None else part for part in parts)


def cameras(folder: Path) -> list[tuple[str, Path, Path | None, Camera, Pose]]:
    """The truth's views and ODS pair."""
    kit = fidelity()
    assert kit is not None
    found = []
    listing = json.loads((folder / "cameras.json").read_text("utf-8"))
    for group, rgb, visible, block in kit.frames(listing):
        if group in ("views", "ods"):
            pose = Pose(np.array(block["transform_matrix"], float))
            mask = folder / visible if visible else None
            found.append((group, folder / rgb, mask, camera_of(block), pose))
    return found


def camera_of(block: dict[str, float | str]) -> Camera:
    model, size = str(block["camera_model"]), (int(block["w"]), int(block["h"]))
    if model == "OPENCV":
        return Perspective(*size, *(float(block[name]) for name in ("fl_x", "fl_y", "cx", "cy")))
    if model == "EQUIRECTANGULAR":
        return Equirectangular(*size)
    return OmnidirectionalStereo(*size, "left" if model.endswith("L") else "right")


@cache
def fidelity() -> ModuleType | None:
    """The scoring script beside the truth kit, so that figures are the ones it gives."""
    script = ROOT.parent / "shared" / "bench" / "fidelity.py"
    if not script.is_file():
        return None
    spec = importlib.util.spec_from_file_location("fidelity", script)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
