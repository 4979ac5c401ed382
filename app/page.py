"""The page: a masthead, five tabs, and what joins them."""

from typing import Any

import gradio as gr

from app import markup
from app.desk import Desk
from app.jobs import Lane
from app.shelf import Shelf
from app.tabs import bring_tab, create_tab, library_tab, look_tab, take_away_tab
from app.tabs.library import shelved
from app.tabs.take_away import listing

CACHE = (3600, 24 * 3600)
"""Every hour, forget uploads older than a day."""


def build_page(studio: Any, shelf: Shelf, lane: Lane) -> gr.Blocks:
    """Lay out the app over a studio, a library and a lane for jobs."""
    with gr.Blocks(
        title="DepthFusion", analytics_enabled=False, fill_width=True, delete_cache=CACHE
    ) as page:
        gr.HTML(markup.HEADER, elem_id="masthead")
        current = gr.State(None)
        with gr.Tabs(elem_id="tabs") as tabs:
            desk = Desk(studio, shelf, lane, current, tabs)
            with gr.Tab("Create", id="create"):
                create_tab(desk)
            with gr.Tab("Bring", id="bring"):
                bring_tab(desk)
            with gr.Tab("Look", id="look"):
                viewer = look_tab(desk)
            with gr.Tab("Take away", id="take") as take:
                files = take_away_tab(desk)
            with gr.Tab("Library", id="library") as library:
                scenes = library_tab(desk)
        join(desk, page, viewer, files, scenes, take, library)
    page.queue(default_concurrency_limit=8)
    return page


def join(
    desk: Desk,
    page: gr.Blocks,
    viewer: gr.HTML,
    files: gr.HTML,
    scenes: gr.HTML,
    take: gr.Tab,
    library: gr.Tab,
) -> None:
    """Let the tabs follow the scene that is open, and the library what has been made."""
    quiet: dict[str, Any] = {
        "queue": False, "show_progress": "hidden", "api_visibility": "private",
    }  # fmt: skip

    def begin(request: gr.Request) -> tuple[Any, Any, str]:
        asked = desk.shelf.find(request.query_params.get("scene"))
        known = desk.shelf.scenes()
        first = asked or (known[0] if known else None)
        tab = gr.update(selected="look") if asked else gr.skip()
        return first.key if first else None, tab, markup.cards(known)

    page.load(begin, None, [desk.current, desk.tabs, scenes], **quiet)
    desk.current.change(markup.frame, desk.current, viewer, **quiet)
    desk.current.change(lambda key: listing(desk, key), desk.current, files, **quiet)
    take.select(lambda key: listing(desk, key), desk.current, files, **quiet)
    library.select(lambda: shelved(desk), None, scenes, **quiet)
