"""Who is who: each browser has a name of its own, and what it sends is for it alone."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from depthfusion.types import InputError

COOKIE = "depthfusion-visitor"
YEAR = 365 * 86400
UPLOAD, FILE = "/gradio_api/upload", "/gradio_api/file="


def named(secret: str) -> str:
    """What a visitor is called in records: their cookie cannot be told from it."""
    return hashlib.sha256(f"depthfusion {secret}".encode()).hexdigest()[:32]


def visitor_of(connection: Any) -> str:
    """The visitor behind a request of Starlette's or Gradio's.

    A script that keeps no cookies is known by Gradio's session, where it has one, else by its
    address.
    """
    kept = dict(getattr(connection, "cookies", None) or {}).get(COOKIE)
    if kept:
        return named(str(kept))
    session = getattr(connection, "session_hash", None)
    return named(f"session {session}") if session else host_of(connection)


def host_of(connection: Any) -> str:
    """The visitor by address alone."""
    client = getattr(connection, "client", None)
    return named(f"host {getattr(client, 'host', '')}")


class Uploads:
    """Who sent which file.

    Parameters
    ----------
    folder : that Gradio keeps them in.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._owners: dict[Path, set[str]] = {}

    def note(self, paths: Iterable[str], visitor: str) -> None:
        """Remember that a visitor has sent these files."""
        for path in paths:
            self._owners.setdefault(Path(path).resolve(), set()).add(visitor)

    def allows(self, path: str | Path, connection: Any) -> bool:
        """Whether a file may go to a visitor: it is no upload, or it is theirs."""
        owners = self._owners.get(Path(path).resolve())
        return owners is None or bool({visitor_of(connection), host_of(connection)} & owners)

    def own(self, path: str | None, connection: Any) -> str | None:
        """`path`, which a page has sent, where that page may have it; `None` stays.

        Raises
        ------
        InputError
            It is not the visitor's.
        """
        if path is None:
            return None
        place = Path(path).resolve()
        if not place.is_relative_to(self.folder) or not self.allows(place, connection):
            raise InputError("this file was sent by somebody else; send it yourself")
        if not place.is_file():
            raise InputError("this file was sent too long ago; send it again")
        return str(place)


class Visitors:
    """Middleware: gives each browser its cookie, and keeps uploads to those who sent them."""

    def __init__(self, app: ASGIApp, uploads: Uploads) -> None:
        self._app = app
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with a cookie for who has none; refuse another's upload."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        path = unquote(scope["path"])
        if FILE in path and not self._uploads.allows(path.partition(FILE)[2], connection):
            await PlainTextResponse("There is no such file.", 404)(scope, receive, send)
            return
        if path.endswith(UPLOAD) and scope["method"] == "POST":
            send = self._noting(send, visitor_of(connection))
        if COOKIE not in connection.cookies and wants_page(connection):
            send = naming(send, scope["scheme"] == "https")
        await self._app(scope, receive, send)

    def _noting(self, send: Send, visitor: str) -> Send:
        """Read from Gradio's answer where it has put what was sent."""
        body = bytearray()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    self._uploads.note(paths_in(bytes(body)), visitor)
            await send(message)

        return noted


def wants_page(connection: HTTPConnection) -> bool:
    """Whether a person's browser asks, and not one of its scripts."""
    return "text/html" in connection.headers.get("accept", "")


def naming(send: Send, secure: bool) -> Send:
    """Add the visitor's cookie to an answer."""
    cookie: SimpleCookie = SimpleCookie()
    cookie[COOKIE] = secrets.token_urlsafe(24)
    for name, value in (("path", "/"), ("max-age", YEAR), ("httponly", True), ("samesite", "Lax")):
        cookie[COOKIE][name] = value
    if secure:
        cookie[COOKIE]["secure"] = True
    line = cookie[COOKIE].OutputString()

    async def named_answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", line)
        await send(message)

    return named_answer


def paths_in(body: bytes) -> list[str]:
    """The files that Gradio's answer to an upload names."""
    try:
        answer = json.loads(body)
    except ValueError:
        return []
    return [path for path in answer if isinstance(path, str)] if isinstance(answer, list) else []
