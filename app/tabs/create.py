"""Create: from words to a scene, or to four of which one is chosen."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import gradio as gr

from app import markup
from app.desk import STEADY, Desk, words_of
from app.languages import Words, on_page
from app.running import Turn, attached, turns
from app.tabs.create_form import CreateForm
from app.tabs.library import scene_cards
from app.tabs.models_panel import models_panel
from app.telling import told_of

KINDS = ("create", "variations")
OPENS = "The scene opens as soon as it is made."


def create_tab(desk: Desk, page: gr.Blocks) -> CreateForm:
    """Place the tab; gives its form, so that a recipe can fill it."""
    form = CreateForm(desk.studio, desk.board.usual)
    with gr.Row(elem_classes="two"):
        with gr.Column(scale=5, min_width=320):
            form.place_prompt()
            with gr.Row(elem_classes="actions"):
                start, stop = desk.job_buttons("Create", KINDS)
                four = gr.Button(on_page("Four variations"), scale=2, min_width=120)
            form.place_settings()
            models_panel(desk, page)
        with gr.Column(scale=7, min_width=320):
            status = scene_cards(desk, "status", markup.idle(OPENS))
    outputs = [status, start, stop, four, form.last, *desk.view]
    told = partial(told_of, desk.shelf)

    def shown(turn: Turn, words: Words) -> tuple[Any, ...]:
        view, last = desk.unchanged(), gr.skip()
        result = dict(turn.done.result or {}) if turn.done else {}
        if turn.done and turn.done.kind == "create" and result.get("scenes"):
            view = desk.opened(result["scenes"][0], words)
            last = str(result.get("facts", {}).get("seed", ""))
        return *turn.row(), gr.update(visible=not turn.busy), last, *view

    async def run(kind: str, request: gr.Request, values: Any) -> AsyncIterator[tuple[Any, ...]]:
        def submit() -> str:
            given, files = form.read(values)
            return desk.submit(request, kind, str(given["words"])[:200], given, files)

        async for turn in turns(desk.board, request, submit, told):
            yield shown(turn, words_of(request))

    async def create(request: gr.Request, *values: Any) -> AsyncIterator[tuple[Any, ...]]:
        async for row in run("create", request, values):
            yield row

    async def variations(request: gr.Request, *values: Any) -> AsyncIterator[tuple[Any, ...]]:
        async for row in run("variations", request, values):
            yield row

    async def attach(request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        # One that yields nothing would empty them.
        yield markup.idle(words_of(request)(OPENS)), *(gr.skip() for _ in outputs[1:])
        async for turn in attached(desk.board, request, KINDS, told):
            yield shown(turn, words_of(request))

    inputs = list(form.fields.values())
    gr.on([start.click, form.fields["words"].submit], create, inputs, outputs, **STEADY)
    four.click(variations, inputs, outputs, **STEADY)
    page.load(attach, None, outputs, **STEADY)
    return form
