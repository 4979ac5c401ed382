"""Jobs of many people in two lanes: found again, theirs alone, and taken up after a restart."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from app.board import Board
from app.jobs import LONGEST_LINE
from app.tasks import Task
from app.timing import Usual
from depthfusion.types import InputError, Progress

GATES: dict[str, threading.Event] = {}


def gated(bench: Any, given: Any, progress: Progress, show: Any) -> dict[str, Any]:
    """Goes on until its gate is opened, and reads its file where it has one."""
    show(np.zeros((8, 16, 3), np.uint8))
    while not GATES[given["gate"]].wait(0.005):
        progress("At the gate", 0.5)
    text = Path(given["photo"]).read_text() if given.get("photo") else ""
    if given.get("fail"):
        raise InputError(f"{given.get('photo', 'the <photo>')} is none")
    return {"scenes": ["made"], "read": text}


TASKS = {"create": Task("making", gated), "film": Task("rendering", gated)}


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    GATES["g"] = threading.Event()
    yield GATES["g"]
    GATES["g"].set()


@pytest.fixture
def board(tmp_path: Path, gate: threading.Event) -> Iterator[Board]:
    board = Board(SimpleNamespace(), tmp_path, TASKS)  # type: ignore[arg-type]
    yield board
    gate.set()
    board.close()


def test_one_lane_does_not_wait_for_the_other(board: Board) -> None:
    jobs = [board.submit(kind, "", {"gate": "g"}, "ann") for kind in ("create", "film", "create")]
    until(lambda: [now(board, job) for job in jobs[:2]] == ["running", "running"])
    assert now(board, jobs[2]) == "waiting"


def test_each_sees_and_stops_their_own_only(board: Board) -> None:
    job = board.submit("create", "a place", {"gate": "g"}, "ann")
    assert board.standing(job, "ben") is None and board.mine("ben") == []
    assert not board.stop(job, "ben") and not board.forget(job, "ben")
    until(lambda: now(board, job) == "running")
    assert not board.forget(job, "ann")  # it goes on
    assert board.stop(job, "ann")
    until(lambda: record(board, job).state == "stopped")
    assert board.forget(job, "ann") and board.mine("ann") == []


def test_what_came_of_it_is_found_by_another_run(
    board: Board, gate: threading.Event, tmp_path: Path
) -> None:
    gate.set()
    good = board.submit("create", "good", {"gate": "g"}, "ann")
    bad = board.submit("create", "bad", {"gate": "g", "fail": True}, "ann")
    until(lambda: record(board, bad).over)
    again = Board(SimpleNamespace(), tmp_path, TASKS)  # type: ignore[arg-type]
    assert record(again, good).result == {"scenes": ["made"], "read": ""}
    assert (record(again, bad).state, record(again, bad).reason) == (
        "failed",
        "The <photo> is none.",
    )
    assert not again.resume(good, "ann")
    again.close()


def test_a_job_that_an_end_interrupted_is_taken_up_with_its_file(
    board: Board, gate: threading.Event, tmp_path: Path
) -> None:
    photo = tmp_path / "sent" / "hall.png"
    photo.parent.mkdir()
    photo.write_text("a hall")
    job = board.submit("create", "hall", {"gate": "g"}, "ann", {"photo": photo})
    waiting = board.submit("create", "next", {"gate": "g"}, "ann")
    until(lambda: now(board, job) == "running")
    photo.unlink()
    board.close()
    again = Board(SimpleNamespace(), tmp_path, TASKS)  # type: ignore[arg-type]
    assert [one.record.state for one in again.mine("ann")] == ["interrupted", "interrupted"]
    assert not again.resume(job, "ben")
    gate.set()
    assert again.resume(job, "ann") and again.resume(waiting, "ann")
    until(lambda: record(again, job).over and record(again, waiting).over)
    assert record(again, job).result == {"scenes": ["made"], "read": "a hall"}
    assert not (tmp_path / job).exists()  # the file has done its service
    again.close()


def test_a_file_is_called_as_its_owner_calls_it(
    board: Board, gate: threading.Event, tmp_path: Path
) -> None:
    photo = tmp_path / "hall.png"
    photo.write_text("")
    gate.set()
    job = board.submit("create", "", {"gate": "g", "fail": True}, "ann", {"photo": photo})
    until(lambda: record(board, job).over)
    assert record(board, job).reason == "hall.png is none."


def test_a_run_that_was_killed_leaves_its_jobs_to_the_next(
    board: Board, tmp_path: Path, gate: threading.Event
) -> None:
    job = board.submit("create", "", {"gate": "g"}, "ann")
    until(lambda: json.loads((tmp_path / f"{job}.json").read_text())["state"] == "running")
    again = Board(SimpleNamespace(), tmp_path, TASKS)  # type: ignore[arg-type]
    assert record(again, job).resumable and record(again, job).reason == "The app was closed."
    again.close()


def test_a_picture_on_the_way_is_seen(board: Board) -> None:
    job = board.submit("create", "", {"gate": "g"}, "ann")
    until(lambda: board.standing(job, "ann").picture)  # type: ignore[union-attr]
    work = board.job(job)
    assert work is not None and work.picture is not None and work.picture[8:12] == b"WEBP"


def test_the_line_has_an_end(board: Board) -> None:
    for _ in range(LONGEST_LINE):
        board.submit("create", "", {"gate": "g"}, "ann")
    until(lambda: any(now(board, one.record.id) == "running" for one in [last(board)]))
    board.submit("create", "", {"gate": "g"}, "ann")
    with pytest.raises(InputError, match="wait already"):
        board.submit("create", "", {"gate": "g"}, "ann")


def test_how_long_it_took_outlives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "usual.json"
    Usual(file=file).learn("create:sketch:2048", {"Drawing": 3.0, "Meshing": 1.0})
    again = Usual({"create": {"Drawing": 10.0}}, file)
    assert again.last("create:sketch:2048") == 4.0 and again.last("create:sketch:512") is None
    overall, left = again.judge("create:sketch:2048", {}, "Drawing", 0.5, 1.5)
    assert (overall, left) == (pytest.approx(0.375), pytest.approx(2.5))
    assert again.judge("create:other:512", {}, "Drawing", 0.0, 0.0)[1] == 10.0
    file.write_text("{not json")
    assert Usual(file=file).last("create:sketch:2048") is None


def record(board: Board, job: str) -> Any:
    found = board.standing(job, "ann")
    assert found is not None
    return found.record


def now(board: Board, job: str) -> str:
    found = board.standing(job, "ann")
    return found.now.state if found and found.now else ""


def last(board: Board) -> Any:
    first = next(iter(board._records.values()))
    return board.standing(first.id, "ann")


def until(condition: Any, seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)
