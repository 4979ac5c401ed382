"""Look: the viewer, as wide as the page, and how sound what it shows is."""

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from app import markup
from app.desk import Desk
from app.jobs import Snapshot
from app.running import owner, turns
from depthfusion.types import InputError, Progress


def look_tab(desk: Desk) -> None:
    """Place the tab."""
    desk.viewer.render()
    with gr.Column(elem_id="inspection"):
        start, stop = desk.job_buttons("Inspect this scene", "inspect")
        card = gr.HTML("")

    async def run(key: str | None, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        def work(progress: Progress) -> Any:
            scene = desk.shelf.find(key)
            if scene is None:
                raise InputError("open a scene first")
            return desk.studio.inspect(scene.folder, progress)

        def told(inspection: Any, now: Snapshot) -> str:
            return markup.scorecard(inspection)

        async for turn in turns(desk.lane, "inspect", owner(request, "inspect"), work, told):
            yield turn.row()

    start.click(
        run,
        desk.current,
        [card, start, stop],
        concurrency_limit=None,
        show_progress="hidden",
        api_name="inspect",
    )
    # What was found of one scene says nothing of the next.
    desk.current.change(
        lambda: "", None, card, queue=False, show_progress="hidden", api_visibility="private"
    )
