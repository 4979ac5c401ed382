"""`depthfusion video`: a move through a scene as MP4."""

from typing import Annotated

import typer

from depthfusion.cli.options import (
    Detail,
    Json,
    MeshError,
    OutFile,
    SceneFolder,
    Size,
    Triangles,
    parsed_size,
)
from depthfusion.cli.report import report
from depthfusion.cli.terminal import ProgressBar
from depthfusion.rendering.stereo import Lens
from depthfusion.scene.detail import MeshOptions
from depthfusion.studio.options import Codec, FilmLayout, Projection, Quality, VideoOptions


def command(
    scene: SceneFolder,
    out: OutFile,
    path: Annotated[
        str,
        typer.Option(
            metavar="NAME_OR_FILE",
            help="orbit, dolly, sway, spiral, turntable, walk, or a file of keyframes.",
        ),
    ] = VideoOptions.path,
    seconds: Annotated[
        float | None, typer.Option(help="Length; 5 for a name, a file's own for a file.")
    ] = VideoOptions.seconds,
    fps: Annotated[float, typer.Option(help="Frames a second.")] = VideoOptions.fps,
    size: Size = None,
    projection: Annotated[
        Projection, typer.Option(help="What a frame shows.")
    ] = VideoOptions.projection,
    layout: Annotated[
        FilmLayout | None, typer.Option(help="One eye or two; by default as players expect.")
    ] = VideoOptions.layout,
    fov: Annotated[
        float, typer.Option(metavar="DEGREES", help="Width of a perspective view.")
    ] = VideoOptions.fov_deg,
    ipd: Annotated[
        float, typer.Option(metavar="METRES", help="Between the pupils.")
    ] = VideoOptions.ipd,
    radius: Annotated[
        float, typer.Option(metavar="SHARE", help="How far a move goes in the head box, 0 to 1.")
    ] = VideoOptions.radius,
    preset: Detail = None,
    triangles: Triangles = None,
    error: MeshError = None,
    quality: Annotated[
        Quality, typer.Option(help="How much of the frames is kept.")
    ] = VideoOptions.quality,
    codec: Annotated[
        Codec, typer.Option(help="hevc is smaller; prores, into .mov, is for editing.")
    ] = VideoOptions.codec,
    lens: Annotated[Lens, typer.Option(help="What a VR180 frame is.")] = VideoOptions.lens,
    comfort: Annotated[
        float,
        typer.Option(
            metavar="DEGREES", help="A named move never turns faster, a second; 0 lets it."
        ),
    ] = VideoOptions.turn_limit_deg or 0.0,
    outside: Annotated[
        bool,
        typer.Option("--outside", help="Let keyframes leave the head box and pass surfaces."),
    ] = VideoOptions.outside,
    json: Json = False,
) -> None:
    """Film a scene."""
    options = VideoOptions(
        path=path,
        seconds=seconds,
        fps=fps,
        size=VideoOptions.size if size is None else parsed_size(size),
        projection=projection,
        layout=layout,
        fov_deg=fov,
        ipd=ipd,
        radius=radius,
        quality=quality,
        codec=codec,
        lens=lens,
        turn_limit_deg=comfort or None,
        outside=outside,
        mesh=MeshOptions.chosen(preset, triangles, error),
    )
    from depthfusion import studio

    with ProgressBar() as progress:
        outcome = studio.video(scene, out, options, progress)
    report(outcome, json)
