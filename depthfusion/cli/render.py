"""`depthfusion render`: one picture for each frame of a camera file."""

from pathlib import Path
from typing import Annotated

import typer

from depthfusion.cli.options import Json, Renderer, Samples, SceneFolder
from depthfusion.cli.report import report
from depthfusion.cli.terminal import ProgressBar
from depthfusion.studio.options import RenderOptions


def command(
    scene: SceneFolder,
    cameras: Annotated[Path, typer.Option(metavar="FILE", help="A nerfstudio transforms.json.")],
    out: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Where the PNGs go, by the names of the file."),
    ],
    renderer: Renderer = RenderOptions.renderer,
    samples: Samples = RenderOptions.samples,
    json: Json = False,
) -> None:
    """Render the frames of a camera file."""
    options = RenderOptions(renderer, samples)
    from depthfusion import studio

    with ProgressBar() as progress:
        outcome = studio.render(scene, cameras, out, options, progress)
    report(outcome, json)
