"""Camera paths that visitors keep with a scene, in the form that `video --path FILE` reads."""

from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse

from app.scenes import NAME, SAMPLE, is_inside, scene_folder
from depthfusion.io.atomic import replacing
from depthfusion.scene.keyframes import read_keyframes
from depthfusion.types import InputError

FOLDER = "paths"
"""Where they lie in a scene's folder."""
LARGEST = 256 * 1024
"""Bytes of one; a thousand keyframes take half."""
MANY = 100
"""Paths that a scene keeps."""


def path_routes(library: Path, samples: Path | None = None) -> APIRouter:
    """Routes /scenes/KEY/paths and /scenes/KEY/paths/NAME.json: list, read, write, delete.

    Parameters
    ----------
    library, samples : as for `app.scenes.scene_routes`; samples take no paths.
    """
    router = APIRouter(prefix="/scenes")

    def place(key: str, name: str | None = None) -> Path:
        folder = scene_folder(library, key, samples)
        path = folder / FOLDER / f"{name}.json" if folder and name else folder
        if folder is None or path is None or (name and not NAME.fullmatch(name)):
            raise HTTPException(404, "There is no such camera path.")
        if not is_inside(path, folder):
            raise HTTPException(404, "There is no such camera path.")
        return path

    def own(request: Request, key: str, name: str) -> Path:
        """The place of a path that may be changed."""
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            raise HTTPException(403, "Camera paths are kept from the app's own pages only.")
        if key.startswith(SAMPLE):
            raise HTTPException(403, "Samples are only looked at; keep paths in a scene of yours.")
        return place(key, name)

    @router.get("/{key}/paths")
    def listing(key: str) -> dict[str, list[dict[str, object]]]:
        return {"paths": list(map(summary, kept_paths(place(key))))}

    @router.get("/{key}/paths/{name}.json")
    def read(key: str, name: str) -> FileResponse:
        path = place(key, name)
        if not path.is_file():
            raise HTTPException(404, "There is no such camera path.")
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return FileResponse(path, media_type="application/json", headers=headers)

    @router.post("/{key}/paths/{name}.json", status_code=201)
    async def write(key: str, name: str, request: Request) -> dict[str, str]:
        path = own(request, key, name)
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise HTTPException(415, "A camera path is sent as application/json.")
        if not path.exists() and len(kept_paths(path.parent.parent)) >= MANY:
            raise HTTPException(409, f"This scene keeps {MANY} paths already: delete one first.")
        keep(path, await body_of(request))
        return {"name": name}

    @router.delete("/{key}/paths/{name}.json", status_code=204)
    def delete(key: str, name: str, request: Request) -> None:
        path = own(request, key, name)
        if not path.is_file():
            raise HTTPException(404, "There is no such camera path.")
        path.unlink()

    return router


async def body_of(request: Request) -> bytes:
    """What was sent, as long as it is no more than a path takes."""
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST:
            raise HTTPException(413, f"A camera path is at most {LARGEST // 1024} kB.")
    return content


def keep(path: Path, content: bytes) -> None:
    """Write a path, unless it is none."""
    try:
        with replacing(path) as partial:
            partial.write_bytes(content)
            try:
                read_keyframes(partial)
            except InputError as error:
                raise InputError(str(error).replace(str(partial), "the path")) from error
    except InputError as error:
        raise HTTPException(422, f"This is no camera path: {error}.") from error


def kept_paths(folder: Path) -> list[Path]:
    """The files of a scene's camera paths, by name."""
    found = (folder / FOLDER).glob("*.json") if (folder / FOLDER).is_dir() else ()
    return sorted(path for path in found if not path.name.startswith("."))


def summary(path: Path) -> dict[str, object]:
    """Name, length and keyframes of a path; only the name where it can't be read."""
    try:
        keyframes, _ = read_keyframes(path)
    except InputError:
        return {"name": path.stem}
    seconds = keyframes[-1].time - keyframes[0].time
    return {"name": path.stem, "seconds": round(seconds, 3), "keyframes": len(keyframes)}
