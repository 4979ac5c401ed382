"""`depthfusion` without a command: the web app."""

from pathlib import Path
from typing import Annotated, Any

import typer

from app import ServeOptions, serve
from depthfusion.cli.failures import INTERRUPTED
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
    host: Annotated[str, typer.Option(help="Address to listen on.")] = ServeOptions.host,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port; 0 takes any free one.")
    ] = ServeOptions.port,
    auth: Annotated[
        str | None, typer.Option(metavar="NAME:PASSWORD", help="Ask visitors to sign in.")
    ] = None,
    share: Annotated[
        bool, typer.Option("--share", help="A public link: not in this version.")
    ] = ServeOptions.share,
    desktop: Annotated[
        bool,
        typer.Option("--desktop", help="A window of its own (extra desktop), else the browser."),
    ] = ServeOptions.desktop,
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Offer the endpoints to language models, too (extra mcp).")
    ] = ServeOptions.mcp,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Let other machines in without a password.")
    ] = ServeOptions.insecure,
    library: Annotated[
        Path | None, typer.Option(help="Folder of the scenes; the user's own by default.")
    ] = ServeOptions.library,
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    """Start the web app unless a command follows."""
    given: dict[str, Any] = {
        "host": host,
        "port": port,
        "auth": credentials(auth),
        "share": share,
        "desktop": desktop,
        "mcp": mcp,
        "insecure": insecure,
        "library": library,
    }
    if context.invoked_subcommand is None:
        try:
            serve(ServeOptions(**given), announce=lambda line: print_lines([line]))
        except KeyboardInterrupt:
            # The way to end it; nothing to remark on.
            raise typer.Exit(INTERRUPTED) from None
        return
    meant = [f"--{name}" for name, value in given.items() if value != getattr(ServeOptions, name)]
    if meant:
        raise InputError(
            f"{' and '.join(meant)} belong to the web app, which starts without a command; "
            f"leave out {context.invoked_subcommand!r} or them"
        )


def credentials(text: str | None) -> tuple[str, str] | None:
    """Split `NAME:PASSWORD`; `ServeOptions` says what is wrong with it."""
    if text is None:
        return ServeOptions.auth
    name, _, password = text.partition(":")
    return name, password
