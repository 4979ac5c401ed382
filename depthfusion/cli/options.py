"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from depthfusion.types import InputError

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")
]
SceneFolder = Annotated[Path, typer.Argument(metavar="SCENE", help="The scene's folder.")]
OutFile = Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write.")]
OutScene = Annotated[
    Path, typer.Option("--out", metavar="SCENE", help="The scene's folder; made or replaced.")
]


def parsed_size(text: str) -> tuple[int, int]:
    """Read `2048x1024` as (width, height).

    Raises
    ------
    InputError
        It is not two whole numbers above 0 with an x between.
    """
    width, x, height = text.lower().replace("×", "x").partition("x")
    if not (x and width.strip().isdecimal() and height.strip().isdecimal()):
        raise InputError(f"--size must be WIDTHxHEIGHT, like 2048x1024; got {text!r}")
    if not (int(width) and int(height)):
        raise InputError(f"--size must be above 0 both ways; got {text!r}")
    return int(width), int(height)


def written_size(size: tuple[int, int]) -> str:
    """Write (width, height) the way `--size` takes it."""
    return f"{size[0]}x{size[1]}"


def not_in_this_version(option: str, instead: str) -> InputError:
    """Say that an option belongs to a later version, and what to do meanwhile."""
    return InputError(f"{option} is not in this version; {instead}")
