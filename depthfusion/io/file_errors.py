"""Turn the operating system's refusals into one sentence that says what and what to do."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from depthfusion.types import InputError

_REASONS = {
    errno.ENOSPC: "the disk is full; free some space or choose another place",
    errno.EDQUOT: "the disk quota is used up; free some space or choose another place",
    errno.EFBIG: "the file would be larger than this system allows",
    errno.EACCES: "permission is denied",
    errno.EPERM: "permission is denied",
    errno.EROFS: "the file system is read-only",
    errno.ENOENT: "there is no such file or folder",
    errno.EISDIR: "it is a folder, not a file",
    errno.ENOTDIR: "part of the path is a file, not a folder",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EMFILE: "too many files are open",
    errno.ENXIO: "it is no ordinary file",
}


def reason(error: OSError) -> str:
    """Say why the operating system refused, as the end of a sentence."""
    known = _REASONS.get(error.errno or 0)
    return known or (os.strerror(error.errno).lower() if error.errno else str(error))


@contextmanager
def os_errors_explained(verb: str, path: str | os.PathLike[str]) -> Iterator[None]:
    """Raise `InputError("cannot VERB PATH: REASON")` where the body meets an `OSError`."""
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot {verb} {path}: {reason(error)}") from error


def regular_file(path: str | os.PathLike[str], verb: str = "read") -> Path:
    """Return `path` where it is an ordinary file, so that nobody waits on a pipe or a device.

    Raises
    ------
    InputError
        It does not exist, is a folder, or is something else.
    """
    found = Path(path)
    with os_errors_explained(verb, path):
        found.stat()
    if found.is_dir():
        raise InputError(f"cannot {verb} {path}: it is a folder, not a file")
    if not found.is_file():
        raise InputError(f"cannot {verb} {path}: it is no ordinary file")
    return found
