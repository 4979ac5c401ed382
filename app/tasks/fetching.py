"""A task that fetches a model."""

from app.tasks.bench import Arguments, Bench, Result, Show
from depthfusion.types import InputError, Progress


def fetch(bench: Bench, given: Arguments, progress: Progress, show: Show) -> Result:
    """A model that is known by name comes from the hub; what has come stays where this is stopped.

    Raises
    ------
    InputError
        It is none that is known, nobody agreed to its licence, or the network says no.
    """
    known = {entry.id: entry for entry in bench.studio.list_models()}
    entry = known.get(str(given.get("model")))
    if entry is None:
        raise InputError("choose one of the models in the list")
    if not given.get("agreed"):
        raise InputError(f"read the licence of {entry.id} and agree to it first")
    outcome = bench.studio.pull_model(bench.studio.model_offer(entry.id), progress)
    return {"model": entry.id, "facts": dict(outcome.facts)}
