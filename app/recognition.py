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


def recognition(found: Any, photo: Path, words: Words, glance: str | None = None) -> str:
    """What a file (a `studio.Recognised`) is taken for, as HTML."""
    shown = glance if glance is not None else glance_at(photo)
    picture = f'<img src="{shown}" alt="">' if shown else ""
    size = f" {found.width} × {found.height}." if found.width else ""
    lines = [*found.assumed, found.depth]
    rows = "".join(f"<li>{escape(ended(line))}</li>" for line in lines if line)
    odd = "".join(f'<li class="odd">{escape(ended(line))}</li>' for line in found.warnings)
    state = "" if found.ready else f'<p class="ask">{escape(words("It needs one more thing."))}</p>'
    return (
        f'<div class="stage recognised" role="status">{picture}<p class="what">'
        f"{escape(ended(found.words))}{escape(size)}</p><ul>{rows}{odd}</ul>{state}</div>"
    )


def nothing(words: Words) -> str:
    """Before anything was brought."""
    return idle(words(WAITING))


def ended(text: str) -> str:
    """The text as a sentence."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


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
