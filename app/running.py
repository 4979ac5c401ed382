"""From a job to what the page shows of it."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import gradio as gr

from app import markup
from app.board import Board, sentence
from app.desk import words_of
from app.languages import Words
from app.ledger import Record
from app.visitors import visitor_of
from depthfusion.types import InputError

Told = Callable[[Record, Words], str]


@dataclass(frozen=True)
class Turn:
    """What a tab shows at one moment: words (HTML), whether work goes on, and what came of it."""

    words: str
    busy: bool
    done: Record | None = None

    def row(self) -> tuple[str, dict, dict]:
        """Values for the words, the start button and the stop button."""
        return self.words, gr.update(visible=not self.busy), gr.update(visible=self.busy)


async def turns(
    board: Board, request: gr.Request, submit: Callable[[], str], told: Told
) -> AsyncIterator[Turn]:
    """Put up a job by `submit`, and give a turn whenever there is something new to show.

    Parameters
    ----------
    board : that has the job.
    request : of whoever asks.
    submit : gives the job's id; what it has to object to becomes a turn.
    told : puts a job that is done into words.
    """
    try:
        job = submit()
    except InputError as error:
        yield Turn(markup.ended(sentence(str(error)), kind="warn"), busy=False)
        return
    async for turn in followed(board, job, request, told):
        yield turn


async def attached(
    board: Board, request: gr.Request, kinds: Sequence[str], told: Told
) -> AsyncIterator[Turn]:
    """The same for a job of this visitor's that goes on already; nothing where there is none."""
    job = board.active(visitor_of(request), kinds)
    if job is not None:
        async for turn in followed(board, job, request, told):
            yield turn


async def followed(board: Board, job: str, request: gr.Request, told: Told) -> AsyncIterator[Turn]:
    """Turns of a job; leaving early does not touch it."""
    words, last = words_of(request), ""
    work = board.job(job)
    if work is not None:
        async for now in work.follow():
            picture = f"jobs/{job}/picture.webp?{id(work.picture)}" if work.picture else ""
            shown = markup.progress(now, words, picture)
            if not now.over and shown != last:
                yield Turn(shown, busy=True)
            last = shown
    ended = board.standing(job, visitor_of(request))
    if ended is not None:
        record = ended.record
        yield Turn(conclusion(record, words, told), False, record if is_done(record) else None)


def is_done(record: Record) -> bool:
    """Whether something came of it."""
    return record.state == "done"


def conclusion(record: Record, words: Words, told: Told) -> str:
    """How an ended job ended."""
    if is_done(record):
        return told(record, words)
    if record.state == "failed":
        return markup.ended(record.reason, kind="warn")
    if record.state == "interrupted":
        return markup.ended(words("The app was closed."), kind="warn")
    return markup.ended(words("Stopped"), [words("Nothing was left half-done.")])
