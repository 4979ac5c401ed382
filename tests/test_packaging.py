"""requirements.txt, tests/requirements.txt and pyproject.toml say the same."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def listed(file: str) -> set[str]:
    lines = (ROOT / file).read_text("utf-8").splitlines()
    return {plain(line) for line in lines if line and not line.startswith("#")}


def plain(requirement: str) -> str:
    return re.sub(r"\s+", "", requirement).replace('"', "'")


def test_requirements_are_the_core_and_the_extras_that_everybody_gets() -> None:
    groups = [
        PROJECT["dependencies"],
        *map(EXTRAS.get, ("app", "opengl", "open3d", "usd", "draco", "ldm3d")),
    ]
    pytest = {line for line in EXTRAS["test"] if line.startswith("pytest")}
    assert (
        listed("requirements.txt") == {plain(line) for group in groups for line in group} | pytest
    )


def test_the_test_tools_are_the_extra_test() -> None:
    assert listed("tests/requirements.txt") == {plain(line) for line in EXTRAS["test"]}


def test_torch_is_pinned() -> None:
    assert "torch==2.13.0" in listed("requirements.txt")


def test_the_viewer_is_shipped() -> None:
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    patterns = setuptools["package-data"]["app"]
    shipped = {file for pattern in patterns for file in (ROOT / "app").glob(pattern)}
    needed = [
        file
        for file in (ROOT / "app").rglob("*")
        if file.is_file() and file.suffix not in (".py", ".pyi", ".pyc")
    ]
    assert not [file for file in needed if file not in shipped]


def test_the_samples_are_shipped() -> None:
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    shipped = {
        (Path(place).relative_to("share/depthfusion/samples") / file.name): file
        for place, patterns in setuptools["data-files"].items()
        for pattern in patterns
        for file in ROOT.glob(pattern)
    }
    samples = [path.parent for path in ROOT.glob("assets/*/scene.json")]
    needed = [file for sample in samples for file in sample.rglob("*") if file.is_file()]
    assert samples and shipped == {file.relative_to(ROOT / "assets"): file for file in needed}
