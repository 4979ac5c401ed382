"""What an import brings in, looked at in a process of its own: names, not seconds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

HEAVY = {"torch", "diffusers", "transformers", "gradio", "open3d", "pyrender", "OpenGL"}
COMPILED = {"numba", "llvmlite", "scipy", "cv2", "trimesh", "OpenEXR", "PIL"}

SHOW = "import json, sys; {}; print(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"


def packages_after(statement: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", SHOW.format(statement)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import depthfusion", HEAVY | COMPILED | {"numpy"}),
        ("import depthfusion; depthfusion.RGBDPanorama", HEAVY | COMPILED),
        ("import depthfusion.cli", HEAVY | COMPILED),
        ("import app", HEAVY | COMPILED | {"fastapi", "uvicorn"}),
        ("import depthfusion.studio", HEAVY),
        ("import depthfusion.studio.doctor", HEAVY),
    ],
)
def test_an_import_stays_light(statement: str, unwanted: set[str]) -> None:
    assert not packages_after(statement) & unwanted


def test_help_reads_only_the_table() -> None:
    run = "import depthfusion.cli.program as p; assert p.run(['--help']) == 0; "
    line = [sys.executable, "-c", run + "import sys; print(*sys.modules)"]
    done = subprocess.run(line, capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & (HEAVY | COMPILED)


def test_every_name_of_the_contents_page_is_there() -> None:
    packages_after("import depthfusion; [getattr(depthfusion, name) for name in dir(depthfusion)]")


def test_an_unknown_name_is_an_attribute_error() -> None:
    import depthfusion

    with pytest.raises(AttributeError, match="has no attribute 'teapot'"):
        _ = depthfusion.teapot
