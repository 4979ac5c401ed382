"""The server: scene files, the viewer, and Gradio, behind one door."""

import asyncio
import base64
import hashlib
import logging
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.board import Board
from app.desktop import serve_in_window
from app.job_routes import job_routes
from app.options import ServeOptions
from app.paths import path_routes
from app.scenes import scene_routes
from app.shelf import Shelf
from app.sign_in import SignIn
from app.tasks import Bench
from app.visitors import Uploads, Visitors
from depthfusion.types import InputError

HERE = Path(__file__).parent
VIEWER = HERE / "viewer"
EXAMPLES = HERE / "static" / "examples"
JOBS = ".jobs"
"""Where jobs are kept, in the library."""
GRACE = 2
"""Seconds that open pages have to let go when the app ends."""


def build_app(options: ServeOptions, studio: Any = None) -> ASGIApp:
    """Put the app together.

    Parameters
    ----------
    options : for whom; `library`, `auth` and `upload_limit` matter here.
    studio : what does the work; `depthfusion.studio` where `None`.
    """
    uploads = Uploads(own_uploads())
    if studio is None:
        from depthfusion import studio
    shelf = Shelf(studio, options.library or studio.library_folder())
    board = Board(Bench(studio, shelf), shelf.folder / JOBS)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        board.close()
        shutil.rmtree(uploads.folder, ignore_errors=True)

    app = FastAPI(
        title="DepthFusion", docs_url=None, redoc_url=None, openapi_url=None, lifespan=life
    )
    app.include_router(path_routes(shelf.folder, shelf.samples_folder))
    app.include_router(scene_routes(shelf.folder, shelf.samples_folder))
    app.include_router(path_routes(shelf.folder, shelf.samples_folder))
    app.include_router(job_routes(board))
    app.add_middleware(CarefulHeaders)
    app.mount("/viewer", StaticFiles(directory=VIEWER, html=True), name="viewer")
    app.mount("/examples", StaticFiles(directory=EXAMPLES), name="examples")
    within_loop(partial(mount_page, app, (studio, shelf, board, uploads), options))
    known = Visitors(app, uploads)
    return SignIn(known, *options.auth) if options.auth else known


def within_loop(act: Callable[[], None]) -> None:
    """Call `act` while an event loop runs: without one, Gradio makes one and leaves it behind."""

    async def acted() -> None:
        act()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(acted())
    else:
        act()


def mount_page(app: FastAPI, parts: tuple[Any, ...], options: ServeOptions) -> None:
    """Put Gradio's page at the root, over the parts that `build_page` takes."""
    import gradio as gr

    from app.languages import translations
    from app.page import build_page
    from app.theme import STATIC, theme

    gr.mount_gradio_app(
        app,
        build_page(*parts),
        path="/",
        theme=theme(),
        css_paths=[STATIC / "studio.css"],
        favicon_path=str(VIEWER / "icon.svg"),
        max_file_size=options.upload_limit,
        footer_links=[],
        run_history=False,
        show_error=False,
        i18n=translations(),
        mcp_server=options.mcp,
    )


def own_uploads() -> Path:
    """A folder that only this process uses, for what visitors send; gone when the app ends."""
    folder = Path(tempfile.mkdtemp(prefix="depthfusion-uploads-"))
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    return folder


class CarefulHeaders:
    """Middleware: the viewer talks to this server only, and nobody else frames these pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        page = (VIEWER / "index.html").read_text("utf-8")
        inline = re.findall(r"<script type=\"importmap\">(.*?)</script>", page, re.DOTALL)
        hashes = " ".join(f"'sha256-{digest(text)}'" for text in inline)
        self._policy = (
            f"default-src 'self'; script-src 'self' 'wasm-unsafe-eval' {hashes}; "
            "style-src 'self' 'unsafe-inline'; "
            "img-src 'self' blob: data:; connect-src 'self' blob: data:; frame-ancestors 'self'; "
            "base-uri 'none'; form-action 'self'"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to whatever is answered."""
        in_viewer = scope["type"] == "http" and scope["path"].startswith("/viewer")

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("X-Frame-Options", "SAMEORIGIN")
                if in_viewer:
                    headers["Content-Security-Policy"] = self._policy
                    headers["Cache-Control"] = "no-cache"
            await send(message)

        await self._app(scope, receive, sent)


def digest(text: str) -> str:
    """SHA-256 as a content security policy wants it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def run(options: ServeOptions, announce: Callable[[str], None] | None = None) -> None:
    """Serve until interrupted; see `app.serve`."""
    import uvicorn

    class Server(uvicorn.Server):
        """One that does not complain of the open pages that it leaves."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            await super().shutdown(sockets)

    listener = listen(options)
    app = build_app(options)
    shown = f"[{options.host}]" if ":" in options.host else options.host
    address, say = f"http://{shown}:{listener.getsockname()[1]}", announce or to_stderr
    say(f"DepthFusion is at {address}  (Ctrl-C ends it)")
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=GRACE)
    server = Server(config)
    if options.desktop:
        serve_in_window(server, [listener], address, say)
    else:
        server.run(sockets=[listener])


def listen(options: ServeOptions) -> socket.socket:
    """Take the port, or say in a sentence why not."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as error:
        listener.close()
        why = (error.strerror or str(error)).lower()
        raise InputError(
            f"cannot listen on {options.host}:{options.port} ({why}); choose another --port"
        ) from error
    listener.listen(128)
    return listener


def to_stderr(line: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
