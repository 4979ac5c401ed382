"""Where scenes are kept, and how they are found, listed and shown."""

import os
import re
import secrets
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from depthfusion.io.atomic import StrPath
from depthfusion.io.scene_folder import is_scene, read_info, scenes_in
from depthfusion.types import InputError

THUMBNAIL = "thumbnail.webp"


@dataclass(frozen=True)
class SceneEntry:
    """A line of a list of scenes.

    Parameters
    ----------
    name : the folder's name.
    path : the folder.
    title, prompt, engine, created : as its record says; empty where that can't be read.
    size : width and height of the panorama, pixels.
    head_box : radius, in the scene's unit.
    thumbnail : the picture, where there is one.
    problem : why the scene can't be opened, one sentence, or `None`.
    """

    name: str
    path: Path
    title: str = ""
    prompt: str | None = None
    engine: str = ""
    created: str = ""
    size: tuple[int, int] = (0, 0)
    head_box: float = 0.0
    thumbnail: Path | None = None
    problem: str | None = None


def library_folder() -> Path:
    """Where scenes are kept that have no place of their own; made when first written to.

    `$DEPTHFUSION_HOME/scenes`, else `depthfusion/scenes` in the platform's folder for user data.
    """
    chosen = os.environ.get("DEPTHFUSION_HOME")
    return Path(chosen).expanduser() / "scenes" if chosen else _data_folder() / "scenes"


def _data_folder() -> Path:
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "depthfusion"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "depthfusion"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "depthfusion"


def samples_folder() -> Path | None:
    """Where the scenes lie that came with the program; `None` where they were left out.

    `assets/` of a checkout, else where an installed package puts them.
    """
    places = (Path(__file__).parents[2] / "assets", Path(sys.prefix, "share/depthfusion/samples"))
    return next((place for place in places if any(place.glob("*/scene.json"))), None)


def sample_scenes() -> list[SceneEntry]:
    """List the scenes that came with the program, to be looked at and not changed."""
    place = samples_folder()
    return [] if place is None else list_scenes(place)


def find_scene(scene: StrPath) -> Path:
    """Find a scene by its folder, or by its name in the library.

    Raises
    ------
    InputError
        There is none; the sentence says what lies there instead.
    """
    place = Path(scene).expanduser()
    if is_scene(place):
        return place
    if _is_name(scene):
        kept = library_folder() / place
        if is_scene(kept):
            return kept
    if place.is_dir():
        read_info(place)  # says what is wrong with it
    if os.path.lexists(place):
        raise InputError(f"{scene} is a file; a scene is a folder that holds scene.json")
    raise InputError(
        f"there is no scene {scene}; give a scene's folder or the name of one in {library_folder()}"
    )


def _is_name(scene: StrPath) -> bool:
    place = Path(scene)
    return place.name == str(scene) and place.name not in ("", ".", "..")


def new_scene_folder(words: str, library: StrPath | None = None) -> Path:
    """Give a path that is free, named after the words: letters, digits and hyphens of ASCII.

    Parameters
    ----------
    words : a prompt or a title.
    library : the folder that the scene will lie in; `library_folder()` where absent.
    """
    home = library_folder() if library is None else Path(library)
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    stem = "-".join(re.findall(r"[a-z0-9]+", plain)[:6])[:48].strip("-") or "scene"
    place = home / stem
    while os.path.lexists(place):
        place = home / f"{stem}-{secrets.token_hex(2)}"
    return place


def list_scenes(folder: StrPath | None = None) -> list[SceneEntry]:
    """List the scenes directly in a folder, newest first, those last that can't be opened.

    Parameters
    ----------
    folder : `library_folder()` where absent, which need not exist yet.

    Raises
    ------
    InputError
        `folder` can't be read.
    """
    home = library_folder() if folder is None else Path(folder).expanduser()
    if folder is None and not home.exists():
        return []
    entries = [_entry(place) for place in scenes_in(home)]
    entries.sort(key=lambda entry: entry.name)
    return sorted(entries, key=lambda entry: entry.created, reverse=True)


def _entry(place: Path) -> SceneEntry:
    try:
        record = read_info(place)
    except InputError as error:
        return SceneEntry(place.name, place, title=place.name, problem=str(error))
    small = place / THUMBNAIL
    return SceneEntry(
        name=place.name,
        path=place,
        title=record["title"] or place.name,
        prompt=record["prompt"],
        engine=record["engine"],
        created=record["created"],
        size=(record["width"], record["height"]),
        head_box=record["head_box"],
        thumbnail=small if small.is_file() else None,
    )


def show(scene: StrPath) -> dict[str, Any]:
    """Say what a scene holds and how it was made: its record, its path, and its files' sizes.

    Raises
    ------
    InputError
        There is none, it is damaged, or a newer version wrote it.
    """
    place = find_scene(scene)
    record = read_info(place)
    return {"path": str(place), **record, "files": _files(place)}


def _files(place: Path) -> Mapping[str, int]:
    """Every file in the folder: its name there → bytes."""
    found = sorted(path for path in place.rglob("*") if path.is_file())
    return {path.relative_to(place).as_posix(): path.stat().st_size for path in found}
