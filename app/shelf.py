"""What the library holds, as the app shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.scenes import EXPORTS, SAMPLE, scene_folder
from depthfusion.types import InputError

NAMED = {
    "scene.glb": ("3D scene (GLB)", "for Blender, game engines and headsets"),
    "preview.mp4": ("Short film (MP4)", "made with the scene"),
    "rgb.png": ("360° picture (PNG)", "the whole sphere, flat"),
}
"""Files that every scene may have, each with what it is for."""


@dataclass(frozen=True)
class Kept:
    """A file to take away.

    Parameters
    ----------
    name : in the scene's folder.
    label, purpose : what it is, and what it is for.
    bytes : its size.
    address : where it is fetched, seen from the app's page.
    """

    name: str
    label: str
    purpose: str
    bytes: int
    address: str


@dataclass(frozen=True)
class Found:
    """A scene that can be opened.

    Parameters
    ----------
    key : its folder's name; for a sample, with `SAMPLE` before it.
    record : what `studio.show` says of it.
    """

    key: str
    record: Mapping[str, Any]

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return Path(self.record["path"])

    @property
    def is_sample(self) -> bool:
        """Whether it came with the program, and is only looked at."""
        return self.key.startswith(SAMPLE)

    @property
    def title(self) -> str:
        """What it is called."""
        return self.record.get("title") or self.key

    @property
    def kept(self) -> list[Kept]:
        """What can be taken away now."""
        sizes: Mapping[str, int] = self.record.get("files", {})
        made = [name for name in sizes if is_export(name)]
        return [self._kept(name) for name in (*NAMED, *made) if name in sizes]

    def _kept(self, name: str) -> Kept:
        plain = name.rpartition("/")[2]
        label, purpose = NAMED.get(name, (plain, "made on request"))
        own = self.key.removeprefix(SAMPLE)
        rest = plain.removeprefix("scene") if plain.startswith("scene") else f"-{plain}"
        saved = f"{own}{Path(name).suffix}" if name in NAMED else f"{own}{rest}"
        address = f"scenes/{quote(self.key, safe='')}/{quote(name)}?save={quote(saved)}"
        return Kept(name, label, purpose, self.record["files"][name], address)

    @property
    def facts(self) -> dict[str, Any]:
        """How it came about, by name."""
        record = self.record
        unit = " m" if record.get("scale") == "metric" else ""
        return {
            "Prompt": record.get("prompt"),
            "Engine": record.get("engine"),
            "Model": record.get("model"),
            "Licence": record.get("licence"),
            "Seed": record.get("seed"),
            "Size": f"{record.get('width')} × {record.get('height')}",
            "Room to lean": f"{record.get('head_box', 0):.2g}{unit} to every side",
            "Made": day(record.get("created", "")),
        }


class Shelf:
    """The folder of scenes."""

    def __init__(self, studio: Any, folder: Path) -> None:
        self.studio = studio
        self.folder = folder
        self.samples_folder: Path | None = studio.samples_folder()
        folder.mkdir(parents=True, exist_ok=True)

    def entries(self) -> Sequence[Any]:
        """All scenes as `studio.SceneEntry`, newest first, those last that cannot be opened."""
        return self.studio.list_scenes(self.folder)

    def samples(self) -> Sequence[Any]:
        """The scenes that came with the program, as `studio.SceneEntry`, named by their keys."""
        return [
            replace(entry, name=SAMPLE + entry.name)
            for entry in self.studio.sample_scenes()
            if entry.problem is None
        ]

    def place(self, key: str | None) -> Path | None:
        """The folder of the scene of that name, also of one that does not open."""
        return scene_folder(self.folder, key, self.samples_folder) if key else None

    def find(self, key: str | None) -> Found | None:
        """The scene of that name, where there is one that opens."""
        folder = self.place(key)
        if key is None or folder is None:
            return None
        try:
            return Found(key, self.studio.show(folder))
        except InputError:
            return None


def is_export(name: str) -> bool:
    """Whether a file of a scene was exported, in a format that is served."""
    return name.startswith("exports/") and Path(name).suffix.lower() in EXPORTS


def day(moment: str) -> str:
    """An ISO 8601 moment as a date that people read; empty where it is none."""
    try:
        then = datetime.fromisoformat(moment)
    except ValueError:
        return ""
    return f"{then.day} {then:%b %Y}"
