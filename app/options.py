"""How the web app is served; the only home of these defaults."""

from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path

from depthfusion.types import InputError


@dataclass(frozen=True)
class ServeOptions:
    """Where the app listens and who may come in.

    Parameters
    ----------
    host : address to listen on; one that other machines reach asks for `auth` or `insecure`.
    port : 0 takes any free one.
    auth : user and password, asked for on every route, or `None`.
    share : a public link; belongs to a later version.
    desktop : a window of its own; where none can be had, the browser opens.
    mcp : offer the endpoints to language models as tools, too (MCP); wants the extra "mcp".
    insecure : allow others in without a password.
    library : folder that holds the scenes; `None` is the one that the command line uses too.
    upload_limit : bytes of one upload.

    Raises
    ------
    InputError
        `auth` is half empty, others could reach the app without one, a package is missing, or a
        value belongs to a later version.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    auth: tuple[str, str] | None = None
    share: bool = False
    desktop: bool = False
    mcp: bool = False
    insecure: bool = False
    library: Path | None = None
    upload_limit: int = 512 * 2**20

    def __post_init__(self) -> None:
        """Refuse what would leave the door open by accident."""
        if self.auth is not None and not all(self.auth):
            raise InputError("--auth must be NAME:PASSWORD, both of them not empty")
        if not 0 <= self.port < 65536:
            raise InputError(f"--port must be 0 to 65535; got {self.port}")
        if self.share:
            raise InputError(
                "--share is not in this version; forward the port yourself, together with --auth"
            )
        if self.mcp and find_spec("mcp") is None:
            raise InputError("--mcp needs the package mcp: pip install 'depthfusion[mcp]'")
        if not (self.auth or self.insecure or is_loopback(self.host)):
            raise InputError(
                f"--host {self.host} lets other machines in: "
                "add --auth NAME:PASSWORD, or --insecure if that is meant"
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
