"""How long work says where it stands, and how it is stopped."""

from typing import Protocol


class Progress(Protocol):
    """Called by long work at every step it can name.

    A call may raise `Cancelled`: that is how a person's stop reaches the work, so it is called
    where stopping is safe and, in long loops, at least a few times a second.
    """

    def __call__(self, stage: str, fraction: float) -> None:
        """Report that `stage` (a short phrase a person reads) is `fraction` done, 0 to 1."""


def silent(stage: str, fraction: float) -> None:
    """Report nothing: the default wherever progress is optional."""
