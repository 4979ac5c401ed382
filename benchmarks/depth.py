"""Depth of a panorama: views merged beside the usual merge, and stereo 360 against exact truth.

    python benchmarks/depth.py [FOLDER ...] [--parts merge,stereo] [--sizes 1024x512,1920x960]
                               [--plain-sizes 1024x512] [--views 512] [--seed 1]

A FOLDER is a truth scene: pano_depth.npy, and ods/left.png and ods/right.png for stereo. By default
the truth scenes beside the checkout; without any, our own sample scenes, of which only views are
merged.

- merge: exact depth cut into 12 views of 90°, as it is, and with a random scale, ripples of 3 % and
  noise of 2 % in each view, for inverse depth also a random shift ("shifted"). Merged by this
  program, and by the plain way: gradients and Laplacians of log distance of all views averaged and
  solved by LSMR from coarse to fine, without a constraint at the poles, written from scratch after
  what MoGe (Wang et al., arXiv 2410.19115) does for panoramas. AbsRel after one scale, seconds and
  processor seconds. The plain way knows no shift, so it is given metres only.
- stereo: AbsRel and the share within 1.25 between −60° and 60°, of everything and of what lies
  within the stated reach, sky told right, and PSNR of the picture put together for the centre.
"""

import argparse
import json
import os
import platform
import subprocess
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from scipy.sparse import coo_array, vstack
from scipy.sparse.linalg import lsmr

from depthfusion.generation.estimation.merging import merge_views
from depthfusion.generation.estimation.views import View, covering_views, footprint
from depthfusion.generation.stereo_depth import distance_from_ods
from depthfusion.geometry.equirectangular import latitudes, pixel_from_direction, sample
from depthfusion.io.scene_folder import load_scene

ROOT = Path(__file__).resolve().parents[1]
TRUTH = ROOT.parent / "shared" / "data" / "truth"
FARTHEST = 200.0  # metres; sky is taken for this where views are merged
BARS = "bars      merge 5 s at 1024×512 and 8 s at 1920×960; stereo room AbsRel 0.05, 90 % in 1.25"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--parts", default="merge,stereo")
    parser.add_argument("--sizes", default="1024x512,1920x960")
    parser.add_argument("--plain-sizes", default="1024x512")
    parser.add_argument("--views", type=int, default=512)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    head()
    results: dict[str, dict] = {}
    for folder in asked.folders or usual_folders():
        print(f"\n{folder.name}", flush=True)
        found = results[folder.name] = {}
        if "merge" in asked.parts:
            found["merge"] = merge(true_distance(folder), asked)
        if "stereo" in asked.parts and (folder / "ods").is_dir():
            found["stereo"] = stereo(folder)
    print(json.dumps(results))


def usual_folders() -> list[Path]:
    truth = [TRUTH / name for name in ("room", "street") if (TRUTH / name).is_dir()]
    return truth or [ROOT / "assets" / "living-room"]


def true_distance(folder: Path) -> np.ndarray:
    if (folder / "pano_depth.npy").is_file():
        return np.load(folder / "pano_depth.npy").astype(np.float32)
    return load_scene(folder).panorama.distance


# ------------------------------------------------------------------ merging views


def merge(truth: np.ndarray, asked: argparse.Namespace) -> dict:
    """Every way of merging at every size, exact and perturbed."""
    views = covering_views(asked.views)
    merge_views(exact(truth, views), views, "metric", 32)  # compiled before it is timed
    found = {}
    for size in asked.sizes.split(","):
        height = int(size.partition("x")[2])
        for kind in ("exact", "perturbed", "shifted"):
            depths = exact(truth, views)
            if kind != "exact":
                depths = perturbed(depths, asked.seed, shift=kind == "shifted")
            meaning = "inverse" if kind == "shifted" else "metric"
            ours = timed(lambda d=depths, m=meaning, h=height: merge_views(d, views, m, h))
            found[f"{size} {kind}"] = said = {"ours": score(*ours, truth)}
            if kind != "shifted" and size in asked.plain_sizes.split(","):
                plain = timed(lambda d=depths, h=height: plain_merge(d, views, h))
                said["plain"] = score(*plain, truth)
            for way, figures in said.items():
                print(f"  {size:<10} {kind:<10} {way:<6}", line(figures), flush=True)
    return found


def exact(truth: np.ndarray, views: tuple[View, ...]) -> list[np.ndarray]:
    """The z-depth that each view would see, [S, S]."""
    _, rays = views[0].camera.rays()
    near = np.minimum(truth, FARTHEST)
    depths = []
    for view in views:
        at = pixel_from_direction(rays @ view.world_from_camera.T, *truth.shape)
        distance = sample(near, at[..., 0], at[..., 1], order="nearest")
        depths.append((distance * -rays[..., 2]).astype(np.float32))
    return depths


def perturbed(depths: list[np.ndarray], seed: int, shift: bool) -> list[np.ndarray]:
    """What a network might make of them: metres of a wrong scale, or inverse depth of no unit."""
    generator = np.random.default_rng(seed)
    out = []
    for depth in depths:
        size = depth.shape[::-1]
        slow = generator.normal(size=(6, 6)).astype(np.float32)
        ripple = 1 + 0.03 * cv2.resize(slow, size, interpolation=cv2.INTER_CUBIC)
        noise = 1 + 0.02 * generator.normal(size=depth.shape)
        scale = generator.uniform(0.6, 1.6)
        if shift:
            inverse = scale * ripple * noise / depth
            inverse += generator.uniform(-0.5, 0.5) * inverse.std()
            out.append(inverse.astype(np.float32))
        else:
            out.append((scale * ripple * noise * depth).astype(np.float32))
    return out


def plain_merge(depths: list[np.ndarray], views: tuple[View, ...], height: int) -> np.ndarray:
    """The usual merge: least squares over averaged gradients and Laplacians, coarse to fine."""
    width = 2 * height
    start = None
    if width > 256:
        coarse = plain_merge(depths, views, height // 2)
        start = cv2.resize(np.log(coarse), (width, height), interpolation=cv2.INTER_LINEAR).ravel()
    _, rays = views[0].camera.rays()
    sums = np.zeros((3, height, width))
    counts = np.zeros((3, height, width))
    for depth, view in zip(depths, views, strict=True):
        value, seen = np.zeros((height, width)), np.zeros((height, width), bool)
        lies = footprint(view, height, width)
        place = np.ix_(lies.rows, lies.columns)
        value[place] = lies.lay(np.log(depth / -rays[..., 2]))
        seen[place] = lies.inside
        beside, below = np.roll(seen, -1, 1) & seen, np.zeros_like(seen)
        below[:-1] = seen[1:] & seen[:-1]
        whole = beside & np.roll(beside, 1, 1) & below & np.roll(below, 1, 0)
        whole[[0, -1]] = False
        down = np.zeros_like(value)
        down[:-1] = np.diff(value, axis=0)
        across = np.roll(value, -1, 1) - value
        bend = across - np.roll(across, 1, 1) + down - np.roll(down, 1, 0)
        for k, (what, where) in enumerate(((across, beside), (down, below), (bend, whole))):
            sums[k] += np.where(where, what, 0)
            counts[k] += where
    right = (sums / np.maximum(counts, 1)).reshape(3, -1)
    known = (counts > 0).reshape(3, -1)
    index = np.arange(height * width).reshape(height, width)
    steps = [
        np.roll(index, -1, 1),
        np.roll(index, -1, 0),
        np.roll(index, 1, 1),
        np.roll(index, 1, 0),
    ]
    here = index.ravel()
    rows = [
        stencil(here[known[0]], [(steps[0].ravel()[known[0]], 1.0)], -1.0, here.size),
        stencil(here[known[1]], [(steps[1].ravel()[known[1]], 1.0)], -1.0, here.size),
        stencil(here[known[2]], [(s.ravel()[known[2]], 1.0) for s in steps], -4.0, here.size),
    ]
    wanted = np.concatenate([right[k][known[k]] for k in range(3)])
    solved = lsmr(vstack(rows).tocsr(), wanted, atol=1e-5, btol=1e-5, x0=start)[0]
    return np.exp(solved.reshape(height, width)).astype(np.float32)


def stencil(
    here: np.ndarray, others: list[tuple[np.ndarray, float]], middle: float, unknowns: int
) -> coo_array:
    """A row for each of `here`: `middle` times it and more times its neighbours."""
    number = np.arange(here.size)
    rows = np.concatenate([number] * (1 + len(others)))
    columns = np.concatenate([here, *(there for there, _ in others)])
    entries = np.concatenate(
        [np.full(here.size, middle), *(np.full(here.size, weight) for _, weight in others)]
    )
    return coo_array((entries, (rows, columns)), shape=(here.size, unknowns))


def timed(work) -> tuple[np.ndarray, float, float]:
    began, spent = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - began, time.process_time() - spent


def score(found: np.ndarray, seconds: float, processor: float, truth: np.ndarray) -> dict:
    """AbsRel over the sphere after one scale, sky left out."""
    height, width = found.shape
    y, x = np.mgrid[0:height, 0:width]
    column = (x + 0.5) * truth.shape[1] / width - 0.5
    row = (y + 0.5) * truth.shape[0] / height - 0.5
    true = sample(truth, column, row, order="nearest")
    known = np.isfinite(true) & (true < FARTHEST)
    weight = np.cos(latitudes(height))[:, None] * known
    ratio = np.where(known, found / np.where(known, true, 1), 1)
    off = np.abs(ratio / np.median(ratio[known]) - 1)
    absrel = float((weight * off).sum() / weight.sum())
    return {"absrel": round(absrel, 4), "seconds": round(seconds, 2), "cpu": round(processor, 2)}


# ------------------------------------------------------------------ stereo 360


def stereo(folder: Path) -> dict:
    """One ODS pair against its truth."""
    left, right, centre = (
        np.asarray(Image.open(folder / name).convert("RGB"))
        for name in ("ods/left.png", "ods/right.png", "pano_rgb.png")
    )
    truth = true_distance(folder)
    distance_from_ods(left[::4, ::4].copy(), right[::4, ::4].copy())  # compiled before it is timed
    began, spent = time.perf_counter(), time.process_time()
    found = distance_from_ods(left, right)
    seconds, processor = time.perf_counter() - began, time.process_time() - spent
    distance = found.panorama.distance
    middle = (np.abs(np.degrees(latitudes(len(truth)))) < 60)[:, None]
    both = np.isfinite(truth) & np.isfinite(distance) & middle
    sky = np.isinf(truth), np.isinf(distance)
    apart = (found.panorama.rgb.astype(float) - centre)[np.broadcast_to(middle, truth.shape)]
    figures = {
        "all": told(distance, truth, both),
        "within reach": told(distance, truth, both & (truth < found.reach)),
        "reach m": round(found.reach, 1),
        "measured": round(found.measured, 3),
        "sky taken for solid": round(
            float((sky[0] & ~sky[1])[np.broadcast_to(middle, truth.shape)].mean()), 4
        ),
        "solid taken for sky": round(
            float((sky[1] & ~sky[0])[np.broadcast_to(middle, truth.shape)].mean()), 4
        ),
        "centre dB": round(float(10 * np.log10(255**2 / (apart**2).mean())), 1),
        "seconds": round(seconds, 1),
        "cpu": round(processor, 1),
    }
    print("  stereo", line(figures), flush=True)
    return figures


def told(distance: np.ndarray, truth: np.ndarray, where: np.ndarray) -> dict:
    weight = np.cos(latitudes(len(truth)))[:, None] * where
    ratio = np.where(where, np.where(where, distance, 1) / np.where(where, truth, 1), 1)
    within = np.maximum(ratio, 1 / ratio) < 1.25
    return {
        "absrel": round(float((weight * np.abs(ratio - 1)).sum() / weight.sum()), 4),
        "within 1.25": round(float((weight * within).sum() / weight.sum()), 4),
    }


# ------------------------------------------------------------------ what is printed


def line(figures: dict) -> str:
    parts = []
    for name, value in figures.items():
        inner = f"({line(value)})" if isinstance(value, dict) else value
        parts.append(f"{name} {inner}")
    return "  ".join(parts)


def head() -> None:
    """Date, machine, commit and versions."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    versions = ", ".join(f"{n} {version(n)}" for n in ("numpy", "scipy", "numba"))
    versions = f"python {platform.python_version()}, {versions}"
    print(f"date      {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit or 'unknown'}")
    load = os.getloadavg()[0]
    print(f"machine   {os.cpu_count()} cores, {platform.machine()}, load {load:.1f}")
    print(f"versions  {versions}, OpenCV {cv2.__version__}\n{BARS}")


if __name__ == "__main__":
    main()
