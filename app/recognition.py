"""What was brought, said before anything runs: a small picture, sentences, and a question."""

import base64
import warnings
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from app.languages import Words
from app.markup import idle

GLANCE = (720, 360)
WAITING = (
    "Drop a 360° photo, a photo for two eyes, or a cube map. What it is taken for is said here "
    "before anything runs."
)
NO_DEPTH = "It has no depth yet: drop a depth map, or say where depth should come from."


def recognition(found: Any, photo: Path, words: Words) -> str:
    """What a file (a `studio.Recognised`) is taken for, as HTML."""
    shown = glance_at(photo)
    picture = f'<img src="{shown}" alt="">' if shown else ""
    lines = [*found.assumed, found.depth if found.ready else words(NO_DEPTH)]
    rows = "".join(f"<li>{escape(plain(line, photo))}</li>" for line in lines if line)
    odd = "".join(f'<li class="odd">{escape(plain(line, photo))}</li>' for line in found.warnings)
    return (
        f'<div class="stage recognised" role="status">{picture}<p class="what">'
        f"{escape(plain(found.words, photo))}</p><ul>{rows}{odd}</ul></div>"
    )


def nothing(words: Words) -> str:
    """Before anything was brought."""
    return idle(words(WAITING))


def plain(text: str, photo: Path) -> str:
    """The text as a sentence that calls the file by its name, wherever the server keeps it."""
    text = text.replace(str(photo), photo.name)
    if not text.startswith(photo.name):
        text = text[:1].upper() + text[1:]
    return text + ("" if text.endswith((".", "!", "?")) else ".")


def glance_at(photo: Path) -> str:
    """A small picture of a file as a data address; empty for what Pillow does not open cheaply."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(photo) as picture:
                picture.draft("RGB", GLANCE)
                small = picture.convert("RGB")
                small.thumbnail(GLANCE)
    except (OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError,
            Image.DecompressionBombWarning):  # fmt: skip
        return ""
    out = BytesIO()
    small.save(out, "webp", quality=75)
    return "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode()
