"""`depthfusion create`: words become a scene."""

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
    parsed_size,
    written_size,
)
from depthfusion.cli.report import report
from depthfusion.cli.terminal import ProgressBar
from depthfusion.scene.build import SceneOptions
from depthfusion.scene.detail import MeshOptions
from depthfusion.studio.options import CreateOptions
from depthfusion.types import InputError


def command(
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="What should be there.")],
    out: OutScene,
    engine: Annotated[
        str, typer.Option(metavar="[auto|sketch|ldm3d]", help="What makes the panorama.")
    ] = CreateOptions.engine,
    model: Annotated[
        str | None, typer.Option(metavar="ID_OR_DIR", help="For engines that have models.")
    ] = CreateOptions.model,
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same scene; drawn where not given.")
    ] = CreateOptions.seed,
    size: Annotated[
        str, typer.Option(metavar="WIDTHxHEIGHT", help="The panorama's size, 2:1.")
    ] = written_size((CreateOptions.width, CreateOptions.height)),
    negative: Annotated[
        str | None, typer.Option(metavar="WORDS", help="What should not be there.")
    ] = CreateOptions.negative,
    steps: Annotated[
        int | None, typer.Option(help="Of a diffusion engine; its own by default.")
    ] = CreateOptions.steps,
    guidance: Annotated[
        float | None, typer.Option(help="Of a diffusion engine; its own by default.")
    ] = CreateOptions.guidance,
    init: Annotated[
        Path | None, typer.Option(metavar="PANO", help="For diffusion engines: where to start.")
    ] = CreateOptions.init,
    strength: Annotated[
        float | None, typer.Option(help="For diffusion engines: how far to leave it, 0 to 1.")
    ] = CreateOptions.strength,
    title: Annotated[
        str | None, typer.Option(help="Shown in lists; the prompt by default.")
    ] = CreateOptions.title,
    head_box: HeadBox = SceneOptions.head_box,
    method: SceneMethod = SceneOptions.method,
    sharpen: Sharpening = SceneOptions.sharpen,
    preset: Detail = None,
    triangles: Triangles = None,
    error: MeshError = None,
    json: Json = False,
) -> None:
    """Create a scene."""
    for option, value in (("--init", init), ("--strength", strength)):
        if value is not None:
            raise InputError(
                f"{option} belongs to the ldm3d engine, which is not in this version; leave it out"
            )
    width, height = parsed_size(size)
    options = CreateOptions(
        engine=engine,
        model=model,
        negative=negative,
        seed=seed,
        width=width,
        height=height,
        steps=steps,
        guidance=guidance,
        title=title,
        scene=SceneOptions(head_box, method, sharpen),
        mesh=MeshOptions.chosen(preset, triangles, error),
    )
    from depthfusion import studio

    with ProgressBar() as progress:
        outcome = studio.create(prompt, out, options, progress)
    report(outcome, json)
