"""How the web app is served; the only home of these defaults."""

from dataclasses import dataclass
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
    share : make a public link through Gradio's tunnel; asks for `auth` or `insecure` likewise.
    desktop : open a native window where pywebview is installed, else the browser.
    insecure : allow others in without a password.
    library : folder that holds the scenes; `None` is the one that the command line uses too.
    upload_limit : bytes of one upload.

    Raises
    ------
    InputError
        `auth` is half empty, or others could reach the app without one.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    auth: tuple[str, str] | None = None
    share: bool = False
    desktop: bool = False
    insecure: bool = False
    library: Path | None = None
    upload_limit: int = 512 * 2**20

    def __post_init__(self) -> None:
        """Refuse what would leave the door open by accident."""
        if self.auth is not None and not all(self.auth):
            raise InputError("--auth must be NAME:PASSWORD, both of them not empty")
        if not 0 <= self.port < 65536:
            raise InputError(f"--port must be 0 to 65535; got {self.port}")
        if self.auth or self.insecure:
            return
        if not is_loopback(self.host):
            raise InputError(
                f"--host {self.host} lets other machines in: "
                "add --auth NAME:PASSWORD, or --insecure if that is meant"
            )
        if self.share:
            raise InputError(
                "--share lets anybody with the link in: "
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
