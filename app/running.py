"""From a job to what the page shows of it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app import markup
from app.jobs import Job, Lane, Snapshot
from depthfusion.types import InputError, Progress


@dataclass(frozen=True)
class Turn:
    """What a tab shows at one moment: words (HTML), whether work goes on, and what came of it."""

    words: str
    busy: bool
    result: Any = None

    def row(self) -> tuple[str, Any, Any]:
        """Values for the words, the start button and the stop button."""
        return self.words, gr.update(visible=not self.busy), gr.update(visible=self.busy)


async def turns(
    lane: Lane,
    kind: str,
    owner: str,
    work: Callable[[Progress], Any],
    told: Callable[[Any, Snapshot], str],
) -> AsyncIterator[Turn]:
    """Do `work` in the lane, and give a turn whenever there is something new to show.

    Parameters
    ----------
    lane, kind, owner, work : as in `Lane.submit`.
    told : puts the result into words.
    """
    try:
        job = lane.submit(kind, work, owner)
    except InputError as error:
        yield Turn(markup.ended(str(error), kind="warn"), busy=False)
        return
    last = ""
    async for now in job.follow():
        words = markup.progress(now)
        if not now.over and words != last:
            yield Turn(words, busy=True)
        last = words
    yield Turn(conclusion(job, now, told), busy=False, result=job.result)


def conclusion(job: Job, now: Snapshot, told: Callable[[Any, Snapshot], str]) -> str:
    """How an ended job ended."""
    if now.state == "stopped":
        return markup.ended("Stopped", ["Nothing was left half-done."])
    if isinstance(job.error, InputError):
        return markup.ended(sentence(str(job.error)), kind="warn")
    if job.error is not None:
        what = str(job.error) or type(job.error).__name__
        return markup.ended(f"Something went wrong: {what}; the log has details.", kind="warn")
    return told(job.result, now)


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def owner(request: gr.Request, kind: str) -> str:
    """Whose job it is: this page's, and of which kind."""
    return f"{kind}:{request.session_hash}"
