"""The page: a masthead, five tabs, and what joins them."""

from typing import Any

import gradio as gr

from app import markup
from app.desk import Desk
from app.jobs import Lane
from app.shelf import Shelf
from app.tabs import bring_tab, create_tab, library_tab, look_tab, take_away_tab
from app.tabs.library import scene_cards

CACHE = (3600, 24 * 3600)
"""Every hour, forget uploads older than a day."""
RECENT = 4
"""Scenes shown under Create."""
QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


def build_page(studio: Any, shelf: Shelf, lane: Lane) -> gr.Blocks:
    """Lay out the app over a studio, a library and a lane for jobs."""
    with gr.Blocks(
        title="DepthFusion", analytics_enabled=False, fill_width=True, delete_cache=CACHE
    ) as page:
        gr.HTML(markup.HEADER, elem_id="masthead")
        current = gr.State(None)
        viewer = gr.HTML(markup.frame(None), elem_id="look", render=False)
        files = gr.HTML(markup.takeaways(None), elem_id="takeaways", render=False)
        with gr.Tabs(elem_id="tabs") as tabs:
            desk = Desk(studio, shelf, lane, current, tabs, viewer, files)
            with gr.Tab("Create", id="create") as create:
                create_tab(desk)
                recent = scene_cards(desk, "recent")
            with gr.Tab("Bring", id="bring"):
                bring_tab(desk)
            with gr.Tab("Look", id="look"):
                look_tab(desk)
            with gr.Tab("Take away", id="take") as take:
                take_away_tab(desk)
            with gr.Tab("Library", id="library") as library:
                scenes = library_tab(desk)

        def begin(request: gr.Request) -> tuple[Any, ...]:
            asked = desk.shelf.find(request.query_params.get("scene"))
            known = desk.shelf.entries()
            first = (*known, *desk.shelf.samples())
            newest = next((entry.name for entry in first if entry.problem is None), None)
            view = desk.opened(asked.key if asked else newest, look=asked is not None)
            return *view, latest()

        def latest() -> str:
            return markup.recent(desk.shelf.entries()[:RECENT], desk.shelf.samples())

        def everything() -> str:
            return markup.library(desk.shelf.entries(), desk.shelf.samples())

        page.load(begin, None, [*desk.view, recent], **QUIET)
        create.select(latest, None, recent, **QUIET)
        take.select(desk.listing, desk.current, desk.files, **QUIET)
        library.select(everything, None, scenes, **QUIET)
    page.queue(default_concurrency_limit=8)
    return page
