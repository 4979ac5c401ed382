"""`depthfusion export`: a scene for other programs, the extension says how."""

from typing import Annotated

import typer

from depthfusion.cli.options import Json, OutFile, SceneFolder
from depthfusion.cli.report import report
from depthfusion.cli.terminal import ProgressBar
from depthfusion.studio.options import ExportOptions, Texture


def command(
    scene: SceneFolder,
    out: OutFile,
    texture: Annotated[
        Texture,
        typer.Option(help="How pictures are kept in it; auto: JPEG, PNG where see-through."),
    ] = ExportOptions.texture,
    json: Json = False,
) -> None:
    """Export a scene."""
    options = ExportOptions(texture)
    from depthfusion import studio

    with ProgressBar() as progress:
        outcome = studio.export(scene, out, options, progress)
    report(outcome, json)
