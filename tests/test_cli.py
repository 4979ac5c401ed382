"""The command line against a studio that only notes what it was asked: names, codes, streams."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from studio_samples import imported_room

import app as web
from depthfusion import studio
from depthfusion.cli import bench, interrupts, terminal
from depthfusion.cli import web as web_command
from depthfusion.cli.failures import explained
from depthfusion.cli.program import COMMANDS, run
from depthfusion.cli.terminal import ProgressBar, size_of, spoken
from depthfusion.generation.options import Lora
from depthfusion.rendering.stereo import StereoOptions
from depthfusion.scene.build import SceneOptions
from depthfusion.scene.detail import MeshOptions
from depthfusion.studio.doctor import Item, Report
from depthfusion.studio.options import (
    CreateOptions,
    ExportOptions,
    ImportOptions,
    RenderOptions,
    VideoOptions,
)
from depthfusion.studio.outcome import Outcome
from depthfusion.types import Cancelled, InputError

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Studio:
    """Notes each call and answers with an outcome, or raises what it was told to."""

    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    failure: BaseException | None = None

    def work(self, name: str) -> Any:
        def call(*arguments: Any, **switches: bool) -> Outcome:
            *given, progress = arguments
            on = [switch for switch, value in switches.items() if value]
            self.calls.append((name, (*given, *on)))
            progress("Working", 0.0)
            if self.failure:
                raise self.failure
            progress("Working", 1.0)
            return Outcome({"file": Path("there.glb")}, {"Working": 1.5}, facts={"triangles": 7})

        return call


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Studio:
    noted = Studio()
    for name in ("create", "import_photo", "render", "stereo", "video", "export"):
        monkeypatch.setattr(studio, name, noted.work(name), raising=False)
    return noted


CALLS = [
    (
        ["create", "a forest", "--out", "f"],
        ("create", ("a forest", Path("f"), CreateOptions())),
    ),
    (
        ["create", "x", "--out", "f", "--engine", "sketch", "--size", "512x256", "--seed", "7",
         "--negative", "fog", "--steps", "20", "--guidance", "5.5", "--model", "m", "--title", "t"],
        ("create", ("x", Path("f"), CreateOptions(
            engine="sketch", width=512, height=256, seed=7, negative="fog", steps=20, guidance=5.5,
            model="m", title="t"))),
    ),
    (
        ["create", "x", "--out", "f", "--head-box", "0.2", "--method", "sheet", "--sharpen", "on",
         "--preset", "headset"],
        ("create", ("x", Path("f"), CreateOptions(
            scene=SceneOptions(0.2, "sheet", "on"), mesh=MeshOptions(triangles=200_000)))),
    ),
    (
        ["create", "x", "--out", "f", "--init", "old", "--mask", "m.png", "--strength", "0.5",
         "--guidance-rescale", "0.7", "--scheduler", "lcm", "--plain", "--front", "a door",
         "--down", "a rug", "--lora", "a.safetensors:0.5", "--lora", "C:/b.safetensors",
         "--reference", "r.jpg", "--reference-weight", "0.4", "--upscale", "tiles", "--near", "1",
         "--far", "30", "--away-from", "n.jpg"],
        ("create", ("x", Path("f"), CreateOptions(
            init=Path("old"), mask=Path("m.png"), strength=0.5, rescale=0.7, scheduler="lcm",
            seamless=False, around={"front": "a door", "down": "a rug"},
            lora=(Lora(Path("a.safetensors"), 0.5), Lora(Path("C:/b.safetensors"))),
            reference=Path("r.jpg"), reference_weight=0.4, upscale="tiles", near=1.0, far=30.0,
            away_from=Path("n.jpg")))),
    ),
    (
        ["create", "x", "--out", "f", "--engine", "ldm3d", "--init", "sketch"],
        ("create", ("x", Path("f"), CreateOptions(engine="ldm3d", init="sketch"))),
    ),
    (
        ["import", "p.jpg", "--out", "s"],
        ("import_photo", (Path("p.jpg"), Path("s"), ImportOptions())),
    ),
    (
        ["import", "p.jpg", "--out", "s", "--head-box", "1", "--sharpen", "off", "--error", "0.1"],
        ("import_photo", (Path("p.jpg"), Path("s"), ImportOptions(
            scene=SceneOptions(1.0, sharpen="off"), mesh=MeshOptions(error=0.1)))),
    ),
    (
        ["import", "p.jpg", "--out", "s", "--depth", "d.exr", "--depth-kind", "inverse",
         "--near", "0.5", "--far", "30", "--fit", "--layout", "mono", "--pixel-limit", "99"],
        ("import_photo", (Path("p.jpg"), Path("s"), ImportOptions(
            depth=Path("d.exr"), depth_kind="inverse", near=0.5, far=30.0, fit=True,
            layout="mono", pixel_limit=99))),
    ),
    (
        ["render", "s", "--cameras", "c.json", "--out", "d", "--renderer", "cpu", "--samples", "2"],
        ("render", (Path("s"), Path("c.json"), Path("d"), RenderOptions("cpu", 2))),
    ),
    (
        ["stereo", "s", "--out", "o.png"],
        ("stereo", (Path("s"), Path("o.png"), StereoOptions())),
    ),
    (
        ["stereo", "s", "--out", "o.png", "--projection", "ods", "--layout", "tb", "--ipd", "0.07",
         "--size", "512x256"],
        ("stereo", (Path("s"), Path("o.png"), StereoOptions("ods", "tb", 0.07, (512, 256)))),
    ),
    (
        ["stereo", "s", "--out", "o.png", "--projection", "vr180", "--lens", "fisheye", "--report",
         "--comfort"],
        ("stereo", (Path("s"), Path("o.png"), StereoOptions("vr180", lens="fisheye"),
                    "report", "ease")),
    ),
    (
        ["stereo", "s", "--out", "o.png", "--zero-plane", "2.5"],
        ("stereo", (Path("s"), Path("o.png"), StereoOptions(zero_plane=2.5))),
    ),
    (
        ["video", "s", "--out", "o.mov", "--codec", "prores", "--quality", "best", "--comfort",
         "0", "--outside", "--projection", "vr180", "--lens", "fisheye"],
        ("video", (Path("s"), Path("o.mov"), VideoOptions(
            codec="prores", quality="best", turn_limit_deg=None, outside=True, projection="vr180",
            lens="fisheye"))),
    ),
    (
        ["video", "s", "--out", "o.mp4"],
        ("video", (Path("s"), Path("o.mp4"), VideoOptions())),
    ),
    (
        ["video", "s", "--out", "o.mp4", "--path", "dolly", "--seconds", "2", "--fps", "24",
         "--size", "640x360", "--projection", "perspective", "--layout", "lr"],
        ("video", (Path("s"), Path("o.mp4"), VideoOptions(
            path="dolly", seconds=2.0, fps=24.0, size=(640, 360), layout="lr"))),
    ),
    (
        ["export", "s", "--out", "o.glb", "--texture", "png"],
        ("export", (Path("s"), Path("o.glb"), ExportOptions("png"))),
    ),
    (
        ["export", "s", "--out", "o.glb", "--triangles", "5000", "--error", "0.5"],
        ("export", (Path("s"), Path("o.glb"), ExportOptions(mesh=MeshOptions(0.5, 5000)))),
    ),
    (
        ["video", "s", "--out", "o.mp4", "--preset", "film"],
        ("video", (Path("s"), Path("o.mp4"), VideoOptions(mesh=MeshOptions()))),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("line", "call"), CALLS, ids=lambda part: " ".join(map(str, part))[:40])
def test_a_command_asks_the_studio_for_what_was_written(
    line: list[str], call: tuple[str, Any], fake: Studio, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(line) == 0
    assert fake.calls == [call]
    captured = capsys.readouterr()
    assert "there.glb" in captured.out and "1.5 s" in captured.out
    assert "Working" in captured.err and "Working" not in captured.out


@pytest.mark.parametrize("line", [line for line, _ in CALLS], ids=lambda line: " ".join(line)[:40])
def test_json_is_one_object_and_nothing_else(
    line: list[str], fake: Studio, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*line, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["paths"] == {"file": "there.glb"}
    assert said["seconds"] == {"Working": 1.5}
    assert {"chosen", "notes", "facts"} <= set(said)


@pytest.mark.parametrize(
    ("failure", "code", "sentence"),
    [
        (InputError("the photo\nis no picture"), 2, "error: the photo is no picture"),
        (OSError(errno.ENOSPC, "No space left on device"), 2, "error: no space left on device"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), 2, "permission denied: /x"),
        (Cancelled(), 130, "nothing was left half-done"),
        (KeyboardInterrupt(), 130, "nothing was left half-done"),
        (MemoryError(), 1, "not enough memory"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 1, "defect in DepthFusion: BrokenPipeError"),
        (RuntimeError("a sign\nwas wrong"), 1, "RuntimeError: a sign was wrong (test_cli.py:"),
        (ModuleNotFoundError("no", name="open3d"), 2, "pip install 'depthfusion[open3d]'"),
        (ModuleNotFoundError("no", name="nonsense"), 1, "defect in DepthFusion"),
    ],
)
def test_a_failure_is_one_line_and_its_code(
    failure: BaseException,
    code: int,
    sentence: str,
    fake: Studio,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fake.failure = failure
    assert run(["create", "x", "--out", "f", "--json"]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in captured.err.splitlines()[-1]
    assert captured.err.count("\n") == 2, "the stage that had begun, and the sentence"


def test_the_whole_trace_is_there_for_who_wants_it(
    fake: Studio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEPTHFUSION_DEBUG", "1")
    fake.failure = RuntimeError("x")
    run(["create", "x", "--out", "f"])
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (["creat"], "No such command 'creat'"),
        (["create", "--out", "f"], "say what should be there"),
        (["create", "x"], "Missing option '--out'"),
        (["create", "x", "--out", "f", "--sise", "1"], "No such option: --sise"),
        (["create", "x", "--out", "f", "--size", "wide"], "--size must be WIDTHxHEIGHT"),
        (["create", "x", "--out", "f", "--size", "0x0"], "--size must be above 0"),
        (["create", "x", "--out", "f", "--seed", "first"], "Invalid value for '--seed'"),
        (["create", "x", "--out", "f", "--strength", "1.5"], "strength must be 0 to 1; got 1.5"),
        (["create", "x", "--out", "f", "--lora", "a.safetensors:b"], "--lora must be FILE or FILE"),
        (["create", "x", "--out", "f", "--upscale", "best"], "'tiles', 'sr', 'lanczos'"),
        (["import", "p", "--out", "s", "--depth-kind", "odd"], "'distance', 'inverse', 'z'"),
        (["import", "p", "--out", "s", "--camera-height", "0"], "camera's height must be above"),
        (["import", "p", "--out", "s", "--near", "5", "--far", "1"], "near must be"),
        (["stereo", "s", "--out", "o", "--ipd", "-1"], "ipd must be 0 or more"),
        (["video", "s", "--out", "o", "--fps", "0"], "fps must be"),
        (["render", "s", "--cameras", "c", "--out", "d", "--samples", "99"], "samples must be"),
        (["export", "s", "--out", "o", "--texture", "gif"], "is not one of"),
        (["--port", "99999"], "Invalid value for '--port'"),
        (["--port", "8000", "list"], "--port belong to the web app"),
        (["--auth", "me"], "--auth must be NAME:PASSWORD"),
        (["--host", "0.0.0.0"], "--auth NAME:PASSWORD"),
        (["bench", "no-such-thing"], "benchmark"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_2(
    line: list[str], sentence: str, fake: Studio, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(line) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert sentence in captured.err
    assert fake.calls == []


@pytest.mark.parametrize("engine", ["ldm3d", "dalle"])
def test_an_engine_that_is_not_here_is_the_calls_fault(
    engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["create", "x", "--out", str(tmp_path / "s"), "--engine", engine]) == 2
    assert engine in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert COMMANDS[command][1].split(";")[0] in " ".join(out.split())


def test_help_lists_every_command_and_version_the_version(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {command} " in out for command in COMMANDS)
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("depthfusion 0.")


def test_help_shows_the_librarys_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    run(["create", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert f"[default: {CreateOptions.width}x{CreateOptions.height}]" in said
    run(["video", "--help"])
    assert f"[default: {VideoOptions.path}]" in capsys.readouterr().out


def test_without_a_command_the_web_app_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[web.ServeOptions] = []

    def serve(options: web.ServeOptions, announce: Any) -> None:
        served.append(options)
        announce("http://127.0.0.1:7860")

    monkeypatch.setattr(web_command, "serve", serve)
    assert run([]) == 0
    assert run(["--host", "0.0.0.0", "--port", "0", "--auth", "me:secret:too"]) == 0
    assert served == [
        web.ServeOptions(),
        web.ServeOptions(host="0.0.0.0", port=0, auth=("me", "secret:too")),
    ]
    assert capsys.readouterr().out == "http://127.0.0.1:7860\n" * 2


@pytest.mark.parametrize("ok", [True, False])
def test_doctor_says_each_item_with_its_remedy(
    ok: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    items = (
        Item("Python", "present", "3.11"),
        Item("OpenGL", "optional", "no libEGL.so.1", "sudo apt install libegl1"),
        Item("video encoder", "present" if ok else "absent", "ffmpeg"),
    )
    monkeypatch.setattr("depthfusion.studio.doctor.examine", lambda progress: Report(items))
    assert run(["doctor"]) == (0 if ok else 1)
    out = capsys.readouterr().out
    assert "sudo apt install libegl1" in out
    assert ("all that is required is here" in out) == ok
    assert run(["doctor", "--json"]) == (0 if ok else 1)
    assert json.loads(capsys.readouterr().out)["ok"] is ok


def test_bench_lists_and_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "speed.py").write_text(
        '"""How fast."""\nimport json, sys\nprint("warm")\nprint(json.dumps({"s": sys.argv[1:]}))\n'
    )
    monkeypatch.setattr(bench, "FOLDER", tmp_path)
    assert run(["bench"]) == 0
    assert capfd.readouterr().out.split() == ["speed", "How", "fast."]
    assert run(["bench", "speed", "--json", "--quick"]) == 0
    captured = capfd.readouterr()
    assert json.loads(captured.out)["results"] == {"s": ["--quick"]}
    assert "warm" in captured.err
    (tmp_path / "speed.py").write_text("raise SystemExit(3)\n")
    assert run(["bench", "speed"]) == 1


def test_a_benchmark_finds_the_program_wherever_it_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "found.py").write_text(
        '"""Says where."""\nimport depthfusion\nprint(len(depthfusion.__all__))\n'
    )
    monkeypatch.setattr("depthfusion.cli.bench.FOLDER", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run(["bench", "found"]) == 0
    assert int(capfd.readouterr().out) > 10


def test_a_list_of_scenes_and_a_scene_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["list", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"folder": str(tmp_path), "scenes": []}
    assert run(["list"]) == 0
    assert "no scenes in" in capsys.readouterr().out
    assert run(["show", str(tmp_path / "nothing")]) == 2
    assert capsys.readouterr().err.startswith("error: there is no scene")


class Terminal(io.StringIO):
    """A stream that says it is a terminal, 80 columns wide."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError("no descriptor")


def test_progress_is_a_bar_on_a_terminal_with_the_time_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter(range(0, 1000, 4))
    monkeypatch.setattr("depthfusion.cli.terminal.time.monotonic", lambda: float(next(clock)))
    stream = Terminal()
    with ProgressBar(stream) as progress:
        progress("Meshing", 0.0)
        progress("Meshing", 0.25)
    shown = stream.getvalue().split("\r\033[K")
    assert shown[2] == f"Meshing  {'█' * 6}{'░' * 18}  25%, 12 s left"
    assert shown[-1] == "Meshing  8.0 s\n"


def test_progress_elsewhere_is_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 4))
    monkeypatch.setattr("depthfusion.cli.terminal.time.monotonic", lambda: float(next(clock)))
    stream = io.StringIO()
    with ProgressBar(stream) as progress:
        for step in range(6):
            progress("Meshing", step / 6)
    assert stream.getvalue().splitlines() == ["Meshing …", "Meshing: 50%, 12 s left"]


def test_a_step_that_cannot_say_how_long_says_how_long_already(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter([0.0, 40.0, 41.0])
    monkeypatch.setattr(terminal, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    said = io.StringIO()
    with terminal.ProgressBar(said) as progress:
        progress("Drawing", 0.0)
        progress("Drawing", 0.0)
    assert said.getvalue() == "Drawing …\nDrawing: 0%, 40 s so far\n"


def test_nobody_listening_to_progress_ends_nothing() -> None:
    stream = io.StringIO()
    with ProgressBar(stream) as progress:
        stream.close()
        progress("Meshing", 0.5)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (9.96, "10 s"), (59.4, "59 s"), (200, "3 min 20 s"), (3900, "1 h 5 min")],
)
def test_durations_as_people_say_them(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


def test_sizes_as_people_say_them() -> None:
    assert [size_of(n) for n in (0, 999, 1500, 5_200_000, 3 * 10**12)] == [
        "0 B", "999 B", "1.5 kB", "5.2 MB", "3000.0 GB"
    ]  # fmt: skip


def test_a_second_signal_does_not_cut_the_clean_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    moments = iter([0.0, 1.0, 9.0])
    monkeypatch.setattr(interrupts.time, "monotonic", lambda: next(moments))
    receiver = interrupts.Interrupts()
    with pytest.raises(KeyboardInterrupt):
        receiver._receive(signal.SIGTERM, None)
    receiver._receive(signal.SIGTERM, None)
    assert ended == []
    receiver._receive(signal.SIGINT, None)
    assert ended == [130]


def test_an_error_without_words_still_has_a_sentence() -> None:
    assert "no message" in explained(RuntimeError())[0]


# From here on in a process of its own.

FAKE_WORK = """
import sys, time
from pathlib import Path
from depthfusion import studio
def create(prompt, out, options, progress):
    place = Path(out)
    place.mkdir()
    try:
        progress("Working", 0.0)
        {body}
    finally:
        place.rmdir()
studio.create = create
from depthfusion.cli import main
main(["create", "x", "--out", sys.argv[1], "--json"])
"""


def start(body: str, out: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", FAKE_WORK.format(body=body), out],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_cleans_up_and_exits_130(number: signal.Signals, tmp_path: Path) -> None:
    running = start("time.sleep(60)", tmp_path / "scene")
    assert running.stderr is not None
    assert "Working" in running.stderr.readline()
    running.send_signal(number)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (130, "")
    assert err == "interrupted; nothing was left half-done\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["--help", "list --json", "--version"])
def test_a_reader_who_leaves_early_is_no_fault(command: str) -> None:
    program = f"(sleep 0.5; {sys.executable} -m depthfusion {command})"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {program} | true"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_output_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "depthfusion", "list", str(tmp_path)]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            line, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == "error: no space left on device"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--preset", "huge"], "preset must be one of mobile, headset, desktop, film; got 'huge'"),
        (["--triangles", "999"], "triangles must be 1000 or more; got 999"),
        (["--error", "0"], "error must be above 0; got 0.0"),
        (["--error", "nan"], "error must be above 0; got nan"),
        (["--head-box", "-1"], "the head box must be 0 or more; got -1.0"),
        (["--method", "magic"], "'magic' is not one of 'layers', 'sheet'"),
        (["--sharpen", "maybe"], "'maybe' is not one of 'auto', 'on', 'off'"),
    ],
)
def test_detail_and_room_that_cannot_be_are_said_in_a_sentence(
    options: list[str], sentence: str, fake: Studio, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in (["create", "x"], ["import", "p.jpg"]):
        assert run([*line, "--out", "s", *options]) == 2
        (said,) = capsys.readouterr().err.splitlines()
        assert sentence in said
    assert fake.calls == []


def test_a_scorecard_for_people_and_for_scripts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    room = str(imported_room(tmp_path))
    assert run(["show", room, "--report"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["✓", "holes", "0.00%"]
    assert lines[-1] == "sound"
    assert run(["show", room, "--report", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["head_box"] == said["report"]["safe_head_box"] == 0.35
    assert said["report"]["sound"] and said["report"]["verdicts"]["holes"]
    assert run(["show", room, "--json"]) == 0
    assert "report" not in json.loads(capsys.readouterr().out)
