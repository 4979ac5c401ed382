"""Bring: from a photo, with depth or without, to a scene."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from app import markup
from app.advanced import advanced_settings
from app.desk import QUIET, STEADY, Desk, words_of
from app.languages import Words, on_page
from app.recognition import WAITING, nothing, plain, recognition
from app.running import Turn, attached, turns
from app.tabs.create_form import path_of
from app.tabs.depth_panel import depth_panel
from app.tasks.making import importing
from app.telling import told_of
from depthfusion.types import InputError

KINDS = {
    "Distance along the ray": "distance",
    "Inverse depth, 1 is near": "inverse",
    "Depth along the axis (z)": "z",
}
LAYOUTS = {
    "Find out": "auto",
    "One eye": "mono",
    "Two eyes, top and bottom": "tb",
    "Two eyes, side by side": "lr",
}
SHAPES = {
    "Find out": "auto",
    "360° panorama": "panorama",
    "Cube map": "cube",
    "VR180": "vr180",
    "Ordinary photo": "photo",
}
SOURCES = {
    "Find out": "auto",
    "From the two eyes": "stereo",
    "Estimated by a model": "model",
    "Floor, walls and sky by geometry": "prior",
}


def bring_tab(desk: Desk, page: gr.Blocks) -> None:
    """Place the tab."""
    with gr.Row(elem_classes="two"):
        with gr.Column(scale=5, min_width=320):
            photo = gr.File(label=on_page("Your photo"), height=150, elem_id="photo")
            depth = gr.File(
                label=on_page("Its depth map, if there is one"), height=110, elem_id="depth"
            )
            for file in (photo, depth):
                file.preprocess = path_of
            kind = gr.Dropdown(
                list(KINDS.items()), value="distance", filterable=False, visible=False,
                label=on_page("What the depth map holds"),
            )  # fmt: skip
            answer = gr.Radio([], visible=False, elem_id="answer")
            with gr.Row(elem_classes="actions"):
                start, stop = desk.job_buttons("Make a scene", ("bring",))
            fields = {"kind": kind} | more_settings() | advanced_settings(desk.studio)
        with gr.Column(scale=7, min_width=320):
            status = gr.HTML(markup.idle(WAITING), elem_id="brought")
    answers, asked = gr.State({}), gr.State("")
    join_bring(desk, page, photo, depth, answer, answers, asked, fields, status, start, stop)
    depth_panel(desk, page)


def more_settings() -> dict[str, Any]:
    """Place what is rarely needed, closed."""
    with gr.Accordion(on_page("More settings"), open=False, elem_classes="more"):
        with gr.Row():
            projection = gr.Dropdown(
                list(SHAPES.items()), value="auto", label=on_page("What it shows"),
                filterable=False,
            )  # fmt: skip
            layout = gr.Dropdown(
                list(LAYOUTS.items()), value="auto", label=on_page("Eyes"), filterable=False
            )
        source = gr.Dropdown(
            list(SOURCES.items()), value="auto", label=on_page("Where depth comes from"),
            filterable=False,
        )  # fmt: skip
        with gr.Row():
            near, far, height = (
                gr.Number(0, label=on_page(label), info=on_page("0: find out"), minimum=0)
                for label in ("Nearest, m", "Farthest, m", "Camera above the floor, m")
            )
        fit = gr.Checkbox(False, label=on_page("Fit a photo of any other shape"))
        level = gr.Checkbox(False, label=on_page("Straighten a tilted photo"))
    return {
        "projection": projection, "layout": layout, "depth_source": source, "near": near,
        "far": far, "camera_height": height, "fit": fit, "level": level,
    }  # fmt: skip


def join_bring(
    desk: Desk, page: gr.Blocks, photo: Any, depth: Any, answer: Any, answers: Any, asked: Any,
    fields: dict[str, Any], status: Any, start: Any, stop: Any,
) -> None:  # fmt: skip
    """Join the tab's components."""
    inputs = [photo, depth, answers, *fields.values()]
    outputs = [status, start, stop, *desk.view]
    told = partial(told_of, desk.shelf)

    def given_by(values: Any) -> dict[str, Any]:
        said, *rest = values
        given = dict(zip(fields, rest, strict=True))
        given["depth_kind"] = given.pop("kind")
        given["level"] = "auto" if given["level"] else None
        return {**given, "fit": given["fit"] or None, **said}

    def look(request: gr.Request, photo: str | None, depth: str | None, *values: Any) -> Any:
        """Say what was brought; ask the first question that it raises."""
        words = words_of(request)
        hidden = gr.update(visible=False, choices=[], value=None)
        if photo is None:
            return nothing(words), hidden, ""
        file = Path(photo)
        try:
            file = Path(desk.uploads.own(photo, request) or "")
            own = desk.uploads.own(depth, request)
            options = importing(desk.studio, {**given_by(values), "depth": own})
            found = desk.studio.recognise(file, options)
        except InputError as error:
            return markup.ended(plain(str(error), file), kind="warn"), hidden, ""
        shown = recognition(found, file, words)
        if not found.questions:
            return shown, hidden, ""
        question = found.questions[0]
        choices = [(text, value) for value, text in question.choices]
        ask = gr.update(visible=True, choices=choices, value=None, label=question.words)
        return shown, ask, question.option

    def answered(value: Any, asked: str, answers: dict[str, Any]) -> dict[str, Any]:
        return {**answers, asked: value} if asked and value is not None else answers

    async def run(request: gr.Request, *values: Any) -> AsyncIterator[tuple[Any, ...]]:
        photo, depth, *rest = values

        def submit() -> str:
            if photo is None:
                raise InputError("drop a photo first")
            files = {"photo": photo, "depth": depth}
            return desk.submit(request, "bring", Path(photo).name, given_by(rest), files)

        async for turn in turns(desk.board, request, submit, told):
            yield shown(turn, words_of(request))

    async def attach(request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        # One that yields nothing would empty them.
        yield nothing(words_of(request)), *(gr.skip() for _ in outputs[1:])
        async for turn in attached(desk.board, request, ("bring",), told):
            yield shown(turn, words_of(request))

    def shown(turn: Turn, words: Words) -> tuple[Any, ...]:
        made = list((turn.done.result or {}).get("scenes", [])) if turn.done else []
        return *turn.row(), *(desk.opened(made[0], words) if made else desk.unchanged())

    recognised = [status, answer, asked]
    photo.change(lambda: {}, None, answers, **QUIET).then(look, inputs, recognised, **QUIET)
    depth.change(
        lambda file: gr.update(visible=file is not None), depth, fields["kind"], **QUIET
    ).then(look, inputs, recognised, **QUIET)
    answer.input(answered, [answer, asked, answers], answers, **QUIET).then(
        look, inputs, recognised, **QUIET
    )
    settings = ("kind", "projection", "layout", "depth_source", "fit", "level")
    gr.on([fields[name].input for name in settings], look, inputs, recognised, **QUIET)
    start.click(run, inputs, outputs, **STEADY)
    page.load(attach, None, outputs, **STEADY)
