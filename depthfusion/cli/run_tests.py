"""`depthfusion test`: pytest over the project this was started from."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import typer

from depthfusion.cli.terminal import note
from depthfusion.types import InputError

ROOT = Path(__file__).resolve().parents[2]

# Everything that follows is pytest's.
SETTINGS = {"ignore_unknown_options": True, "allow_extra_args": True}


def command(context: typer.Context) -> None:
    """Become pytest in the project's folder, with the arguments that follow."""
    tests = ROOT / "tests"
    if not tests.is_dir():
        raise InputError("the tests are not part of an installed package; run them from a checkout")
    if find_spec("pytest") is None or find_spec("hypothesis") is None:
        raise InputError(
            f"the test tools are missing: {sys.executable} -m pip install -r "
            f"{tests / 'requirements.txt'}"
        )
    for lock in tests.glob("*/package-lock.json"):
        install_node_tools(lock)
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *context.args])


def install_node_tools(lock: Path) -> None:
    """Install what a lock file names, where npm is there and it is not done yet.

    Without npm or a network the tests that want these tools are skipped with their reason; in CI
    that fails them.
    """
    # npm writes this copy of the lock last.
    done = lock.parent / "node_modules" / ".package-lock.json"
    npm = shutil.which("npm")
    if npm is None or (done.exists() and done.stat().st_mtime >= lock.stat().st_mtime):
        return
    note(f"installing the test tools of {lock.parent.relative_to(ROOT)}")
    line = [npm, "ci", "--prefix", str(lock.parent), "--no-fund", "--no-audit", "--silent"]
    if subprocess.call(line, stdout=sys.stderr) != 0:
        note("npm could not install them; the tests that want them will say so")
