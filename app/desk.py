"""What every tab works with."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.jobs import Lane
from app.running import owner
from app.shelf import Shelf


@dataclass(frozen=True)
class Desk:
    """The parts behind the page, and the components that tabs share.

    Parameters
    ----------
    studio : `depthfusion.studio`, or a stand-in with the same names.
    shelf : the library.
    lane : where jobs are done.
    current : the key of the scene that is open, for this visitor.
    tabs : leads the visitor from one tab to another.
    """

    studio: Any
    shelf: Shelf
    lane: Lane
    current: gr.State
    tabs: gr.Tabs

    def job_buttons(self, words: str, kind: str) -> tuple[gr.Button, gr.Button]:
        """Place a start button, and the stop button that belongs to it."""
        with gr.Row(elem_classes="actions"):
            start = gr.Button(words, variant="primary", scale=3)
            stop = gr.Button("Stop", visible=False, scale=1, min_width=90)

        def halt(request: gr.Request) -> None:
            self.lane.stop(owner(request, kind))

        stop.click(halt, queue=False, show_progress="hidden", api_name=f"stop_{kind}")
        return start, stop
