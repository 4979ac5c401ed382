"""Files that appear whole or not at all: a temporary sibling, then a rename."""

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from depthfusion.io.file_errors import os_errors_explained
from depthfusion.types import InputError

StrPath = str | os.PathLike[str]
STALE_AGE = 3600.0  # seconds without a change after which nobody is writing any more


def partial_name(path: Path) -> Path:
    """Name a temporary sibling of `path`; its extension stays, for tools that look at it."""
    return path.with_name(f".{path.stem}.{os.getpid()}-{secrets.token_hex(4)}.partial{path.suffix}")


@contextmanager
def made_folders(folder: Path) -> Iterator[None]:
    """Make `folder` and its parents; where the body fails, remove again those that were made.

    Raises
    ------
    InputError
        A folder can't be made.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    kept = False
    try:
        with os_errors_explained("make the folder", folder):
            folder.mkdir(parents=True, exist_ok=True)
        yield
        kept = True
    finally:
        if not kept:
            remove_empty(missing)


def remove_empty(folders: list[Path]) -> None:
    """Remove those of `folders` that are empty, in the order given."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


@contextmanager
def replacing(path: StrPath) -> Iterator[Path]:
    """Yield a temporary sibling to write to; it takes the name `path` where the body succeeds.

    Parameters
    ----------
    path : the file to write; its folder is made where it is missing.

    Yields
    ------
    The temporary path, same extension, in the same folder. It is removed where the body fails.

    Raises
    ------
    InputError
        The body or the rename met an `OSError` (disk full, not writable, …), or `path` is a folder.
    """
    target = Path(path)
    if target.is_dir():
        raise InputError(f"cannot write {path}: it is a folder; give the name of a file")
    partial = partial_name(target)
    with made_folders(target.parent), os_errors_explained("write", path):
        _remove_stale(target)
        try:
            yield partial
            sync(partial)
            os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)


def _remove_stale(target: Path) -> None:
    """Remove what killed processes left of earlier attempts at the same file."""
    pattern = re.compile(
        rf"\.{re.escape(target.stem)}\.\d+-[0-9a-f]{{8}}\.partial{re.escape(target.suffix)}"
    )
    with os.scandir(target.parent) as entries:
        for entry in entries:
            if pattern.fullmatch(entry.name) and time.time() - entry.stat().st_mtime > STALE_AGE:
                os.unlink(entry.path)


def write_bytes(path: StrPath, data: bytes | memoryview) -> None:
    """Write `data` to `path`: the whole of it or, where anything fails, what was there before.

    Raises
    ------
    InputError
        As `replacing`.
    """
    with replacing(path) as partial:
        partial.write_bytes(data)


def sync(path: Path) -> None:
    """Wait until what was written to `path`, a file or a folder, would survive a power cut."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
