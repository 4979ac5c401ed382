"""A window of its own for the app, and the browser where there can be none."""

import logging
import os
import sys
import threading
import time
import webbrowser
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

log = logging.getLogger(__name__)

TITLE = "DepthFusion"
SIZE = (1360, 900)
PATIENCE = 30.0  # seconds for the server to answer


def serve_in_window(
    server: Any, sockets: list[Any], address: str, say: Callable[[str], None]
) -> None:
    """Run a server, show it in a window, and end it when the window is closed.

    Where no window can be had, the browser opens instead, with a word why, and the server runs
    until it is interrupted.

    Parameters
    ----------
    server : of uvicorn, not started yet.
    sockets : that it listens on.
    address : of the app.
    say : tells the person at the terminal.
    """
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, name="server")
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive())
        why = why_no_window() or window(address)
        if why is not None:
            opened = webbrowser.open(address)
            instead = "it is open in the browser" if opened else f"open {address} in a browser"
            say(f"No window of its own ({why}); {instead}")
            while thread.is_alive():
                thread.join(0.5)
    finally:
        server.should_exit = True
        thread.join()


def why_no_window() -> str | None:
    """Why there can be no window here; `None` where there may be one."""
    if find_spec("webview") is None:
        return "pywebview is not installed: pip install 'depthfusion[desktop]'"
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return "there is no display"
    return None


def window(address: str) -> str | None:
    """Show `address` until the window is closed; why that could not be, or `None`."""
    import webview

    try:
        webview.create_window(TITLE, address, width=SIZE[0], height=SIZE[1], text_select=True)
        webview.settings["ALLOW_DOWNLOADS"] = True
        webview.start(private_mode=False)
    except Exception as error:  # each toolkit fails in its own way; all of them mean the same
        log.info("no window", exc_info=error)
        return f"the system's toolkit for windows did not start: {error}".rstrip(". \n")
    return None


def wait_until(done: Callable[[], bool]) -> None:
    """Wait for `done`, for a while."""
    end = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < end:
        time.sleep(0.02)
