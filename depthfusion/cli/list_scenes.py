"""`depthfusion list`: the scenes of a folder, or of the library."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from depthfusion.cli.options import Json
from depthfusion.cli.terminal import print_json, print_lines
from depthfusion.studio.library import SceneEntry


def command(
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="The library by default.")
    ] = None,
    json: Json = False,
) -> None:
    """List scenes, newest first."""
    from depthfusion import studio

    place = folder or studio.library_folder()
    entries = studio.list_scenes(folder)
    if json:
        print_json({"folder": str(place), "scenes": [asdict(entry) for entry in entries]})
    else:
        print_lines([line(entry) for entry in entries] or [f"no scenes in {place}"])


def line(entry: SceneEntry) -> str:
    """Put a scene into a line."""
    if entry.problem:
        return f"{entry.path}  cannot be opened: {entry.problem}"
    width, height = entry.size
    day = entry.created[:10]
    return f"{entry.path}  {width}x{height}  {entry.engine}  {day}  {entry.prompt or entry.title}"
