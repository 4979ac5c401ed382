"""The lane: order, progress, stop, errors, time left."""

import asyncio
import itertools
import threading
import time
from collections.abc import Iterator

import pytest

from app.jobs import Job, Lane, Snapshot
from depthfusion.types import InputError, Progress


@pytest.fixture
def lane() -> Iterator[Lane]:
    lane = Lane()
    yield lane
    lane.close()


class Gate:
    """Work that goes on until it is let through."""

    def __init__(self) -> None:
        self.begun, self.open = threading.Event(), threading.Event()

    def __call__(self, progress: Progress) -> str:
        self.begun.set()
        while not self.open.wait(0.005):
            progress("At the gate", 0.5)
        return "through"


def test_result_arrives(lane: Lane) -> None:
    job = lane.submit("kind", lambda progress: 6 * 7)
    assert job.wait(5)
    assert (job.result, job.error, job.snapshot().state) == (42, None, "done")


def test_jobs_run_one_at_a_time_in_their_order(lane: Lane) -> None:
    seen: list[int] = []
    gate = Gate()
    first = lane.submit("kind", gate)
    gate.begun.wait(5)
    later = [lane.submit("kind", lambda _, n=n: seen.append(n)) for n in range(4)]
    assert [job.snapshot().ahead for job in later] == [1, 2, 3, 4]
    gate.open.set()
    assert all(job.wait(5) for job in [first, *later])
    assert seen == [0, 1, 2, 3]


def test_progress_is_seen_while_it_runs(lane: Lane) -> None:
    gate = Gate()
    job = lane.submit("kind", gate)
    until(lambda: job.snapshot().stage == "At the gate")
    now = job.snapshot()
    assert (now.state, now.fraction, now.left) == ("running", 0.5, None)


def test_stop_reaches_the_work_by_its_progress(lane: Lane) -> None:
    gate = Gate()
    job = lane.submit("kind", gate)
    gate.begun.wait(5)
    job.stop()
    assert job.wait(5)
    assert (job.snapshot().state, job.result, job.error) == ("stopped", None, None)


def test_stopped_before_it_began_it_never_begins(lane: Lane) -> None:
    gate, ran = Gate(), []
    lane.submit("kind", gate)
    gate.begun.wait(5)
    job = lane.submit("kind", lambda progress: ran.append(1), owner="me")
    assert lane.stop("me") == 1
    assert job.wait(1) and job.snapshot().state == "stopped"
    gate.open.set()
    assert lane.submit("kind", lambda progress: None).wait(5)
    assert ran == []


def test_stop_touches_only_ones_own(lane: Lane) -> None:
    gate = Gate()
    job = lane.submit("kind", gate, owner="me")
    gate.begun.wait(5)
    assert lane.stop("somebody else") == 0
    gate.open.set()
    assert job.wait(5) and job.snapshot().state == "done"


@pytest.mark.parametrize("error", [InputError("not a photo"), RuntimeError("boom")])
def test_an_error_reaches_the_one_who_waits_and_the_lane_goes_on(
    lane: Lane, error: Exception
) -> None:
    def fail(progress: Progress) -> None:
        raise error

    job = lane.submit("kind", fail)
    assert job.wait(5)
    assert (job.snapshot().state, job.error) == ("failed", error)
    assert lane.submit("kind", lambda progress: None).wait(5)


def test_time_left_is_judged_by_the_last_of_its_kind(lane: Lane) -> None:
    def work(progress: Progress) -> None:
        for stage in ("First", "Second"):
            for step in range(10):
                progress(stage, step / 10)
                time.sleep(0.01)

    assert lane.submit("kind", work).wait(5)
    job = lane.submit("kind", work)
    seen: list[Snapshot] = []
    while not job.wait(0.005):
        seen.append(job.snapshot())
    known = [now for now in seen if now.overall is not None and now.left is not None]
    assert len(known) > 5
    overall = [now.overall for now in known]
    assert all(b >= a - 0.1 for a, b in itertools.pairwise(overall))
    assert known[0].left > known[-1].left
    assert known[0].left < 1


def test_whoever_follows_sees_the_end_and_may_leave_early(lane: Lane) -> None:
    gate = Gate()
    job = lane.submit("kind", gate)

    async def glance(job: Job) -> Snapshot:
        async for now in job.follow(0.01):
            return now
        raise AssertionError

    assert not asyncio.run(glance(job)).over
    gate.open.set()

    async def stay(job: Job) -> list[Snapshot]:
        return [now async for now in job.follow(0.01)]

    assert asyncio.run(stay(job))[-1].state == "done"


def test_closing_stops_what_runs_and_what_waits() -> None:
    lane, gate = Lane(), Gate()
    jobs = [lane.submit("kind", gate), lane.submit("kind", gate)]
    gate.begun.wait(5)
    lane.close()
    assert [job.snapshot().state for job in jobs] == ["stopped", "stopped"]
    with pytest.raises(InputError, match="closing"):
        lane.submit("kind", gate)


def until(condition: object, seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.005)
