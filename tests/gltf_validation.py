"""The Khronos glTF validator, as a check that tests call on the GLB files they make.

It needs Node and `npm ci --prefix tests/tools`. Where it is missing, a test is skipped with that
sentence; where `CI` is set it fails, so that nothing is left out unnoticed there.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

TOOLS = Path(__file__).parent / "tools"
REMEDY = "the Khronos validator is missing: install Node, then `npm ci --prefix tests/tools`"


def validator_is_there() -> bool:
    """Whether Node and the validator's package are installed."""
    return bool(shutil.which("node")) and (TOOLS / "node_modules" / "gltf-validator").is_dir()


def gltf_report(data: bytes, folder: Path) -> dict[str, Any]:
    """Return the validator's report on a GLB; skip, or fail under CI, where there is no validator.

    Parameters
    ----------
    data : the GLB file's content.
    folder : where a temporary file may be written.
    """
    if not validator_is_there():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(REMEDY)
    path = folder / "validated.glb"
    path.write_bytes(data)
    done = subprocess.run(
        ["node", str(TOOLS / "validate_gltf.cjs"), str(path)],
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_valid_glb(data: bytes, folder: Path) -> dict[str, Any]:
    """Verify that the validator has nothing to say: no error, warning, information or hint."""
    report = gltf_report(data, folder)
    issues = report["issues"]
    assert issues["numErrors"] == 0, issues["messages"]
    assert issues["numWarnings"] == 0, issues["messages"]
    assert issues["messages"] == []
    return report
