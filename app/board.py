"""All jobs of all visitors: two lanes, what is known of each job, and taking one up again."""

import logging
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from app.jobs import Job, Lane, Snapshot, State
from app.ledger import MANY, Ledger, Record, now
from app.tasks import TASKS, Bench, Task
from app.timing import Usual
from depthfusion.studio.stages import USUAL
from depthfusion.types import InputError, Progress

log = logging.getLogger(__name__)

FIRST = {"create": "create", "bring": "import", "film": "video", "inspect": "inspect"}
"""Kind of job → kind of `USUAL`, to judge the first of it by."""
SHOWN = 20
"""Of a visitor's jobs, so many are listed."""


@dataclass(frozen=True)
class Standing:
    """A job as it stands: what is known for good, and, where it is not over, how far it is."""

    record: Record
    now: Snapshot | None = None
    picture: bool = False


class Board:
    """Where jobs are put up, and looked for.

    Parameters
    ----------
    bench : what tasks work with.
    folder : where jobs are kept over a restart.
    tasks : kind → what to do.
    """

    def __init__(self, bench: Bench, folder: Path, tasks: Mapping[str, Task] = TASKS) -> None:
        first = {kind: USUAL[usual] for kind, usual in FIRST.items() if usual in USUAL}
        self.usual = Usual(first, folder / "times" / "usual.json")
        self._bench = bench
        self._tasks = tasks
        self._ledger = Ledger(folder)
        self._lanes = {name: Lane(self.usual) for name in sorted({t.lane for t in tasks.values()})}
        self._lock = threading.Lock()
        self._records = {record.id: record for record in self._ledger.recover()}
        self._jobs: dict[str, Job] = {}
        self._closing = False

    def submit(
        self,
        kind: str,
        title: str,
        arguments: Mapping[str, Any],
        owner: str,
        files: Mapping[str, Path] | None = None,
    ) -> str:
        """Put a job at the end of its lane; gives its id.

        Parameters
        ----------
        kind : a key of `TASKS`.
        title : for people.
        arguments : for the task, JSON values.
        owner : the visitor.
        files : argument → a file that was sent; the job keeps a copy until it is done.

        Raises
        ------
        InputError
            The line is full, or the app is closing.
        """
        job = secrets.token_hex(8)
        kept = {name: str(self._ledger.adopt(job, name, f)) for name, f in (files or {}).items()}
        record = Record(job, kind, title, owner, {**arguments, **kept}, created=now())
        return self._begin(record)

    def _begin(self, record: Record) -> str:
        task = self._tasks[record.kind]
        self._make_room()
        self._keep(record)
        try:
            with self._lock:
                self._jobs[record.id] = self._lanes[task.lane].submit(
                    task.pace(record.arguments),
                    partial(self._work, record.id, task),
                    record.owner,
                    partial(self._ended, record.id),
                )
        except InputError:
            self._drop(record.id)
            raise
        return record.id

    def _work(self, job: str, task: Task, progress: Progress) -> Mapping[str, Any]:
        record = replace(self._records[job], state="running")
        self._keep(record)
        return task.act(self._bench, record.arguments, progress, partial(self._show, job))

    def _show(self, job: str, rgb: Any) -> None:
        """Keep a picture of how far the work is, uint8 [H, W, 3] or [N, H, W, 3]."""
        pictures = np.asarray(rgb)
        if pictures.ndim == 4:
            pictures = np.concatenate(list(pictures), axis=0)
        out = BytesIO()
        picture = Image.fromarray(pictures)
        picture.thumbnail((1024, 2048))
        picture.save(out, "webp", quality=80)
        self._jobs[job].picture = out.getvalue()

    def _ended(self, job: str, work: Job, state: State) -> None:
        interrupted = self._closing and state == "stopped"
        record = replace(
            self._records[job],
            state="interrupted" if interrupted else state,
            ended=now(),
            reason="The app was closed." if interrupted else self._reason(job, work.error),
            result=work.result,
            seconds=work.snapshot().elapsed,
        )
        self._keep(record)
        with self._lock:
            self._jobs.pop(job, None)
        if not interrupted:
            self._ledger.clear(job)

    def _reason(self, job: str, error: Exception | None) -> str:
        """Why a job failed; its own files go by the names that people gave them."""
        reason = reason_of(error)
        for value in self._records[job].arguments.values():
            if isinstance(value, str) and value.startswith(str(self._ledger.files(job))):
                reason = reason.replace(value, Path(value).name)
        return reason

    def _keep(self, record: Record) -> None:
        with self._lock:
            self._records[record.id] = record
        try:
            self._ledger.write(record)
        except InputError as error:
            log.warning("a job will not be found again after a restart: %s", error)

    def _make_room(self) -> None:
        """Forget the oldest jobs that are over, where there are too many."""
        past = [record.id for record in list(self._records.values()) if record.over]
        for job in past[: max(len(self._records) - MANY, 0)]:
            self._drop(job)

    def _drop(self, job: str) -> None:
        with self._lock:
            self._records.pop(job, None)
            self._jobs.pop(job, None)
        self._ledger.forget(job)

    def job(self, job: str) -> Job | None:
        """The work of a job that is not over."""
        return self._jobs.get(job)

    def standing(self, job: str, owner: str) -> Standing | None:
        """How a visitor's job stands; `None` where there is none, or it is another's."""
        record = self._records.get(job)
        if record is None or record.owner != owner:
            return None
        work = self._jobs.get(job)
        if work is None or record.over:
            return Standing(record)
        snapshot = work.snapshot()
        return Standing(record, snapshot, work.picture is not None)

    def mine(self, owner: str) -> list[Standing]:
        """A visitor's jobs, newest first."""
        ids = [record.id for record in list(self._records.values()) if record.owner == owner]
        found = [self.standing(job, owner) for job in reversed(ids[-SHOWN:])]
        return [one for one in found if one is not None]

    def active(self, owner: str, kinds: Sequence[str]) -> str | None:
        """The newest of a visitor's jobs of these kinds that goes on; `None` where none does."""
        for one in self.mine(owner):
            if one.record.kind in kinds and not one.record.over:
                return one.record.id
        return None

    def stop(self, job: str, owner: str) -> bool:
        """Stop a visitor's job; whether there was one to stop."""
        found, work = self.standing(job, owner), self._jobs.get(job)
        if found is None or work is None or found.record.over:
            return False
        work.stop()
        return True

    def resume(self, job: str, owner: str) -> bool:
        """Take up a visitor's job that an end of the app interrupted; whether there was one."""
        found = self.standing(job, owner)
        if found is None or not found.record.resumable:
            return False
        self._begin(replace(found.record, state="waiting", ended="", reason="", created=now()))
        return True

    def forget(self, job: str, owner: str) -> bool:
        """Take an ended job off a visitor's list; whether there was one."""
        found = self.standing(job, owner)
        if found is None or not found.record.over:
            return False
        self._drop(job)
        return True

    def close(self) -> None:
        """Stop everything; what was not done can be taken up by the next run of the app."""
        self._closing = True
        for lane in self._lanes.values():
            lane.close()


def reason_of(error: Exception | None) -> str:
    """Why a job failed, a sentence; empty where it did not."""
    if error is None:
        return ""
    if isinstance(error, InputError):
        return sentence(str(error))
    return f"Something went wrong: {str(error) or type(error).__name__}; the log has details."


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
