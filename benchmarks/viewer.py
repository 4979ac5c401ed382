"""How soon the viewer shows a scene in a browser, how many frames a second it draws, and its page.

    python benchmarks/viewer.py [FOLDER] [--size 1280x720] [--seconds 6] [--repeat 3]

FOLDER is a scene, or holds pano_rgb.png and pano_depth.npy (a truth scene). Chromium draws without
a display by software OpenGL (EGL), at one pixel a pixel: the governor that gives slow machines
fewer is off. Beside the frames a second that went by stand the processor's seconds a frame of the
process that draws, over all cores: on a busy machine they are the ones to compare. The exported
HTML page is timed, weighed, and opened from its file without a network. Needs playwright and a
chromium (tests/requirements.txt, .ci/run).
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from depthfusion import studio

ROOT = Path(__file__).parents[1]
TRUTH = ROOT.parent / "shared/data/truth/room"
FLAGS = "--use-gl=angle --use-angle=gl-egl --ignore-gpu-blocklist --no-sandbox"
TURNING = """async (seconds) => {
  const { stage, view } = await depthfusion;
  stage.governed = false;
  view.turning = 0.6;
  stage.invalidate();
  const until = performance.now() + 1000 * seconds;
  const { info } = stage.renderer;
  const [first, begun] = [info.render.frame, performance.now()];
  while (performance.now() < until) await new Promise(requestAnimationFrame);
  const drawn = info.render.frame - first;
  return { fps: (1000 * drawn) / (performance.now() - begun), frames: drawn,
           triangles: info.render.triangles, calls: info.render.calls,
           size: stage.pixels.join('x') };
}"""


class Files(SimpleHTTPRequestHandler):
    """The viewer under /viewer, the scene under /scene."""

    folders: dict[str, Path]

    def translate_path(self, path: str) -> str:
        """Find a file."""
        _, top, *rest = path.partition("?")[0].split("/")
        return str(self.folders[top].joinpath(*rest)) if top in self.folders else "/nowhere"

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=TRUTH)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--repeat", type=int, default=3, help="the median of so many counts")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work, browser(asked.size) as visit:
        scene = scene_in(asked.folder, Path(work, "scene"))
        page = Path(work, "scene.html")
        exports = [studio.export(scene, page).seconds for _ in range(asked.repeat)]
        with serving({"viewer": ROOT / "app/viewer", "scene": scene}) as address:
            shown = [visit(f"{address}/viewer/index.html?scene=/scene/", asked.seconds)
                     for _ in range(asked.repeat)]  # fmt: skip
        offline = [visit(page.as_uri(), 0) for _ in range(asked.repeat)]
        result = {
            "benchmark": "viewer",
            **provenance(),
            "scene": str(asked.folder),
            "glb_bytes": (scene / "scene.glb").stat().st_size,
            **middle(shown),
            "html": {
                "bytes": page.stat().st_size,
                "seconds": round(min(sum(seconds.values()) for seconds in exports), 2),
                "stages": min(exports, key=lambda seconds: sum(seconds.values())),
                "opened": middle(offline),
            },
        }
    for name, value in result.items():
        print(f"{name:18}{value}")
    print(json.dumps(result))


def scene_in(folder: Path, made: Path) -> Path:
    """The scene itself, or the one made of a truth folder."""
    if (folder / "scene.json").is_file():
        return folder
    options = studio.ImportOptions(depth=folder / "pano_depth.npy", depth_kind="distance")
    studio.import_photo(folder / "pano_rgb.png", made, options)
    return made


@contextmanager
def serving(folders: dict[str, Path]) -> Iterator[str]:
    """Serve folders from a thread; gives the address."""
    handler = type("Served", (Files,), {"folders": folders})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def browser(size: str) -> Iterator[Any]:
    """Chromium; gives what opens an address and measures."""
    width, height = map(int, size.split("x"))
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS.split())

        def visit(address: str, seconds: float) -> dict[str, Any]:
            context = chromium.new_context(viewport={"width": width, "height": height})
            page = context.new_page()
            page.goto(address)
            page.wait_for_selector("body.whole", timeout=60_000)
            marks = page.evaluate(
                "['first', 'full'].map((name) => performance.getEntriesByName(name)[0].startTime)"
            )
            told = dict(zip(("first_ms", "full_ms"), marks, strict=True))
            if seconds:
                before = drawing_seconds()
                told |= page.evaluate(TURNING, seconds)
                spent = drawing_seconds() - before
                told["cpu_ms_per_frame"] = 1000 * spent / max(told.pop("frames"), 1)
            context.close()
            return told

        yield visit
        chromium.close()


def drawing_seconds() -> float:
    """Processor seconds of the process of our Chromium that draws."""
    parents, drawing = {}, []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        parents[int(folder.name)] = int(after_name[1])
        if b"--type=gpu-process" in command:
            drawing.append((int(folder.name), int(after_name[11]) + int(after_name[12])))
    ours = (ticks for process, ticks in drawing if is_below(process, os.getpid(), parents))
    return sum(ours) / os.sysconf("SC_CLK_TCK")


def is_below(process: int, top: int, parents: dict[int, int]) -> bool:
    """Whether `process` descends from `top`."""
    while process in parents and process != top:
        process = parents[process]
    return process == top


def middle(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Each number's median; words and sizes of the last."""
    return {
        name: round(statistics.median(row[name] for row in rows), 1)
        if isinstance(value, float)
        else value
        for name, value in rows[-1].items()
    }


def provenance() -> dict[str, Any]:
    """Date, machine, commit and versions."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    )
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "commit": commit.stdout.strip(),
        "versions": {name: version(name) for name in ("numpy", "playwright")},
    }


if __name__ == "__main__":
    main()
