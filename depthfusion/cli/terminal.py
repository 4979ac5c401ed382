"""What a person reads: results on stdout, progress and complaints on stderr."""

import contextlib
import json
import os
import select
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

WIDTH = 24
SPARSE_SECONDS = 10.0
REDRAW_SECONDS = 0.1


class ProgressBar:
    """A `Progress` on stderr: a bar where that is a terminal, else a line now and then.

    Parameters
    ----------
    stream : where to write.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        """Start with no stage."""
        self._stream = sys.stderr if stream is None else stream
        self._live = self._stream.isatty()
        self._stage = ""
        self._began = self._shown = 0.0

    def __call__(self, stage: str, fraction: float) -> None:
        """Show that `stage` is `fraction` done."""
        now = time.monotonic()
        if stage != self._stage:
            self._end_stage(now)
            self._stage, self._began, self._shown = stage, now, now
            self._write(self._line(fraction, now), fresh=True)
        elif now - self._shown >= (REDRAW_SECONDS if self._live else SPARSE_SECONDS):
            self._shown = now
            self._write(self._line(fraction, now), fresh=False)

    def __enter__(self) -> "ProgressBar":
        """Be ready; nothing is shown before the first stage."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave a clean line behind."""
        self._end_stage(time.monotonic())

    def _line(self, fraction: float, now: float) -> str:
        fraction = min(max(fraction, 0.0), 1.0)
        elapsed = now - self._began
        left = ""
        if fraction > 0.02 and elapsed > 1.0 and fraction < 1.0:
            left = f", {spoken(elapsed * (1 - fraction) / fraction)} left"
        if not self._live:
            so_far = left or f", {spoken(elapsed)} so far"
            return f"{self._stage}: {fraction:.0%}{so_far}" if elapsed else f"{self._stage} …"
        full = round(fraction * WIDTH)
        return f"{self._stage}  {'█' * full}{'░' * (WIDTH - full)} {fraction:4.0%}{left}"

    def _write(self, line: str, fresh: bool) -> None:
        # Nobody has to be listening: progress never ends the work.
        with contextlib.suppress(OSError, ValueError):
            if self._live:
                self._stream.write(f"\r\033[K{line[: columns_of(self._stream) - 1]}")
            else:
                self._stream.write(f"{line}\n")
            self._stream.flush()

    def _end_stage(self, now: float) -> None:
        if self._stage and self._live:
            with contextlib.suppress(OSError, ValueError):
                self._stream.write(f"\r\033[K{self._stage}  {spoken(now - self._began)}\n")
                self._stream.flush()
        self._stage = ""


def columns_of(stream: TextIO) -> int:
    """How wide a terminal is, 80 where it does not say."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def spoken(seconds: float) -> str:
    """Put a duration as people say it: `0.4 s`, `12 s`, `3 min 20 s`, `1 h 5 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size_of(count: int) -> str:
    """Put a number of bytes as people say it: `512 B`, `3.4 MB`."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError("unreachable")


def print_json(content: Mapping[str, Any]) -> None:
    """Write one JSON object, the only thing on stdout."""
    print_lines([json.dumps(content, ensure_ascii=False, indent=2, default=str)])


def print_lines(lines: Sequence[str]) -> None:
    """Write lines to stdout."""
    for line in lines:
        print(line)
    sys.stdout.flush()


def reader_left() -> bool:
    """Whether nobody reads stdout any more, as after `| head -1`; then drop what is buffered."""
    try:
        number = sys.stdout.fileno()
        watch = select.poll()
        watch.register(number, 0)
        gone = any(event & select.POLLERR for _, event in watch.poll(0))
    except (OSError, ValueError):
        return False
    if gone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    return gone


def complain(sentence: str) -> None:
    """Say in one line on stderr what ended the command."""
    note(f"error: {sentence}")


def note(sentence: str) -> None:
    """Say something on stderr, heard or not."""
    with contextlib.suppress(OSError, ValueError):
        print(sentence, file=sys.stderr, flush=True)
