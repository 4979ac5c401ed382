"""Models: which are here, under which licence, and how one is fetched."""

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
    "panorama": "Places from words",
    "upscaling": "Larger panoramas",
    "reference": "A picture whose look to take",
    "lora": "Fewer steps",
    "depth": "Depth of a photo",
}


def models_panel(desk: Desk, page: gr.Blocks) -> None:
    """Place it, closed."""
    entries = desk.studio.list_models()
    with gr.Accordion(on_page("Models"), open=False, elem_classes="more", elem_id="models"):
        listing = gr.HTML(list_of(entries))
        choice = gr.Dropdown(
            [entry.id for entry in entries], value=None, label=on_page("Model to fetch"),
            filterable=False, elem_id="model",
        )  # fmt: skip
        terms = gr.HTML("", elem_classes="hint", elem_id="model-terms")
        agreed = gr.Checkbox(
            False, label=on_page("I have read the licence and agree"), elem_id="model-agreed"
        )
        with gr.Row(elem_classes="actions"):
            start, stop = desk.job_buttons("Download", (KIND,))
        status = gr.HTML("", elem_id="fetched")
    outputs = [status, start, stop, listing]

    def chosen(model: str | None, request: gr.Request) -> tuple[str, bool]:
        return terms_of(desk.studio, model, words_of(request)), False

    async def fetch(
        model: str | None, agreed: bool, request: gr.Request
    ) -> AsyncIterator[tuple[Any, ...]]:
        def submit() -> str:
            return desk.submit(request, KIND, str(model), {"model": model, "agreed": agreed})

        async for turn in turns(desk.board, request, submit, told):
            yield *turn.row(), fresh(request)

    async def attach(request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        yield "", gr.skip(), gr.skip(), fresh(request)
        async for turn in attached(desk.board, request, (KIND,), told):
            yield *turn.row(), fresh(request)

    def fresh(request: gr.Request) -> str:
        return list_of(desk.studio.list_models(), words_of(request))

    choice.change(chosen, choice, [terms, agreed], **QUIET)
    start.click(fetch, [choice, agreed], outputs, **STEADY)
    page.load(attach, None, outputs, **STEADY)


def list_of(entries: list[Any], words: Words = ENGLISH) -> str:
    """Every model, by what it is for: whether it is here, how large, under which licence."""
    rows, purpose = [], ""
    for entry in entries:
        if entry.purpose != purpose:
            purpose = entry.purpose
            rows.append(f'<tr><th colspan="3">{escape(words(PURPOSES[purpose]))}</th></tr>')
        size = f"{entry.bytes / 1e9 if entry.present else entry.gigabytes:.1f} GB"
        here = words("is here") if entry.present else words("not here")
        rows.append(
            f"<tr><td>{escape(entry.id)}<br><small>{escape(entry.licence)}</small></td>"
            f"<td>{escape(size)}</td><td>{escape(here)}</td></tr>"
        )
    return f'<table class="models">{"".join(rows)}</table>'


def terms_of(studio: Any, model: str | None, words: Words = ENGLISH) -> str:
    """The licence of a model, with a link to its words."""
    entry = next((one for one in studio.list_models() if one.id == model), None)
    if entry is None:
        return ""
    lines = [
        f'<a href="{escape(entry.licence_url, quote=True)}" target="_blank" rel="noreferrer">'
        f"{escape(entry.licence)}</a>" + (f": {escape(entry.restricts)}" if entry.restricts else "")
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
