"""Places to write to are looked at before long work, not after it."""

import os
from pathlib import Path

from depthfusion.types import InputError


def verify_file(out: Path, endings: tuple[str, ...], what: str) -> None:
    """Make sure that a file of that name can be written.

    Parameters
    ----------
    out : the file; it may exist, and is replaced later.
    endings : extensions that it may have, with their dots.
    what : "a film", for the message.

    Raises
    ------
    InputError
        Another ending, a folder, or in a place that can't be written.
    """
    if out.suffix.lower() not in endings:
        known = " or ".join(endings)
        raise InputError(f"cannot write {out}: the name of {what} ends in {known}")
    if out.is_dir():
        raise InputError(f"cannot write {out}: it is a folder; give the name of a file")
    verify_folder(out.parent)


def verify_folder(out: Path) -> None:
    """Make sure that a folder exists or can be made, and can be written to.

    Raises
    ------
    InputError
        Part of the path is a file, or permission is denied.
    """
    place = out.resolve()
    while not os.path.lexists(place):
        place = place.parent
    if not place.is_dir():
        raise InputError(f"cannot write to {out}: {place} is a file, not a folder")
    if not os.access(place, os.W_OK | os.X_OK):
        raise InputError(f"cannot write to {out}: permission is denied for {place}")
