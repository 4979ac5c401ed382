"""The scene files that browsers may have, and nothing beside them."""

import re
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

NAME = re.compile(r"[^./\\:\x00-\x1f][^/\\:\x00-\x1f]{0,199}")
"""One plain name: no way to another folder, no hidden file."""
SAMPLE = "sample:"
"""What the key of a scene begins with that came with the program and is only looked at."""
FILES = {
    "scene.glb": "model/gltf-binary",
    "low.glb": "model/gltf-binary",
    "scene.json": "application/json",
    "thumbnail.webp": "image/webp",
    "rgb.png": "image/png",
    "preview.mp4": "video/mp4",
}
EXPORTS = {
    ".glb": "model/gltf-binary",
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".usdz": "model/vnd.usdz+zip",
    ".ply": "application/octet-stream",
    ".exr": "image/x-exr",
    ".html": "text/html",
    ".zip": "application/zip",
}


def scene_folder(library: Path, key: str, samples: Path | None = None) -> Path | None:
    """The folder of the scene called `key`, `None` where there is none of that name."""
    name = key.removeprefix(SAMPLE)
    home = library if name == key else samples
    if home is None or not NAME.fullmatch(name):
        return None
    folder = home / name
    return folder if not folder.is_symlink() and (folder / "scene.json").is_file() else None


def scene_routes(library: Path, samples: Path | None = None) -> APIRouter:
    """Routes /scenes/KEY/FILE and /scenes/KEY/exports/NAME, for the names above only.

    Parameters
    ----------
    library : the folder of scenes.
    samples : the folder of those that came with the program, whose keys begin with `SAMPLE`.

    `?save=NAME` makes the browser keep the file under that name.
    """
    router = APIRouter(prefix="/scenes")

    def answer(key: str, parts: tuple[str, ...], kind: str, save: str | None) -> FileResponse:
        folder = scene_folder(library, key, samples)
        path = folder.joinpath(*parts) if folder else None
        if folder is None or path is None or not path.is_file():
            raise HTTPException(404, "There is no such scene file.")
        if not is_inside(path, folder.parent):
            raise HTTPException(404, "There is no such scene file.")
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        name = re.sub(r"[^\w .()-]", "", save)[:120] if save else None
        return FileResponse(path, media_type=kind, headers=headers, filename=name)

    @router.get("/{key}/exports/{name}")
    def export(key: str, name: str, save: str | None = None) -> FileResponse:
        kind = EXPORTS.get(Path(name).suffix.lower())
        if not NAME.fullmatch(name) or kind is None:
            raise HTTPException(404, "There is no such scene file.")
        return answer(key, ("exports", name), kind, save or name)

    @router.get("/{key}/{name}")
    def file(key: str, name: str, save: str | None = None) -> FileResponse:
        if name not in FILES:
            raise HTTPException(404, "There is no such scene file.")
        return answer(key, (name,), FILES[name], save)

    return router


def is_inside(path: Path, folder: Path) -> bool:
    """Whether `path` really lies in `folder`, links followed."""
    return path.resolve().is_relative_to(folder.resolve())
