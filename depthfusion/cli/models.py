"""`depthfusion models`: which there are, fetch one, say where one lies."""

import sys
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from depthfusion.cli.options import Json
from depthfusion.cli.report import report
from depthfusion.cli.terminal import ProgressBar, note, print_json, print_lines, size_of
from depthfusion.types import Cancelled, InputError

if TYPE_CHECKING:
    from depthfusion.generation.models import Offer
    from depthfusion.studio.models import ModelEntry


class Action(StrEnum):
    """What to do."""

    list = "list"
    pull = "pull"
    path = "path"


def command(
    action: Annotated[Action, typer.Argument(help="What to do.")] = Action.list,
    model: Annotated[
        str | None,
        typer.Argument(metavar="MODEL", help="An id like Intel/ldm3d-pano, or ID@REVISION."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="The licence is read and agreed to; don't ask.")
    ] = False,
    json: Json = False,
) -> None:
    """List models, fetch one, or say where one lies."""
    from depthfusion.studio import models

    if action is Action.list:
        if model:
            raise InputError(f"`models list` lists all; `models path {model}` says where one lies")
        entries = models.list_models()
        if json:
            print_json({"models": [entry.as_json() for entry in entries]})
        else:
            print_lines(listed(entries))
        return
    if model is None:
        raise InputError(f"`models {action}` needs a model; `models list` names them")
    if action is Action.path:
        place = str(models.model_path(model))
        if json:
            print_json({"model": model, "path": place})
        else:
            print_lines([place])
        return
    offered = models.model_offer(model)
    agree(offered, yes)
    with ProgressBar() as progress:
        outcome = models.pull_model(offered, progress)
    report(outcome, json)


def listed(entries: "list[ModelEntry]") -> list[str]:
    """Put the list into lines, by what the models are for."""
    from depthfusion.studio.models import PURPOSES

    lines: list[str] = []
    for purpose, group in groupby(entries, key=lambda entry: entry.purpose):
        lines += ([""] if lines else []) + [f"for {PURPOSES[purpose]}:"]
        lines += [line(entry) for entry in group]
    return lines


def line(entry: "ModelEntry") -> str:
    """Put a model into a line."""
    mark = "✓" if entry.present else "·"
    size = size_of(entry.bytes) if entry.present else f"about {entry.gigabytes:g} GB"
    terms = entry.licence if entry.commercial else f"{entry.licence}: {entry.restricts}"
    usual = " (default)" if entry.default else ""
    return f"  {mark} {entry.id}{usual}  {entry.title}; {size}; {terms}"


def agree(offered: "Offer", yes: bool) -> None:
    """Show a model's licence before its first download, and ask.

    Raises
    ------
    InputError
        There is nobody to ask, and `--yes` was not said.
    Cancelled
        The person said no.
    """
    if not offered.missing:
        return
    for sentence in terms(offered):
        note(sentence)
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError(f"nobody is here to agree to the licence of {offered.id}: add --yes")
    if not typer.confirm("Download?", err=True):
        raise Cancelled


def terms(offered: "Offer") -> list[str]:
    """What a person should know before a download."""
    said = [
        f"{offered.id}, revision {offered.revision[:12]}: {size_of(offered.missing_bytes)} to "
        f"download of {size_of(offered.bytes)}"
    ]
    licence = offered.licence
    if licence is None:
        return [*said, f"licence, as the hub says: {offered.licence_tag or 'none stated'}"]
    asks = f": {licence.restricts}" if licence.restricts else ""
    said.append(f"licence {licence.name}{asks}; {licence.url}")
    if not licence.commercial:
        said.append("what you make with it must not be used commercially")
    return said
