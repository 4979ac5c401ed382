"""`depthfusion recognise`: what a file is, and what import would assume about it."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from depthfusion.cli.options import Json
from depthfusion.cli.terminal import print_json, print_lines
from depthfusion.studio.import_options import DepthKind, ImportOptions


def command(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="What import would be given.")],
    depth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its depth file.")
    ] = ImportOptions.depth,
    depth_kind: Annotated[
        DepthKind | None, typer.Option(help="What its numbers are said to be.")
    ] = ImportOptions.depth_kind,
    json: Json = False,
) -> None:
    """Say what a file is."""
    from depthfusion import studio

    found = studio.recognise(photo, ImportOptions(depth=depth, depth_kind=depth_kind))
    if json:
        print_json(asdict(found))
        return
    lines = [found.words, *(f"assumed: {words}" for words in found.assumed)]
    lines += [f"odd: {words}" for words in found.warnings]
    lines += [found.depth] if found.depth else []
    for question in found.questions:
        flag = f"--{question.option.replace('_', '-')}"
        answers = " or ".join(
            f"{flag if value is True else f'{flag} {value}'}: {words}"
            for value, words in question.choices
            if value is not False
        )
        lines.append(f"to say: {question.words} {answers}")
    print_lines(lines)
