"""What the library holds, as the app shows it."""

import json
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.scenes import EXPORTS, scene_folder
from depthfusion.io.scene_folder import read_info, scenes_in
from depthfusion.types import InputError


@dataclass(frozen=True)
class Scene:
    """A scene in the library: its folder's name, and what its record says."""

    key: str
    title: str
    prompt: str
    engine: str
    created: str
    record: dict[str, Any]

    @property
    def caption(self) -> str:
        """One line under its picture."""
        made = {"import": "from a photo"}.get(self.engine, self.engine)
        try:
            day = f"{datetime.fromisoformat(self.created):%-d %b %Y}"
        except ValueError:
            return made
        return f"{made} · {day}"


@dataclass(frozen=True)
class Kept:
    """A file to take away."""

    label: str
    purpose: str
    bytes: int
    address: str


class Shelf:
    """The folder of scenes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def scenes(self) -> list[Scene]:
        """All that can be opened, newest first; what is damaged is left out."""
        found = [self.find(path.name) for path in scenes_in(self.folder)]
        return sorted((s for s in found if s), key=lambda s: s.created, reverse=True)

    def find(self, key: str | None) -> Scene | None:
        """The scene of that name."""
        folder = scene_folder(self.folder, key) if key else None
        if folder is None or key is None:
            return None
        try:
            record = read_info(folder)
        except InputError:
            return None
        text = {name: str(record.get(name) or "") for name in ("prompt", "engine", "created")}
        return Scene(key, str(record.get("title") or key), record=record, **text)

    def path(self, scene: Scene) -> Path:
        """Where it lies."""
        return self.folder / scene.key

    def room_for(self, words: str) -> Path:
        """A path that is free, named after the words."""
        plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
        stem = "-".join(re.findall(r"[a-z0-9]+", plain)[:6])[:48].strip("-") or "scene"
        while (path := self.folder / f"{stem}-{secrets.token_hex(2)}").exists():
            pass
        return path

    def kept(self, scene: Scene) -> list[Kept]:
        """What can be taken away now."""
        folder, base = self.path(scene), f"scenes/{quote(scene.key, safe='')}"
        named = [
            ("scene.glb", "3D scene (GLB)", "for Blender, game engines and headsets"),
            ("preview.mp4", "Short film (MP4)", "made with the scene"),
            ("rgb.png", "360° picture (PNG)", "the whole sphere, flat"),
        ]
        files = [
            Kept(label, why, (folder / name).stat().st_size,
                 f"{base}/{name}?save={quote(f'{scene.key}{Path(name).suffix}')}")
            for name, label, why in named
            if (folder / name).is_file()
        ]  # fmt: skip
        exports = folder / "exports"
        newest = sorted(exports.glob("*"), key=lambda p: p.stat().st_mtime, reverse=True)
        files += [
            Kept(path.name, "made on request", path.stat().st_size,
                 f"{base}/exports/{quote(path.name)}?save={quote(f'{scene.key}-{path.name}')}")
            for path in newest
            if path.suffix.lower() in EXPORTS and path.is_file()
        ]  # fmt: skip
        return files


def recipe(scene: Scene) -> dict[str, Any]:
    """How a scene came about, in words for its page."""
    record = scene.record
    options = record.get("options") or {}
    room = record.get("head_box")
    return {
        "Prompt": scene.prompt,
        "Engine": scene.engine,
        "Model": record.get("model"),
        "Seed": record.get("seed"),
        "Size": f"{record.get('width')} × {record.get('height')}",
        "Room to lean": f"{room:.2f} m" if isinstance(room, int | float) else None,
        "Licence": record.get("licence"),
        "Options": json.dumps(options, ensure_ascii=False) if options else None,
    }
