"""What pages ask about jobs while they run, beside Gradio: a list, a picture, and three verbs."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from app import markup
from app.board import Board, Standing
from app.languages import Words, wanted
from app.visitors import visitor_of

SAID = {
    "jobs": "Jobs",
    "interrupted": "Interrupted",
    "stop": "Stop",
    "resume": "Go on",
    "open": "Open",
    "forget": "Remove",
}
"""What the list itself says."""
NO_STORE = {"Cache-Control": "no-store"}


def job_routes(board: Board) -> APIRouter:
    """Routes /jobs, /jobs/ID/picture.webp, and POST /jobs/ID/VERB: stop, resume, forget.

    Each visitor sees and moves their own jobs only.
    """
    router = APIRouter(prefix="/jobs")
    verbs = {"stop": board.stop, "resume": board.resume, "forget": board.forget}

    @router.get("")
    def jobs(request: Request) -> JSONResponse:
        words = wanted(request.headers.get("accept-language"))
        mine = board.mine(visitor_of(request))
        said = {name: words(text) for name, text in SAID.items()}
        told = {"words": said, "jobs": [described(one, words) for one in mine]}
        return JSONResponse(told, headers=NO_STORE)

    @router.get("/{job}/picture.webp")
    def picture(job: str, request: Request) -> Response:
        work = board.job(job)
        shown = work.picture if work and board.standing(job, visitor_of(request)) else None
        if shown is None:
            raise HTTPException(404, "There is no such picture.")
        return Response(shown, media_type="image/webp", headers=NO_STORE)

    @router.post("/{job}/{verb}")
    def act(job: str, verb: str, request: Request) -> JSONResponse:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise HTTPException(403, "Another site may not do this.")
        if verb not in verbs or not verbs[verb](job, visitor_of(request)):
            raise HTTPException(404, "There is no such job.")
        return JSONResponse({"done": True}, headers=NO_STORE)

    return router


def described(one: Standing, words: Words) -> dict[str, Any]:
    """A job as the page lists it; all text is for a person and no markup."""
    record, now = one.record, one.now
    state = now.state if now and not now.over else record.state
    percent = None
    if now is not None:
        share = now.fraction if now.overall is None else now.overall
        percent = round(100 * share) if now.state == "running" else None
    return {
        "id": record.id,
        "kind": record.kind,
        "what": words(markup.KINDS.get(record.kind, record.kind)),
        "title": record.title,
        "state": state,
        "line": standing_line(one, words),
        "percent": percent,
        "over": record.over,
        "resumable": record.resumable,
        "scene": scene_of(one),
        "file": (record.result or {}).get("file"),
        "picture": one.picture,
    }


def standing_line(one: Standing, words: Words) -> str:
    """How a job stands, in a line."""
    record, now = one.record, one.now
    if now is not None and not now.over:
        what, detail, _ = markup.told_progress(now, words)
        return f"{what} · {detail}" if detail else what
    if record.state == "done":
        return words("Done in {time}", time=markup.duration(record.seconds))
    if record.state == "stopped":
        return words("Stopped")
    return words(record.reason)


def scene_of(one: Standing) -> str | None:
    """The scene that came of a job, where it is done."""
    result = one.record.result or {}
    made = result.get("scenes") or [result.get("scene")]
    return made[0]
