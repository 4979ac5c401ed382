"""The library put in order: a scene renamed, duplicated, thrown away, and fetched back."""

import os
import re
import shutil
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from depthfusion.io.atomic import StrPath, write_bytes
from depthfusion.io.file_errors import os_errors_explained
from depthfusion.io.scene_folder import is_scene, staged_scene
from depthfusion.io.scene_record import RECORD_NAME, encode_record, parse_record, read_document
from depthfusion.studio.library import find_scene, new_scene_folder
from depthfusion.types import InputError

BIN = ".bin"
KEPT_DAYS = 30
LONGEST_TITLE = 200
_TOKEN = re.compile(r"(\d+)-([^/\\\x00]+)")


def rename_scene(scene: StrPath, title: str) -> None:
    """Give a scene another title; its folder keeps its name, so that links to it hold.

    Parameters
    ----------
    scene : a scene's folder, or its name in the library.
    title : 1 to 200 characters.

    Raises
    ------
    InputError
        The title is empty or too long, there is no such scene, or it can't be written.
    """
    words = " ".join(title.split())
    if not 0 < len(words) <= LONGEST_TITLE:
        raise InputError(f"a title has 1 to {LONGEST_TITLE} characters; got {len(words)}")
    _rewrite(find_scene(scene), title=words)


def duplicate_scene(scene: StrPath, library: StrPath | None = None) -> Path:
    """Copy a scene with all that belongs to it, under an id of its own and created now.

    Parameters
    ----------
    scene : a scene's folder, or its name in the library.
    library : where the copy goes; `library_folder()` where absent.

    Returns
    -------
    The copy's folder.

    Raises
    ------
    InputError
        No such scene, or no place for another.
    """
    place = find_scene(scene)
    out = new_scene_folder(place.name, library)
    with staged_scene(out) as folder:
        with os_errors_explained("copy", place):
            shutil.copytree(place, folder, dirs_exist_ok=True)
        _rewrite(folder, id="", created="")
    return out


def discard_scene(scene: StrPath) -> str:
    """Throw a scene away, in one step; for `KEPT_DAYS` days `recover_scene` fetches it back.

    Returns
    -------
    What to call `recover_scene` with, beside the library.

    Raises
    ------
    InputError
        No such scene, or it can't be moved.
    """
    place = find_scene(scene).resolve()
    bin_folder = place.parent / BIN
    token = f"{time.time_ns()}-{place.name}"
    with os_errors_explained("throw away", place):
        bin_folder.mkdir(exist_ok=True)
        os.rename(place, bin_folder / token)
    empty_bin(place.parent)
    return token


def recover_scene(library: StrPath, token: str) -> Path:
    """Fetch a scene back that was thrown away.

    Parameters
    ----------
    library : the folder that it was in.
    token : from `discard_scene`.

    Returns
    -------
    Its folder: the one it had, or another where that is taken by now.

    Raises
    ------
    InputError
        It is gone for good, or can't be moved.
    """
    found = _TOKEN.fullmatch(token)
    kept = Path(library) / BIN / token
    if found is None or not is_scene(kept):
        raise InputError("this scene was thrown away for good")
    place = Path(library) / found[2]
    if os.path.lexists(place):
        place = new_scene_folder(found[2], library)
    with os_errors_explained("fetch back", place):
        os.rename(kept, place)
    return place


def empty_bin(library: StrPath, days: float = KEPT_DAYS) -> int:
    """Remove for good what was thrown away so many days ago; how many scenes that were."""
    folder = Path(library) / BIN
    limit, removed = time.time_ns() - days * 86400e9, 0
    for kept in folder.iterdir() if folder.is_dir() else ():
        found = _TOKEN.fullmatch(kept.name)
        if found and int(found[1]) < limit:
            shutil.rmtree(kept, ignore_errors=True)
            removed += 1
    with suppress(OSError):
        folder.rmdir()  # where nothing is left in it
    return removed


def _rewrite(folder: Path, **changes: Any) -> None:
    """Change fields of a scene's record."""
    record = parse_record(read_document(folder), folder / RECORD_NAME)
    info = replace(record.info, **changes)
    if not info.id:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        info = replace(info, id=os.urandom(16).hex(), created=now)
    write_bytes(folder / RECORD_NAME, encode_record(replace(record, info=info)))
