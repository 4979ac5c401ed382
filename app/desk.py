"""What every tab works with."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from app import markup
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
    viewer, files : show the scene that is open, and what can be taken away of it.
    """

    studio: Any
    shelf: Shelf
    lane: Lane
    current: gr.State
    tabs: gr.Tabs
    viewer: gr.HTML
    files: gr.HTML

    @property
    def view(self) -> list[Any]:
        """What `opened` writes to."""
        return [self.current, self.viewer, self.files, self.tabs]

    def opened(self, key: str | None, look: bool = True) -> tuple[Any, ...]:
        """Show a scene everywhere, and lead the visitor to it where `look` says so."""
        tab = gr.update(selected="look") if look else gr.skip()
        return key, markup.frame(key), self.listing(key), tab

    def unchanged(self) -> tuple[Any, ...]:
        """Leave open what is open."""
        return tuple(gr.skip() for _ in self.view)

    def listing(self, key: str | None) -> str:
        """The files of a scene."""
        return markup.takeaways(self.shelf.find(key))

    def job_buttons(self, words: str, kind: str) -> tuple[gr.Button, gr.Button]:
        """Place a start button, and the stop button that belongs to it."""
        with gr.Row(elem_classes="actions"):
            start = gr.Button(words, variant="primary", scale=3)
            stop = gr.Button("Stop", visible=False, scale=1, min_width=90)

        def halt(request: gr.Request) -> None:
            self.lane.stop(owner(request, kind))

        stop.click(halt, queue=False, show_progress="hidden", api_name=f"stop_{kind}")
        return start, stop
