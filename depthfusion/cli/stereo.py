"""`depthfusion stereo`: a picture for two eyes."""

import math
from typing import Annotated

import typer

from depthfusion.cli.options import Json, OutFile, SceneFolder, Size, parsed_size
from depthfusion.cli.report import report
from depthfusion.cli.terminal import ProgressBar
from depthfusion.rendering.stereo import Layout, Lens, Projection, StereoOptions


def command(
    scene: SceneFolder,
    out: OutFile,
    projection: Annotated[
        Projection, typer.Option(help="What each eye sees.")
    ] = StereoOptions.projection,
    layout: Annotated[
        Layout, typer.Option(help="Left beside right, left above right, or red-cyan.")
    ] = StereoOptions.layout,
    ipd: Annotated[
        float, typer.Option(metavar="METRES", help="Between the pupils.")
    ] = StereoOptions.ipd,
    size: Size = None,
    fov: Annotated[
        float, typer.Option(metavar="DEGREES", help="Width of a perspective view.")
    ] = StereoOptions.fov_deg,
    yaw: Annotated[
        float, typer.Option(metavar="DEGREES", help="How far the head is turned to the right.")
    ] = math.degrees(StereoOptions.yaw),
    lens: Annotated[Lens, typer.Option(help="What a VR180 picture is.")] = StereoOptions.lens,
    zero_plane: Annotated[
        float | None,
        typer.Option(metavar="METRES", help="Where a perspective pair agrees; far by default."),
    ] = StereoOptions.zero_plane,
    report_: Annotated[
        bool, typer.Option("--report", help="Say how hard the pair is on the eyes.")
    ] = False,
    comfort: Annotated[
        bool, typer.Option("--comfort", help="Change baseline or zero plane until it is easy.")
    ] = False,
    json: Json = False,
) -> None:
    """Draw for two eyes."""
    options = StereoOptions(
        projection=projection,
        layout=layout,
        ipd=ipd,
        size=StereoOptions.size if size is None else parsed_size(size),
        fov_deg=fov,
        yaw=math.radians(yaw),
        lens=lens,
        zero_plane=zero_plane,
    )
    from depthfusion import studio

    with ProgressBar() as progress:
        outcome = studio.stereo(scene, out, options, progress, report=report_, ease=comfort)
    report(outcome, json)
