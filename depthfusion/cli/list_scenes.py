"""`depthfusion list`: the scenes of a folder, of the library, or those that came with it."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from depthfusion.cli.options import Json
from depthfusion.cli.terminal import print_json, print_lines
from depthfusion.studio.library import SceneEntry
from depthfusion.types import InputError


def command(
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="The library by default.")
    ] = None,
    samples: Annotated[
        bool, typer.Option("--samples", help="Those that came with the program.")
    ] = False,
    json: Json = False,
) -> None:
    """List scenes, newest first."""
    from depthfusion import studio

    if samples and folder:
        raise InputError("--samples lists a folder of its own; leave out FOLDER or --samples")
    if samples:
        place = studio.samples_folder() or Path("the samples' folder, which was left out here")
        entries = studio.sample_scenes()
    else:
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
