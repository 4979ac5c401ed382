"""Make the pictures of the README again: `.venv/bin/python -m docs.make_pictures [NAME …]`.

Every picture is drawn by the product from words alone; nothing is retouched. The scenes that they
show are kept in FOLDER, so that a second run is quick.
"""

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from depthfusion import studio
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.io.images import read_rgb
from depthfusion.io.scene_folder import is_scene, load_scene, save_scene
from depthfusion.scene.build import SceneOptions, build_scene
from depthfusion.studio import CreateOptions, RenderOptions, StereoOptions

HERE = Path(__file__).parent / "pictures"
ROOT = HERE.parents[1]
GAP = 8


@dataclass(frozen=True)
class View:
    """A look into a place: degrees to the right and up, degrees wide, metres from the origin."""

    words: str
    seed: int
    yaw: float = 0.0
    pitch: float = 0.0
    fov: float = 95.0
    eye: tuple[float, float, float] = (0.0, 0.0, 0.0)


FOREST = ("a misty pine forest at dawn", 1)
ROOM = ("a cosy living room with a fireplace in the evening", 1)
BEACH = ("a quiet beach with palms at sunset", 1)
STATION = ("a space station above a blue planet", 1)
PLACES = (
    View(*FOREST, yaw=-12, pitch=5),
    View(*BEACH, yaw=36),
    View(*ROOM, yaw=-163, pitch=-8),
    View("an old town street at dusk with lanterns", 1, yaw=0, pitch=5),
    View("a crystal cave", 1, yaw=20),
    View(*STATION),
)
LEANS = (
    View(*BEACH, yaw=75, fov=62, eye=(-0.3, 0.0, 0.0)),
    View(*STATION, yaw=10, pitch=-5, fov=62, eye=(0.3, 0.0, 0.0)),
)


def main() -> None:
    """Make the pictures that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PICTURES))
    parser.add_argument("--scenes", type=Path, default=Path(gettempdir(), "depthfusion-pictures"))
    asked = parser.parse_args()
    HERE.mkdir(exist_ok=True)
    asked.scenes.mkdir(parents=True, exist_ok=True)
    if "examples" in asked.names:
        examples(asked.scenes)
        asked.names.remove("examples")
        if not asked.names:
            return
    for name in asked.names or PICTURES:
        file = HERE / f"{name}.webp"
        picture = PICTURES[name](asked.scenes)
        Image.fromarray(picture).save(file, quality=84, method=6)
        height, width = picture.shape[:2]
        sys.stderr.write(f"{file} {width}×{height}, {file.stat().st_size // 1000} kB\n")


def places(scenes: Path) -> np.ndarray:
    """Six places, each looked at from its middle."""
    size = (640, 420)
    shots = [look(scenes, view, size) for view in PLACES]
    return rows([beside(shots[:3]), beside(shots[3:])])


def leaning(scenes: Path) -> np.ndarray:
    """Leaning to the side: one displaced sheet on the left, layers on the right."""
    size = (760, 440)
    return rows(
        [beside([look(scenes, view, size, sheet) for sheet in (True, False)]) for view in LEANS]
    )


def estimated(scenes: Path) -> np.ndarray:
    """Depth as networks give it, soft and noisy: one sheet on the left, sharpened layers right."""
    return beside([look(scenes, LEANS[0], (760, 440), sheet, soft=True) for sheet in (True, False)])


def panorama(scenes: Path) -> np.ndarray:
    """A panorama, and the distance that came with it: near bright, sky black."""
    scene = load_scene(made(scenes, *BEACH)).panorama
    inverse = (scene.distance.min() / scene.distance) ** 0.5
    grey = np.repeat(np.rint(255 * inverse).astype(np.uint8)[..., None], 3, axis=-1)
    return beside([smaller(picture, (760, 380)) for picture in (scene.rgb, grey)])


def stereo(scenes: Path) -> np.ndarray:
    """Both eyes in one picture for red-cyan glasses; all the way round, left above right."""
    out = scenes / "stereo.png"
    options = StereoOptions(layout="anaglyph", size=(760, 760), fov_deg=80)
    studio.stereo(made(scenes, *STATION), out, options)
    flat = read_rgb(out)
    studio.stereo(made(scenes, *ROOM), out, StereoOptions("ods", "tb", size=(760, 380)))
    return beside([flat, read_rgb(out)])


def app(scenes: Path) -> np.ndarray:
    """The web app with a scene in its viewer."""
    shot = scenes / "app.png"
    with opened_app(scenes, "light") as page:
        page.goto(f"{page.url}?scene=station")
        frame = page.frame_locator("iframe.viewer:visible")
        frame.locator("body.open.whole").wait_for(timeout=240_000)
        time.sleep(2)
        page.screenshot(path=shot)
    return read_rgb(shot)


def pages(scenes: Path) -> np.ndarray:
    """Where places are made, in the dark, and what is taken away of one, in the light."""
    shots = []
    for scheme, tab in (("dark", "Create"), ("light", "Take away")):
        shot = scenes / f"{tab}.png"
        with opened_app(scenes, scheme) as page:
            page.wait_for_selector("#prompt textarea")
            page.wait_for_selector("#recent img")
            page.get_by_role("tab", name=tab, exact=True).first.click()
            time.sleep(2)
            page.screenshot(path=shot)
        shots.append(smaller(read_rgb(shot), (960, 600)))
    return beside(shots)


@contextmanager
def opened_app(scenes: Path, scheme: str) -> Iterator[Any]:
    """The app over a library of three scenes, in a browser."""
    from playwright.sync_api import sync_playwright

    home = scenes / "home"
    library = home / "scenes"
    library.mkdir(parents=True, exist_ok=True)
    for name, place in (("station", STATION), ("room", ROOM), ("beach", BEACH)):
        shutil.copytree(made(scenes, *place), library / name, dirs_exist_ok=True)
    line = [sys.executable, "-m", "depthfusion", "--port", "7871"]
    server = subprocess.Popen(
        line, env={**os.environ, "DEPTHFUSION_HOME": str(home)}, cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        server.stdout.readline()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium",
                args=["--use-gl=angle", "--use-angle=gl-egl", "--ignore-gpu-blocklist"],
            )
            page = browser.new_page(
                viewport={"width": 1440, "height": 900}, color_scheme=scheme, locale="en-GB"
            )
            page.goto("http://127.0.0.1:7871/")
            yield page
            browser.close()
    finally:
        server.terminate()
        server.wait()


def examples(scenes: Path) -> None:
    """The pictures of examples in the app: what its sketch engine makes of their words."""
    from app.tabs.create_form import EXAMPLES

    for name, words in EXAMPLES.items():
        thumbnail = Image.open(made(scenes, words, 1) / "thumbnail.webp").convert("RGB")
        small = thumbnail.resize((320, 180), Image.Resampling.LANCZOS)
        small.save(ROOT / "app" / "static" / "examples" / f"{name}.webp", quality=78, method=6)


PICTURES: dict[str, Any] = {
    act.__name__: act for act in (places, leaning, estimated, panorama, stereo, app, pages)
}


def made(scenes: Path, words: str, seed: int) -> Path:
    """The scene of these words, made now where it is not there yet."""
    folder = scenes / f"{'-'.join(words.split())}-{seed}"
    if not is_scene(folder):
        sys.stderr.write(f"{words} …\n")
        studio.create(words, folder, CreateOptions(seed=seed, preview=None))
    return folder


def sheet_of(folder: Path) -> Path:
    """The same panorama as one sheet that stretches over what is hidden."""
    sheet = folder.with_name(f"{folder.name}-sheet")
    if not is_scene(sheet):
        scene = load_scene(folder)
        layered = build_scene(scene.panorama, SceneOptions(method="sheet"))
        save_scene(replace(scene, layered=layered), sheet)
    return sheet


def softened(folder: Path) -> Path:
    """The same scene from its distance blurred and with noise, as an estimate would have it."""
    soft = folder.with_name(f"{folder.name}-soft")
    if not is_scene(soft):
        scene = load_scene(folder)
        inverse = 1 / scene.panorama.distance
        noise = gaussian_filter(np.random.default_rng(0).normal(size=inverse.shape), 1.5)
        blurred = gaussian_filter(inverse, 2.5, mode=("nearest", "wrap"))
        blurred *= 1 + 0.005 * noise / noise.std()
        distance = np.full_like(inverse, np.inf)
        np.divide(1, blurred, out=distance, where=inverse > 0)
        panorama = replace(scene.panorama, distance=distance)
        save_scene(replace(scene, panorama=panorama, layered=build_scene(panorama)), soft)
    return soft


def look(
    scenes: Path, view: View, size: tuple[int, int], sheet: bool = False, soft: bool = False
) -> np.ndarray:
    """Draw a view by a camera file, as `depthfusion render` does."""
    width, height = size
    focal = width / 2 / math.tan(math.radians(view.fov) / 2)
    pose = yaw_pitch(math.radians(view.yaw), math.radians(view.pitch)).world_from_camera.copy()
    pose[:3, 3] = pose[:3, :3] @ view.eye
    cameras = scenes / "cameras.json"
    cameras.write_text(
        json.dumps({
            "w": width, "h": height, "fl_x": focal, "fl_y": focal,
            "cx": width / 2, "cy": height / 2, "camera_model": "OPENCV",
            "frames": [{"file_path": "view.png", "transform_matrix": pose.tolist()}],
        })
    )  # fmt: skip
    scene = made(scenes, view.words, view.seed)
    scene = softened(scene) if soft else scene
    scene = sheet_of(scene) if sheet else scene
    studio.render(scene, cameras, scenes / "views", RenderOptions("cpu", samples=2))
    return read_rgb(scenes / "views" / "view.png")


def beside(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Pictures of one height in a row, a white line between them."""
    return np.concatenate(list(spaced(pictures, axis=1)), axis=1)


def rows(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Pictures of one width, one above the other."""
    return np.concatenate(list(spaced(pictures, axis=0)), axis=0)


def spaced(pictures: Sequence[np.ndarray], axis: int) -> Any:
    """The pictures with lines of white between them."""
    shape = list(pictures[0].shape)
    shape[axis] = GAP
    for number, picture in enumerate(pictures):
        if number:
            yield np.full(shape, 255, np.uint8)
        yield picture


def smaller(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A picture made smaller, pixels averaged."""
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))


if __name__ == "__main__":
    main()
