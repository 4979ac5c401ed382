"""Library: every scene, by picture; and files whose recipe returns."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from app import cards, markup
from app.board import sentence
from app.desk import QUIET, Desk, words_of
from app.languages import Words, on_page
from app.scenes import SAMPLE
from app.tabs.create_form import CreateForm, path_of
from app.theme import STATIC
from depthfusion.types import InputError


@dataclass(frozen=True)
class LibraryTab:
    """The parts that the page joins to others."""

    scenes: gr.HTML
    search: gr.Textbox


def library_tab(desk: Desk, form: CreateForm) -> LibraryTab:
    """Place the tab."""
    with gr.Row(elem_classes="shelf-top"):
        search = gr.Textbox(
            placeholder=on_page("Search: a word of the prompt, the engine, a date"),
            show_label=False, container=False, max_length=200, scale=3, min_width=220,
            elem_id="search",
        )  # fmt: skip
        back = gr.File(
            label=on_page("Drop a GLB, picture, film or scene zip: its recipe returns"),
            height=84, scale=2, min_width=260, elem_id="back",
        )  # fmt: skip
        back.preprocess = path_of
    script = (STATIC / "library.js").read_text()
    said = gr.HTML("", js_on_load=script, elem_id="shelf-said")
    scenes = gr.HTML("", js_on_load=script, elem_id="library")
    tab = LibraryTab(scenes, search)
    join_search(desk, tab)
    join_verbs(desk, tab, said, form)
    join_return(desk, back, said, tab, form)
    return tab


def join_search(desk: Desk, tab: LibraryTab) -> None:
    """Show what is searched for while it is typed."""

    def found(request: gr.Request, text: str | None) -> str:
        return listing(desk, text, words_of(request))

    tab.search.change(found, tab.search, tab.scenes, **QUIET, trigger_mode="always_last")


def listing(desk: Desk, search: str | None, words: Words) -> str:
    """Every scene and sample that is searched for."""
    return cards.library(desk.shelf.entries(), desk.shelf.samples(), search or "", words)


def join_verbs(desk: Desk, tab: LibraryTab, said: gr.HTML, form: CreateForm) -> None:
    """Open, remix, rename, duplicate, delete, and undo it."""
    filled = list(form.fields.values())
    outputs = [said, tab.scenes, *desk.view, *filled]

    def answer(
        request: gr.Request,
        search: str | None,
        words_said: str | None = None,
        view: tuple[Any, ...] | None = None,
        fill: dict[Any, Any] | None = None,
    ) -> tuple[Any, ...]:
        shown = listing(desk, search, words_of(request))
        form_values = [(fill or {}).get(field, gr.skip()) for field in filled]
        return words_said, shown, *(view or desk.unchanged()), *form_values

    def act(
        request: gr.Request, search: str | None, current: str | None, event: gr.EventData
    ) -> tuple[Any, ...]:
        words, given = words_of(request), dict(event._data)
        verb, key = str(given.get("verb", "open")), given.get("scene")
        try:
            if verb == "open":
                return answer(request, search, "", view=view_of(desk, key, words))
            if verb == "remix":
                view, fill = remixed(desk, form, str(key), words)
                return answer(request, search, "", view, fill)
            told, gone = tidy(desk, verb, given, words)
        except InputError as error:
            return answer(request, search, markup.ended(sentence(str(error)), kind="warn"))
        closed = desk.opened(None, words, tab=None) if gone and gone == current else None
        return answer(request, search, told, closed)

    for place in (tab.scenes, said):
        place.click(act, [tab.search, desk.current], outputs, **QUIET)


def view_of(desk: Desk, key: Any, words: Words) -> tuple[Any, ...]:
    """Open a scene.

    Raises
    ------
    InputError
        It is gone.
    """
    scene = desk.shelf.find(str(key))
    if scene is None:
        raise InputError(words("This scene is not there any more."))
    return desk.opened(scene.key, words)


def remixed(
    desk: Desk, form: CreateForm, key: str, words: Words
) -> tuple[tuple[Any, ...], dict[Any, Any]]:
    """Fill the form by a scene, and start from its picture where the engine can."""
    scene = desk.shelf.find(key)
    if scene is None:
        raise InputError(words("This scene is not there any more."))
    view = (*desk.opened(scene.key, words, tab=None)[:-1], gr.update(selected="create"))
    return view, form.filled(scene.record, str(scene.folder / "rgb.png"))


def tidy(desk: Desk, verb: str, given: dict[str, Any], words: Words) -> tuple[str, str | None]:
    """Put the library in order; gives what to say, and the key of a scene that is gone."""
    studio, library = desk.studio, desk.shelf.folder
    if verb == "undo":
        place = studio.recover_scene(library, str(given.get("token")))
        return markup.said(words("“{title}” is back.", title=title_of(desk, place.name))), None
    key = str(given.get("scene"))
    folder = desk.shelf.place(key)
    if folder is None:
        raise InputError(words("This scene is not there any more."))
    if verb == "duplicate":
        studio.duplicate_scene(folder, library)
        return markup.said(words("“{title}” was duplicated.", title=title_of(desk, key))), None
    if key.startswith(SAMPLE):
        raise InputError(words("Samples stay as they are; duplicate it first."))
    if verb == "rename":
        studio.rename_scene(folder, str(given.get("title", "")))
        return "", None
    if verb == "delete":
        title = title_of(desk, key)
        return cards.undo_bar(title, studio.discard_scene(folder), words), key
    raise InputError(f"there is no such thing to do: {verb}")


def title_of(desk: Desk, key: str) -> str:
    """What a scene is called; its folder where it is damaged."""
    scene = desk.shelf.find(key)
    return scene.title if scene else key


def join_return(
    desk: Desk, back: gr.File, said: gr.HTML, tab: LibraryTab, form: CreateForm
) -> None:
    """Let files come back: a scene's zip as the scene, any other as the recipe that made it."""
    filled = list(form.fields.values())

    def returned(request: gr.Request, path: str | None) -> tuple[Any, ...]:
        words, skips = words_of(request), [gr.skip() for _ in filled]
        if path is None:
            return gr.skip(), None, gr.skip(), *skips
        try:
            file = Path(desk.uploads.own(path, request) or "")
            if file.suffix.lower() == ".zip" and desk.studio.recognise(file).kind == "scene":
                desk.submit(request, "bring", file.name, {}, {"photo": str(file)})
                return markup.said(words("The scene is on its way in.")), None, gr.skip(), *skips
            recipe = desk.studio.recipe_in(file)
        except InputError as error:
            told = str(error).replace(str(path), Path(path).name)
            return markup.ended(sentence(told), kind="warn"), None, gr.skip(), *skips
        values = form.filled(recipe)
        made = [values.get(field, gr.skip()) for field in filled]
        lead = gr.update(selected="create")
        return markup.said(words("Its recipe is under Create.")), None, lead, *made

    back.upload(returned, back, [said, back, desk.tabs, *filled], **QUIET)


def scene_cards(desk: Desk, name: str, value: str = "") -> gr.HTML:
    """Place pictures of scenes; pressing one opens it. Their markup is `cards.cards`."""
    shown = gr.HTML(value, js_on_load=(STATIC / "library.js").read_text(), elem_id=name)

    def choose(request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        try:
            return view_of(desk, event._data.get("scene", ""), words_of(request))
        except InputError as error:
            gr.Warning(str(error))
            return desk.unchanged()

    shown.click(choose, None, desk.view, **QUIET)
    return shown
