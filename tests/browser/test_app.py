"""The app as a person meets it: words or a photo in, a scene to look round in, files out."""

import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pretend_studio
import pytest
from app_serving import serving
from PIL import Image
from viewer_sample import panorama

from app.options import ServeOptions
from app.server import build_app

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
ROOT = Path(__file__).parents[2]
AXE = ROOT / "tests" / "tools" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def page(visit: Visit, app_address: str) -> Any:
    page = visit(app_address, viewport={"width": 1280, "height": 800})
    page.wait_for_selector("#prompt textarea")
    return page


def tab(page: Any, name: str) -> None:
    """Turn to a tab; those that have no room are behind a button."""
    tabs = page.get_by_role("tab", name=name, exact=True)
    if tabs.first.is_visible():
        tabs.first.click()
    else:
        page.locator(".overflow-menu > button").click()
        page.locator(".overflow-dropdown button", has_text=name).click()


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).locator("visible=true").click()


def unfold(page: Any, name: str) -> None:
    page.get_by_role("button", name=name).locator("visible=true").click()


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
    assert (words, options.engine) == ("the sea <b>at night</b>", "auto")
    assert not hasattr(options, "seed")
    assert any(path.name.startswith("the-sea-b-at-night") for path in library.iterdir())
    tab(page, "Create")
    page.wait_for_selector(".stage.made")
    assert "Understood: sea." in page.inner_text(".stage.made")
    assert page.locator(".stage.made b").count() == 0
    assert page.get_by_role("button", name="Create", exact=True).is_visible()
    assert page.locator(".actions").get_by_role("button", name="Stop").count() == 0


def test_a_job_outlives_the_page_and_is_stopped_from_the_list(
    page: Any, library: Path, studio: pretend_studio.PretendStudio, monkeypatch: Any
) -> None:
    monkeypatch.setattr(studio, "seconds", 30)
    before = set(library.iterdir())
    page.fill("#prompt textarea", "a desert")
    press(page, "Create")
    page.wait_for_selector(".stage.busy .what:text('Drawing the place')")
    page.reload()
    page.wait_for_selector(".stage.busy .what:text('Drawing the place')")
    page.wait_for_selector(".tray .pill.busy:has-text('%')")
    page.click(".tray .pill")
    job = page.locator(".tray li", has_text="a desert")
    assert "Create · Drawing the place" in job.inner_text()
    job.get_by_role("button", name="Stop").click()
    page.wait_for_selector(".stage.calm:has-text('Stopped')")
    page.wait_for_selector(".tray li.stopped:has-text('a desert')")
    assert set(library.iterdir()) == before
    assert page.get_by_role("button", name="Create", exact=True).is_visible()


def test_a_fault_is_said_and_the_app_goes_on(page: Any) -> None:
    page.locator("#examples [data-words]").nth(4).click()
    page.wait_for_function("document.querySelector('#prompt textarea').value.includes('beach')")
    page.fill("#prompt textarea", "break")
    press(page, "Create")
    page.wait_for_selector(".stage.warn")
    assert "Something went wrong: the <b>engine</b> broke" in page.inner_text(".stage.warn")
    assert page.get_by_role("button", name="Create", exact=True).is_enabled()


def test_four_variations_are_chosen_from(
    page: Any, studio: pretend_studio.PretendStudio, library: Path
) -> None:
    page.fill("#prompt textarea", "four seas")
    unfold(page, "More settings")
    page.get_by_label("Seed", exact=True).fill("40")
    press(page, "Four variations")
    page.wait_for_selector(".stage.several")
    seeds = page.locator(".stage.several span").all_inner_texts()
    assert seeds == ["Seed 40", "Seed 41", "Seed 42", "Seed 43"]
    page.locator(".stage.several button").nth(2).click()
    assert viewer(page).locator("#title").inner_text() == "four seas"
    assert re.search(r"four-seas-\w{4}-3/", page.get_attribute("iframe.viewer", "src"))


def test_what_was_brought_is_said_before_it_is_made(
    page: Any, tmp_path: Path, studio: pretend_studio.PretendStudio
) -> None:
    photo, depth = tmp_path / "hall.png", tmp_path / "hall.npy"
    Image.fromarray(panorama(64)).save(photo)
    np.save(depth, np.full((64, 128), 2, np.float32))
    tab(page, "Bring")
    press(page, "Make a scene")
    page.wait_for_selector(".stage.warn:has-text('Drop a photo first')")
    page.set_input_files("#photo input[type=file]", photo)
    page.wait_for_selector(".stage.recognised:has-text('hall.png is <a> panorama')")
    assert page.locator(".stage.recognised img").get_attribute("src").startswith("data:image/webp")
    assert "It has no depth yet: drop a depth map" in page.inner_text(".stage.recognised")
    page.get_by_label("In front").check()
    page.wait_for_selector("#answer", state="hidden")
    page.set_input_files("#depth input[type=file]", depth)
    page.wait_for_selector(".stage.recognised:has-text('From the file')")
    press(page, "Make a scene")
    assert viewer(page).locator("#title").inner_text() == "hall"
    name, options = studio.asked[-1]
    assert (name, options.depth.name, options.depth_kind) == ("hall.png", "hall.npy", "distance")
    assert options.fit is True
    tab(page, "Bring")
    assert "was enlarged" in page.inner_text(".stage.made")


def test_files_and_films_are_made_and_taken_away(
    page: Any, studio: pretend_studio.PretendStudio
) -> None:
    page.fill("#prompt textarea", "a beach")
    press(page, "Create")
    viewer(page)
    tab(page, "Take away")
    got = download(page, "3D scene")
    assert (got[0][:2], got[0][-4:], got[1][:4]) == ("a-", ".glb", b"glTF")
    assert re.search(r"\d kB", page.inner_text(".takeaways"))
    press(page, "Make the film")
    page.wait_for_selector(".takeaways a:has-text('orbit-720p.mp4')")
    assert studio.asked[-1][1].size == (1280, 720)
    assert download(page, "orbit-720p")[1] == b"film" * 1000
    page.get_by_role("button", name="Make Anaglyph, PNG").click()
    page.wait_for_selector(".takeaways a:has-text('Anaglyph (PNG)')")
    assert studio.asked[-1][1].layout == "anaglyph"
    page.get_by_role("button", name="Make 360° panorama, JPG").click()
    page.wait_for_selector(".takeaways a:has-text('360° panorama (JPG)')")
    assert download(page, "360° panorama (JPG)")[0].endswith("_360.jpg")


def download(page: Any, words: str) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.locator(".takeaways a", has_text=words).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_a_library_is_searched_renamed_and_nothing_deleted_is_lost(
    page: Any, library: Path
) -> None:
    pretend_studio.write_scene_folder(library / "bay", title="A bay", prompt="a green lagoon")
    tab(page, "Library")
    page.fill("#search textarea, #search input", "lagoon sketch")
    page.wait_for_function("document.querySelectorAll('#library [data-scene]').length == 1")
    card = page.locator("#library li", has_text="A bay")
    card.get_by_role("button", name="Rename").click()
    page.keyboard.type("My <i>bay</i>")
    page.keyboard.press("Enter")
    card = page.locator("#library li", has_text="My <i>bay</i>")
    card.get_by_role("button", name="Delete").click()
    page.wait_for_selector(".undo:has-text('“My <i>bay</i>” was deleted.')")
    assert not (library / "bay").exists()
    page.wait_for_selector("#library:has-text('Nothing here is called that.')")
    page.locator(".undo button").click()
    card.wait_for()
    assert (library / "bay" / "scene.json").is_file()
    card.get_by_role("button", name="Duplicate").click()
    page.wait_for_function("document.querySelectorAll('#library [data-scene]').length == 2")
    card.first.get_by_role("button", name="Remix").click()
    page.wait_for_function("document.querySelector('#prompt textarea').value == 'a green lagoon'")
    assert page.locator("#prompt textarea").is_visible()


def test_the_recipe_in_a_file_returns(page: Any, library: Path) -> None:
    tab(page, "Library")
    page.set_input_files("#back input[type=file]", library / "six" / "rgb.png")
    page.wait_for_selector("#shelf-said .warn:has-text('rgb.png holds no recipe')")
    beach = ROOT / "assets" / "beach" / "scene.glb"
    page.set_input_files("#back input[type=file]", beach)
    page.wait_for_selector("#prompt textarea:visible")
    assert page.input_value("#prompt textarea") == "a quiet beach with palms at sunset"


def test_the_depth_of_a_scene_is_tried_and_changed(
    visit: Visit, app_address: str, library: Path
) -> None:
    shutil.copytree(ROOT / "assets" / "living-room", library / "lounge")
    page = visit(f"{app_address}/?scene=lounge", viewport={"width": 1280, "height": 800})
    viewer(page)
    tab(page, "Bring")
    unfold(page, "Depth of the open scene")
    page.wait_for_selector(".trial img")
    page.get_by_label("Near and far").check()
    page.wait_for_selector(".trial:has-text('Nearest 1.00 m, farthest 40 m.')")
    page.locator(".board canvas").click(position={"x": 100, "y": 200})
    page.wait_for_selector(".board .cross:visible")
    press(page, "Apply")
    viewer(page)
    changed = json.loads((library / "lounge" / "scene.json").read_text())["options"]["reshaped"]
    assert (changed["mapping"], changed["near"], changed["far"]) == ("inverse", 1, 40)
    assert changed["floor"] is None  # no height was asked for


def test_an_address_opens_a_scene_that_is_inspected(visit: Visit, app_address: str) -> None:
    page = visit(f"{app_address}/?scene=six", viewport={"width": 1280, "height": 800})
    assert viewer(page).locator("#title").inner_text() == "Six colours"
    press(page, "Inspect this scene")
    page.wait_for_selector(".scorecard")
    assert "of the view <shows> nothing" in page.inner_text(".scorecard .good")


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en-GB"), ("dark", "de-DE")])
def test_a_phone_scrolls_down_and_never_sideways_and_axe_finds_nothing(
    visit: Visit, app_address: str, scheme: str, locale: str
) -> None:
    page = visit(
        app_address, viewport={"width": 390, "height": 844}, has_touch=True, color_scheme=scheme,
        locale=locale,
    )  # fmt: skip
    page.wait_for_selector("#prompt textarea")
    ground = Image.open(io.BytesIO(page.screenshot())).convert("L").getpixel((4, 500))
    assert ground > 200 if scheme == "light" else ground < 40
    tabs = {
        "en-GB": ("Create", "Bring", "Take away", "Library"),
        "de-DE": ("Erstellen", "Bringen", "Mitnehmen", "Sammlung"),
    }[locale]
    for name in tabs:
        tab(page, name)
        page.wait_for_timeout(250)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert serious(page) == []


def serious(page: Any) -> list[str]:
    """What axe-core holds to be serious or worse."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {iframes: false})")["violations"]
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.fixture(scope="module")
def real_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The app over the real studio, and its library."""
    library = tmp_path_factory.mktemp("real")
    with serving(build_app(ServeOptions(library=library))) as address:
        yield address, library


def test_the_sketch_engine_is_stopped_half_way_and_the_room_comes_in(
    visit: Visit, real_address: tuple[str, Path]
) -> None:
    address, library = real_address
    page = visit(address, viewport={"width": 1280, "height": 800})
    page.set_default_timeout(60_000)
    page.fill("#prompt textarea", "a deep pine forest")
    unfold(page, "More settings")
    page.get_by_label("Sketch").check()
    page.wait_for_selector("#engine-line:has-text('Not yet used at this size.')")
    press(page, "Create")
    page.wait_for_selector(".stage.busy .what:text('Generating the panorama')")
    page.locator(".actions").get_by_role("button", name="Stop").first.click()
    page.wait_for_selector(".stage.calm:has-text('Stopped')")
    assert [path.name for path in library.iterdir()] == [".jobs"]
    tab(page, "Bring")
    room = ROOT / "assets" / "living-room"
    page.set_input_files("#photo input[type=file]", room / "rgb.png")
    page.wait_for_selector(".stage.recognised:has-text('It has no depth yet')")
    page.locator("#answer label", has_text="floor, walls and sky").click()
    page.wait_for_selector("#answer", state="hidden")
    press(page, "Make a scene")
    assert viewer(page).locator("#title").inner_text() == "rgb"
    assert (library / "rgb" / "scene.glb").is_file()
