"""Bring: from a photo, with depth or without, to a scene."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import gradio as gr

from app import markup
from app.advanced import advanced_settings, chosen
from app.desk import Desk
from app.jobs import Snapshot
from app.running import owner, turns
from app.tabs.create import told_of
from depthfusion.types import InputError, Progress

DEPTH_FILES = [".png", ".exr", ".npy", ".tif", ".tiff", ".pfm"]
KINDS = {
    "Distance along the ray": "distance",
    "Inverse depth, 1 is near": "inverse",
    "Depth along the axis (z)": "z",
}
LAYOUTS = {"One picture": "mono", "Stereo, top and bottom": "tb", "Stereo, side by side": "lr"}


def path_of(payload: Any) -> str | None:
    """The uploaded file as it is, unopened: the studio reads it and says what is wrong with it."""
    return payload.path if payload else None


def bring_tab(desk: Desk) -> None:
    """Place the tab."""
    with gr.Row(elem_classes="two"):
        with gr.Column(scale=5, min_width=320):
            photo = gr.Image(
                label="360° photo, twice as wide as high",
                sources=["upload"],
                type="filepath",
                image_mode=None,
                height=220,
                elem_id="photo",
            )
            photo.preprocess = path_of
            depth = gr.File(
                label="Its depth map: PNG, EXR, NPY, TIFF or PFM",
                file_types=DEPTH_FILES,
                height=120,
                elem_id="depth",
            )
            kind = gr.Dropdown(
                list(KINDS.items()),
                value="distance",
                label="What the depth map holds",
                filterable=False,
                visible=False,
            )
            start, stop = desk.job_buttons("Make a scene", "bring")
            with gr.Accordion("More settings", open=False, elem_classes="more"):
                layout = gr.Dropdown(
                    list(LAYOUTS.items()), value="mono", label="Photo", filterable=False
                )
                with gr.Row():
                    near = gr.Number(label="Nearest, m", info="empty: from the depth", minimum=0)
                    far = gr.Number(label="Farthest, m", info="empty: from the depth", minimum=0)
                fit = gr.Checkbox(False, label="Fit a photo that is not 2:1")
            settings = advanced_settings(desk.studio)
        with gr.Column(scale=7, min_width=320):
            status = gr.HTML(
                markup.idle(
                    "Drop a 360° photo and its depth map: the scene gets the depth of the place."
                )
            )

    async def run(
        photo: str | None,
        depth: str | None,
        kind: str,
        layout: str,
        near: float | None,
        far: float | None,
        fit: bool,
        lean: float | None,
        method: str,
        sharpen: str,
        detail: str,
        request: gr.Request,
    ) -> AsyncIterator[tuple[Any, ...]]:
        def work(progress: Progress) -> tuple[str, Any]:
            if photo is None:
                raise InputError("drop a photo first")
            options = desk.studio.ImportOptions(
                depth=Path(depth) if depth else None,
                depth_kind=kind if depth else None,
                near=near or None,
                far=far or None,
                layout=layout,
                fit=fit,
                **chosen(desk.studio, lean, method, sharpen, detail),
            )
            out = desk.studio.new_scene_folder(Path(photo).stem, desk.shelf.folder)
            result = desk.studio.import_photo(Path(photo), out, options, progress=progress)
            return out.name, result

        def told(result: tuple[str, Any], now: Snapshot) -> str:
            return told_of(desk, result, now)

        async for turn in turns(desk.lane, "bring", owner(request, "bring"), work, told):
            view = desk.opened(turn.result[0]) if turn.result else desk.unchanged()
            yield *turn.row(), *view

    depth.change(
        lambda file: gr.update(visible=file is not None),
        depth,
        kind,
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )
    start.click(
        run,
        [photo, depth, kind, layout, near, far, fit, *settings],
        [status, start, stop, *desk.view],
        concurrency_limit=None,
        show_progress="hidden",
        api_name="bring",
    )
