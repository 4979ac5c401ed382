"""launch.py on machines that have nothing yet: small projects, wheels of our own, no network."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[1]
BARE = getattr(sys, "_base_executable", sys.executable)

COMMAND_LINE = """
import json, sys
def main():
    import tiny
    said = {"version": tiny.VERSION, "prefix": sys.prefix, "arguments": sys.argv[1:]}
    said["tools"] = "tool" in sys.argv and __import__("tool").VERSION
    print(json.dumps(said))
"""


def load_launcher() -> ModuleType:
    spec = importlib.util.spec_from_file_location("launch", ROOT / "launch.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


launch = load_launcher()


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    for name, version in [("tiny", "1.0"), ("tiny", "2.0"), ("tool", "1.0")]:
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}.py", f"VERSION = {version!r}\n")
            wheel.writestr(
                f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
            )
            wheel.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            names = [f"{name}.py", *(f"{info}/{file}" for file in ("METADATA", "WHEEL", "RECORD"))]
            wheel.writestr(f"{info}/RECORD", "".join(f"{file},,\n" for file in names))
    return folder


@pytest.fixture(scope="session")
def bare_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with pip and nothing else, made once and copied."""
    folder = tmp_path_factory.mktemp("environment") / ".venv"
    subprocess.run([BARE, "-m", "venv", folder], check=True)
    return folder


class Project:
    """A checkout with launch.py, one requirement, and a command line that imports it."""

    def __init__(self, folder: Path, wheels: Path) -> None:
        self.folder = folder
        (folder / "depthfusion" / "cli").mkdir(parents=True)
        (folder / "tests").mkdir()
        (folder / "depthfusion" / "__init__.py").touch()
        (folder / "depthfusion" / "cli" / "__init__.py").write_text(COMMAND_LINE)
        (folder / "tests" / "requirements.txt").write_text("tool==1.0\n")
        self.require("tiny>=1,<2  # a comment\n")
        shutil.copy(ROOT / "launch.py", folder)
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("PIP_")},
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(wheels),
        }

    def require(self, lines: str) -> None:
        (self.folder / "requirements.txt").write_text(lines)

    def offline(self, index: str) -> None:
        del self.environment["PIP_NO_INDEX"], self.environment["PIP_FIND_LINKS"]
        self.environment["PIP_INDEX_URL"] = index

    def start(self, *arguments: str, python: str | Path = BARE) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [python, self.folder / "launch.py", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
            cwd=self.folder.parent,
        )

    def run(self, *arguments: str, python: str | Path = BARE) -> tuple[int, str, str]:
        running = self.start(*arguments, python=python)
        out, err = running.communicate(timeout=120)
        return running.returncode, out, err

    def answer(self, *arguments: str, python: str | Path = BARE) -> tuple[dict, str]:
        code, out, err = self.run(*arguments, python=python)
        assert code == 0, err
        return json.loads(out), err

    @property
    def venv(self) -> Path:
        return self.folder / ".venv"

    @property
    def site(self) -> Path:
        return next(self.venv.glob("lib/python3.*/site-packages"))


@pytest.fixture
def project(tmp_path: Path, wheels: Path) -> Project:
    return Project(tmp_path / "checkout", wheels)


@pytest.fixture
def prepared(project: Project, bare_environment: Path) -> Project:
    """A project whose .venv has pip only, as if made by hand."""
    shutil.copytree(bare_environment, project.venv, symlinks=True)
    return project


def test_the_first_run_sets_up_and_the_second_starts_at_once(project: Project) -> None:
    said, err = project.answer("create", "a forest", "--out", "x y")
    assert said["version"] == "1.0"
    assert said["prefix"] == str(project.venv)
    assert said["arguments"] == ["create", "a forest", "--out", "x y"]
    assert "setting up" in err and "creating the environment" in err and "ready after" in err
    said, err = project.answer("create")
    assert err == ""


def test_help_comes_before_anything_is_set_up(project: Project) -> None:
    code, out, err = project.run("--help")
    assert (code, err) == (0, "")
    assert "launch.py create" in out
    assert not project.venv.exists()


def test_a_changed_list_installs_again(prepared: Project) -> None:
    assert prepared.answer()[0]["version"] == "1.0"
    prepared.require("tiny>=2\n")
    said, err = prepared.answer()
    assert said["version"] == "2.0" and "setting up" in err


def test_test_brings_its_tools_and_the_rest_does_not(prepared: Project) -> None:
    prepared.answer()
    assert not (prepared.site / "tool.py").exists()
    said, _ = prepared.answer("test", "tool")
    assert said["tools"] == "1.0"
    assert prepared.answer("create")[1] == ""
    assert prepared.answer("test")[1] == ""


def test_an_interrupted_set_up_is_taken_up_again(prepared: Project) -> None:
    prepared.answer()
    # What a kill between unpacking and the end leaves: no marker of success, a file missing.
    (prepared.venv / "depthfusion.json").write_text('{"state": "installing"}')
    (prepared.site / "tiny.py").unlink()
    said, err = prepared.answer()
    assert said["version"] == "1.0" and "taking it up again" in err


def test_a_marker_cut_short_is_not_believed(prepared: Project) -> None:
    prepared.answer()
    (prepared.venv / "depthfusion.json").write_text('{"requirements.txt": "9f')
    assert prepared.answer()[0]["version"] == "1.0"


def test_an_environment_whose_python_is_gone_is_made_anew(project: Project) -> None:
    (project.venv / "bin").mkdir(parents=True)
    (project.venv / "bin" / "python").symlink_to("/nowhere/python3.11")
    said, err = project.answer()
    assert said["version"] == "1.0" and "creating the environment" in err


def test_an_environment_made_by_hand_is_taken_over(prepared: Project) -> None:
    python = prepared.venv / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "tiny==1.0"], env=prepared.environment, check=True
    )
    said, err = prepared.answer()
    assert said["prefix"] == str(prepared.venv)
    assert "has all that is needed" in err and "setting up" not in err


def test_started_where_the_requirements_are_it_stays_there(
    prepared: Project, tmp_path: Path, wheels: Path
) -> None:
    prepared.answer()
    other = Project(tmp_path / "other", wheels)
    said, err = other.answer("show", python=prepared.venv / "bin" / "python")
    assert said["prefix"] == str(prepared.venv) and err == ""
    assert not other.venv.exists()


def test_two_at_once_set_up_once(prepared: Project) -> None:
    running = [prepared.start() for _ in range(3)]
    ends = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert all(json.loads(out)["version"] == "1.0" for out, _ in ends)
    assert sum("ready after" in err for _, err in ends) == 1


def test_without_a_network_one_sentence_and_later_it_goes_on(prepared: Project) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/simple"
    working = dict(prepared.environment)
    prepared.offline(address)
    code, out, err = prepared.run("create")
    assert (code, out) == (1, "")
    last = err.strip().splitlines()[-1]
    assert "package index cannot be reached" in last and "same command again" in last
    assert "Traceback" not in err
    prepared.environment = working
    assert prepared.answer()[0]["version"] == "1.0"


def test_a_requirement_that_nobody_has_is_told_in_pips_words(prepared: Project) -> None:
    prepared.require("tiny>=99\n")
    code, _, err = prepared.run()
    assert code == 1
    assert "pip says: No matching distribution found for tiny>=99" in err.splitlines()[-1]


@pytest.fixture
def silent_server() -> Iterator[str]:
    """An index that takes calls and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/simple"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_nothing_running(
    prepared: Project, silent_server: str, number: signal.Signals
) -> None:
    working = dict(prepared.environment)
    prepared.offline(silent_server)
    running = prepared.start()
    assert running.stderr is not None
    assert "setting up" in running.stderr.readline()
    while not (prepared.venv / "setup.log").exists():
        assert running.poll() is None
    running.send_signal(number)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "the same command takes it up again" in err and "Traceback" not in err
    prepared.environment = working
    # Had pip gone on, it would still hold the lock.
    said, err = prepared.answer()
    assert said["version"] == "1.0" and "waiting" not in err


def test_a_place_that_cannot_hold_an_environment_is_told(project: Project) -> None:
    project.venv.write_text("a file in the way")
    code, out, err = project.run()
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1 and "cannot set up" in err


@given(
    have=st.lists(st.integers(0, 12), min_size=1, max_size=4),
    want=st.lists(st.integers(0, 12), min_size=2, max_size=4),
    sign=st.sampled_from(["==", "!=", ">=", "<=", "~="]),
    local=st.sampled_from(["", "+cpu"]),
)
def test_versions_are_compared_as_pip_does(
    have: list[int], want: list[int], sign: str, local: str
) -> None:
    version = ".".join(map(str, have)) + local
    rule = sign + ".".join(map(str, want))
    assert launch.allows(rule, version) == SpecifierSet(rule).contains(version)


def test_every_requirement_of_the_project_is_understood() -> None:
    lines = launch.requirement_lines(launch.BASE) + launch.requirement_lines(launch.TESTS)
    assert "torch==2.13.0" in lines and "numpy>=2.2,<3" in lines
    assert [line for line in lines if not launch.is_met(line, sys.path)] == []
