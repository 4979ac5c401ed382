"""What every test may rely on: no network, no traces in the home, and no silent skip in CI."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import thread as futures
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# How long an example takes says how busy the machine is, not whether it is right.
settings.register_profile("depthfusion", deadline=None)
settings.load_profile("depthfusion")

# A test may be skipped in CI only where its reason begins with one of these.
ALLOWED_IN_CI = ("shared data", "../shared/data", "no GPU")

TRY_OPENGL = "import pyrender; pyrender.OffscreenRenderer(16, 16).delete()"


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests out of the person's library and models, and off the network."""
    monkeypatch.setenv("DEPTHFUSION_HOME", str(tmp_path_factory.getbasetemp() / "library"))
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path_factory.getbasetemp() / "hub"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real and true data beside the checkout."""
    for place in (ROOT.parent / "shared" / "data", ROOT / "shared" / "data"):
        if place.is_dir():
            return place
    pytest.skip("shared data is not beside this checkout")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser's tests last: Playwright keeps an event loop running in this thread."""
    items.sort(key=lambda item: (ROOT / "tests" / "browser") in item.path.parents)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail where a test left a thread that would keep this process from ending."""
    left = [thread.name for thread in threading.enumerate() if holds_the_exit(thread)]
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        sys.stderr.write(f"\nthreads left behind by tests: {', '.join(left)}\n")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End all the same, so that no run waits for ever on what `pytest_sessionfinish` told."""
    session = config.pluginmanager.get_plugin("session")
    if session is not None and any(map(holds_the_exit, threading.enumerate())):
        sys.stdout.flush()
        os._exit(int(session.exitstatus))


def holds_the_exit(thread: threading.Thread) -> bool:
    """Whether the interpreter would wait for `thread`; idle pools end by themselves."""
    pooled = thread in futures._threads_queues
    return thread is not threading.main_thread() and not thread.daemon and not pooled


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what the machine cannot do; in CI that counts as a failure."""
    if item.get_closest_marker("opengl") and not has_opengl():
        pytest.skip("OpenGL cannot draw without a display here; see `launch.py doctor`")
    if item.get_closest_marker("browser") and chromium() is None:
        pytest.skip("Chromium is not installed: sudo apt install chromium")


@cache
def has_opengl() -> bool:
    """Whether pyrender draws by EGL, tried in a process of its own."""
    environment = {**os.environ, "PYOPENGL_PLATFORM": "egl"}
    line = [sys.executable, "-W", "ignore", "-c", TRY_OPENGL]
    return subprocess.run(line, capture_output=True, env=environment, check=False).returncode == 0


def chromium() -> str | None:
    """The browser that the browser tests drive."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def in_ci() -> bool:
    """Whether `.ci/run` or another CI started this."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Iterator[None]:
    """Report a skipped test as failed in CI."""
    report = yield
    return without_silent_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """Report a skipped file as failed in CI."""
    report = yield
    return without_silent_skip(report)


def without_silent_skip(report: Any) -> Any:
    """Turn a skip into a failure where this is CI and its reason is not an allowed one."""
    if not (in_ci() and report.outcome == "skipped") or hasattr(report, "wasxfail"):
        return report
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith(ALLOWED_IN_CI):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {reason}"
    return report
