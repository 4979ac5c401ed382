"""`depthfusion import`: a 360° photo and its depth become a scene."""

from pathlib import Path
from typing import Annotated

import typer

from depthfusion.cli.options import (
    Detail,
    HeadBox,
    Json,
    MeshError,
    OutScene,
    SceneMethod,
    Sharpening,
    Triangles,
)
from depthfusion.cli.report import report
from depthfusion.cli.terminal import ProgressBar
from depthfusion.scene.build import SceneOptions
from depthfusion.scene.detail import MeshOptions
from depthfusion.studio.options import DepthKind, ImportOptions, Missing, PhotoLayout


def command(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="An equirectangular picture.")],
    out: OutScene,
    depth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its depth: .png .exr .npy .tif .pfm.")
    ] = ImportOptions.depth,
    depth_kind: Annotated[
        DepthKind | None,
        typer.Option(help="What the numbers are: along the ray, 0…1 with 1 nearest, or z."),
    ] = ImportOptions.depth_kind,
    near: Annotated[
        float | None,
        typer.Option(metavar="METRES", help="What inverse depth 1 stands for; else a limit."),
    ] = ImportOptions.near,
    far: Annotated[
        float | None,
        typer.Option(metavar="METRES", help="What inverse depth 0 stands for; else a limit."),
    ] = ImportOptions.far,
    layout: Annotated[
        PhotoLayout, typer.Option(help="One eye, or two: top-bottom, left-right.")
    ] = ImportOptions.layout,
    fit: Annotated[
        bool, typer.Option("--fit", help="Lay a photo that is not 2:1 on the sphere.")
    ] = ImportOptions.fit,
    title: Annotated[
        str | None, typer.Option(help="Shown in lists; the photo's name by default.")
    ] = ImportOptions.title,
    missing: Annotated[
        Missing, typer.Option(help="What a place is where nothing was measured.")
    ] = ImportOptions.missing,
    metres_per_step: Annotated[
        float | None,
        typer.Option(metavar="METRES", help="Unit of depth files of whole numbers."),
    ] = ImportOptions.metres_per_step,
    max_width: Annotated[
        int, typer.Option(metavar="PIXELS", help="Larger photos are made smaller.")
    ] = ImportOptions.max_width,
    pixel_limit: Annotated[
        int | None,
        typer.Option(metavar="PIXELS", help="Refuse larger files; 16384×8192 by default."),
    ] = ImportOptions.pixel_limit,
    head_box: HeadBox = SceneOptions.head_box,
    method: SceneMethod = SceneOptions.method,
    sharpen: Sharpening = SceneOptions.sharpen,
    preset: Detail = None,
    triangles: Triangles = None,
    error: MeshError = None,
    json: Json = False,
) -> None:
    """Import a photo."""
    options = ImportOptions(
        depth=depth,
        depth_kind=depth_kind,
        near=near,
        far=far,
        layout=layout,
        fit=fit,
        title=title,
        missing=missing,
        metres_per_step=metres_per_step,
        max_width=max_width,
        pixel_limit=pixel_limit,
        scene=SceneOptions(head_box, method, sharpen),
        mesh=MeshOptions.chosen(preset, triangles, error),
    )
    from depthfusion import studio

    with ProgressBar() as progress:
        outcome = studio.import_photo(photo, out, options, progress)
    report(outcome, json)
