"""What each export takes and weighs, beside the usual way, in one run.

    depthfusion bench export [FOLDER ...] [--repeats 3] [--no-baseline]

A FOLDER is a scene, or a truth scene (pano_rgb.png, pano_depth.npy), which is built first. By
default the truth room beside the checkout, else the shipped samples.

Seconds are of the whole call `studio.export`, reading the scene's PNG files included: by the wall
clock, the least of the repeats, and of the processor over all cores. `from layers` is the call
without the reading: what it takes from a scene that is in memory.

The usual ways: one sheet with a vertex for each pixel and a PNG texture, by trimesh; a point for
each pixel with normals from its neighbours, by Open3D; NumPy's compressed arrays.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from PIL import Image

from depthfusion import studio
from depthfusion.geometry.equirectangular import directions
from depthfusion.io.scene_folder import is_scene, load_scene
from depthfusion.studio.options import ExportOptions, ImportOptions
from depthfusion.types import RGBDPanorama

ROOT = Path(__file__).resolve().parents[1]
TRUTH = ROOT.parent / "shared" / "data" / "truth" / "room"
READING = "Reading the scene"


@dataclass(frozen=True)
class Case:
    """One way to export, and its bars: seconds from layers, megabytes."""

    name: str
    options: ExportOptions
    seconds: float | None = None
    megabytes: float | None = None


CASES = (
    Case("headset.glb", ExportOptions.chosen("headset"), 1.5, 8),
    Case("desktop.glb", ExportOptions.chosen("desktop"), 1.5),
    Case("mobile.glb", ExportOptions.chosen("mobile"), 1.5),
    Case("meshopt.glb", ExportOptions.chosen("headset", compress="meshopt")),
    Case("draco.glb", ExportOptions.chosen("headset", compress="draco")),
    Case("scene.html", ExportOptions(), 2, 12),
    Case("scene.usdz", ExportOptions()),
    Case("points.ply", ExportOptions()),
    Case("splats.ply", ExportOptions(kind="splats"), 3),
    Case("splats.spz", ExportOptions(), 3),
    Case("rgbz.exr", ExportOptions(), 1),
    Case("distance.exr", ExportOptions(kind="distance"), 1),
    Case("environment.exr", ExportOptions(kind="environment"), 1),
    Case("cube.zip", ExportOptions(kind="cubemap")),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--no-baseline", action="store_true")
    asked = parser.parse_args()
    # Python puts this folder first, where app.py hides the package of that name.
    sys.path[:] = [place for place in sys.path if Path(place).resolve() != Path(__file__).parent]
    head()
    results = {}
    with tempfile.TemporaryDirectory() as place:
        for folder in asked.folders or usual_folders():
            scene = as_scene(folder, Path(place))
            results[folder.name] = measure(scene, Path(place), asked.repeats)
            if not asked.no_baseline:
                results[folder.name] |= usual_ways(load_scene(scene).panorama, Path(place))
    print(json.dumps(results))


def usual_folders() -> list[Path]:
    samples = [place for place in sorted((ROOT / "assets").glob("*/")) if is_scene(place)]
    return [TRUTH] if TRUTH.is_dir() else samples


def head() -> None:
    line = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    commit = subprocess.run(line, capture_output=True, text=True, check=False).stdout.strip()
    machine = platform.processor() or platform.machine()
    names = ("numpy", "numba", "pillow", "OpenEXR", "usd-core", "trimesh")
    print(f"date      {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    print(f"machine   {machine}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, ", end="")
    print(f"{platform.system()} {platform.release()}")
    print(f"commit    {commit or 'not a checkout'}")
    print(f"versions  python {platform.python_version()}, ", end="")
    print(", ".join(f"{name} {version(name)}" for name in names))


def as_scene(folder: Path, place: Path) -> Path:
    """The folder itself, or the scene that its panorama makes."""
    if is_scene(folder):
        return folder
    made = place / folder.name
    if not made.exists():
        depth = folder / "pano_depth.npy"
        studio.import_photo(folder / "pano_rgb.png", made, ImportOptions(depth, "distance"))
    return made


def measure(scene: Path, place: Path, repeats: int) -> dict[str, object]:
    panorama = load_scene(scene).panorama
    print(f"\n{scene.name}, {panorama.width}×{panorama.height}")
    print(f"  {'':<18}{'MB':>8}{'wall s':>9}{'from layers':>13}{'CPU s':>8}   bar")
    found: dict[str, object] = {}
    for case in CASES:
        target = place / case.name
        studio.export(scene, target, case.options)  # compiles, and fills the system's caches
        runs = [timed(lambda: studio.export(scene, target, case.options)) for _ in range(repeats)]  # noqa: B023
        wall, cpu, outcome = min(runs, key=lambda run: run[0])
        inner = min(run[0] - run[2].seconds[READING] for run in runs)
        megabytes = outcome.facts["bytes"] / 1e6
        print(f"  {case.name:<18}{megabytes:8.2f}{wall:9.2f}{inner:13.2f}{cpu:8.2f}   ", end="")
        print(verdict(case, inner, megabytes), flush=True)
        found[case.name] = {"MB": megabytes, "wall": wall, "from_layers": inner, "cpu": cpu}
    return found


def verdict(case: Case, seconds: float, megabytes: float) -> str:
    """The bars of a case, and whether each was met."""
    bars = ((case.seconds, seconds, "s"), (case.megabytes, megabytes, "MB"))
    return ", ".join(
        f"{bar:g} {unit} {'met' if value < bar else 'MISSED'}"
        for bar, value, unit in bars
        if bar is not None
    )


def timed(work: Callable[[], object]) -> tuple[float, float, object]:
    wall, cpu = time.perf_counter(), time.process_time()
    made = work()
    return time.perf_counter() - wall, time.process_time() - cpu, made


def usual_ways(panorama: RGBDPanorama, place: Path) -> dict[str, object]:
    ways = {
        "trimesh sheet.glb": sheet_by_trimesh,
        "Open3D points.ply": points_by_open3d,
        "NumPy arrays.npz": arrays_by_numpy,
    }
    print("  the usual way")
    found: dict[str, object] = {}
    for name, way in ways.items():
        target = place / name.split()[1]
        wall, cpu, _ = timed(lambda: way(panorama, target))  # noqa: B023
        megabytes = target.stat().st_size / 1e6
        print(f"  {name:<18}{megabytes:8.2f}{wall:9.2f}{wall:13.2f}{cpu:8.2f}", flush=True)
        found[name] = {"MB": megabytes, "wall": wall, "cpu": cpu}
    return found


def sheet_by_trimesh(panorama: RGBDPanorama, target: Path) -> None:
    """A vertex on each pixel, two triangles between any four."""
    import trimesh

    height, width = panorama.distance.shape
    far = np.minimum(panorama.distance, 1000)
    places = (directions(height, width) * far[..., None]).reshape(-1, 3)
    row, column = np.mgrid[: height - 1, : width - 1]
    corner = (row * width + column).ravel()
    below = corner + width
    faces = np.concatenate(
        [
            np.stack([corner, below, corner + 1], axis=-1),
            np.stack([corner + 1, below, below + 1], axis=-1),
        ]
    )
    v, u = np.mgrid[:height, :width]
    uvs = np.stack([(u + 0.5) / width, 1 - (v + 0.5) / height], axis=-1).reshape(-1, 2)
    material = trimesh.visual.material.PBRMaterial(baseColorTexture=Image.fromarray(panorama.rgb))
    visual = trimesh.visual.TextureVisuals(uv=uvs, material=material)
    trimesh.Trimesh(places, faces, visual=visual, process=False).export(target)


def points_by_open3d(panorama: RGBDPanorama, target: Path) -> None:
    """A point on each pixel that is not sky, its normal from its neighbours in space."""
    import open3d

    solid = np.isfinite(panorama.distance)
    places = directions(*panorama.distance.shape)[solid] * panorama.distance[solid][:, None]
    cloud = open3d.geometry.PointCloud(open3d.utility.Vector3dVector(places.astype(np.float64)))
    cloud.colors = open3d.utility.Vector3dVector(panorama.rgb[solid] / 255.0)
    cloud.estimate_normals()
    open3d.io.write_point_cloud(str(target), cloud)


def arrays_by_numpy(panorama: RGBDPanorama, target: Path) -> None:
    np.savez_compressed(target, rgb=panorama.rgb, distance=panorama.distance)


if __name__ == "__main__":
    main()
