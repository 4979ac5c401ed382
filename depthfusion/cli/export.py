"""`depthfusion export`: a scene for other programs, the extension says how."""

from typing import Annotated

import typer

from depthfusion.cli.options import Detail, Json, MeshError, OutFile, SceneFolder, Triangles
from depthfusion.cli.report import report
from depthfusion.cli.terminal import ProgressBar
from depthfusion.studio.formats import FORMATS
from depthfusion.studio.options import Compress, ExportOptions, Texture


def _kinds() -> str:
    """What extensions can hold where that is more than one thing, those that hold the same once."""
    held: dict[str, list[str]] = {}
    for row in FORMATS:
        held.setdefault(row.suffix, []).append(row.kind)
    alike: dict[str, list[str]] = {}
    for suffix, kinds in held.items():
        if len(kinds) > 1:
            alike.setdefault("|".join(kinds), []).append(suffix)
    return ", ".join(f"{' '.join(suffixes)} {kinds}" for kinds, suffixes in alike.items())


_KINDS = _kinds()


def command(
    scene: SceneFolder,
    out: OutFile,
    texture: Annotated[
        Texture,
        typer.Option(
            help="How pictures are kept in meshes; auto: JPEG, PNG where see-through, "
            "and WebP for headsets and phones."
        ),
    ] = ExportOptions.texture,
    kind: Annotated[
        str | None,
        typer.Option("--as", metavar="KIND", help=f"What the extension holds: {_KINDS}."),
    ] = ExportOptions.kind,
    compress: Annotated[
        Compress, typer.Option(help="Triangles of a .glb, for programs that know how to unpack.")
    ] = ExportOptions.compress,
    texture_size: Annotated[
        int | None, typer.Option(metavar="PIXELS", help="Longest side of a mesh's texture.")
    ] = ExportOptions.largest_texture,
    power_of_two: Annotated[
        bool, typer.Option("--power-of-two", help="Sides of textures, as some phones want them.")
    ] = ExportOptions.power_of_two,
    preset: Detail = None,
    triangles: Triangles = None,
    error: MeshError = None,
    json: Json = False,
) -> None:
    """Export a scene."""
    options = ExportOptions.chosen(
        preset,
        triangles,
        error,
        texture=texture,
        kind=kind,
        compress=compress,
        largest_texture=texture_size,
        power_of_two=power_of_two,
    )
    from depthfusion import studio

    with ProgressBar() as progress:
        outcome = studio.export(scene, out, options, progress)
    report(outcome, json)
