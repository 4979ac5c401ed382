"""`depthfusion show`: what a scene holds, how it was made, and how sound it is."""

from typing import TYPE_CHECKING, Annotated

import typer

from depthfusion.cli.options import Json, SceneFolder
from depthfusion.cli.report import fact
from depthfusion.cli.terminal import ProgressBar, print_json, print_lines

if TYPE_CHECKING:
    from depthfusion.studio.inspecting import Finding, Inspection

MARKS = {True: "✓", False: "✗", None: "·"}


def command(
    scene: SceneFolder,
    scorecard: Annotated[
        bool, typer.Option("--report", help="Look it over: holes, stretched triangles, seams.")
    ] = False,
    json: Json = False,
) -> None:
    """Show a scene's record and files, or its scorecard."""
    from depthfusion import studio

    found = studio.show(scene)
    inspection = None
    if scorecard:
        with ProgressBar() as progress:
            inspection = studio.inspect(scene, progress)
    if json:
        print_json(found if inspection is None else {**found, "report": inspection.as_json()})
    elif inspection is None:
        print_lines([line for name, value in found.items() for line in fact(name, value)])
    else:
        print_lines(in_lines(inspection))


def in_lines(inspection: "Inspection") -> list[str]:
    """Put a scorecard into lines, the verdict on the whole last."""
    ending = "sound" if inspection.sound else "not sound: see the lines marked ✗"
    return [*map(line, inspection.findings), ending]


def line(finding: "Finding") -> str:
    """Put a finding into a line: verdict, name, figure, meaning."""
    return f"{MARKS[finding.good]} {finding.name:<14} {finding.value:>12}  {finding.meaning}"
