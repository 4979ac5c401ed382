"""Look: the viewer, as wide as the page, and how sound what it shows is."""

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from app import markup
from app.desk import QUIET, STEADY, Desk
from app.languages import Words
from app.ledger import Record
from app.running import turns


def look_tab(desk: Desk) -> None:
    """Place the tab."""
    desk.viewer.render()
    with gr.Column(elem_id="inspection"):
        with gr.Row(elem_classes="actions"):
            start, stop = desk.job_buttons("Inspect this scene", ("inspect",))
        card = gr.HTML("")

    def told(record: Record, words: Words) -> str:
        return markup.scorecard((record.result or {}).get("findings", []))

    async def run(request: gr.Request, key: str | None) -> AsyncIterator[tuple[Any, ...]]:
        scene = desk.shelf.find(key)

        def submit() -> str:
            return desk.submit(request, "inspect", scene.title if scene else "", {"scene": key})

        async for turn in turns(desk.board, request, submit, told):
            yield turn.row()

    start.click(run, desk.current, [card, start, stop], **STEADY)
    # What was found of one scene says nothing of the next.
    desk.current.change(lambda: "", None, card, **QUIET)
