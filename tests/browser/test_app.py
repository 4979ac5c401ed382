"""The app as a person meets it: words or a photo in, a scene to look round in, files out."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pretend_studio
import pytest
from PIL import Image
from viewer_sample import panorama

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]


@pytest.fixture
def page(visit: Visit, app_address: str) -> Any:
    page = visit(app_address, viewport={"width": 1280, "height": 800})
    page.wait_for_selector("#prompt textarea")
    return page


def tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).first.click()


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def viewer(page: Any) -> Any:
    """The viewer's page, once it shows its scene."""
    page.wait_for_selector("iframe.viewer:visible")
    frame = page.frame_locator("iframe.viewer:visible")
    frame.locator("body.open").wait_for()
    return frame


def test_words_become_a_scene_that_opens_at_once(
    page: Any, library: Path, studio: pretend_studio.PretendStudio
) -> None:
    page.fill("#prompt textarea", "the sea <b>at night</b>")
    press(page, "Create")
    page.wait_for_selector(".stage.busy")
    assert viewer(page).locator("#title").inner_text() == "the sea <b>at night</b>"
    words, options = studio.asked[-1]
    assert (words, options.engine, options.seed) == ("the sea <b>at night</b>", "auto", None)
    assert any(path.name.startswith("the-sea-b-at-night") for path in library.iterdir())
    tab(page, "Create")
    page.wait_for_selector(".stage.made")
    assert "Understood: sea." in page.inner_text(".stage.made")
    assert page.locator(".stage.made b").count() == 0
    assert page.get_by_role("button", name="Create", exact=True).is_visible()
    assert page.get_by_role("button", name="Stop", exact=True).count() == 0


def test_stop_stops_and_leaves_nothing(
    page: Any, library: Path, studio: pretend_studio.PretendStudio, monkeypatch: Any
) -> None:
    monkeypatch.setattr(studio, "seconds", 30)
    before = set(library.iterdir())
    page.fill("#prompt textarea", "a desert")
    press(page, "Create")
    page.wait_for_selector(".stage.busy .what:text('Drawing the place')")
    press(page, "Stop")
    page.wait_for_selector(".stage.calm:has-text('Stopped')")
    assert set(library.iterdir()) == before
    monkeypatch.setattr(studio, "seconds", 0.1)
    press(page, "Create")
    viewer(page)


def test_a_fault_is_said_and_the_app_goes_on(page: Any) -> None:
    page.fill("#prompt textarea", "break")
    press(page, "Create")
    page.wait_for_selector(".stage.warn")
    assert "Something went wrong: the <b>engine</b> broke" in page.inner_text(".stage.warn")
    assert page.get_by_role("button", name="Create", exact=True).is_enabled()


def test_a_photo_with_its_depth(
    page: Any, tmp_path: Path, studio: pretend_studio.PretendStudio
) -> None:
    photo, depth = tmp_path / "hall.png", tmp_path / "hall.npy"
    Image.fromarray(panorama(64)).save(photo)
    np.save(depth, np.full((64, 128), 2, np.float32))
    tab(page, "Bring")
    press(page, "Make a scene")
    page.wait_for_selector(".stage.warn:has-text('Drop a photo first')")
    page.set_input_files("#photo input[type=file]", photo)
    page.wait_for_selector("#photo img")
    press(page, "Make a scene")
    page.wait_for_selector(".stage.warn:has-text('needs a depth file')")
    page.set_input_files("#depth input[type=file]", depth)
    page.get_by_label("What the depth map holds").wait_for()
    press(page, "Make a scene")
    assert viewer(page).locator("#title").inner_text() == "hall"
    name, options = studio.asked[-1]
    assert (name, options.depth.name, options.depth_kind) == ("hall.png", "hall.npy", "distance")
    tab(page, "Bring")
    assert "was enlarged" in page.inner_text(".stage.made")


def test_glb_and_film_are_taken_away(page: Any, studio: pretend_studio.PretendStudio) -> None:
    page.fill("#prompt textarea", "a beach")
    press(page, "Create")
    viewer(page)
    tab(page, "Take away")
    got = download(page, "3D scene")
    assert (got[0][:2], got[0][-4:], got[1][:4]) == ("a-", ".glb", b"glTF")
    assert download(page, "Short film")[0].endswith(".mp4")
    assert re.search(r"\d kB", page.inner_text(".takeaways"))
    press(page, "Make the film")
    page.wait_for_selector(".takeaways:has-text('orbit-720p.mp4')")
    assert studio.asked[-1][1].size == (1280, 720)
    assert download(page, "orbit-720p")[1] == b"film" * 1000


def download(page: Any, words: str) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.locator(".takeaways a", has_text=words).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_the_library_opens_what_is_pressed(page: Any) -> None:
    tab(page, "Library")
    page.locator("#library [data-scene=six]").click()
    assert viewer(page).locator("#title").inner_text() == "Six colours"


def test_an_address_opens_a_scene(visit: Visit, app_address: str) -> None:
    page = visit(f"{app_address}/?scene=six")
    assert viewer(page).locator("#title").inner_text() == "Six colours"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_down_and_never_sideways(
    visit: Visit, app_address: str, scheme: str
) -> None:
    page = visit(
        app_address, viewport={"width": 390, "height": 844}, has_touch=True, color_scheme=scheme
    )
    page.wait_for_selector("#prompt textarea")
    ground = Image.open(io.BytesIO(page.screenshot())).convert("L").getpixel((4, 500))
    assert ground > 200 if scheme == "light" else ground < 40
    for name in ("Create", "Bring", "Take away"):
        open_tab_on_a_phone(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def open_tab_on_a_phone(page: Any, name: str) -> None:
    """Tabs that have no room are behind a button."""
    tabs = page.get_by_role("tab", name=name, exact=True)
    if not tabs.first.is_visible():
        page.locator(".overflow-menu > button").click()
        page.locator(".overflow-dropdown button", has_text=name).click()
    else:
        tabs.first.click()
    page.wait_for_timeout(300)


def test_advanced_settings_reach_the_studio(
    page: Any, studio: pretend_studio.PretendStudio
) -> None:
    page.fill("#prompt textarea", "a wide hall")
    page.get_by_role("button", name="Advanced").locator("visible=true").click()
    page.get_by_label("Room to lean, m").locator("visible=true").fill("0.2")
    press(page, "Create")
    viewer(page)
    _, options = studio.asked[-1]
    assert (options.scene.head_box, options.scene.method) == (0.2, "layers")
    assert options.mesh == studio.MeshOptions.chosen("desktop")


def test_a_scene_is_inspected_where_one_looks(visit: Visit, app_address: str) -> None:
    page = visit(f"{app_address}/?scene=six", viewport={"width": 1280, "height": 800})
    assert viewer(page).locator("#room").text_content() == ", up to 30 cm"
    press(page, "Inspect this scene")
    page.wait_for_selector(".scorecard")
    assert "of the view <shows> nothing" in page.inner_text(".scorecard .good")
