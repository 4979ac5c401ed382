"""Every way in which a command fails: one sentence, and whose fault it was."""

import errno
import traceback
from pathlib import Path

import typer

from depthfusion.types import Cancelled, InputError

DONE, PROGRAM_AT_FAULT, CALL_AT_FAULT, INTERRUPTED = 0, 1, 2, 130

# What is imported only when needed, and the extra that brings it.
EXTRAS = {
    "gradio": "app",
    "pyrender": "opengl",
    "OpenGL": "opengl",
    "open3d": "open3d",
    "torch": "ldm3d",
    "diffusers": "ldm3d",
    "transformers": "ldm3d",
    "accelerate": "ldm3d",
    "pxr": "usd",
    "DracoPy": "draco",
    "pytest": "test",
}

# What a person can mend by choosing another place or making room.
MENDABLE = {
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.ENAMETOOLONG,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.ENOENT,
}


def explained(error: Exception) -> tuple[str, int]:
    """Put `error` into one sentence, and give the exit code that belongs to it."""
    match error:
        case InputError():
            return " ".join(str(error).split()), CALL_AT_FAULT
        case typer.TyperException():
            return usage(error), CALL_AT_FAULT
        case Cancelled():
            return "stopped; nothing was left half-done", INTERRUPTED
        case ModuleNotFoundError(name=str(name)) if name.partition(".")[0] in EXTRAS:
            package = name.partition(".")[0]
            extra = EXTRAS[package]
            return f"this needs {package}: pip install 'depthfusion[{extra}]'", CALL_AT_FAULT
        case OSError() if error.errno in MENDABLE:
            place = f": {error.filename}" if error.filename else ""
            return f"{(error.strerror or 'refused').lower()}{place}", CALL_AT_FAULT
        case MemoryError():
            return "not enough memory; a smaller --size needs less", PROGRAM_AT_FAULT
        case _:
            return defect(error), PROGRAM_AT_FAULT


def usage(error: typer.TyperException) -> str:
    """Say what is wrong with the call in one line, and where to read how it goes."""
    context = getattr(error, "ctx", None)
    message = error.format_message().replace("Value error, ", "")
    sentence = " ".join(message.split()).rstrip(".")
    return f"{sentence}; see `{context.command_path} --help`" if context else sentence


def defect(error: Exception) -> str:
    """Name an error that nobody foresaw and the line of ours that met it."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    where = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "unknown place"
    said = " ".join(str(error).split()) or "no message"
    return (
        f"defect in DepthFusion: {type(error).__name__}: {said} ({where}); "
        "DEPTHFUSION_DEBUG=1 shows the whole trace"
    )
