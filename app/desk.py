"""What every tab works with."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from app import markup
from app.board import Board
from app.languages import Words, on_page, wanted
from app.shelf import Shelf
from app.takeaways import takeaways
from app.visitors import Uploads, visitor_of

QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""Callbacks that answer at once, and that scripts have no use for."""
STEADY: dict[str, Any] = {
    "concurrency_limit": None,
    "show_progress": "hidden",
    "api_visibility": "private",
}
"""Callbacks that follow a job; any number of them at once."""


@dataclass(frozen=True)
class Parts:
    """What is behind the page, also for scripts.

    Parameters
    ----------
    studio : `depthfusion.studio`, or a stand-in with the same names.
    shelf : the library.
    board : where jobs are put up.
    uploads : who sent what.
    """

    studio: Any
    shelf: Shelf
    board: Board
    uploads: Uploads

    def submit(
        self,
        request: gr.Request,
        kind: str,
        title: str,
        arguments: Mapping[str, Any],
        files: Mapping[str, str | None] | None = None,
    ) -> str:
        """Put up a job for whoever asks; gives its id.

        Raises
        ------
        InputError
            The line is full, or a file is not theirs.
        """
        sent = {name: self.uploads.own(path, request) for name, path in (files or {}).items()}
        kept = {name: Path(path) for name, path in sent.items() if path}
        return self.board.submit(kind, title, arguments, visitor_of(request), kept)


@dataclass(frozen=True)
class Desk(Parts):
    """The parts behind the page, and the components that tabs share.

    Parameters
    ----------
    current : the key of the scene that is open, for this visitor.
    tabs : leads the visitor from one tab to another.
    viewer, files : show the scene that is open, and what can be taken away of it.
    """

    current: gr.State
    tabs: gr.Tabs
    viewer: gr.HTML
    files: gr.HTML

    @property
    def view(self) -> list[Any]:
        """What `opened` writes to."""
        return [self.current, self.viewer, self.files, self.tabs]

    def opened(self, key: str | None, words: Words, tab: str | None = "look") -> tuple[Any, ...]:
        """Show a scene everywhere, and lead the visitor to `tab`."""
        lead = gr.update(selected=tab) if tab else gr.skip()
        return key, markup.frame(key, words), self.listing(key, words), lead

    def unchanged(self) -> tuple[Any, ...]:
        """Leave open what is open."""
        return tuple(gr.skip() for _ in self.view)

    def listing(self, key: str | None, words: Words) -> str:
        """The files of a scene."""
        return takeaways(self.studio, self.shelf.find(key), words)

    def job_buttons(self, words: str, kinds: tuple[str, ...]) -> tuple[gr.Button, gr.Button]:
        """Place a start button, and the button that stops jobs of these kinds."""
        start = gr.Button(on_page(words), variant="primary", scale=3)
        stop = gr.Button(on_page("Stop"), visible=False, scale=1, min_width=90)

        def halt(request: gr.Request) -> None:
            job = self.board.active(visitor_of(request), kinds)
            if job is not None:
                self.board.stop(job, visitor_of(request))

        stop.click(halt, **QUIET)
        return start, stop


def words_of(request: gr.Request) -> Words:
    """The language of whoever asks."""
    return wanted(dict(request.headers).get("accept-language"))
