"""One door for everything: pages, viewer, scenes and Gradio's own routes."""

import asyncio
import base64
import binascii
import hmac
import html
import secrets
from collections import OrderedDict
from http import HTTPStatus
from importlib.resources import files
from urllib.parse import quote

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "depthfusion-session"
MANY = 1000
"""Sessions kept; the one unused for longest goes first."""
PAUSE = 0.8
"""Seconds a wrong password costs."""


class SignIn:
    """Middleware that lets nobody past who has not given the user and password.

    A browser is shown a page; a script sends HTTP Basic, or posts to /login as gradio_client does.
    """

    def __init__(self, app: ASGIApp, user: str, password: str) -> None:
        self._app = app
        self._wanted = f"{user}:{password}".encode()
        self._sessions: OrderedDict[str, None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, answer with the sign-in page, or refuse."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            if self._is_known(HTTPConnection(scope)):
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
        else:
            request = Request(scope, receive)
            answer = await self._answer(request)
            await (answer or self._app)(scope, receive, send)

    async def _answer(self, request: Request) -> Response | None:
        """What to say instead of passing on; `None` passes on."""
        path = request.url.path.rstrip("/")
        if path.endswith("/login") and request.method == "POST":
            return await self._sign_in(request)
        if path.endswith("/logout"):
            return self._sign_out(request)
        if self._is_known(request):
            return RedirectResponse(back_to(request), 303) if path.endswith("/login") else None
        if path.endswith("/login") and request.method == "GET":
            return sign_in_page()
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"/login?next={quote(request.url.path + query)}", 303)
        challenge = {"WWW-Authenticate": 'Basic realm="DepthFusion", charset="UTF-8"'}
        asked = challenge if "authorization" in request.headers else {}
        return JSONResponse({"detail": "Sign in first."}, HTTPStatus.UNAUTHORIZED, asked)

    def _is_known(self, connection: HTTPConnection) -> bool:
        token = connection.cookies.get(COOKIE, "")
        if token in self._sessions:
            self._sessions.move_to_end(token)
            return True
        scheme, _, given = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            return hmac.compare_digest(base64.b64decode(given, validate=True), self._wanted)
        except binascii.Error:
            return False

    async def _sign_in(self, request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=10)
        given = f"{form.get('username', '')}:{form.get('password', '')}".encode()
        wants_page = "text/html" in request.headers.get("accept", "")
        if not hmac.compare_digest(given, self._wanted):
            await asyncio.sleep(PAUSE)
            if wants_page:
                return sign_in_page("User or password is not right.", HTTPStatus.UNAUTHORIZED)
            return JSONResponse({"detail": "Incorrect credentials."}, HTTPStatus.UNAUTHORIZED)
        token = secrets.token_urlsafe(32)
        self._sessions[token] = None
        while len(self._sessions) > MANY:
            self._sessions.popitem(last=False)
        answer: Response = JSONResponse({"success": True})
        if wants_page:
            answer = RedirectResponse(back_to(request), 303)
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=secure, path="/")
        return answer

    def _sign_out(self, request: Request) -> Response:
        self._sessions.pop(request.cookies.get(COOKIE, ""), None)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE, path="/")
        return answer


def back_to(request: Request) -> str:
    """The page on this server that was asked for before signing in."""
    wanted = request.query_params.get("next", "/")
    outside = not wanted.startswith("/") or wanted.startswith(("//", "/\\", "/login"))
    return "/" if outside else wanted


def sign_in_page(complaint: str = "", status: int = HTTPStatus.OK) -> HTMLResponse:
    """The form, alone on its page."""
    page = (files("app") / "static" / "sign_in.html").read_text("utf-8")
    line = f'<p role="alert">{html.escape(complaint)}</p>' if complaint else ""
    headers = {"Cache-Control": "no-store", "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(page.replace("<!-- complaint -->", line), status, headers)
