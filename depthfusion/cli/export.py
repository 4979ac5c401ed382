"""`depthfusion export`: a scene for other programs, the extension says how."""

from typing import Annotated

import typer

from depthfusion.cli.options import Detail, Json, MeshError, OutFile, SceneFolder, Triangles
from depthfusion.cli.report import report
from depthfusion.cli.terminal import ProgressBar
from depthfusion.scene.detail import MeshOptions
from depthfusion.studio.formats import FORMATS
from depthfusion.studio.options import ExportOptions, Texture

_KINDS = ", ".join(f"{row.suffix} {row.kind}" for row in FORMATS)


def command(
    scene: SceneFolder,
    out: OutFile,
    texture: Annotated[
        Texture,
        typer.Option(help="How pictures are kept in it; auto: JPEG, PNG where see-through."),
    ] = ExportOptions.texture,
    kind: Annotated[
        str | None,
        typer.Option("--as", metavar="KIND", help=f"What the extension holds: {_KINDS}."),
    ] = ExportOptions.kind,
    preset: Detail = None,
    triangles: Triangles = None,
    error: MeshError = None,
    json: Json = False,
) -> None:
    """Export a scene."""
    options = ExportOptions(texture, MeshOptions.chosen(preset, triangles, error), kind)
    from depthfusion import studio

    with ProgressBar() as progress:
        outcome = studio.export(scene, out, options, progress)
    report(outcome, json)
