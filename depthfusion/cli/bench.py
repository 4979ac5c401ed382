"""`depthfusion bench`: the scripts of benchmarks/."""

import ast
import json as json_text
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from depthfusion.cli.failures import PROGRAM_AT_FAULT
from depthfusion.cli.options import Json
from depthfusion.cli.terminal import print_json, print_lines
from depthfusion.types import InputError

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "benchmarks"

SETTINGS = {"ignore_unknown_options": True, "allow_extra_args": True}


def command(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Which one to run; none lists them.")
    ] = None,
    json: Json = False,
) -> None:
    """Run one benchmark with the arguments that follow, or list them."""
    scripts = benchmarks()
    if not scripts:
        raise InputError("there are no benchmarks here; run them from a checkout")
    if name is None:
        show(scripts, json)
    elif name not in scripts:
        raise InputError(f"there is no benchmark {name!r}; there are {', '.join(scripts)}")
    else:
        measure(scripts[name], context.args, json)


def benchmarks() -> dict[str, Path]:
    """Every script by name."""
    found = sorted(FOLDER.glob("*.py"))
    return {path.stem: path for path in found if not path.stem.startswith("_")}


def show(scripts: dict[str, Path], json: bool) -> None:
    """List the scripts with the first line of what they say about themselves."""
    summaries = {name: summary(path) for name, path in scripts.items()}
    if json:
        print_json({"benchmarks": summaries})
    else:
        print_lines([f"{name:<16} {about}" for name, about in summaries.items()])


def summary(script: Path) -> str:
    """The first line of a script's docstring."""
    docstring = ast.get_docstring(ast.parse(script.read_text("utf-8"))) or ""
    return docstring.partition("\n")[0]


def measure(script: Path, arguments: list[str], json: bool) -> None:
    """Run `script`; with `json` its own words go to stderr and its last JSON line into ours."""
    line = [sys.executable, str(script), *arguments]
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    began = time.monotonic()
    if not json:
        code = subprocess.call(line, env=environment)
        if code:
            raise typer.Exit(PROGRAM_AT_FAULT)
        return
    done = subprocess.run(line, stdout=subprocess.PIPE, text=True, env=environment, check=False)
    sys.stderr.write(done.stdout)
    if done.returncode:
        raise typer.Exit(PROGRAM_AT_FAULT)
    seconds = round(time.monotonic() - began, 3)
    print_json({"benchmark": script.stem, "seconds": seconds, "results": results(done.stdout)})


def results(output: str) -> Any:
    """What a script printed as one JSON line, or `None`."""
    for line in reversed(output.splitlines()):
        try:
            return json_text.loads(line)
        except ValueError:
            continue
    return None
