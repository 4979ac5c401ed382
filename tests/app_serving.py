"""The app at an address, as long as a test wants it."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import uvicorn

from app.options import ServeOptions
from app.server import listen


def config(app: Any) -> uvicorn.Config:
    """Clients keep a connection open; the server does not wait for them."""
    return uvicorn.Config(app, log_level="critical", lifespan="on", timeout_graceful_shutdown=0)


@contextlib.contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an ASGI app from a thread; gives its address."""
    listener = listen(ServeOptions(port=0))
    server = uvicorn.Server(config(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
