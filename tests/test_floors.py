"""A module imports only from floors below its own, and heavy packages have one home each."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FLOORS = {
    "depthfusion.version": -1,
    "depthfusion.types": 0,
    "depthfusion.geometry": 1,
    "depthfusion.scene": 2,
    "depthfusion.rendering": 3,
    "depthfusion.io": 3,
    "depthfusion.generation": 3,
    "depthfusion.studio": 4,
    "depthfusion.cli": 5,
    "depthfusion.__main__": 6,
    "app": 5,
    "launch": 5,
}

# The same floor, and yet: launch.py starts the command line, which without a command starts app.
DOORS = {("launch", "depthfusion.cli"), ("depthfusion.cli", "app")}

# Third-party package → the modules that may import it.
HOMES = {
    "torch": (
        "depthfusion.generation.ldm3d",
        "depthfusion.generation.estimation",
        "depthfusion.generation.likeness",
    ),
    "diffusers": ("depthfusion.generation.ldm3d",),
    "transformers": (
        "depthfusion.generation.ldm3d",
        "depthfusion.generation.estimation",
        "depthfusion.generation.likeness",
    ),
    "torchmetrics": ("depthfusion.generation.likeness",),
    "accelerate": ("depthfusion.generation.ldm3d", "depthfusion.generation.estimation"),
    "gradio": ("app",),
    "fastapi": ("app",),
    "starlette": ("app",),
    "uvicorn": ("app",),
    "typer": ("depthfusion.cli",),
    "pyrender": ("depthfusion.rendering",),
    "OpenGL": ("depthfusion.rendering",),
    "open3d": ("depthfusion.rendering", "depthfusion.io"),
    "pxr": ("depthfusion.io",),
    "DracoPy": ("depthfusion.io",),
    "OpenEXR": ("depthfusion.io",),
}


def modules() -> dict[str, Path]:
    files = [ROOT / "launch.py"]
    for package in ("depthfusion", "app"):
        files += sorted((ROOT / package).rglob("*.py"))
    return {dotted(file): file for file in files}


def dotted(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(file: Path) -> Iterator[str]:
    """Every module that `file` imports anywhere, lazily or not."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports hide which floor is meant"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def package_of(module: str) -> str | None:
    return next((package for package in FLOORS if is_within(module, package)), None)


def climbs(importer: str, target: str) -> bool:
    """Whether `importer` reaches a floor that is not below its own."""
    here, there = package_of(importer), package_of(target)
    if here is None or there is None or here == there or (here, there) in DOORS:
        return False
    return FLOORS[there] >= FLOORS[here]


MODULES = modules()


def test_every_module_has_a_floor() -> None:
    homeless = [name for name in MODULES if package_of(name) is None]
    assert homeless == ["depthfusion"], "give new packages a floor in DESIGN.md and here"


@pytest.mark.parametrize("name", MODULES)
def test_imports_only_from_floors_below(name: str) -> None:
    above = sorted({target for target in imported(MODULES[name]) if climbs(name, target)})
    assert not above, f"{name} stands on floor {FLOORS[str(package_of(name))]} and imports {above}"


@pytest.mark.parametrize("name", MODULES)
def test_heavy_packages_stay_at_home(name: str) -> None:
    for target in imported(MODULES[name]):
        homes = HOMES.get(target.partition(".")[0])
        assert homes is None or any(is_within(name, home) for home in homes), (
            f"{name} imports {target}, whose home is {' or '.join(homes)}"
        )


def test_the_contents_page_imports_nothing_but_the_version() -> None:
    ours = {target for target in imported(MODULES["depthfusion"]) if package_of(target)}
    assert ours == {"depthfusion.version", "depthfusion.version.__version__"}


def test_climbing_is_seen() -> None:
    assert climbs("depthfusion.geometry.cameras", "depthfusion.scene.build")
    assert climbs("depthfusion.io.glb", "depthfusion.rendering.cpu")
    assert climbs("depthfusion.studio.create", "depthfusion.cli.program")
    assert climbs("depthfusion.studio.create", "app.server")
    assert not climbs("depthfusion.studio.create", "depthfusion.io.glb")
    assert not climbs("depthfusion.io.glb", "depthfusion.io.atomic")
