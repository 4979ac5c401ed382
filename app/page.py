"""The page: a masthead, five tabs, and what joins them."""

from typing import Any

import gradio as gr

from app import cards, markup
from app.api import add_api
from app.board import Board
from app.desk import QUIET, Desk, Parts, words_of
from app.languages import Words, on_page
from app.shelf import Shelf
from app.tabs import bring_tab, create_tab, library_tab, look_tab, take_away_tab
from app.tabs.create_form import CreateForm
from app.tabs.library import LibraryTab, listing, scene_cards
from app.tabs.take_away import PRESS, moves
from app.theme import STATIC
from app.translating import translate_choices
from app.visitors import Uploads

CACHE = (3600, 24 * 3600)
"""Every hour, forget uploads older than a day."""
RECENT = 4
"""Scenes shown under Create."""


def build_page(studio: Any, shelf: Shelf, board: Board, uploads: Uploads) -> gr.Blocks:
    """Lay out the app over a studio, a library and a board of jobs."""
    with gr.Blocks(
        title="DepthFusion", analytics_enabled=False, fill_width=True, delete_cache=CACHE
    ) as page:
        add_api(Parts(studio, shelf, board, uploads))  # first: it has the names that it wants
        gr.HTML(markup.HEADER, elem_id="masthead")
        tray = gr.HTML("", js_on_load=(STATIC / "tray.js").read_text(), elem_id="tray")
        current = gr.State(None)
        viewer = gr.HTML(markup.frame(None), elem_id="look", render=False)
        files = gr.HTML("", js_on_load=PRESS, elem_id="takeaways", render=False)
        with gr.Tabs(elem_id="tabs") as tabs:
            desk = Desk(studio, shelf, board, uploads, current, tabs, viewer, files)
            with gr.Tab(on_page("Create"), id="create") as create:
                form = create_tab(desk, page)
                recent = scene_cards(desk, "recent")
            with gr.Tab(on_page("Bring"), id="bring"):
                bring_tab(desk, page)
            with gr.Tab(on_page("Look"), id="look"):
                look_tab(desk)
            with gr.Tab(on_page("Take away"), id="take") as take:
                path = take_away_tab(desk)
            with gr.Tab(on_page("Library"), id="library") as library:
                kept = library_tab(desk, form)
        begin_page(desk, page, recent, form, path)
        join_tabs(desk, create, take, library, recent, kept, path)
        join_tray(desk, tray, recent, kept, path)
        translate_choices(page)
    page.queue(default_concurrency_limit=8, max_size=None)
    return page


def begin_page(desk: Desk, page: gr.Blocks, recent: gr.HTML, form: CreateForm, path: Any) -> None:
    """Open what the address asks for, else the newest scene; say what the engine does."""

    def begin(request: gr.Request) -> tuple[Any, ...]:
        words, asked = words_of(request), dict(request.query_params)
        scene, film = desk.shelf.find(asked.get("scene")), asked.get("film")
        first = (*desk.shelf.entries(), *desk.shelf.samples())
        newest = next((entry.name for entry in first if entry.problem is None), None)
        tab = None if scene is None else "take" if film else "look"
        key = scene.key if scene else newest
        view = desk.opened(key, words, tab)
        return *view, latest(desk, words), moves(desk, key, film)

    page.load(begin, None, [*desk.view, recent, path], **QUIET)
    page.load(form.engine_changed, form.engine_inputs, form.engine_outputs, **QUIET)


def latest(desk: Desk, words: Words) -> str:
    """The newest scenes."""
    whole = [entry for entry in desk.shelf.entries() if entry.problem is None]
    return cards.recent(whole[:RECENT], desk.shelf.samples(), words)


def join_tabs(
    desk: Desk, create: Any, take: Any, library: Any, recent: Any, kept: LibraryTab, path: Any
) -> None:
    """Bring each tab up to date when it is turned to."""

    def newest(request: gr.Request) -> str:
        return latest(desk, words_of(request))

    def files(request: gr.Request, key: str | None) -> tuple[str, Any]:
        return desk.listing(key, words_of(request)), moves(desk, key)

    def everything(request: gr.Request, search: str | None) -> str:
        return listing(desk, search, words_of(request))

    create.select(newest, None, recent, **QUIET)
    take.select(files, desk.current, [desk.files, path], **QUIET)
    library.select(everything, kept.search, kept.scenes, **QUIET)


def join_tray(
    desk: Desk, tray: gr.HTML, recent: gr.HTML, kept: LibraryTab, path: gr.Dropdown
) -> None:
    """Open what a job made, and show it where it belongs as soon as it is done."""

    def open_made(request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        words, scene = words_of(request), desk.shelf.find(event._data.get("open"))
        if scene is None:
            gr.Warning(words("This scene is not there any more."))
            return *desk.unchanged(), gr.skip()
        tab, film = event._data.get("tab"), event._data.get("film")
        tab = "take" if tab == "take" else "look"
        return *desk.opened(scene.key, words, tab), moves(desk, scene.key, film)

    def ended(request: gr.Request, key: str | None, search: str | None) -> tuple[Any, ...]:
        words = words_of(request)
        return desk.listing(key, words), latest(desk, words), listing(desk, search, words)

    tray.click(open_made, None, [*desk.view, path], **QUIET)
    tray.input(ended, [desk.current, kept.search], [desk.files, recent, kept.scenes], **QUIET)
