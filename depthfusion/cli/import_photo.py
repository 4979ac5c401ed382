"""`depthfusion import`: a photo, with a depth file or without, becomes a scene."""

from pathlib import Path
from typing import Annotated

import typer

from depthfusion.cli.options import (
    Detail,
    Filling,
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
from depthfusion.studio.import_options import (
    DepthKind,
    DepthSource,
    DepthUnit,
    ImportOptions,
    Level,
    Missing,
    PhotoLayout,
    PhotoShape,
    Surroundings,
)


def command(
    photo: Annotated[
        Path,
        typer.Argument(
            metavar="PHOTO",
            help="A 360° photo or part of one, a cube map (or a folder with its six faces), VR180, "
            "a stereo 360° photo, an ordinary photo, or a scene.",
        ),
    ],
    out: OutScene,
    depth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its depth: .png .exr .npy .tif .pfm .jpg.")
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
    depth_scale: Annotated[
        DepthUnit, typer.Option(help="Whether the depth file is in metres (inverse: 1/m).")
    ] = ImportOptions.depth_scale,
    invert_depth: Annotated[
        bool, typer.Option("--invert-depth", help="The depth file's numbers run the other way.")
    ] = ImportOptions.invert_depth,
    depth_source: Annotated[
        DepthSource,
        typer.Option(help="Without a file: two eyes, a model, or the geometric prior."),
    ] = ImportOptions.depth_source,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Short for --depth-source model.")
    ] = False,
    depth_model: Annotated[
        str | None, typer.Option(metavar="ID_OR_DIR", help="Which depth model.")
    ] = ImportOptions.depth_model,
    camera_height: Annotated[
        float | None,
        typer.Option(metavar="METRES", help="The camera stood so high above the floor: the scale."),
    ] = ImportOptions.camera_height,
    layout: Annotated[
        PhotoLayout, typer.Option(help="One eye, or two: top-bottom, left-right.")
    ] = ImportOptions.layout,
    projection: Annotated[
        PhotoShape, typer.Option(help="How one eye's picture covers the sphere.")
    ] = ImportOptions.projection,
    hfov: Annotated[
        float | None, typer.Option("--hfov", metavar="DEGREES", help="That the photo is wide.")
    ] = ImportOptions.hfov_deg,
    vfov: Annotated[
        float | None, typer.Option("--vfov", metavar="DEGREES", help="That the photo is high.")
    ] = ImportOptions.vfov_deg,
    fit: Annotated[
        bool, typer.Option("--fit", help="Lay a photo that is not 2:1 on the sphere.")
    ] = ImportOptions.fit,
    level: Annotated[
        Level, typer.Option(help="Level the horizon by the upright lines.")
    ] = ImportOptions.level,
    pitch: Annotated[
        float, typer.Option(metavar="DEGREES", help="The camera looked up by so much; undone.")
    ] = ImportOptions.pitch_deg,
    roll: Annotated[
        float, typer.Option(metavar="DEGREES", help="It was tilted clockwise by so much; undone.")
    ] = ImportOptions.roll_deg,
    yaw: Annotated[
        float, typer.Option(metavar="DEGREES", help="It was turned right by so much; undone.")
    ] = ImportOptions.yaw_deg,
    ipd: Annotated[
        float, typer.Option(metavar="METRES", help="Between the eyes of a stereo photo.")
    ] = ImportOptions.ipd,
    place: Annotated[
        Surroundings, typer.Option(help="For the prior; auto looks for sky.")
    ] = ImportOptions.place,
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
    fill: Filling = SceneOptions.fill,
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
        scene=SceneOptions(head_box, method, sharpen, fill),
        mesh=MeshOptions.chosen(preset, triangles, error),
        projection=projection,
        hfov_deg=hfov,
        vfov_deg=vfov,
        level=level,
        pitch_deg=pitch,
        roll_deg=roll,
        yaw_deg=yaw,
        depth_source="model" if estimate else depth_source,
        depth_model=depth_model,
        ipd=ipd,
        camera_height=camera_height,
        invert_depth=invert_depth,
        depth_scale=depth_scale,
        place=place,
    )
    from depthfusion import studio

    with ProgressBar() as progress:
        outcome = studio.import_photo(photo, out, options, progress)
    report(outcome, json)
