"""Folders that appear whole or not at all, also where the process is killed at any moment.

A folder is filled under a hidden name beside its place, `.NAME.PID-RANDOM.partial`, and renamed.
Where a folder is already there, the two change places in one step (Linux, `renameat2`). Where that
is not to be had, the old one is first set aside as `.NAME.PID-RANDOM.old`; a kill between the two
renames leaves the place empty, and `restore` puts the old one back when it is next looked for.

A folder being filled is locked (`flock`), and the lock ends with the process: what is not locked is
a dead process's and is removed by the next that writes to the same place.
"""

import ctypes
import errno
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from depthfusion.io.atomic import made_folders, sync
from depthfusion.io.file_errors import os_errors_explained
from depthfusion.types import InputError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_AT_FDCWD = -100
_NO_REPLACE, _EXCHANGE = 1, 2
_UNSUPPORTED = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM)
_ATTEMPTS = 5
_UNLOCKABLE_AGE = 86400.0  # seconds after which a leftover is dead where locks don't work


@contextmanager
def staged_folder(target: Path, verify: Callable[[Path], None]) -> Iterator[Path]:
    """Yield an empty folder to fill; it takes the place `target` where the body succeeds.

    Parameters
    ----------
    target : the place; parents are made. What is there stays until the new folder is whole.
    verify : called with `target` where something is there already; raises `InputError` where that
        must not be replaced. Called at the start and again before the change.

    Yields
    ------
    The temporary folder. Where the body fails in any way, nothing is left of it.

    Raises
    ------
    InputError
        What `verify` raises; the place can't be written.
    """
    with os_errors_explained("use", target):
        target = target.resolve()
        if not target.name:
            raise InputError(f"cannot write {target}: give the name of a new folder")
        restore(target)
        if target.exists():
            verify(target)
        remove_leftovers(target)
    with made_folders(target.parent):
        with os_errors_explained("write", target):
            stage, lock = _locked_folder(target)
        try:
            yield stage
            with os_errors_explained("write", target):
                _sync_tree(stage)
                _put_in_place(stage, target, verify)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
            os.close(lock)


def restore(target: Path) -> None:
    """Put back a folder that a killed process had set aside to replace it."""
    if os.path.lexists(target) or not target.parent.is_dir():
        return
    for aside in _siblings(target, "old"):
        os.rename(aside, target)
        return


def restore_all(parent: Path) -> None:
    """Do the same for every folder that was set aside in `parent`."""
    pattern = re.compile(r"\.(.+)\.\d+-[0-9a-f]{8}\.old")
    for name in os.listdir(parent):
        found = pattern.fullmatch(name)
        if found:
            restore(parent / found[1])


def remove_leftovers(target: Path) -> None:
    """Remove what processes that are dead left beside `target`."""
    if not target.parent.is_dir():
        return
    for leftover in _siblings(target, "partial"):
        if _is_dead(leftover):
            shutil.rmtree(leftover, ignore_errors=True)
    if target.exists():
        for aside in _siblings(target, "old"):
            shutil.rmtree(aside, ignore_errors=True)


def _hidden(target: Path, ending: str) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.{ending}")


def _siblings(target: Path, ending: str) -> list[Path]:
    pattern = re.compile(rf"\.{re.escape(target.name)}\.\d+-[0-9a-f]{{8}}\.{ending}")
    return [target.parent / n for n in os.listdir(target.parent) if pattern.fullmatch(n)]


def _locked_folder(target: Path) -> tuple[Path, int]:
    """Make a hidden folder and lock it; another process may be tidying up at that very moment."""
    while True:
        stage = _hidden(target, "partial")
        stage.mkdir()
        try:
            handle = os.open(stage, os.O_RDONLY)
        except FileNotFoundError:
            continue
        _lock(handle)
        if stage.exists():
            return stage, handle
        os.close(handle)


def _lock(handle: int) -> bool:
    """Try to lock an open folder; False where another process holds it or locks don't work."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_dead(leftover: Path) -> bool:
    try:
        handle = os.open(leftover, os.O_RDONLY)
    except OSError:
        return False
    try:
        return _lock(handle) or time.time() - os.fstat(handle).st_mtime > _UNLOCKABLE_AGE
    finally:
        os.close(handle)


def _sync_tree(folder: Path) -> None:
    for place, _, names in os.walk(folder):
        for name in names:
            sync(Path(place, name))
        sync(Path(place))


def _put_in_place(stage: Path, target: Path, verify: Callable[[Path], None]) -> None:
    """Rename `stage` to `target`, or exchange the two; the old one is then under the old name."""
    if not os.path.lexists(target):
        try:
            rename_new(stage, target)
        except FileExistsError:
            pass
        else:
            sync(target.parent)
            return
    verify(target)
    if not exchange(stage, target):
        _swap_in_two_steps(stage, target)
    sync(target.parent)


def _swap_in_two_steps(stage: Path, target: Path) -> None:
    """Set the old one aside, rename the new one in, remove the old one.

    A reader that looks between the two renames puts the old one back; then it is done once more.
    """
    for attempts_left in reversed(range(_ATTEMPTS)):
        aside = _hidden(target, "old")
        os.rename(target, aside)
        try:
            os.rename(stage, target)
        except OSError:
            restore(target)
            if not attempts_left:
                raise
        else:
            shutil.rmtree(aside, ignore_errors=True)
            return


def rename_new(source: Path, target: Path) -> None:
    """Rename; raise `FileExistsError` rather than replace anything, where the system can tell."""
    if not _renameat2(source, target, _NO_REPLACE):
        os.rename(source, target)


def exchange(one: Path, other: Path) -> bool:
    """Let two names change places in one step; False where the system can't."""
    return _renameat2(one, other, _EXCHANGE)


def _renameat2(source: Path, target: Path, flags: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    if call(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), flags) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), str(target))
