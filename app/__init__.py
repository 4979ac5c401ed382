"""The web app: Gradio on FastAPI, around a viewer of our own.

Importing this is quick: gradio comes in when `serve` is called.
"""

from collections.abc import Callable

from app.options import ServeOptions

__all__ = ["ServeOptions", "serve"]


def serve(options: ServeOptions, announce: Callable[[str], None] | None = None) -> None:
    """Serve the app until it is interrupted.

    Parameters
    ----------
    options : where, and for whom.
    announce : called with each line a person should read (the address first); the log by default.

    Raises
    ------
    InputError
        Gradio is missing, the port is taken, or the address cannot be listened on.
    """
    from app.server import run

    run(options, announce)
