"""Take away: the files of a scene, and films made on request."""

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from app import markup
from app.desk import Desk
from app.jobs import Snapshot
from app.running import owner, turns
from depthfusion.types import InputError, Progress

PATHS = {
    "Orbit: round the middle": "orbit",
    "Dolly: in and out": "dolly",
    "Sway: from side to side": "sway",
    "Spiral": "spiral",
    "Turntable: once round on the spot": "turntable",
    "Walk": "walk",
}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "Flat · 1280 × 720": ("-720p", {"size": (1280, 720)}),
    "Flat · 1920 × 1080": ("-1080p", {"size": (1920, 1080)}),
    "Upright · 1080 × 1920": ("-upright", {"size": (1080, 1920)}),
    "360° · 2048 × 1024": ("_360", {"projection": "equirectangular"}),
    "360° stereo · top and bottom": ("_360_TB", {"projection": "ods"}),
    "VR180 · side by side": ("_180_LR", {"projection": "vr180"}),
}
"""Kind of film → the end of its name (players of 360° films go by it), and its options."""


def take_away_tab(desk: Desk) -> None:
    """Place the tab."""
    with gr.Row(elem_classes="two"):
        with gr.Column(scale=7, min_width=320):
            desk.files.render()
        with gr.Column(scale=5, min_width=320):
            gr.Markdown("### A film of your own", elem_classes="section")
            path = gr.Dropdown(list(PATHS.items()), value="orbit", label="Move", filterable=False)
            film = gr.Dropdown(list(KINDS), value=next(iter(KINDS)), label="Film", filterable=False)
            with gr.Row():
                seconds = gr.Slider(1, 30, 5, step=1, label="Seconds")
                fps = gr.Dropdown([24, 30, 60], value=30, label="Frames a second", filterable=False)
            start, stop = desk.job_buttons("Make the film", "video")
            status = gr.HTML("")

    async def run(
        key: str | None,
        path: str,
        film: str,
        seconds: float,
        fps: int,
        request: gr.Request,
    ) -> AsyncIterator[tuple[Any, ...]]:
        def work(progress: Progress) -> Any:
            scene = desk.shelf.find(key)
            if scene is None:
                raise InputError("open a scene first")
            if scene.is_sample:
                raise InputError("samples are only looked at; create a scene of your own to film")
            ending, kind = KINDS[film]
            options = desk.studio.VideoOptions(path=path, seconds=seconds, fps=fps, **kind)
            out = scene.folder / "exports" / f"{path}{ending}.mp4"
            return desk.studio.video(scene.folder, out, options, progress=progress)

        def told(outcome: Any, now: Snapshot) -> str:
            notes = list(outcome.notes)
            if comfort := outcome.facts.get("comfort"):
                notes.append(comfort["words"])
            return markup.ended(f"Done in {markup.duration(now.elapsed)}", notes)

        async for turn in turns(desk.lane, "video", owner(request, "video"), work, told):
            yield *turn.row(), desk.listing(key) if turn.result else gr.skip()

    start.click(
        run,
        [desk.current, path, film, seconds, fps],
        [status, start, stop, desk.files],
        concurrency_limit=None,
        show_progress="hidden",
        api_name="film",
    )
