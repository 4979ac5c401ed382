"""Long work beside the web server: one lane, progress, time left, and a stop that stops."""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Literal

from app.timing import Usual
from depthfusion.types import Cancelled, InputError, Progress

log = logging.getLogger(__name__)

State = Literal["waiting", "running", "done", "failed", "stopped"]
Work = Callable[[Progress], Any]
LONGEST_LINE = 100
"""Jobs that may wait; more are refused at once, in a sentence."""


@dataclass(frozen=True)
class Snapshot:
    """How a job stands at one moment.

    Parameters
    ----------
    state : where it is between waiting and its end.
    ahead : how many jobs go first, while it waits.
    stage : what it is doing, in words for a person.
    fraction : of the stage, 0 to 1.
    overall : of the whole, 0 to 1; `None` until a job of its kind has been seen to the end.
    elapsed : seconds since it began to run.
    left : seconds to go, `None` where there is nothing to judge by.
    stopping : a stop was asked for and has not reached the work yet.
    """

    state: State
    ahead: int = 0
    stage: str = ""
    fraction: float = 0.0
    overall: float | None = None
    elapsed: float = 0.0
    left: float | None = None
    stopping: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ("done", "failed", "stopped")


class Job:
    """One piece of work; made by `Lane.submit`, read from any thread."""

    def __init__(
        self,
        lane: "Lane",
        kind: str,
        owner: str,
        work: Work,
        after: Callable[["Job", State], None] | None = None,
    ) -> None:
        self.kind = kind
        self.owner = owner
        self.result: Any = None
        self.error: Exception | None = None
        self.picture: bytes | None = None
        """WebP of how far it has come, where the work shows any."""
        self._lane = lane
        self._after = after
        self._work: Work | None = work
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._state: State = "waiting"
        self._began = 0.0
        self._stage = ("", 0.0, 0.0)  # its name, its fraction, when it began
        self._seconds: dict[str, float] = {}  # of the stages that are over

    def stop(self) -> None:
        """Ask the work to end; it does at its next word of progress."""
        self._stop.set()
        self._lane.forget(self)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; whether it came."""
        return self._ended.wait(timeout)

    def snapshot(self) -> Snapshot:
        """How it stands now."""
        state, (stage, fraction, since) = self._state, self._stage
        if state == "waiting":
            return Snapshot(state, ahead=self._lane.ahead(self), stopping=self._stop.is_set())
        now = time.monotonic()
        usual = self._lane.usual
        overall, left = usual.judge(self.kind, self._seconds, stage, fraction, now - since)
        elapsed = now - self._began if state == "running" else sum(self._seconds.values())
        asked = self._stop.is_set()
        return Snapshot(state, 0, stage, fraction, overall, elapsed, left, asked)

    async def follow(self, every: float = 0.2) -> AsyncIterator[Snapshot]:
        """Give snapshots, the last one of an ended job; leaving early does not touch the job."""
        while not (now := self.snapshot()).over:
            yield now
            await asyncio.sleep(every)
        yield now

    def run(self) -> None:
        """Do the work, in the lane's thread."""
        if self._stop.is_set():
            self._end("stopped")
            return
        self._began = time.monotonic()
        self._stage = ("Starting", 0.0, self._began)
        self._state = "running"
        try:
            self.result = self._work(self._report) if self._work else None
        except Cancelled:
            self._end("stopped")
        except InputError as error:
            self.error = error
            self._end("failed")
        except Exception as error:
            log.exception("the job %r failed", self.kind)
            self.error = error
            self._end("failed")
        else:
            self._end("done")

    def _report(self, stage: str, fraction: float) -> None:
        if self._stop.is_set():
            raise Cancelled
        name, _, since = self._stage
        now = time.monotonic()
        if stage != name:
            self._seconds[name] = self._seconds.get(name, 0.0) + now - since
            since = now
        self._stage = (stage, min(max(fraction, 0.0), 1.0), since)

    def _end(self, state: State) -> None:
        name, _, since = self._stage
        if name:
            passed = time.monotonic() - since
            self._seconds[name] = self._seconds.get(name, 0.0) + passed
        if state == "done":
            self._lane.usual.learn(self.kind, self._seconds)
        try:
            if self._after is not None:
                self._after(self, state)
        finally:
            self._work = self._after = None  # and with them what they hold
            self._state = state
            self._ended.set()


class Lane:
    """A single thread that does jobs in the order in which they came.

    Parameters
    ----------
    usual : what time left is judged by, and what each job that is done adds to.
    """

    def __init__(self, usual: Usual | None = None) -> None:
        self.usual = usual or Usual()
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting: list[Job] = []
        self._running: Job | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._go, name="jobs", daemon=True)
        self._thread.start()

    def submit(
        self,
        kind: str,
        work: Work,
        owner: str = "",
        after: Callable[[Job, State], None] | None = None,
    ) -> Job:
        """Put work at the end of the line.

        Parameters
        ----------
        kind : jobs of one kind take about as long as each other; time left is judged by it.
        work : called with a `Progress` that raises `Cancelled` once a stop was asked for.
        owner : whoever may stop it.
        after : called with the job and how it ended, before anybody who waits is told.

        Raises
        ------
        InputError
            The app is closing, or too many wait already.
        """
        job = Job(self, kind, owner, work, after)
        with self._lock:
            if self._closed:
                raise InputError("The app is closing; nothing new is begun")
            if len(self._waiting) >= LONGEST_LINE:
                raise InputError(f"{LONGEST_LINE} jobs wait already; try again when fewer do")
            self._waiting.append(job)
            self._queue.put(job)
        return job

    def stop(self, owner: str) -> int:
        """Stop all that `owner` has waiting or running; how many that were."""
        with self._lock:
            jobs = [*self._waiting, *([self._running] if self._running else [])]
        mine = [job for job in jobs if job.owner == owner]
        for job in mine:
            job.stop()
        return len(mine)

    def close(self, patience: float = 10.0) -> None:
        """Stop everything and wait for the thread to end."""
        with self._lock:
            self._closed = True
            jobs = [*self._waiting, *([self._running] if self._running else [])]
        for job in jobs:
            job.stop()
        self._queue.put(None)
        self._thread.join(patience)

    def ahead(self, job: Job) -> int:
        """How many go before `job`."""
        with self._lock:
            place = self._waiting.index(job) if job in self._waiting else 0
            return place + (self._running is not None and self._running is not job)

    def forget(self, job: Job) -> None:
        """End a job that has not begun, at once."""
        with self._lock:
            if job not in self._waiting:
                return
            self._waiting.remove(job)
        job.run()  # it has been stopped, so this only says so

    def _go(self) -> None:
        while (job := self._queue.get()) is not None:
            with self._lock:
                if job not in self._waiting:
                    continue
                self._waiting.remove(job)
                self._running = job
            job.run()
            with self._lock:
                self._running = None
