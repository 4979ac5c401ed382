"""What import reads and guesses: the prior and the levelling on truth, memory of 16K photos.

    python benchmarks/bring.py [--parts prior,level,memory]

- prior: floor, walls and sky fitted to the truth kit's photos, against their distances; its scale
  is that of the floor, which the photo's owner knows. "constant" is a sphere, the best one.
- level: photos turned by known angles; how far off the found ones are, degrees.
- memory: a 16384×8192 photo read to 8192 and 4096 wide: peak memory and seconds of the processor.
  Each in a process of its own.
"""

import argparse
import json
import math
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from depthfusion.generation.prior.fitting import fit_prior
from depthfusion.geometry.equirectangular import directions, pixel_from_direction, solid_angles
from depthfusion.geometry.vanishing import straight_lines, upright
from depthfusion.io.images import lay_photo
from depthfusion.io.photo_files import open_photo
from depthfusion.io.photo_reading import Wanted, read_photo_kind
from depthfusion.io.placement import Placement, camera_from_world, turned
from depthfusion.scene.ground import floor_height
from depthfusion.version import __version__

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
TILTS = ((0.0, 0.0), (5.0, -3.0), (-8.0, 12.0), (15.0, 20.0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--parts", default="prior,level,memory")
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        print(json.dumps(read_once(Path(given.read[0]), int(given.read[1]))))
        return
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True
    ).stdout.strip()
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.platform()}, {platform.machine()}")
    print(f"depthfusion {__version__} at {commit}, numpy {np.__version__}, cv2 {cv2.__version__}")
    said: dict[str, object] = {}
    for part in given.parts.split(","):
        said[part] = {"prior": prior, "level": level, "memory": memory}[part]()
    print(json.dumps(said))


def truth(name: str) -> tuple[NDArray, NDArray]:
    with Image.open(DATA / "truth" / name / "pano_rgb.png") as picture:
        rgb = np.array(picture.convert("RGB"))
    return rgb, np.load(DATA / "truth" / name / "pano_depth.npy").astype(np.float32)


def prior() -> dict[str, dict[str, float]]:
    found = {}
    for name in ("street", "room"):
        rgb, exact = truth(name)
        height = floor_height(exact) or 1.6
        began = time.process_time()
        guess = fit_prior(rgb, height=height).distance
        spent = time.process_time() - began
        area = np.broadcast_to(solid_angles(*exact.shape)[:, None], exact.shape)
        sky, real = np.isinf(guess), np.isinf(exact)
        both = ~sky & ~real
        middle = np.exp(np.average(np.log(exact[both]), weights=area[both]))
        union = max(float((area * (sky | real)).sum()), 1e-9)
        found[name] = {
            "AbsRel": off(guess, exact, area, both),
            "within 1.25": within(guess, exact, area, both),
            "AbsRel constant": off(np.full_like(exact, middle), exact, area, both),
            "within 1.25 constant": within(np.full_like(exact, middle), exact, area, both),
            "sky IoU": round(float((area * (sky & real)).sum()) / union, 3),
            "cpu s": round(spent, 2),
        }
        print(f"prior     {name:<8} {found[name]}")
    return found


def off(guess: NDArray, exact: NDArray, area: NDArray, where: NDArray) -> float:
    error = np.abs(guess[where] / exact[where] - 1)
    return round(float(np.average(error, weights=area[where])), 3)


def within(guess: NDArray, exact: NDArray, area: NDArray, where: NDArray) -> float:
    ratio = np.maximum(guess[where] / exact[where], exact[where] / guess[where])
    return round(float(np.average(ratio < 1.25, weights=area[where])), 3)


def level() -> dict[str, float]:
    worst = {}
    for name in ("street", "room"):
        rgb, _ = truth(name)
        errors = []
        for pitch, roll in TILTS:
            up = upright(straight_lines(tilted(rgb, math.radians(pitch), math.radians(roll))))
            if up is None:
                errors.append(math.inf)
                continue
            seen = -math.degrees(math.asin(up[2])), math.degrees(math.atan2(-up[0], up[1]))
            errors.append(max(abs(seen[0] - pitch), abs(seen[1] - roll)))
        worst[name] = round(max(errors), 2)
        print(f"level     {name:<8} worst of {len(TILTS)}: {worst[name]}°")
    return worst


def tilted(rgb: NDArray, pitch: float, roll: float) -> NDArray:
    height, width = rgb.shape[:2]
    turn = camera_from_world(turned(Placement(height, width), 0.0, pitch, roll))
    pixel = pixel_from_direction(directions(height, width) @ turn, height, width)
    across, down = pixel.astype(np.float32).transpose(2, 0, 1)
    return cv2.remap(rgb, across, down, cv2.INTER_LINEAR, None, cv2.BORDER_WRAP)


def memory() -> dict[str, dict[str, float]]:
    rgb, _ = truth("street")
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        large = Image.fromarray(rgb).resize((16384, 8192), Image.Resampling.BILINEAR)
        for suffix, options in (("jpg", {"quality": 90}), ("png", {"compress_level": 1})):
            file = Path(folder, f"large.{suffix}")
            large.save(file, **options)
            for width in (8192, 4096):
                line = [sys.executable, __file__, "--read", str(file), str(width)]
                done = subprocess.run(line, capture_output=True, text=True, check=True)
                found[f"{suffix} to {width}"] = json.loads(done.stdout)
                print(f"memory    {suffix} to {width}: {done.stdout.strip()}")
    return found


def read_once(file: Path, width: int) -> dict[str, float]:
    began = time.process_time()
    photo = open_photo(file)
    panorama = lay_photo(photo, read_photo_kind(photo, Wanted()), max_width=width)
    assert panorama.rgb.shape == (width // 2, width, 3)
    status = Path("/proc/self/status").read_text()  # getrusage would count the parent's pages, too
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    return {"peak MB": round(peak), "cpu s": round(time.process_time() - began, 2)}


if __name__ == "__main__":
    main()
