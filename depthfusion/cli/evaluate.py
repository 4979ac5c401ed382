"""`depthfusion eval`: depth against truth, panoramas by their seam and poles."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from depthfusion.cli.options import Json
from depthfusion.cli.report import written
from depthfusion.cli.terminal import ProgressBar, print_json, print_lines
from depthfusion.studio.evaluation_options import (
    Alignment,
    DepthEvaluation,
    PanoramaEvaluation,
)
from depthfusion.studio.import_options import DepthKind
from depthfusion.types import InputError


class What(StrEnum):
    """What is evaluated."""

    depth = "depth"
    panorama = "panorama"


def command(
    what: Annotated[What, typer.Argument(help="depth PRED TRUTH, or panorama FILE...")],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Depth files, pictures, scenes.")
    ],
    kind: Annotated[
        DepthKind, typer.Option(help="depth: what PRED's numbers are.")
    ] = DepthEvaluation.kind,
    truth_kind: Annotated[
        DepthKind, typer.Option(help="depth: what TRUTH's numbers are.")
    ] = DepthEvaluation.truth_kind,
    align: Annotated[
        Alignment,
        typer.Option(help="depth: fit scale and shift of inverse depth, the scale, or nothing."),
    ] = DepthEvaluation.alignment,
    against: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="panorama: real ones, for FID.")
    ] = PanoramaEvaluation.against,
    inception: Annotated[
        bool, typer.Option("--inception", help="panorama: the inception score of all.")
    ] = PanoramaEvaluation.inception,
    clip: Annotated[
        str | None, typer.Option(metavar="MODEL", help="panorama: a CLIP model, for similarity.")
    ] = PanoramaEvaluation.clip,
    prompt: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="panorama: the words, once or for each picture."),
    ] = None,
    json: Json = False,
) -> None:
    """Evaluate depth or panoramas."""
    from depthfusion import studio

    with ProgressBar() as progress:
        if what is What.depth:
            if len(files) != 2:
                raise InputError(f"eval depth compares two: PRED TRUTH; got {len(files)}")
            comparison = DepthEvaluation(kind, truth_kind, align)
            outcome = studio.evaluate_depth(files[0], files[1], comparison, progress)
        else:
            options = PanoramaEvaluation(against, tuple(prompt or ()), inception, clip)
            outcome = studio.evaluate_panoramas(files, options, progress)
    if json:
        print_json(outcome.as_json())
    else:
        print_lines([*_lines(outcome.as_json()["facts"]), *(f"note: {n}" for n in outcome.notes)])


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    """Figures one to a line; tables (bands, pictures) a line for each row."""
    for name, value in facts.items():
        if name in ("bands", "closing"):
            for row, figures in value.items():
                yield f"{row + ('°' if name == 'bands' else ''):<14} {written(figures)}"
        elif value is not None:
            yield f"{name.replace('_', ' '):<14} {written(value)}"
