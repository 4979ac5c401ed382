"""What jobs do: functions of JSON values, so that any of them can be done again after a restart.

Each takes the bench, its arguments, a progress that raises `Cancelled` once a stop was asked for,
and a function that shows a picture of how far it is; it gives back JSON values.
"""

from app.tasks.bench import Bench, Task
from app.tasks.fetching import fetch
from app.tasks.making import bring, create, variations
from app.tasks.mending import paint, reshape, undo_paint
from app.tasks.taking import export, film, inspect, still

__all__ = ["TASKS", "Bench", "Task"]


def by_engine(arguments: dict) -> str:
    """Jobs that take as long: of one engine and size."""
    return f"create:{arguments.get('engine', 'auto')}:{arguments.get('width', 0)}"


TASKS = {
    "create": Task("making", create, by_engine),
    "variations": Task("making", variations, lambda given: f"variations{by_engine(given)[6:]}"),
    "bring": Task("making", bring),
    "reshape": Task("making", reshape),
    "paint": Task("making", paint),
    "undo_paint": Task("making", undo_paint),
    "film": Task("rendering", film, lambda given: f"film:{given['kind']}:{given['seconds']}"),
    "still": Task("rendering", still, lambda given: f"still:{given['kind']}"),
    "export": Task("rendering", export, lambda given: f"export:{given['suffix']}"),
    "inspect": Task("rendering", inspect),
    "fetch": Task("fetching", fetch, lambda given: f"fetch:{given['model']}"),
}
"""Kind of job → the lane that it waits in, and what is done."""
