"""`models list | pull | path`, through the studio and in a process of its own."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from hub_server import COMMIT, UNET, Hub, depth_files, pipeline_files, serving
from huggingface_hub import constants
from studio_samples import Recorder

from depthfusion import studio
from depthfusion.cli.program import run
from depthfusion.generation.models import DEFAULT, MODELS, pulling
from depthfusion.types import InputError

ROOT = Path(__file__).resolve().parents[1]
PIPELINE, DEPTH = DEFAULT["panorama"], DEFAULT["depth"]
FOR_RESEARCH = "apple/DepthPro-hf"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(pulling, "PAUSE", 0.001)
    served = {PIPELINE: pipeline_files(), DEPTH: depth_files(), FOR_RESEARCH: depth_files()}
    with serving(Hub(served)) as one:
        monkeypatch.setenv("HF_ENDPOINT", one.address)
        yield one


class Terminal(io.StringIO):
    """Answers as a person at a terminal."""

    def isatty(self) -> bool:
        return True


def test_pull_in_a_process_of_its_own(hub: Hub, tmp_path: Path) -> None:
    hub.breaks[UNET] = [1_000_000]
    line = [sys.executable, "-m", "depthfusion", "models", "pull", "ldm3d-pano", "--yes", "--json"]
    done = subprocess.run(
        line, capture_output=True, text=True, cwd=ROOT, env=dict(os.environ), check=False
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    folder = Path(said["paths"]["folder"])
    assert folder.name == COMMIT and folder.is_relative_to(tmp_path / "hf")
    assert said["facts"]["licence"] == "CreativeML OpenRAIL-M"
    assert (folder / UNET).read_bytes() == hub.models[PIPELINE][UNET]
    assert hub.gets(UNET) == [None, "bytes=1000000-"]
    assert "licence CreativeML OpenRAIL-M: lists uses" in done.stderr
    assert studio.choose_engine("auto")[0].name == "ldm3d"


def test_the_list_says_what_is_here(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "pull", DEPTH, "--yes"]) == 0
    capsys.readouterr()
    assert run(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum("\u2713" in line for line in lines) == 1
    assert next(line for line in lines if "\u2713" in line).split()[1] == DEPTH
    assert any("no commercial use" in line for line in lines)
    assert run(["models", "list", "--json"]) == 0
    found = {one["id"]: one for one in json.loads(capsys.readouterr().out)["models"]}
    assert set(found) == {model.id for model in MODELS}
    assert found[DEPTH]["present"] and found[DEPTH]["bytes"] > 7000
    assert not found[PIPELINE]["present"] and found[PIPELINE]["default"]
    assert run(["models", "path", DEPTH]) == 0
    assert capsys.readouterr().out.strip() == found[DEPTH]["folder"]


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 130), ("\n", 130)])
def test_a_person_is_shown_the_licence_and_asked(
    answer: str, code: int, hub: Hub, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(typer, "confirm", lambda *_, **__: answer == "y\n")
    assert run(["models", "pull", FOR_RESEARCH]) == code
    err = capsys.readouterr().err
    assert "for research only" in err and "must not be used commercially" in err
    assert bool(hub.gets("model.safetensors")) == (code == 0)


def test_a_licence_is_asked_for_once(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "pull", DEPTH]) == 2
    assert "nobody is here to agree to the licence" in capsys.readouterr().err
    assert run(["models", "pull", DEPTH, "--yes"]) == 0
    capsys.readouterr()
    assert run(["models", "pull", DEPTH]) == 0
    assert "licence" not in capsys.readouterr().err


def test_a_model_that_no_table_knows_has_the_hubs_word(
    hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.models["someone/depth"], hub.licence = depth_files(), "bespoke"
    assert run(["models", "pull", "someone/depth", "--yes"]) == 0
    assert "licence, as the hub says: bespoke" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (["list", PIPELINE], "`models list` lists all"),
        (["pull"], "needs a model"),
        (["path", "nothing"], 'there is no model "nothing"'),
        (["path", PIPELINE], "not on this machine"),
        (["fetch"], "'list', 'pull', 'path'"),
    ],
)
def test_a_wrong_call_is_one_line(
    line: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["models", *line]) == 2
    captured = capsys.readouterr()
    assert says in captured.err and captured.err.count("\n") == 1 and captured.out == ""


def test_the_studio_tells_how_far_it_is(hub: Hub) -> None:
    told = Recorder()
    offered = studio.model_offer(PIPELINE)
    outcome = studio.pull_model(offered, told)
    facts: dict[str, Any] = outcome.as_json()["facts"]
    assert facts["bytes"] == facts["fetched"] == offered.bytes
    assert told.stages == ["Downloading"] and told.told[-1][1] == 1.0
    with pytest.raises(InputError, match="is a folder here already"):
        studio.model_offer(str(ROOT))
