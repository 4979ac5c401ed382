"""`depthfusion` without a command: the web app."""

from typing import Annotated, Any

import typer

from depthfusion.cli.terminal import print_lines
from depthfusion.types import InputError
from depthfusion.version import __version__


def show_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        print_lines([f"depthfusion {__version__}"])
        raise typer.Exit


def start_web_app(
    context: typer.Context,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; 127.0.0.1 where not given.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; 7860 where not given.")
    ] = None,
    auth: Annotated[
        str | None, typer.Option(metavar="NAME:PASSWORD", help="Ask visitors to sign in.")
    ] = None,
    share: Annotated[bool, typer.Option("--share", help="Open a public Gradio link.")] = False,
    desktop: Annotated[bool, typer.Option("--desktop", help="Open in a window.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    """Start the web app unless a command follows."""
    given: dict[str, Any] = {"host": host, "port": port, "share": share or None}
    given["auth"] = credentials(auth)
    chosen = {name: value for name, value in given.items() if value is not None}
    if context.invoked_subcommand is not None:
        if chosen or desktop:
            raise InputError(
                f"{', '.join('--' + name for name in chosen) or '--desktop'} belongs to the web "
                f"app, which starts without a command; leave out {context.invoked_subcommand!r}"
            )
        return
    if desktop:
        raise InputError("--desktop is not in this version; leave it out to open in the browser")
    from app import ServeOptions, serve

    serve(ServeOptions(**chosen))


def credentials(text: str | None) -> tuple[str, str] | None:
    """Split `NAME:PASSWORD`."""
    if text is None:
        return None
    name, colon, password = text.partition(":")
    if not (name and colon and password):
        raise InputError("--auth must be NAME:PASSWORD, both of them not empty")
    return name, password
