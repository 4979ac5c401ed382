"""The doctor on this machine, and on machines that lack what it looks for."""

import sys
from pathlib import Path

import pytest
from hub_server import pipeline_files

from depthfusion.studio import doctor
from depthfusion.studio.doctor import graphics, machine, remedy, software
from depthfusion.studio.doctor.item import Item, Report
from depthfusion.studio.doctor.probe import ProbeError, probe


def test_every_item_is_looked_at_and_all_required_ones_are_here() -> None:
    told: list[float] = []
    report = doctor.examine(lambda stage, fraction: told.append(fraction))
    assert [item.name for item in report.items] == list(doctor.EXAMINATIONS)
    assert report.ok, [item for item in report.items if item.state == "absent"]
    assert told == sorted(told) and told[-1] == 1.0


def test_an_examination_that_breaks_is_an_item_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> Item:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(doctor, "EXAMINATIONS", {"luck": breaks})
    (item,) = doctor.examine().items
    assert item == Item("luck", "absent", "RuntimeError: no such luck")
    assert not Report((item,)).ok


def test_a_probe_gives_what_the_program_printed_last() -> None:
    assert probe("print('noise'); print('{\"a\": 1}')") == {"a": 1}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise OSError('no libGL')", "OSError: no libGL"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crashed (SIGSEGV)"),
        ("import sys; sys.exit(3)", "no reason given"),
        ("import time; time.sleep(60)", "no answer within"),
    ],
)
def test_a_probe_that_fails_says_why(code: str, words: str) -> None:
    with pytest.raises(ProbeError, match=words.replace("(", r"\(").replace(")", r"\)")):
        probe(code, timeout=5.0)


def test_missing_opengl_gives_the_apt_line_for_what_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remedy, "is_loadable", lambda soname: soname != "libEGL.so.1")
    monkeypatch.setattr(remedy.shutil, "which", lambda tool: f"/usr/bin/{tool}")
    monkeypatch.setattr(sys, "platform", "linux")
    item = graphics.opengl()
    assert item.state == "optional" and "libEGL.so.1" in item.says
    assert item.remedy == "sudo apt install libegl1 libgl1-mesa-dri"


def test_opengl_without_a_driver_asks_for_mesa(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ProbeError("EGLError: no display")

    monkeypatch.setattr(remedy, "is_loadable", lambda soname: True)
    monkeypatch.setattr(graphics, "probe", fails)
    monkeypatch.setattr(remedy.shutil, "which", lambda tool: f"/usr/bin/{tool}")
    item = graphics.opengl()
    assert item.remedy == "sudo apt install libgl1-mesa-dri" and "the CPU draws" in item.says


def test_elsewhere_than_debian_the_libraries_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remedy.shutil, "which", lambda tool: None)
    line = remedy.system_line(graphics.OPEN3D_LIBRARIES, ["libX11.so.6"])
    assert line == "install libX11.so.6 with this system's package manager"


def test_open3d_without_its_libraries_is_never_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remedy, "is_loadable", lambda soname: "usb" not in soname)
    monkeypatch.setattr(remedy.shutil, "which", lambda tool: f"/usr/bin/{tool}")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(graphics, "probe", lambda *_: pytest.fail("imported"))
    assert graphics.open3d().remedy == "sudo apt install libusb-1.0-0"


@pytest.mark.parametrize(
    ("look", "state"),
    [
        (software.core, "absent"),
        (software.web_app, "optional"),
        (software.diffusion, "optional"),
        (graphics.opengl, "optional"),
        (graphics.open3d, "optional"),
    ],
)
def test_a_package_that_is_not_installed_gives_the_pip_line(
    look: object, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remedy, "version_of", lambda name: None)
    item = look()
    assert item.state == state
    assert item.remedy == f"{sys.executable} -m pip install -r {remedy.ROOT / 'requirements.txt'}"


def test_installed_as_a_package_the_pip_line_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(remedy, "ROOT", tmp_path)
    assert remedy.pip_line("opengl").endswith("-m pip install 'depthfusion[opengl]'")
    assert remedy.pip_line("").endswith("-m pip install 'depthfusion'")


def test_an_ffmpeg_without_h264_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"program": "/opt/ffmpeg", "names": ["libx265"]}
    monkeypatch.setattr(software, "probe", lambda code: found)
    assert software.video_encoder().state == "absent"


def test_models_are_found_where_hugging_face_keeps_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert software.models().state == "optional"
    snapshot = tmp_path / "hub" / "models--Intel--ldm3d-pano" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    assert software.models().state == "optional", "a download that never finished"
    (snapshot / "model_index.json").write_text("{")
    assert software.models().state == "optional", "a damaged one"
    for name, data in pipeline_files(size=100).items():
        (snapshot / name).parent.mkdir(exist_ok=True)
        (snapshot / name).write_bytes(data)
    (snapshot.parents[1] / "refs").mkdir()
    (snapshot.parents[1] / "refs" / "main").write_text("abc")
    assert software.models().says.startswith("Intel/ldm3d-pano in ")


def test_a_library_that_cannot_be_written_is_required(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DEPTHFUSION_HOME", str(tmp_path / "file"))
    item = machine.library()
    assert item.state == "absent" and "DEPTHFUSION_HOME" in str(item.remedy)


def test_little_memory_and_little_disk_come_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "container_limit", lambda: 1.5e9)
    assert machine.memory().remedy == "choose --size 1024x512"
    full = type("Usage", (), {"free": 1e8})()
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda place: full)
    assert "DEPTHFUSION_HOME" in str(machine.disk().remedy)
