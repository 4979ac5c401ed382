"""The depth of the open scene: near and far, size, and a brush, tried before they are made."""

import base64
import binascii
import secrets
from collections.abc import AsyncIterator
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from app import markup
from app.board import sentence
from app.desk import QUIET, STEADY, Desk, words_of
from app.languages import Words, on_page
from app.running import Turn, turns
from app.tabs.depth_markup import board, trial
from app.tasks.mending import WITH_AMOUNT, change_of
from app.telling import told_of
from app.theme import STATIC
from app.visitors import visitor_of
from depthfusion.types import InputError

KINDS = ("reshape", "paint", "undo_paint")
MAPPINGS = {"Keep proportions": "keep", "Near and far": "inverse", "Even steps": "linear"}
TOOLS = {"Size and reach": "point", "Brush": "brush"}
EDITS = {
    "Flat, all at one distance": "flat",
    "A plane, like a wall or floor": "plane",
    "Push away": "push",
    "Pull nearer": "pull",
    "Sky": "sky",
}
MASK_LIMIT = 4_000_000
"""Characters of a painted mask."""


def depth_panel(desk: Desk, page: gr.Blocks) -> None:
    """Place the panel, closed; it loads the open scene when it is opened."""
    with gr.Accordion(
        on_page("Depth of the open scene"), open=False, elem_id="depth-panel", elem_classes="more"
    ) as panel:
        tool = gr.Radio(list(TOOLS.items()), value="point", show_label=False, container=False)
        with gr.Row(elem_classes="two"):
            with gr.Column(scale=7, min_width=320):
                picture = gr.HTML("", js_on_load=(STATIC / "board.js").read_text(), elem_id="board")
                shown = gr.HTML("", elem_id="trial")
            with gr.Column(scale=5, min_width=320):
                with gr.Column() as sizes:
                    fields = size_fields()
                with gr.Column(visible=False) as brushes:
                    kind = gr.Dropdown(
                        list(EDITS.items()), value="flat", label=on_page("What is painted becomes"),
                        filterable=False,
                    )  # fmt: skip
                    amount = gr.Number(
                        0, label=on_page("Metres"), info=on_page("0: as suits it"), minimum=0
                    )
                    undo = gr.Button(on_page("Take the last one back"))
                with gr.Row(elem_classes="actions"):
                    start, stop = desk.job_buttons("Apply", KINDS)
                status = gr.HTML("")
    floor, mask = gr.State(None), gr.State(None)
    parts = {
        "panel": panel, "tool": tool, "picture": picture, "shown": shown, "sizes": sizes,
        "brushes": brushes, "kind": kind, "amount": amount, "undo": undo, "start": start,
        "stop": stop, "status": status, "floor": floor, "mask": mask,
    }  # fmt: skip
    join_trying(desk, parts, fields)
    join_making(desk, parts, fields)


def size_fields() -> dict[str, Any]:
    """Place what says how near and far things are."""
    mapping = gr.Radio(list(MAPPINGS.items()), value="keep", label=on_page("Distances"))
    with gr.Column(visible=False) as ends:
        near = gr.Slider(0.2, 10, 1, step=0.1, label=on_page("Nearest, m"))
        far = gr.Slider(2, 200, 40, step=1, label=on_page("Farthest, m"))
    with gr.Column(visible=False) as steps:
        radius = gr.Slider(0.5, 20, 3, step=0.1, label=on_page("Middle, m"))
        strength = gr.Slider(0, 0.95, 0.6, step=0.05, label=on_page("Strength"))
    height = gr.Number(
        0,
        label=on_page("The camera stands so many metres above the floor"),
        info=on_page("0: as it is. Press a point of the floor in the picture."),
        minimum=0,
    )
    mapping.change(
        lambda kind: (gr.update(visible=kind == "inverse"), gr.update(visible=kind == "linear")),
        mapping, [ends, steps], **QUIET,
    )  # fmt: skip
    return {
        "mapping": mapping, "near": near, "far": far, "radius": radius, "strength": strength,
        "camera_height": height,
    }  # fmt: skip


def join_trying(desk: Desk, parts: dict[str, Any], fields: dict[str, Any]) -> None:
    """Show what the settings would come to, whenever one of them changes."""

    def tried(request: gr.Request, key: str | None, floor: Any, *values: Any) -> str:
        words, scene = words_of(request), desk.shelf.find(key)
        if scene is None:
            return ""
        given = {**dict(zip(fields, values, strict=True)), "floor": floor}
        try:
            # The point counts here even without a height: the picture says how high it is now.
            point = {"floor": floor} if floor else {}
            change = change_of(desk.studio, {**wanted_of(given), **point})
            yaw = float(scene.record.get("forward_yaw") or 0.0)
            moving, still, figures = desk.studio.sway(scene.folder, change, yaw)
            return trial(moving, still, figures, words)
        except InputError as error:
            return markup.ended(sentence(str(error)), kind="warn")

    def opened(request: gr.Request, key: str | None, tool: str, *values: Any) -> tuple[Any, ...]:
        words, scene = words_of(request), desk.shelf.find(key)
        if scene is None:
            return markup.idle(words("Open a scene first.")), "", None, None
        return board(scene, tool, None, words), tried(request, key, None, *values), None, None

    def pressed(event: gr.EventData) -> tuple[float, float]:
        return float(event._data["x"]), float(event._data["y"])

    def pointed(request: gr.Request, key: str | None, tool: str, floor: Any) -> str:
        scene = desk.shelf.find(key)
        return board(scene, tool, floor, words_of(request)) if scene else ""

    inputs = [desk.current, parts["floor"], *fields.values()]
    live = {**QUIET, "trigger_mode": "always_last"}
    gr.on([field.change for field in fields.values()], tried, inputs, parts["shown"], **live)
    parts["panel"].expand(
        opened, [desk.current, parts["tool"], *fields.values()],
        [parts["picture"], parts["shown"], parts["floor"], parts["mask"]], **QUIET,
    )  # fmt: skip
    where = [desk.current, parts["tool"], parts["floor"]]
    parts["picture"].click(pressed, None, parts["floor"], **QUIET).then(
        pointed, where, parts["picture"], **QUIET
    ).then(tried, inputs, parts["shown"], **QUIET)
    parts["kind"].change(
        lambda kind: gr.update(visible=kind in WITH_AMOUNT), parts["kind"], parts["amount"], **QUIET
    )
    parts["tool"].change(
        lambda tool: (gr.update(visible=tool == "point"), gr.update(visible=tool == "brush")),
        parts["tool"], [parts["sizes"], parts["brushes"]], **QUIET,
    ).then(pointed, where, parts["picture"], **QUIET)  # fmt: skip
    desk.current.change(
        lambda: (gr.update(open=False), "", "", None, None, ""), None,
        [parts["panel"], parts["picture"], parts["shown"], parts["floor"], parts["mask"],
         parts["status"]], **QUIET,
    )  # fmt: skip


def wanted_of(given: dict[str, Any]) -> dict[str, Any]:
    """What of the settings counts for the mapping that was chosen."""
    names = {"keep": (), "inverse": ("near", "far"), "linear": ("radius", "strength")}
    mapping = given.get("mapping") or "keep"
    kept = ("mapping", "camera_height", "floor", *names.get(mapping, ()))
    wanted = {name: given[name] for name in kept if given.get(name) not in (None, "", 0)}
    if "camera_height" not in wanted:
        wanted.pop("floor", None)  # it only says where the height is measured
    return wanted


def join_making(desk: Desk, parts: dict[str, Any], fields: dict[str, Any]) -> None:
    """Make what was tried."""
    told = partial(told_of, desk.shelf)

    def painted(request: gr.Request, event: gr.EventData) -> str | None:
        text = str(event._data.get("mask", ""))
        try:
            return keep_mask(desk, request, text) if text else None
        except InputError as error:
            raise gr.Error(sentence(str(error)), print_exception=False) from error

    def shown(turn: Turn, words: Words) -> tuple[Any, ...]:
        made = list((turn.done.result or {}).get("scenes", [])) if turn.done else []
        # The scene is the same and its files are others: the viewer has to open it again.
        view = desk.opened(made[0], words) if made else desk.unchanged()
        return *turn.row(), *view

    async def run(request: gr.Request, *values: Any) -> AsyncIterator[tuple[Any, ...]]:
        key, tool, floor, mask, kind, amount, *rest = values
        scene = desk.shelf.find(key)

        def submit() -> str:
            title = scene.title if scene else ""
            if tool == "brush":
                given = {"scene": key, "kind": kind, "amount": amount}
                return desk.submit(request, "paint", title, given, {"mask": mask})
            given = wanted_of({**dict(zip(fields, rest, strict=True)), "floor": floor})
            if given == {"mapping": "keep"}:
                raise InputError("nothing is changed yet; choose distances, or the camera's height")
            return desk.submit(request, "reshape", title, {"scene": key, **given})

        async for turn in turns(desk.board, request, submit, told):
            yield shown(turn, words_of(request))

    async def back(request: gr.Request, key: str | None) -> AsyncIterator[tuple[Any, ...]]:
        scene = desk.shelf.find(key)

        def submit() -> str:
            return desk.submit(request, "undo_paint", scene.title if scene else "", {"scene": key})

        async for turn in turns(desk.board, request, submit, told):
            yield shown(turn, words_of(request))

    outputs = [parts["status"], parts["start"], parts["stop"], *desk.view]
    names = ("tool", "floor", "mask", "kind", "amount")
    parts["picture"].input(painted, None, parts["mask"], **QUIET)
    parts["start"].click(
        run, [desk.current, *(parts[n] for n in names), *fields.values()], outputs, **STEADY
    )
    parts["undo"].click(back, desk.current, outputs, **STEADY)


def keep_mask(desk: Desk, request: gr.Request, text: str) -> str:
    """Write a mask that a page has painted where only that page's visitor may use it.

    Raises
    ------
    InputError
        It is no small PNG.
    """
    try:
        if len(text) > MASK_LIMIT:
            raise ValueError
        data = base64.b64decode(text.partition(",")[2], validate=True)
        with Image.open(BytesIO(data), formats=["PNG"]) as picture:
            if picture.width > 4096 or picture.height > 2048:
                raise ValueError
            picture.load()
    except (ValueError, OSError, binascii.Error) as error:
        raise InputError("what was painted did not arrive; paint again") from error
    place = desk.uploads.folder / secrets.token_hex(16) / "mask.png"
    place.parent.mkdir(parents=True)
    place.write_bytes(data)
    desk.uploads.note([str(place)], visitor_of(request))
    return str(Path(place))
