"""Ctrl-C and a polite kill end a command alike: what is under way cleans up, then the exit."""

import os
import signal
import time
from types import FrameType

INTERRUPTED = 130
GRACE_SECONDS = 5.0


class Interrupts:
    """Turns the first signal into `KeyboardInterrupt` and keeps the next from cutting clean-up.

    One that comes later than `GRACE_SECONDS` finds a program that hangs, and ends it.
    """

    def __init__(self) -> None:
        """Start with nothing received."""
        self._first: float | None = None

    def install(self) -> None:
        """Listen to SIGINT, SIGTERM and SIGHUP, except where the caller had them ignored."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._receive)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
            raise KeyboardInterrupt
        if now - self._first > GRACE_SECONDS:
            os._exit(INTERRUPTED)
