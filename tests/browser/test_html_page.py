"""The exported page: opened from a disk, without a network, it shows what our renderer draws."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from viewing import picture, psnr

from depthfusion.geometry.cameras import Perspective
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.io.scene_folder import load_scene
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.scene.meshing import MeshOptions, mesh_scene
from depthfusion.studio import export

pytestmark = pytest.mark.browser
SCENE = Path(__file__).parents[2] / "assets" / "beach"


def test_a_page_opens_offline_and_shows_the_scene(chromium: Any, tmp_path: Path) -> None:
    page_file = tmp_path / "beach & co.html"
    outcome = export(SCENE, page_file)
    assert outcome.facts["kind"] == "page"
    assert page_file.stat().st_size < 4e6
    context = chromium.new_context(viewport={"width": 640, "height": 360}, offline=True)
    asked: list[str] = []
    faults: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.goto(f"{page_file.as_uri()}?view=20,-5,80,0.05,0,0")
    page.wait_for_selector("body.whole")
    shown = picture(page, (640, 360))
    assert faults == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert page.inner_text("#title") == "a quiet beach with palms at sunset"
    page.keyboard.press("c")
    assert page.is_visible("#path-file")
    assert not page.is_visible("#path-save"), "there is nobody here who keeps it"
    context.close()
    drawn = from_our_renderer(np.radians(20), np.radians(-5), np.radians(80), (0.05, 0, 0))
    assert psnr(shown, drawn) > 33


def from_our_renderer(yaw: float, pitch: float, wide: float, place: tuple) -> np.ndarray:
    with CpuRenderer() as renderer:
        renderer.load(mesh_scene(load_scene(SCENE).layered, MeshOptions.chosen()))
        camera = Perspective.from_fov(640, 360, wide)
        return renderer.render(camera, yaw_pitch(yaw, pitch, place), samples=2).rgb
