"""A window of its own, and a word why where there is none."""

import sys
import threading
import time
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from app import desktop


class Server:
    """Runs until it is told to exit, as uvicorn's does."""

    def __init__(self) -> None:
        self.started = self.should_exit = self.ended = False

    def run(self, sockets: list[Any]) -> None:
        self.started = True
        while not self.should_exit:
            time.sleep(0.005)
        self.ended = True


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the browser was asked to open."""
    seen: list[str] = []
    monkeypatch.setattr(desktop.webbrowser, "open", lambda address: seen.append(address) or True)
    return seen


def serve(server: Server) -> list[str]:
    """Serve in a window; as soon as something was said, the server is told to exit."""
    said: list[str] = []

    def say(words: str) -> None:
        said.append(words)
        threading.Timer(0.05, lambda: setattr(server, "should_exit", True)).start()

    desktop.serve_in_window(server, [], "http://127.0.0.1:1", say)
    return said


def with_webview(monkeypatch: pytest.MonkeyPatch, start: Any) -> list[str]:
    shown: list[str] = []
    module: Any = ModuleType("webview")
    module.create_window = lambda title, address, **more: shown.append(address)
    module.settings, module.start = {}, start
    monkeypatch.setitem(sys.modules, "webview", module)
    monkeypatch.setattr(desktop, "find_spec", lambda name: SimpleNamespace())
    monkeypatch.setenv("DISPLAY", ":0")
    return shown


def test_without_pywebview_the_browser_opens(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop, "find_spec", lambda name: None)
    server = Server()
    said = serve(server)
    assert opened == ["http://127.0.0.1:1"] and server.ended
    assert "pip install 'depthfusion[desktop]'" in said[0] and "in the browser" in said[0]


def test_without_a_display_the_browser_opens(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = with_webview(monkeypatch, lambda **more: None)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert "there is no display" in serve(Server())[0]
    assert shown == [] and opened


def test_a_toolkit_that_does_not_start_is_said(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(**more: Any) -> None:
        raise RuntimeError("You must have either QT or GTK")

    with_webview(monkeypatch, start)
    assert "either QT or GTK" in serve(Server())[0] and opened


def test_the_server_ends_with_its_window(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server()
    shown = with_webview(monkeypatch, lambda **more: None)
    desktop.serve_in_window(server, [], "http://127.0.0.1:1", pytest.fail)
    assert shown == ["http://127.0.0.1:1"] and opened == [] and server.ended
