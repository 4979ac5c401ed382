"""What tasks work with, and how they are told apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.shelf import Found, Shelf
from depthfusion.types import InputError, Progress

Show = Callable[[Any], None]
Arguments = Mapping[str, Any]
Result = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """The parts behind the page.

    Parameters
    ----------
    studio : `depthfusion.studio`, or a stand-in with the same names.
    shelf : the library.
    """

    studio: Any
    shelf: Shelf

    def scene(self, key: str | None) -> Found:
        """The scene called `key`.

        Raises
        ------
        InputError
            There is none.
        """
        found = self.shelf.find(key)
        if found is None:
            raise InputError("open a scene first" if key is None else "this scene is gone")
        return found

    def own(self, key: str | None) -> Found:
        """The same, unless it came with the program."""
        found = self.scene(key)
        if found.is_sample:
            raise InputError("samples are only looked at; duplicate it in the library first")
        return found


@dataclass(frozen=True)
class Task:
    """A kind of job.

    Parameters
    ----------
    lane : jobs of one lane wait for each other.
    act : does it.
    pace : jobs for which it gives the same word take about as long as each other.
    """

    lane: str
    act: Callable[[Bench, Arguments, Progress, Show], Result]
    pace: Callable[[Any], str] = lambda given: ""


def told(outcome: Any) -> Result:
    """What a person should know of an outcome, JSON values."""
    facts = outcome.facts
    kept = ("seed", "understood", "passed_over", "triangles", "head_box", "bytes")
    return {
        "chosen": dict(outcome.chosen),
        "notes": list(outcome.notes),
        "facts": {name: facts[name] for name in kept if facts.get(name) not in (None, [])},
    }
