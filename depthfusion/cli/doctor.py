"""`depthfusion doctor`: what this machine has, and how to get what it lacks."""

import typer

from depthfusion.cli.failures import PROGRAM_AT_FAULT
from depthfusion.cli.options import Json
from depthfusion.cli.terminal import ProgressBar, print_json, print_lines

MARKS = {"present": "✓", "optional": "–", "absent": "✗"}


def command(json: Json = False) -> None:
    """Examine the machine; exit 1 where something that every user needs is not there."""
    from depthfusion.studio.doctor import examine

    with ProgressBar() as progress:
        report = examine(progress)
    if json:
        print_json(report.as_json())
    else:
        lines = []
        for item in report.items:
            lines.append(f"{MARKS[item.state]} {item.name:<19} {item.says}")
            if item.remedy:
                lines.append(f"  {'':<19} → {item.remedy}")
        verdict = "all that is required is here" if report.ok else "something required is not here"
        print_lines([*lines, "", f"{verdict}; ✓ there, – not needed by everybody, ✗ required"])
    if not report.ok:
        raise typer.Exit(PROGRAM_AT_FAULT)
