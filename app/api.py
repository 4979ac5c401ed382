"""The same work for scripts: named endpoints for `gradio_client`, and tools for MCP.

    from gradio_client import Client, handle_file
    app = Client("http://127.0.0.1:7860")
    made = app.predict("a quiet beach", seed=7, api_name="/create")
    app.predict(made["scenes"][0]["key"], "orbit", "360-tb", api_name="/film")

Work that takes time gives how it stands again and again (`Client.submit`), and what came of it in
the end (`Client.predict`). What cannot be done is raised as an error of one sentence.
"""

from collections.abc import AsyncIterator, Callable
from functools import wraps
from typing import Any

import gradio as gr

from app.board import sentence
from app.cards import matches
from app.desk import Parts
from app.engines import ENGINES
from app.job_routes import described
from app.languages import ENGLISH
from app.markup import address
from app.shelf import Found
from app.tasks.making import importing
from app.visitors import visitor_of
from depthfusion.types import InputError

File = dict[str, Any] | None
"""What `gradio_client.handle_file(path)` gives."""


def add_api(parts: Parts) -> None:
    """Put up every endpoint; each is documented by its docstring."""
    for act in (*making(parts), *taking(parts), *keeping(parts), *knowing(parts)):
        gr.api(
            act,
            api_name=act.__name__,
            api_description=" ".join((act.__doc__ or "").split()),
            concurrency_limit=None,
        )


def making(parts: Parts) -> list[Callable[..., Any]]:
    """Endpoints that make scenes."""

    async def create(
        request: gr.Request,
        prompt: str,
        engine: str = "auto",
        seed: int | None = None,
        width: int = 2048,
        negative: str = "",
        steps: int = 0,
        guidance: float = 0.0,
        init: File = None,
        strength: float = 0.0,
        variations: bool = False,
        preview: bool = True,
    ) -> AsyncIterator[dict[str, Any]]:
        """Make a scene from words, or four by four seeds where `variations`; with a short film of
        it where `preview`. 0 and empty are the engine's own choice. Gives the scenes and the
        addresses of their files.
        """  # noqa: D205
        given = {
            "words": prompt, "engine": engine, "seed": seed, "width": width,
            "negative": negative or None, "steps": steps or None, "guidance": guidance or None,
            "strength": strength or None, "film": preview,
        }  # fmt: skip
        kind = "variations" if variations else "create"
        async for now in done(parts, request, kind, prompt[:200], given, {"init": init}):
            yield now

    async def bring(
        request: gr.Request,
        photo: dict[str, Any],
        depth: File = None,
        depth_kind: str = "",
        layout: str = "auto",
        projection: str = "auto",
        depth_source: str = "auto",
        near: float = 0.0,
        far: float = 0.0,
        camera_height: float = 0.0,
        fit: bool = False,
    ) -> AsyncIterator[dict[str, Any]]:
        """Make a scene from a photo, with a depth file or without. `depth_kind` is distance,
        inverse or z; `depth_source` auto, file, stereo, model or prior.
        """  # noqa: D205
        given = {
            "depth_kind": depth_kind or None, "layout": layout, "projection": projection,
            "depth_source": depth_source, "near": near or None, "far": far or None,
            "camera_height": camera_height or None, "fit": fit or None,
        }  # fmt: skip
        files = {"photo": photo, "depth": depth}
        name = str(photo.get("orig_name") or "photo")
        async for now in done(parts, request, "bring", name, given, files):
            yield now

    async def reshape(
        request: gr.Request,
        scene: str,
        mapping: str = "keep",
        near: float = 0.0,
        far: float = 0.0,
        camera_height: float = 0.0,
    ) -> AsyncIterator[dict[str, Any]]:
        """Give a scene other distances: mapping keep, inverse (near, far in metres) or linear, and
        the height of the camera above the floor, metres.
        """  # noqa: D205
        given = {
            "scene": scene, "mapping": mapping, "near": near or None, "far": far or None,
            "camera_height": camera_height or None,
        }  # fmt: skip
        async for now in done(parts, request, "reshape", scene, given):
            yield now

    return [create, bring, reshape]


def taking(parts: Parts) -> list[Callable[..., Any]]:
    """Endpoints that take something away from a scene."""

    async def film(
        request: gr.Request,
        scene: str,
        path: str = "orbit",
        kind: str = "720p",
        seconds: float = 5.0,
        fps: int = 30,
    ) -> AsyncIterator[dict[str, Any]]:
        """Film a move through a scene. `kind` is 720p, 1080p, upright, 3d, 360, 360-tb or vr180."""
        given = {"scene": scene, "path": path, "kind": kind, "seconds": seconds, "fps": fps}
        async for now in done(parts, request, "film", f"{scene} · {path}", given):
            yield now

    async def still(
        request: gr.Request, scene: str, kind: str = "anaglyph"
    ) -> AsyncIterator[dict[str, Any]]:
        """Draw a picture of a scene for two eyes: `kind` is pair or anaglyph."""
        given = {"scene": scene, "kind": kind}
        async for now in done(parts, request, "still", f"{scene} · {kind}", given):
            yield now

    async def export(
        request: gr.Request, scene: str, suffix: str, kind: str = ""
    ) -> AsyncIterator[dict[str, Any]]:
        """Write a scene as a file: `suffix` and `kind` as the endpoint formats lists them."""
        given = {"scene": scene, "suffix": suffix, "kind": kind or None}
        async for now in done(parts, request, "export", f"{scene} · {suffix}", given):
            yield now

    async def inspect(request: gr.Request, scene: str) -> AsyncIterator[dict[str, Any]]:
        """Measure how sound a scene is: holes, stretched triangles, seams, room to lean."""
        async for now in done(parts, request, "inspect", scene, {"scene": scene}):
            yield now

    return [film, still, export, inspect]


def keeping(parts: Parts) -> list[Callable[..., Any]]:
    """Endpoints for the library and for jobs."""
    studio, shelf, board = parts.studio, parts.shelf, parts.board

    def scenes(search: str = "") -> list[dict[str, Any]]:
        """List the scenes and samples in whose title, prompt, engine or date the words occur."""
        entries = [*shelf.entries(), *shelf.samples()]
        found = [shelf.find(one.name) for one in entries if matches(one, search)]
        return [card(scene) for scene in found if scene]

    def rename(scene: str, title: str) -> dict[str, Any]:
        """Give a scene another title."""
        studio.rename_scene(own_place(parts, scene), title)
        return card(existing(parts, scene))

    def duplicate(scene: str) -> dict[str, Any]:
        """Copy a scene."""
        copy = studio.duplicate_scene(existing(parts, scene).folder, shelf.folder)
        return card(existing(parts, copy.name))

    def delete(scene: str) -> str:
        """Throw a scene away; gives what the endpoint undo takes to fetch it back."""
        return studio.discard_scene(own_place(parts, scene))

    def undo(token: str) -> dict[str, Any]:
        """Fetch a scene back that was thrown away."""
        return card(existing(parts, studio.recover_scene(shelf.folder, token).name))

    def jobs(request: gr.Request) -> list[dict[str, Any]]:
        """List your jobs, newest first, with how they stand."""
        return [described(one, ENGLISH) for one in board.mine(visitor_of(request))]

    def stop(request: gr.Request, job: str) -> bool:
        """Stop one of your jobs; whether there was one to stop."""
        return board.stop(job, visitor_of(request))

    def resume(request: gr.Request, job: str) -> bool:
        """Take up one of your jobs that an end of the app interrupted; whether there was one."""
        return board.resume(job, visitor_of(request))

    kept = [answering(act) for act in (scenes, rename, duplicate, delete)]
    return [*kept, answering(undo), jobs, stop, resume]


def knowing(parts: Parts) -> list[Callable[..., Any]]:
    """Endpoints that say something before anything runs."""
    studio = parts.studio

    def engines() -> list[dict[str, Any]]:
        """List the engines, each with what it comes to here, or why it cannot be used."""
        return [engine(studio, name) for name in ENGINES.values()]

    def formats() -> list[dict[str, Any]]:
        """List what a scene can be exported as, with what each is for."""
        names = ("suffix", "kind", "title", "what_for", "extra", "lacking")
        return [{name: getattr(row, name) for name in names} for row in studio.FORMATS]

    def recognise(request: gr.Request, photo: dict[str, Any], depth: File = None) -> dict[str, Any]:
        """Say what a photo is taken for, and what bring would still ask; nothing is made."""
        file, own = (parts.uploads.own(path_in(one), request) for one in (photo, depth))
        found = studio.recognise(file, importing(studio, {"depth": own}))
        names = ("kind", "words", "layout", "projection", "width", "height", "depth", "ready")
        said = {name: getattr(found, name) for name in names}
        return said | {"assumed": list(found.assumed), "warnings": list(found.warnings)}

    def recipe(request: gr.Request, file: dict[str, Any]) -> dict[str, Any]:
        """Read how a GLB, picture, film or scene zip of this program was made."""
        return studio.recipe_in(parts.uploads.own(path_in(file), request))

    return [engines, formats, answering(recognise), answering(recipe)]


def engine(studio: Any, name: str) -> dict[str, Any]:
    """What an engine comes to here."""
    try:
        chosen, why = studio.choose_engine(name)
    except InputError as error:
        return {"name": name, "usable": False, "comes_to": None, "why": str(error)}
    return {"name": name, "usable": True, "comes_to": chosen.name, "why": why}


async def done(
    parts: Parts,
    request: gr.Request,
    kind: str,
    title: str,
    given: dict[str, Any],
    files: dict[str, File] | None = None,
) -> AsyncIterator[dict[str, Any]]:
    """Do a job: give how it stands, and what came of it last."""
    try:
        sent = {name: path_in(file) for name, file in (files or {}).items()}
        job = parts.submit(request, kind, title, given, sent)
    except InputError as error:
        raise told(sentence(str(error))) from error
    work = parts.board.job(job)
    if work is not None:
        async for now in work.follow():
            if not now.over:
                yield {"job": job, "state": now.state, "ahead": now.ahead, "stage": now.stage,
                       "fraction": now.fraction, "left": now.left}  # fmt: skip
    ended = parts.board.standing(job, visitor_of(request))
    if ended is None or ended.record.state != "done":
        raise told((ended and ended.record.reason) or "Stopped.")
    result = dict(ended.record.result or {})
    keys = result.pop("scenes", None) or [result.pop("scene", None)]
    made = [parts.shelf.find(key) for key in keys]
    yield {"job": job, "state": "done", "seconds": ended.record.seconds, **result,
           "scenes": [card(scene) for scene in made if scene]}  # fmt: skip


def card(scene: Found) -> dict[str, Any]:
    """A scene for a script."""
    names = ("title", "prompt", "engine", "seed", "created", "width", "height", "head_box")
    known = {name: scene.record.get(name) for name in names}
    files = {kept.name: kept.address.partition("?")[0] for kept in scene.kept}
    return {"key": scene.key, **known, "address": address(scene.key), "files": files}


def existing(parts: Parts, key: str) -> Found:
    """The scene called `key`.

    Raises
    ------
    InputError
        There is none.
    """
    found = parts.shelf.find(key)
    if found is None:
        raise InputError(f"there is no scene {key}")
    return found


def own_place(parts: Parts, key: str) -> Any:
    """The folder of a scene that may be changed."""
    scene = existing(parts, key)
    if scene.is_sample:
        raise InputError("samples stay as they are; duplicate it first")
    return scene.folder


def told(sentence: str) -> gr.Error:
    """An error that is no fault of the program's: for the script, not for the server's log."""
    return gr.Error(sentence, print_exception=False)


def path_in(file: File) -> str | None:
    """Where an uploaded file lies."""
    return str(file["path"]) if file and file.get("path") else None


def answering(act: Callable[..., Any]) -> Callable[..., Any]:
    """The same, with what it objects to as an error that a script is told."""

    @wraps(act)
    def answered(*values: Any, **named: Any) -> Any:
        try:
            return act(*values, **named)
        except InputError as error:
            raise told(sentence(str(error))) from error

    return answered
