"""Take away: the files of a scene, and films and more made on request."""

from typing import Any

import gradio as gr

from app import markup
from app.board import sentence
from app.desk import QUIET, Desk, words_of
from app.languages import Words, on_page
from app.tasks.taking import own_moves
from depthfusion.types import InputError

PATHS = {
    "Orbit: round the middle": "orbit",
    "Dolly: in and out": "dolly",
    "Sway: from side to side": "sway",
    "Spiral": "spiral",
    "Turntable: once round on the spot": "turntable",
    "Walk": "walk",
}
FILMS = {
    "Flat · 1280 × 720": "720p",
    "Flat · 1920 × 1080": "1080p",
    "Upright · 1080 × 1920": "upright",
    "3D · side by side": "3d",
    "360°": "360",
    "360° stereo · top and bottom": "360-tb",
    "VR180 · side by side": "vr180",
}
"""What a film is called → what the task calls it."""
PRESS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-suffix], button[data-still]');
  if (!button) return;
  button.setAttribute('aria-busy', 'true');
  trigger('click', { ...button.dataset });
});
"""


def take_away_tab(desk: Desk) -> Any:
    """Place the tab; gives the choice of camera moves, which the open scene's own ones join."""
    with gr.Row(elem_classes="two"):
        with gr.Column(scale=7, min_width=320):
            desk.files.render()
        with gr.Column(scale=5, min_width=320):
            gr.Markdown(on_page("A film of your own"), elem_classes="section")
            path = gr.Dropdown(
                list(PATHS.items()), value="orbit", label=on_page("Move"), filterable=False
            )
            film = gr.Dropdown(
                list(FILMS.items()), value="720p", label=on_page("Film"), filterable=False
            )
            with gr.Row():
                seconds = gr.Slider(1, 30, 5, step=1, label=on_page("Seconds"))
                fps = gr.Dropdown(
                    [24, 30, 60], value=30, label=on_page("Frames a second"), filterable=False
                )
            start = gr.Button(on_page("Make the film"), variant="primary")
            status = gr.HTML("", elem_id="ordered")

    def put_up(request: gr.Request, kind: str, title: str, given: dict[str, Any]) -> str:
        words = words_of(request)
        try:
            scene = desk.shelf.find(given["scene"])
            if scene is None:
                raise InputError("open a scene first")
            if scene.is_sample:
                raise InputError("samples are only looked at; duplicate it in the library first")
            desk.submit(request, kind, f"{scene.title} · {title}", given)
        except InputError as error:
            return markup.ended(sentence(str(error)), kind="warn")
        return ordered(words)

    def order_film(
        request: gr.Request, key: str | None, path: str, film: str, seconds: float, fps: int
    ) -> str:
        given = {"scene": key, "path": path, "kind": film, "seconds": seconds, "fps": fps}
        return put_up(request, "film", path, given)

    def order_file(request: gr.Request, key: str | None, event: gr.EventData) -> str:
        wanted = dict(event._data)
        if still := wanted.get("still"):
            return put_up(request, "still", str(still), {"scene": key, "kind": str(still)})
        given = {"scene": key, "suffix": str(wanted.get("suffix")), "kind": wanted.get("kind")}
        return put_up(request, "export", str(wanted.get("kind") or wanted.get("suffix")), given)

    start.click(order_film, [desk.current, path, film, seconds, fps], status, **QUIET)
    desk.files.click(order_file, desk.current, status, **QUIET)
    desk.current.change(lambda: "", None, status, **QUIET)
    return path


def ordered(words: Words) -> str:
    """What is said of a job that was put up."""
    return markup.ended(
        words("It is being made."),
        [words("Progress is at the top; you may go on, or close this page.")],
    )


def moves(desk: Desk, key: str | None, chosen: str | None = None) -> Any:
    """The named moves and the scene's own, as an update of the choice."""
    scene = desk.shelf.find(key)
    own = own_moves(scene.folder) if scene else []
    choices = [(name, name) for name in own] + list(PATHS.items())
    if chosen in own:
        return gr.update(choices=choices, value=chosen)
    return gr.update(choices=choices)
