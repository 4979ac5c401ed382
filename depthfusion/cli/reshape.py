"""`depthfusion reshape`: other distances for the same picture."""

from typing import Annotated, Any, Literal

import typer

from depthfusion.cli.options import Json, SceneFolder
from depthfusion.cli.report import report
from depthfusion.cli.terminal import ProgressBar
from depthfusion.types import InputError


def command(
    scene: SceneFolder,
    mapping: Annotated[
        Literal["keep", "inverse", "linear"] | None,
        typer.Option(help="How inverse depth becomes distance; keep leaves proportions alone."),
    ] = None,
    near: Annotated[
        float | None, typer.Option(metavar="METRES", help="inverse: what is nearest.")
    ] = None,
    far: Annotated[
        float | None, typer.Option(metavar="METRES", help="inverse: what is farthest.")
    ] = None,
    radius: Annotated[
        float | None, typer.Option(metavar="METRES", help="linear: where the middle lies.")
    ] = None,
    strength: Annotated[
        float | None, typer.Option(help="linear: how far the rest goes from it, 0 to below 1.")
    ] = None,
    camera_height: Annotated[
        float | None, typer.Option(metavar="METRES", help="How high the camera stood.")
    ] = None,
    floor: Annotated[
        str | None,
        typer.Option(metavar="X,Y", help="A point of the floor in the panorama, both 0 to 1."),
    ] = None,
    json: Json = False,
) -> None:
    """Change what is near and far."""
    from depthfusion import studio

    given: dict[str, Any] = {
        "mapping": mapping or ("inverse" if near or far else None), "near": near, "far": far,
        "radius": radius, "strength": strength, "camera_height": camera_height,
        "floor": point(floor),
    }  # fmt: skip
    said = {name: value for name, value in given.items() if value is not None}
    if not {"mapping", "camera_height"} & set(said):
        raise InputError("nothing to change: say --near and --far, --mapping, or --camera-height")
    with ProgressBar() as progress:
        report(studio.reshape(scene, studio.Reshape(**said), progress), json)


def point(text: str | None) -> tuple[float, float] | None:
    """Read `X,Y`."""
    if text is None:
        return None
    try:
        x, y = map(float, text.split(","))
    except ValueError as error:
        raise InputError(f"--floor is X,Y, like 0.5,0.8; got {text!r}") from error
    return x, y
