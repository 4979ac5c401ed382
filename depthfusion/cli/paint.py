"""`depthfusion paint`: the depth of a region set by hand, kept as an edit that can be undone."""

from pathlib import Path
from typing import Annotated

import typer

from depthfusion.cli.options import Json, SceneFolder
from depthfusion.cli.report import report
from depthfusion.cli.terminal import ProgressBar, print_json, print_lines
from depthfusion.scene.edits import Edit, EditKind
from depthfusion.types import InputError


def command(
    scene: SceneFolder,
    mask: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A picture 2:1, white where painted, black elsewhere."),
    ] = None,
    kind: Annotated[
        EditKind | None, typer.Option("--as", help="What the painted region becomes.")
    ] = None,
    amount: Annotated[
        float | None,
        typer.Option(metavar="METRES", help="flat: how far; push and pull: by how much."),
    ] = Edit.amount,
    undo: Annotated[int, typer.Option(metavar="N", help="Take the last N edits back instead.")] = 0,
    json: Json = False,
) -> None:
    """Paint depth."""
    from depthfusion import studio

    if undo and (mask or kind or amount is not None):
        raise InputError("--undo stands alone; leave --mask, --as and --amount out")
    if not undo and bool(mask) != bool(kind):
        raise InputError("--mask FILE says where and --as KIND what; give both")
    if undo:
        with ProgressBar() as progress:
            report(studio.undo_paint(scene, progress, count=undo), json)
        return
    if mask and kind:
        with ProgressBar() as progress:
            report(studio.paint(scene, mask, Edit(kind, amount), progress), json)
        return
    edits = [{"kind": edit.kind, "amount": edit.amount} for edit in studio.painted(scene)]
    if json:
        print_json({"edits": edits})
    else:
        print_lines([f"{n}. {e['kind']} {e['amount'] or ''}" for n, e in enumerate(edits, 1)])
