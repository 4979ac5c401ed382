"""The viewer by itself: what it shows, how it looks round and leans, and what it says it lacks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from viewer_sample import COLOURS, HEAD_BOX, PATCH
from viewing import (
    Visit,
    colour_at,
    hold,
    is_close,
    look,
    opened,
    patch_centre,
    picture,
    settle,
    view,
)

pytestmark = pytest.mark.browser
THREE_FRAMES = """async () => {
  const { info, xr } = (await depthfusion).stage.renderer;
  const last = info.render.frame + 3;
  while (info.render.frame < last && xr.isPresenting)
    await new Promise((done) => setTimeout(done, 10));
}"""


@pytest.fixture
def scene(visit: Visit, plain_address: str) -> Any:
    return opened(visit(f"{plain_address}/viewer/?scene=/scenes/six/"))


def test_forward_is_minus_z_with_the_near_patch_in_the_middle(scene: Any) -> None:
    assert is_close(colour_at(scene, 0.5, 0.5), PATCH)
    assert is_close(colour_at(scene, 0.3, 0.5), COLOURS["front"])
    assert is_close(colour_at(scene, 0.5, 0.3), COLOURS["front"])
    assert patch_centre(scene) == pytest.approx(0.5, abs=0.004)


def test_every_direction_shows_its_colour(scene: Any) -> None:
    for yaw, name in ((90, "right"), (180, "back"), (-90, "left")):
        look(scene, yaw=np.radians(yaw))
        assert is_close(colour_at(scene, 0.5, 0.5), COLOURS[name])
    for pitch, name in ((88, "up"), (-88, "down")):
        look(scene, pitch=np.radians(pitch))
        assert is_close(colour_at(scene, 0.5, 0.5), COLOURS[name])


def test_a_scene_opens_facing_its_own_forward(visit: Visit, plain_address: str) -> None:
    page = opened(visit(f"{plain_address}/viewer/?scene=/scenes/turned/"))
    assert is_close(colour_at(page, 0.5, 0.5), COLOURS["right"])


def test_dragging_takes_the_scene_along(scene: Any) -> None:
    scene.mouse.move(300, 300)
    scene.mouse.down()
    scene.mouse.move(400, 300, steps=4)
    scene.wait_for_timeout(120)
    scene.mouse.up()
    settle(scene)
    assert view(scene)["yaw"] < 0, "dragged to the right, the scene follows and one looks left"
    assert patch_centre(scene) == pytest.approx(0.5 + 100 / 960, abs=0.02)


def test_arrows_turn_and_r_resets(scene: Any) -> None:
    hold(scene, "ArrowRight", "v.yaw > 0.2")
    hold(scene, "ArrowUp", "v.pitch > 0.1")
    scene.keyboard.press("r")
    settle(scene)
    rest = {"yaw": 0, "pitch": 0, "roll": 0, "fov": 86, "x": 0, "y": 0, "z": 0}
    assert view(scene) == rest


def test_the_wheel_zooms_within_limits(scene: Any) -> None:
    before = view(scene)["fov"]
    scene.mouse.move(480, 300)
    for _ in range(8):
        scene.mouse.wheel(0, -240)
    settle(scene)
    assert 20 <= view(scene)["fov"] < before
    for _ in range(10):
        scene.mouse.wheel(0, 240)
    settle(scene)
    assert before < view(scene)["fov"] <= 120


def test_leaning_shows_parallax_and_stays_in_the_head_box(scene: Any) -> None:
    hold(scene, "d", f"v.x > {0.8 * HEAD_BOX}")
    at = view(scene)
    assert at["x"] <= HEAD_BOX
    # A head at x sees a point straight ahead at distance r by atan(x / r) to the left.
    half = np.tan(np.radians(86 / 2))
    assert patch_centre(scene) == pytest.approx(0.5 - at["x"] / half / 2, abs=0.012)
    assert at["y"] == at["z"] == 0


def test_depth_is_light_near_and_dark_far(scene: Any) -> None:
    scene.keyboard.press("2")
    near, far = colour_at(scene, 0.5, 0.5), colour_at(scene, 0.3, 0.5)
    assert sum(near) > 500 and sum(far) < 120
    scene.keyboard.press("3")
    wires = picture(scene)
    assert 0.3 < (wires.sum(-1) < 60).mean() < 0.999
    scene.keyboard.press("1")
    assert is_close(colour_at(scene, 0.5, 0.5), PATCH)


def test_a_rim_that_is_half_clear_mixes_with_the_layer_behind(scene: Any) -> None:
    across = 0.5 + np.tan(np.radians(5.5)) / np.tan(np.radians(43)) / 2
    half = tuple(np.add(PATCH, COLOURS["front"]) // 2)
    assert is_close(colour_at(scene, across, 0.5), half)
    outside = 0.5 + np.tan(np.radians(7)) / np.tan(np.radians(43)) / 2
    assert is_close(colour_at(scene, outside, 0.5), COLOURS["front"]), "neither black nor a hole"


def test_turning_by_itself_goes_on_until_stopped(scene: Any) -> None:
    scene.keyboard.press("t")
    scene.wait_for_timeout(700)
    first = view(scene)["yaw"]
    scene.wait_for_timeout(300)
    assert view(scene)["yaw"] > first > 0
    scene.keyboard.press("t")
    settle(scene)


def test_keys_work_for_those_without_a_mouse(scene: Any) -> None:
    scene.keyboard.press("?")
    scene.wait_for_selector("#help[open]")
    scene.keyboard.press("Escape")
    scene.wait_for_selector("#help:not([open])", state="attached")
    buttons = scene.locator("#controls button")
    for index in range(buttons.count()):
        words = buttons.nth(index).get_attribute("aria-label") or buttons.nth(index).inner_text()
        assert words.strip()


def test_a_picture_is_saved_at_the_size_that_is_asked(scene: Any) -> None:
    scene.keyboard.press("p")
    scene.select_option("#picture [name=size]", "upright")
    scene.select_option("#picture [name=kind]", "jpeg")
    with scene.expect_download() as waiting:
        scene.click("#picture .chief")
    assert waiting.value.suggested_filename == "Six-colours.jpg"
    saved = Image.open(waiting.value.path()).convert("RGB")
    assert saved.size == (1080, 1920)
    assert is_close(saved.getpixel((540, 960)), PATCH)
    assert picture(scene).shape[:2] == (600, 960), "the screen has its own size again"


def test_vr_says_why_it_cannot_start(scene: Any) -> None:
    scene.keyboard.press("v")
    scene.wait_for_selector("#hint.shown")
    assert "headset" in scene.inner_text("#hint")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere", "was not found"),
        ("empty", "scene.glb was not found"),
        ("broken", "scene.glb is damaged"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    visit: Visit, plain_address: str, name: str, words: str
) -> None:
    page = visit(f"{plain_address}/viewer/?scene=/scenes/{name}/")
    page.wait_for_selector("body.failed")
    assert words in page.inner_text("#cover-text")
    assert page.is_visible("#retry")


def test_without_a_scene_or_without_webgl(visit: Visit, plain_address: str) -> None:
    page = visit(f"{plain_address}/viewer/")
    page.wait_for_selector("body.failed")
    assert "library" in page.inner_text("#cover-text")
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(f"{plain_address}/viewer/?scene=/scenes/six/")
    page.wait_for_selector("body.failed")
    assert "WebGL" in page.inner_text("#cover-text")


def test_reduced_motion_arrives_at_once(visit: Visit, plain_address: str) -> None:
    page = opened(visit(f"{plain_address}/viewer/?scene=/scenes/bare/", reduced_motion="reduce"))
    page.mouse.move(300, 300)
    page.mouse.down()
    page.mouse.move(420, 300)
    page.mouse.up()
    page.wait_for_timeout(200)
    before = view(page)
    page.wait_for_timeout(200)
    assert view(page) == before


def test_a_phone_shows_the_whole_bar(visit: Visit, plain_address: str) -> None:
    page = opened(
        visit(
            f"{plain_address}/viewer/?scene=/scenes/six/",
            viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True,
        )
    )  # fmt: skip
    assert is_close(colour_at(page, 0.5, 0.5), PATCH)
    page.keyboard.press("4")  # the longest word
    bar = page.locator("#controls").bounding_box()
    assert bar["x"] >= 4 and bar["x"] + bar["width"] <= 386


def test_a_headset_is_entered_moved_and_left(visit: Visit, plain_address: str) -> None:
    page = visit("about:blank")
    page.add_init_script(
        (Path(__file__).parent / "vendor" / "iwer.min.js").read_text("utf-8")
        + "; window.headset = new IWER.XRDevice(IWER.metaQuest3);"
        + "headset.installRuntime({ forceInstall: true });"
    )
    page.goto(f"{plain_address}/viewer/?scene=/scenes/turned/")
    opened(page)
    page.keyboard.press("v")
    page.wait_for_selector("[data-do=vr][aria-pressed=true]")
    head = """async () => {
      const camera = (await depthfusion).stage.renderer.xr.getCamera();
      const { x, y, z } = camera.position;
      const [,,,,,,,, a, b, c] = camera.matrixWorld.elements;
      return { eyes: camera.cameras.length, x, z, looks: [-a, -b, -c] };
    }"""
    # The scene's own forward is +X; the first frames come before the headset says where it is.
    page.wait_for_function(
        f"async () => {{ const h = await ({head})(); return h.eyes === 2 && h.looks[0] > 0.999 }}"
    )
    before = page.evaluate(head)
    page.evaluate("() => { headset.position.x += 0.25; }")
    page.wait_for_function(f"async () => (await ({head})()).x > {before['x'] + 0.2}")
    for words in ("Larger", "Leave VR"):
        page.evaluate(
            """async (words) => {
              const { scene } = await depthfusion;
              const at = scene.headset.menu.placeOf(words);
              const hand = headset.controllers.right;
              // The rig faces the scene's forward, +X; its origin is where the head was at first.
              hand.position.set(at.z, at.y + headset.position.y, -at.x + 0.3);
              hand.quaternion.set(0, 0, 0, 1);
            }""",
            words,
        )
        for pressed in (0, 1, 0):
            page.evaluate(f"headset.controllers.right.updateButtonValue('trigger', {pressed})")
            page.evaluate(THREE_FRAMES)
        if words == "Larger":
            larger = "async () => (await depthfusion).scene.headset.scale === 1.25"
            page.wait_for_function(larger)
    page.wait_for_selector("[data-do=vr][aria-pressed=false]")
    settle(page)
    page.wait_for_timeout(300)
    assert is_close(colour_at(page, 0.5, 0.5), COLOURS["right"])
