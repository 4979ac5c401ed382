"""A scene folder as one ZIP file: written in pieces, the same bytes for the same scene, and read.

What is read comes from strangers: names that lead out of the folder, links and bombs are refused.
"""

import json
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from depthfusion.io.archives import ArchiveWriter
from depthfusion.io.atomic import StrPath, replacing
from depthfusion.io.dates import moment
from depthfusion.io.file_errors import os_errors_explained, regular_file
from depthfusion.io.scene_folder import load_scene, staged_scene
from depthfusion.io.scene_record import RECORD_LIMIT, RECORD_NAME
from depthfusion.types import InputError, Progress, silent

LEFT_OUT = ("exports",)  # made of the scene, and can be made again
ENTRIES_LIMIT = 10_000
SIZE_LIMIT = 32 * 2**30  # bytes, unpacked
_PIECE = 2**20
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def write_scene_archive(
    folder: Path, path: StrPath, record: Mapping[str, Any], progress: Progress = silent
) -> int:
    """Write a scene folder as one file, whole or not at all.

    Parameters
    ----------
    folder : of the scene.
    path : the file.
    record : of the scene; its `created` dates the entries, unless SOURCE_DATE_EPOCH does.
    progress : told of each piece; what it raises leaves `path` as it was.

    Returns
    -------
    How many files it holds.
    """
    names = [name for name in _files(folder) if PurePosixPath(name).parts[0] not in LEFT_OUT]
    when = moment(str(record.get("created", "")))
    with replacing(path) as partial, ArchiveWriter(partial, when) as out:
        for number, name in enumerate(names):
            progress(name, number / len(names))
            out.put_file(f"scene/{name}", folder / name)
    return len(names)


def is_scene_archive(path: StrPath) -> bool:
    """Whether a file is a ZIP that holds a scene."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _top(archive) is not None
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def archived_record(path: StrPath) -> dict[str, Any]:
    """Read scene.json of an archive, unchecked but for being JSON.

    Raises
    ------
    InputError
        It is no scene's archive, or damaged.
    """
    with _opened_archive(path) as (archive, top):
        entry = archive.getinfo(f"{top}{RECORD_NAME}")
        if entry.file_size > RECORD_LIMIT:
            raise InputError(f"{path} is damaged: its record is far too large")
        try:
            found = json.loads(archive.read(entry))
        except (ValueError, RecursionError, *_DAMAGED) as error:
            raise InputError(f"{path} is damaged: its record is no JSON") from error
    if not isinstance(found, dict):
        raise InputError(f"{path} is damaged: its record is no JSON object")
    return found


def read_scene_archive(path: StrPath, folder: StrPath, progress: Progress = silent) -> None:
    """Unpack an archive as a scene folder, whole or not at all.

    Parameters
    ----------
    path : the file.
    folder : a new path, or a scene, which is replaced.
    progress : told of each piece; what it raises leaves `folder` as it was.

    Raises
    ------
    InputError
        It is no scene's archive, damaged, unsafe or too large, or `folder` can't be written.
    """
    with _opened_archive(path) as (archive, top), staged_scene(folder) as stage:
        entries = _verified(archive, top, path)
        for number, (name, entry) in enumerate(entries):
            progress(name, number / len(entries))
            _unpack(archive, entry, stage / name, path)
        for name in LEFT_OUT:
            (stage / name).mkdir(exist_ok=True)
        load_scene(stage)  # what is damaged must not take the place of what is whole


def _files(folder: Path) -> list[str]:
    """All files of a folder but hidden ones, sorted; links are not followed."""
    found = []
    for place in sorted(folder.rglob("*")):
        name = place.relative_to(folder).as_posix()
        hidden = any(part.startswith(".") for part in PurePosixPath(name).parts)
        if place.is_file() and not place.is_symlink() and not hidden:
            found.append(name)
    return found


@contextmanager
def _opened_archive(path: StrPath) -> Iterator[tuple[zipfile.ZipFile, str]]:
    """An archive, and the folder within it that the scene lies in."""
    with os_errors_explained("read", path):
        regular_file(path)
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise InputError(f"{path} is no ZIP file, or cut short") from error
    with archive:
        top = _top(archive)
        if top is None:
            raise InputError(f"{path} holds no scene: it has no {RECORD_NAME}")
        yield archive, top


def _top(archive: zipfile.ZipFile) -> str | None:
    """The way to scene.json within an archive, "" or "NAME/"."""
    for name in archive.namelist():
        parts = PurePosixPath(name).parts
        if parts and parts[-1] == RECORD_NAME and len(parts) <= 2:
            return name.removesuffix(RECORD_NAME)
    return None


def _verified(
    archive: zipfile.ZipFile, top: str, path: StrPath
) -> list[tuple[str, zipfile.ZipInfo]]:
    """The scene's entries by their names within the scene."""
    entries = archive.infolist()
    if len(entries) > ENTRIES_LIMIT or sum(entry.file_size for entry in entries) > SIZE_LIMIT:
        raise InputError(f"{path} is far too large for a scene")
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        if entry.is_dir() or not entry.filename.startswith(top):
            continue
        name = entry.filename[len(top) :]
        parts = PurePosixPath(name)
        unsafe = parts.is_absolute() or ".." in parts.parts or any(c in name for c in "\\:\0")
        if unsafe or stat.S_ISLNK(entry.external_attr >> 16) or entry.flag_bits & 1:
            raise InputError(
                f"{path} is no scene's archive: {name!r:.60} leads out of it, or is locked"
            )
        if str(parts) in found:
            raise InputError(f"{path} is damaged: it holds {name!r:.60} twice")
        if not any(part.startswith(".") for part in parts.parts):
            found[str(parts)] = entry
    return sorted(found.items())


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path, path: StrPath) -> None:
    with os_errors_explained("write", place.name):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with archive.open(entry) as packed, place.open("wb") as out:
                shutil.copyfileobj(packed, out, _PIECE)
        except _DAMAGED as error:
            raise InputError(
                f"{path} is damaged: {entry.filename!r:.60} can't be unpacked"
            ) from error
