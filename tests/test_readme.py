"""The README does what it says: its commands run, its Python runs, its pictures and links exist.

Commands run as they stand there, with sizes added that keep them short.
"""

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from depthfusion.cli.program import COMMANDS, run
from depthfusion.studio.options import CreateOptions, VideoOptions

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
LINES = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]
START = "python3 launch.py"
SHORTER = {
    "create": "--size 256x128",
    "video": "--size 64x32 --seconds 0.2",
    "stereo": "--size 64x64",
}
"""What is added to a command so that it is done soon; its last word on an option holds."""
SHORT_PREVIEW = VideoOptions(seconds=0.2, size=(96, 54))
MADE = re.compile(r"--out (\S+)")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a person stands who has read so far: with a scene, a photo, its depth, and cameras."""
    import OpenEXR

    sample = ROOT / "assets" / "living-room"
    shutil.copytree(sample, tmp_path / "room")
    Image.open(sample / "rgb.png").resize((128, 64)).save(tmp_path / "photo.jpg")
    metres = {"Y": np.full((64, 128), 2.0, np.float32) + np.linspace(0, 1, 128, dtype=np.float32)}
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, metres).write(str(tmp_path / "depth.exr"))
    frame = {"file_path": "a.png", "transform_matrix": np.eye(4).tolist()}
    lens = {"w": 64, "h": 48, "fl_x": 40, "fl_y": 40, "cx": 32, "cy": 24, "camera_model": "OPENCV"}
    (tmp_path / "transforms.json").write_text(json.dumps({**lens, "frames": [frame]}))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("depthfusion.cli.create.CreateOptions", with_short_preview)
    monkeypatch.setattr("depthfusion.studio.exports.headset.SECONDS", 0.1)
    return tmp_path


def with_short_preview(**given: Any) -> CreateOptions:
    return CreateOptions(**given, preview=SHORT_PREVIEW)


def test_there_is_something_to_try() -> None:
    assert all(line.startswith(START) for line in LINES)
    assert START in LINES and len(LINES) > 8
    tried = {words(line)[0] for line in LINES if words(line)}
    assert {"create", "import", "render", "stereo", "video", "export", "show", "test"} <= tried


@pytest.mark.parametrize("line", [line for line in LINES if line not in (START, f"{START} test")])
def test_a_command_of_the_readme_runs(
    line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = words(line)
    assert run([*arguments, *SHORTER.get(arguments[0], "").split()]) == 0, capsys.readouterr().err
    for made in MADE.findall(line):
        assert (folder / made).exists()


def words(line: str) -> list[str]:
    return shlex.split(line.removeprefix(START))


def test_the_first_commands_start_what_they_say() -> None:
    """The tests that `test` would run are these; the app ends as Ctrl-C ends it."""
    launch = [sys.executable, str(ROOT / "launch.py")]
    tested = subprocess.run([*launch, "test", "--version"], capture_output=True, text=True)
    assert (tested.returncode, tested.stdout[:7]) == (0, "pytest "), tested.stderr
    app = subprocess.Popen([*launch, "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert app.stdout is not None
    assert "http://127.0.0.1:" in app.stdout.readline()
    app.send_signal(signal.SIGINT)
    assert app.wait(30) == 130
    app.stdout.close()


def test_the_python_of_the_readme_runs(folder: Path) -> None:
    (block,) = (block for kind, block in BLOCKS if kind == "python")
    for full, short in (
        ("seed=3,", "seed=3, width=256, height=128,"),
        ("size=(4096, 2048)", "size=(64, 32)"),
        ("seconds=8", "seconds=0.2, size=(96, 54)"),
    ):
        assert block.count(full) == 1, full
        block = block.replace(full, short)
    exec(compile(block, "README.md", "exec"), {})
    for name in ("cave/scene.json", "cave_360_TB.png", "cave.mp4", "cave.glb"):
        assert (folder / name).is_file()


def test_every_command_and_every_option_that_is_named_exists(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = README.partition("| command |")[2].partition("\n\n")[0]
    named = set(
        re.findall(r"`(\w+)", "\n".join(row.split("|")[1] for row in table.splitlines()[2:]))
    )
    assert named == set(COMMANDS)
    help_pages = ""
    for command in (None, *COMMANDS):
        if command != "test":
            run([*([command] if command else []), "--help"])
            help_pages += capsys.readouterr().out
    for option in sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))):
        assert option in help_pages or option in ("--help", "--json"), option


@pytest.mark.parametrize("page", PAGES)
def test_every_picture_and_link_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"https?://|#", target):
            assert (ROOT / target).is_file(), target
    for picture in re.findall(r"!\[[^]]+\]\((docs/pictures/[^)]+)\)", text):
        assert (ROOT / picture).stat().st_size < 300_000, picture


def test_pictures_are_all_shown() -> None:
    there = {file.name for file in (ROOT / "docs" / "pictures").iterdir()}
    assert there == set(re.findall(r"\(docs/pictures/([^)]+)\)", README))
