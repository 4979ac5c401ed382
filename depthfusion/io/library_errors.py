"""Libraries that tell the system's refusals as text, understood."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from depthfusion.types import InputError

_CODES = (
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT,
)  # fmt: skip


@contextmanager
def refusals_understood(path: str | os.PathLike[str]) -> Iterator[None]:
    """Raise what the system said where the body's `RuntimeError` quotes it.

    Parameters
    ----------
    path : what is being written, for the message.

    Raises
    ------
    OSError
        The system refused; `io.atomic.replacing` and others put it into a sentence.
    InputError
        The library refused for a reason of its own.
    """
    try:
        yield
    except RuntimeError as error:
        said = " ".join(str(error).split())
        for code in _CODES:
            if os.strerror(code) in said:
                raise OSError(code, os.strerror(code), str(path)) from error
        raise InputError(f"cannot write {path}: {said}") from error
