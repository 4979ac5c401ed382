"""The viewer's ways of seeing, its map, gyroscope, links, camera paths, and screen readers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from viewer_sample import COLOURS, HEAD_BOX, PATCH
from viewing import (
    Visit,
    barriers,
    colour_at,
    is_close,
    look,
    opened,
    patch_centre,
    picture,
    psnr,
    view,
)

from depthfusion.rendering.stereo import anaglyph
from depthfusion.scene.paths import PathOptions, camera_path

pytestmark = pytest.mark.browser
IPD = 0.064
AGREE = 2 / (1 / 1 + 1 / 4)
"""Where both eyes' pictures agree, for a scene from 1 m to 4 m."""


@pytest.fixture
def scene(visit: Visit, plain_address: str) -> Any:
    return opened(visit(f"{plain_address}/viewer/?scene=/scenes/six/"))


def test_red_cyan_mixes_the_two_pictures_that_lie_side_by_side(scene: Any) -> None:
    narrow = np.radians(60 / 2)
    scene.keyboard.press("5")
    look(scene, fov=60)
    mixed = picture(scene, (640, 400))
    scene.keyboard.press("6")
    look(scene, fov=2 * np.degrees(np.arctan(2 * np.tan(narrow))))  # twice as wide
    pair = picture(scene, (1280, 400))
    left, right = pair[:, :640], pair[:, 640:]
    assert psnr(mixed, anaglyph(left.astype(np.uint8), right.astype(np.uint8))) > 38
    found = [np.nonzero(np.abs(eye - PATCH).max(-1) <= 40)[1].mean() for eye in (left, right)]
    focal = 320 / np.tan(narrow)
    assert found[0] - found[1] == pytest.approx(focal * IPD * (1 / 1 - 1 / AGREE), abs=0.7)
    scene.keyboard.press("1")
    look(scene)
    assert patch_centre(scene) == pytest.approx(0.5, abs=0.004), "one picture again"


def test_one_sheet_is_the_same_from_the_middle_and_stretches_beside_it(scene: Any) -> None:
    look(scene, yaw=0.7)
    layers = picture(scene)
    scene.keyboard.press("4")
    line = scene.locator("#split")
    line.focus()
    for _ in range(25):
        scene.keyboard.press("ArrowRight")
    assert line.get_attribute("aria-valuenow") == "100"
    assert psnr(picture(scene), layers) > 26
    # Beside the middle, what hid behind the patch is a curtain on the sheet and the wall in layers.
    look(scene, x=HEAD_BOX)
    half = np.tan(np.radians(43))
    behind = 0.5 + (np.tan(np.radians(8)) - HEAD_BOX + 0.06) / half / 2
    assert not is_close(colour_at(scene, behind, 0.5), COLOURS["front"])
    line.press("Home")
    for _ in range(50):
        scene.keyboard.press("ArrowLeft")
    assert is_close(colour_at(scene, behind, 0.5), COLOURS["front"])


def test_a_link_opens_the_same_view(visit: Visit, plain_address: str, scene: Any) -> None:
    look(scene, yaw=0.5, pitch=-0.2, fov=60, x=0.1, z=-0.05)
    scene.keyboard.press("2")
    before, depth = view(scene), picture(scene)
    scene.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    scene.keyboard.press("l")
    address = scene.input_value("#link input")
    other = opened(visit(address))
    assert view(other) == pytest.approx(before, abs=2e-3)
    assert psnr(picture(other), depth) > 30


def test_kept_views_are_played_saved_and_filmed_alike(scene: Any, scenes_folder: Path) -> None:
    scene.keyboard.press("c")
    for asked in ({}, {"yaw": 0.6, "x": 0.15}, {"yaw": 1.0, "pitch": 0.3, "x": 0.1, "z": 0.1}):
        look(scene, **asked)
        scene.keyboard.press("k")
    scene.get_by_label("Seconds to view 3").fill("0.4")
    scene.get_by_label("Seconds to view 2").fill("0.4")
    scene.get_by_label("Name of the path").fill("fly in")
    scene.click("#path-save")
    scene.wait_for_selector("#path-open:not([hidden])")
    file = scenes_folder / "six" / "paths" / "fly in.json"
    assert len(json.loads(file.read_text())["keyframes"]) == 3
    filmed = camera_path(PathOptions(str(file), fps=30), HEAD_BOX)
    shown = scene.evaluate(
        """async (count) => {
          const { Keyframes } = await import('viewer/keyframes.js');
          const kept = new Keyframes();
          kept.read(await (await fetch('/scenes/six/paths/fly%20in.json')).json());
          const way = kept.way();
          return Array.from({ length: count }, (_, i) => way((kept.seconds * i) / (count - 1)));
        }""",
        len(filmed.poses),
    )
    for there, pose in zip(shown, filmed.poses, strict=True):
        assert pose.position == pytest.approx([there[axis] for axis in "xyz"], abs=1e-4)
        ahead = -pose.rotation[:, 2]
        yaw, pitch = np.arctan2(ahead[0], -ahead[2]), np.arcsin(ahead[1])
        assert (yaw, pitch) == pytest.approx((there["yaw"], there["pitch"]), abs=0.03)
    scene.click("#path-play")
    scene.wait_for_function("() => document.getElementById('path-play').textContent === 'Play'")
    assert view(scene)["yaw"] == pytest.approx(1.0, abs=1e-3)
    scene.evaluate("window.addEventListener('message', (e) => { window.wished = e.data; })")
    with scene.expect_navigation(wait_until="commit"):
        scene.click("#path-film")
    assert "film=fly+in" in scene.url and "scene=six" in scene.url


def test_the_wall_of_the_head_box_is_said_and_shown(scene: Any) -> None:
    look(scene, x=HEAD_BOX)
    scene.wait_for_function("() => document.getElementById('edge').style.opacity > 0.9")
    assert "lean" in scene.inner_text("#hint")
    shown = """() => {
      const canvas = document.querySelector('#map canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((v, i) => i % 4 === 3 && v > 0).length / (canvas.width * canvas.height);
    }"""
    assert 0.2 < scene.evaluate(shown) < 0.9


def test_a_phone_is_a_window_where_its_sensors_are_allowed(
    visit: Visit, plain_address: str
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = opened(visit(f"{plain_address}/viewer/?scene=/scenes/six/", **phone))
    page.click("[data-do=gyro]")
    page.wait_for_selector("[data-do=gyro][aria-pressed=true]")
    turned = """([alpha, beta, gamma]) =>
      dispatchEvent(new DeviceOrientationEvent('deviceorientation', { alpha, beta, gamma }))"""
    wanted = "async () => (await depthfusion).view.wanted"
    page.evaluate(turned, [40, 90, 0])
    page.evaluate(turned, [20, 120, 0])
    there = page.evaluate(wanted)
    assert there["yaw"] == pytest.approx(np.radians(20), abs=1e-6), "turned to the right"
    assert there["pitch"] == pytest.approx(np.radians(30), abs=1e-6), "and leant back"
    page.click("[data-do=gyro]")
    page.click("#ways-open")
    page.click("[data-see=depth]")
    assert page.inner_text("#ways-open") == "Depth"
    assert not page.is_visible("[data-see=depth]")


def test_a_card_for_small_pictures_shows_smaller_ones(visit: Visit, plain_address: str) -> None:
    page = visit("about:blank")
    page.add_init_script(
        """const get = WebGL2RenderingContext.prototype.getParameter;
        WebGL2RenderingContext.prototype.getParameter = function (name) {
          const unmasked = 0x9246;
          const told = { [this.MAX_TEXTURE_SIZE]: 128, [unmasked]: 'A Small Card' };
          return told[name] ?? get.call(this, name);
        };"""
    )
    page.goto(f"{plain_address}/viewer/?scene=/scenes/six/")
    opened(page)
    assert is_close(colour_at(page, 0.5, 0.5), PATCH)
    assert is_close(colour_at(page, 0.3, 0.5), COLOURS["front"])
    smooth = "async () => (await depthfusion).stage.renderer.getContextAttributes().antialias"
    assert page.evaluate(smooth), "a card draws edges smooth"
    page.mouse.move(300, 300)
    page.mouse.down()
    page.mouse.move(400, 300, steps=4)
    page.mouse.up()
    page.wait_for_function("async () => (await depthfusion).view.shown.yaw < -0.1")


def test_nothing_serious_stands_in_the_way_of_those_who_listen(scene: Any) -> None:
    scene.keyboard.press("c")
    scene.keyboard.press("k")
    scene.wait_for_timeout(600)  # until everything has faded in
    assert barriers(scene) == []
    scene.keyboard.press("p")
    assert barriers(scene) == []


def test_the_page_speaks_the_language_that_is_asked(visit: Visit, plain_address: str) -> None:
    page = opened(visit(f"{plain_address}/viewer/?scene=/scenes/six/&lang=de"))
    assert page.get_attribute("html", "lang") == "de"
    english = {"Colour", "Depth", "Save", "Camera path", "Reset the view", "Getting around"}
    labels = """() => [...document.querySelectorAll('button, h2, [aria-label]')]
      .map((e) => e.getAttribute('aria-label') ?? e.textContent.trim())"""
    assert not english & set(page.evaluate(labels))
    page.keyboard.press("c")
    page.keyboard.press("k")
    assert page.inner_text("#hint") == "Ansicht 1 ist behalten"
    assert page.inner_text("#path-list .go") == "Ansicht 1"


def test_two_fingers_zoom_and_lean(visit: Visit, plain_address: str) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = opened(visit(f"{plain_address}/viewer/?scene=/scenes/six/", **phone))
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = view(page)
    fingers("touchStart", (150, 400), (250, 400))
    for step in range(1, 6):
        fingers("touchMove", (150 - 10 * step, 400), (250 + 20 * step, 400))
    fingers("touchEnd")
    page.wait_for_function(f"async () => (await depthfusion).view.shown.fov < {before['fov'] - 20}")
    assert 0 < page.evaluate("async () => (await depthfusion).view.wanted.x") <= HEAD_BOX
