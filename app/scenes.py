"""The scene files that browsers may have, and nothing beside them."""

import re
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

NAME = re.compile(r"[^./\\:\x00-\x1f][^/\\:\x00-\x1f]{0,199}")
"""One plain name: no way to another folder, no hidden file."""
FILES = {
    "scene.glb": "model/gltf-binary",
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


def scene_folder(library: Path, key: str) -> Path | None:
    """The folder of the scene called `key`, `None` where there is none of that name."""
    if not NAME.fullmatch(key):
        return None
    folder = library / key
    return folder if not folder.is_symlink() and (folder / "scene.json").is_file() else None


def scene_routes(library: Path) -> APIRouter:
    """Routes /scenes/KEY/FILE and /scenes/KEY/exports/NAME, for the names above only.

    `?save=NAME` makes the browser keep the file under that name.
    """
    router = APIRouter(prefix="/scenes")

    def answer(key: str, parts: tuple[str, ...], kind: str, save: str | None) -> FileResponse:
        folder = scene_folder(library, key)
        path = folder.joinpath(*parts) if folder else None
        if path is None or not path.is_file() or not is_inside(path, library):
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
