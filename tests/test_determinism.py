"""Every export: the same scene gives the same bytes, and what goes wrong leaves the old file."""

import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from export_samples import room_scene

from depthfusion import studio
from depthfusion.io.dates import moment
from depthfusion.studio.exports import headset, nerfstudio
from depthfusion.studio.formats import FORMATS, Format
from depthfusion.types import InputError

TESTS = Path(__file__).resolve().parent
SHORT = studio.VideoOptions(projection="ods", size=(64, 32), seconds=0.2)
HALF = studio.VideoOptions(projection="vr180", size=(32, 32), seconds=0.2)

# Exports in every way with room for so many bytes in any one file, and says what came of each.
CRAMPED = """
import json, resource, signal, sys
from depthfusion import studio
from depthfusion.studio.exports import headset
from depthfusion.studio.formats import FORMATS
from depthfusion.types import InputError

headset.SECONDS = 0.1
room, folder = sys.argv[1:]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
said = {}
for row in FORMATS:
    try:
        studio.export(room, f"{folder}/{row.kind}{row.suffix}", studio.ExportOptions(kind=row.kind))
        said[row.kind + row.suffix] = "written"
    except InputError as error:
        said[row.kind + row.suffix] = str(error)
print(json.dumps(said))
"""

EXPORT = """
import sys
from depthfusion import studio

room, out, kind = sys.argv[1:]
studio.export(room, out, studio.ExportOptions(kind=kind))
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return room_scene(tmp_path_factory.mktemp("scenes") / "room")


@pytest.fixture(autouse=True)
def _brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headset, "SECONDS", 0.1)
    monkeypatch.setattr(nerfstudio, "SIDES", (32, 64))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def line(script: str, *arguments: object) -> tuple[list[str], dict[str, str]]:
    path = os.pathsep.join([str(TESTS.parent), str(TESTS), os.environ.get("PYTHONPATH", "")])
    return [sys.executable, "-c", script, *map(str, arguments)], {**os.environ, "PYTHONPATH": path}


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.kind + row.suffix)
def test_an_export_has_the_same_bytes_again(
    row: Format, room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = studio.ExportOptions(kind=row.kind)
    for name in ("one", "two"):
        # Another day, another place, another name for the same folder.
        monkeypatch.setattr("time.time", lambda day=name: 2e9 if day == "one" else 1.9e9)
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        studio.export(room, f"room{row.suffix}", options)
    one, two = (tmp_path / name / f"room{row.suffix}" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    beside = [sorted(p.name for p in folder.parent.iterdir()) for folder in (one, two)]
    assert beside[0] == beside[1]
    for name in beside[0]:
        assert (one.parent / name).read_bytes() == (two.parent / name).read_bytes()


@pytest.mark.parametrize("options", [studio.VideoOptions(size=(64, 36), seconds=0.2), SHORT, HALF])
def test_a_film_has_the_same_bytes_again(
    options: studio.VideoOptions, room: Path, tmp_path: Path
) -> None:
    for name in ("one.mp4", "two.mp4"):
        studio.video(room, tmp_path / name, options)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_source_date_epoch_fixes_the_dates(
    room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, epoch, date in (
        ("own.zip", None, (2026, 11, 20, 12, 0, 0)),
        ("set.zip", "1000000000", (2001, 9, 9, 1, 46, 40)),
        ("early.zip", "0", (1980, 1, 1, 0, 0, 0)),
    ):
        if epoch is not None:
            monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        studio.export(room, tmp_path / name, studio.ExportOptions(kind="scene"))
        with zipfile.ZipFile(tmp_path / name) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {date}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH must be seconds"):
        moment()


@pytest.mark.parametrize("created", ["", "some day", "2026-11-20"])
def test_a_record_without_a_date_is_dated_all_the_same(created: str) -> None:
    assert moment(created).tzinfo is not None


def test_a_full_disk_leaves_the_old_file(room: Path, tmp_path: Path) -> None:
    olds = {f"{row.kind}{row.suffix}": b"old" + row.kind.encode() for row in FORMATS}
    for name, content in olds.items():
        (tmp_path / name).write_bytes(content)
    command, environment = line(CRAMPED, room, tmp_path)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert said.keys() == olds.keys()
    for name, sentence in said.items():
        assert "larger than this system allows" in sentence, (name, sentence)
        assert (tmp_path / name).read_bytes() == olds[name]
    assert {path.name for path in tmp_path.iterdir()} == set(olds), "nothing is left beside them"


def test_a_kill_in_the_midst_leaves_the_old_file(room: Path, tmp_path: Path) -> None:
    out = tmp_path / "room.zip"
    out.write_bytes(b"old")
    command, environment = line(EXPORT, room, out, "nerfstudio")
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment) as busy:
        try:
            while not any(path.stat().st_size for path in tmp_path.glob(".room.*.partial.zip")):
                assert busy.poll() is None, busy.stderr and busy.stderr.read()
                time.sleep(0.001)
        finally:
            busy.kill()
    assert out.read_bytes() == b"old"
