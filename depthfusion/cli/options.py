"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from depthfusion.scene.build import STANDING_LEAN, Fill, Method, Sharpen
from depthfusion.scene.detail import PRESETS, USUAL_PRESET, MeshOptions
from depthfusion.types import InputError

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")
]
SceneFolder = Annotated[Path, typer.Argument(metavar="SCENE", help="The scene's folder.")]
OutFile = Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write.")]
OutScene = Annotated[
    Path, typer.Option("--out", metavar="SCENE", help="The scene's folder; made or replaced.")
]
Size = Annotated[
    str | None,
    typer.Option(metavar="WIDTHxHEIGHT", help="Of one eye's picture; by default the projection's."),
]
Renderer = Annotated[
    str, typer.Option(metavar="[auto|opengl|cpu]", help="What draws; auto by what is here.")
]
Samples = Annotated[
    int | None, typer.Option(help="Per pixel along each side, 1 to 8; by the size by default.")
]
HeadBox = Annotated[
    float | None,
    typer.Option(
        metavar="METRES", help=f"Radius to lean in without a hole; {STANDING_LEAN:g} by default."
    ),
]
SceneMethod = Annotated[
    Method, typer.Option(help="Layers; or one sheet that stretches over what is hidden.")
]
Sharpening = Annotated[
    Sharpen, typer.Option(help="Make soft, estimated depth fit for layers; auto: where it is soft.")
]
Filling = Annotated[
    Fill,
    typer.Option(
        help="What paints hidden parts: what is seen goes on; or LDM3D; auto: LDM3D where it and a "
        "graphics card are here."
    ),
]
_LIMITS = ", ".join(f"{limit:,}" if limit else "no limit" for limit in PRESETS.values())
Detail = Annotated[
    str | None,
    typer.Option(
        "--preset",
        metavar=f"[{'|'.join(PRESETS)}]",
        help=f"How many triangles: {_LIMITS}; {USUAL_PRESET} by default.",
    ),
]
Triangles = Annotated[
    int | None, typer.Option(metavar="N", help="At most so many triangles, whatever the preset.")
]
MeshError = Annotated[
    float | None,
    typer.Option(
        "--error",
        metavar="TEXELS",
        help=f"How far a surface may be off; {MeshOptions.error:g} by default.",
    ),
]


def parsed_size(text: str) -> tuple[int, int]:
    """Read `2048x1024` as (width, height).

    Raises
    ------
    InputError
        It is not two whole numbers above 0 with an x between.
    """
    width, x, height = text.lower().replace("×", "x").partition("x")
    if not (x and width.strip().isdecimal() and height.strip().isdecimal()):
        raise InputError(f"--size must be WIDTHxHEIGHT, like 2048x1024; got {text!r}")
    if not (int(width) and int(height)):
        raise InputError(f"--size must be above 0 both ways; got {text!r}")
    return int(width), int(height)


def written_size(size: tuple[int, int]) -> str:
    """Write (width, height) the way `--size` takes it."""
    return f"{size[0]}x{size[1]}"
