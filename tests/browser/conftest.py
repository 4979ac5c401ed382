"""A Chromium without a display, servers on this machine, and proof that nothing leaves it."""

import contextlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pretend_studio
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from playwright.sync_api import sync_playwright

from app.options import ServeOptions
from app.paths import path_routes
from app.server import VIEWER, build_app, listen

FLAGS = (
    "--use-gl=angle --use-angle=gl-egl --ignore-gpu-blocklist --no-sandbox "
    "--disable-background-networking --disable-component-update --disable-sync --mute-audio"
)


@contextlib.contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an ASGI app from a thread; gives its address."""
    listener = listen(ServeOptions(port=0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open pages; at the end no request has left this machine and no script has failed."""
    contexts, strays, faults = [], [], []

    def note(request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            strays.append(request.url)

    def open_page(address: str, **options: Any) -> Any:
        context = chromium.new_context(**({"viewport": {"width": 960, "height": 600}} | options))
        contexts.append(context)
        context.on("request", note)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert strays == []
    assert faults == []


@pytest.fixture(scope="session")
def studio() -> pretend_studio.PretendStudio:
    return pretend_studio.PretendStudio()


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("library")
    pretend_studio.write_scene_folder(library / "six")
    return library


@pytest.fixture(scope="session")
def app_address(studio: pretend_studio.PretendStudio, library: Path) -> Iterator[str]:
    """The whole app."""
    with serving(build_app(ServeOptions(library=library), studio)) as address:
        yield address


@pytest.fixture(scope="session")
def scenes_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the scenes of `plain_address` lie."""
    return tmp_path_factory.mktemp("scenes")


@pytest.fixture(scope="session")
def plain_address(scenes_folder: Path) -> Iterator[str]:
    """The viewer and scenes as plain files and kept paths, without the rest of the app."""
    scenes = scenes_folder
    for name, info in {"six": {}, "turned": {"forward_yaw": 1.5707963}, "bare": {}}.items():
        pretend_studio.write_scene_folder(scenes / name, **info)
    (scenes / "bare" / "thumbnail.webp").unlink()
    for name in ("broken", "empty"):
        pretend_studio.write_scene_folder(scenes / name)
    (scenes / "broken" / "scene.glb").write_bytes(b"glTF but no more")
    (scenes / "empty" / "scene.glb").unlink()
    plain = FastAPI()
    plain.include_router(path_routes(scenes))
    plain.mount("/viewer", StaticFiles(directory=VIEWER, html=True))
    plain.mount("/scenes", StaticFiles(directory=scenes))
    with serving(plain) as address:
        yield address
