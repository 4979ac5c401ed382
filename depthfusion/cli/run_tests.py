"""`depthfusion test`: pytest over the project this was started from."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import typer

from depthfusion.types import InputError

ROOT = Path(__file__).resolve().parents[2]

# Everything that follows is pytest's.
SETTINGS = {"ignore_unknown_options": True, "allow_extra_args": True}


def command(context: typer.Context) -> None:
    """Become pytest in the project's folder, with the arguments that follow."""
    if not (ROOT / "tests").is_dir():
        raise InputError("the tests are not part of an installed package; run them from a checkout")
    if find_spec("pytest") is None or find_spec("hypothesis") is None:
        raise InputError(
            f"the test tools are missing: {sys.executable} -m pip install -r "
            f"{ROOT / 'tests' / 'requirements.txt'}"
        )
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *context.args])
