"""What the depth panel shows: the picture to press or paint on, and what was tried."""

import base64
import math
from functools import lru_cache
from html import escape
from io import BytesIO
from pathlib import Path

from PIL import Image

from app.languages import Words
from app.shelf import Found

WIDE, HIGH = 1024, 512


def board(scene: Found, tool: str, floor: tuple[float, float] | None, words: Words) -> str:
    """The scene's picture under a canvas that hears presses (`tool` "point") or a brush."""
    file = scene.folder / "rgb.png"
    picture = small_picture(str(file), file.stat().st_mtime_ns)
    say = words("Press a point of the floor") if tool == "point" else words("Paint over a part")
    where = "hidden"
    if floor is not None:
        where = f'style="left:{100 * floor[0]:.2f}%;top:{100 * floor[1]:.2f}%"'
    if tool != "point":
        where = "hidden"
    return (
        f'<figure class="board"><div class="sheet"><img src="{picture}" alt="">'
        f'<canvas width="{WIDE}" height="{HIGH}" data-mode="{escape(tool, quote=True)}" '
        f'tabindex="0" role="application" aria-label="{escape(say, quote=True)}"></canvas>'
        f'<i class="cross" {where}></i></div>{"" if tool == "point" else brush_bar(words)}'
        f"<figcaption>{escape(say)}</figcaption></figure>"
    )


def brush_bar(words: Words) -> str:
    """The brush's size, a rubber, and a way to begin again."""
    return (
        '<div class="brush"><label><span>' + escape(words("Brush")) + "</span>"
        '<input type="range" data-brush min="0.005" max="0.12" step="0.005" value="0.03"></label>'
        '<button type="button" data-board="erase" aria-pressed="false">'
        + escape(words("Rubber"))
        + '</button><button type="button" data-board="clear">'
        + escape(words("Clear"))
        + "</button></div>"
    )


def trial(moving: bytes, still: bytes, figures: dict[str, float], words: Words) -> str:
    """A swaying view under the distances that are tried, and what they come to."""
    lines = [
        words("Nearest {near} m, farthest {far} m.",
              near=amount(figures["nearest"]), far=amount(figures["farthest"])),
    ]  # fmt: skip
    if math.isfinite(figures["height"]):
        lines.append(
            words("The camera stands {height} m above this floor.",
                  height=amount(figures["height"]))
        )  # fmt: skip
    return (
        '<figure class="trial"><picture><source media="(prefers-reduced-motion: reduce)" '
        f'srcset="{data_address(still)}"><img src="{data_address(moving)}" '
        f'alt="{escape(words("The view, swaying"), quote=True)}"></picture>'
        f"<figcaption>{escape(' '.join(lines))}</figcaption></figure>"
    )


def amount(metres: float) -> str:
    """Metres with as many digits as count."""
    return f"{metres:.0f}" if metres >= 20 else f"{metres:.1f}" if metres >= 2 else f"{metres:.2f}"


@lru_cache(maxsize=8)
def small_picture(file: str, changed: int) -> str:
    """A panorama made small, as a data address; `changed` tells a file from its successor."""
    with Image.open(Path(file)) as picture:
        small = picture.convert("RGB").resize((WIDE, HIGH), Image.Resampling.BOX, reducing_gap=2)
    out = BytesIO()
    small.save(out, "webp", quality=75)
    return data_address(out.getvalue())


def data_address(webp: bytes) -> str:
    """A WebP as an address of its own."""
    return "data:image/webp;base64," + base64.b64encode(webp).decode()
