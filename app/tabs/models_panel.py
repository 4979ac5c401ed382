"""Models: which are here, what each is for, under which licence; and one is fetched."""

from collections.abc import AsyncIterator
from html import escape
from typing import Any

import gradio as gr

from app import markup
from app.desk import QUIET, STEADY, Desk, words_of
from app.languages import ENGLISH, Words, on_page
from app.ledger import Record
from app.running import attached, turns

KIND = "fetch"
PURPOSES = {
    "panorama": "Draws places from words.",
    "upscaling": "Makes panoramas larger and finer.",
    "reference": "Lets a picture say what a place should look like.",
    "lora": "Draws in 4 to 8 steps.",
    "depth": "Estimates the depth of a photo.",
}


def models_panel(desk: Desk, page: gr.Blocks) -> None:
    """Place it, closed."""
    with gr.Accordion(on_page("Models"), open=False, elem_classes="more", elem_id="models"):
        choice = gr.Dropdown(
            labelled(desk.studio.list_models()), value=None, label=on_page("Model to fetch"),
            filterable=False, elem_id="model",
        )  # fmt: skip
        terms = gr.HTML("", elem_classes="hint", elem_id="model-terms")
        agreed = gr.Checkbox(
            False, label=on_page("I have read the licence and agree"), elem_id="model-agreed"
        )
        with gr.Row(elem_classes="actions"):
            start, stop = desk.job_buttons("Download", (KIND,))
        status = gr.HTML("", elem_id="fetched")
    outputs = [status, start, stop, choice]

    def chosen(model: str | None, request: gr.Request) -> tuple[str, bool]:
        return terms_of(desk.studio, model, words_of(request)), False

    async def fetch(
        model: str | None, agreed: bool, request: gr.Request
    ) -> AsyncIterator[tuple[Any, ...]]:
        def submit() -> str:
            return desk.submit(request, KIND, str(model), {"model": model, "agreed": agreed})

        async for turn in turns(desk.board, request, submit, told):
            yield *turn.row(), fresh()

    async def attach(request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        yield "", gr.skip(), gr.skip(), fresh()
        async for turn in attached(desk.board, request, (KIND,), told):
            yield *turn.row(), fresh()

    def fresh() -> Any:
        return gr.update(choices=labelled(desk.studio.list_models()))

    choice.change(chosen, choice, [terms, agreed], **QUIET)
    start.click(fetch, [choice, agreed], outputs, **STEADY)
    page.load(attach, None, outputs, **STEADY)


def labelled(entries: list[Any]) -> list[tuple[str, str]]:
    """A choice for each model: a tick where it is here, its id, and its size."""
    return [
        (
            f"{'✓' if entry.present else '·'} {entry.id}, "
            f"{entry.bytes / 1e9 if entry.present else entry.gigabytes:.1f} GB",
            entry.id,
        )
        for entry in entries
    ]


def terms_of(studio: Any, model: str | None, words: Words = ENGLISH) -> str:
    """What a model is for, and its licence, with a link to its words."""
    entry = next((one for one in studio.list_models() if one.id == model), None)
    if entry is None:
        return ""
    lines = [
        escape(words(PURPOSES[entry.purpose])),
        f'<a href="{escape(entry.licence_url, quote=True)}" target="_blank" rel="noreferrer">'
        f"{escape(entry.licence)}</a>"
        + (f": {escape(entry.restricts)}" if entry.restricts else ""),
    ]
    if not entry.commercial:
        lines.append(escape(words("What you make with it must not be used commercially.")))
    if entry.present:
        lines.append(escape(words("It is here already.")))
    return "".join(f"<p>{line}</p>" for line in lines)


def told(record: Record, words: Words) -> str:
    """A model that has come."""
    model = str(dict(record.result or {}).get("model", ""))
    return markup.ended(words("{model} is here.", model=model))
