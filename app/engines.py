"""What each engine would really do on this machine, said before anything runs."""

from html import escape
from typing import Any

from app.languages import Words
from app.markup import duration
from app.timing import Usual
from depthfusion.types import InputError

ENGINES = {"Automatic": "auto", "Sketch": "sketch", "LDM3D": "ldm3d"}
DIFFUSION = frozenset({"negative", "steps", "guidance", "init", "strength"})


def engine_line(studio: Any, usual: Usual, engine: str, width: int, words: Words) -> str:
    """What `engine` comes to here and why, and how long it took the last time, as HTML."""
    try:
        chosen, why = studio.choose_engine(engine)
    except InputError as error:
        return f'<p class="warn">{escape(str(error))}</p>'
    last = usual.last(f"create:{engine}:{width}")
    if last is None:
        took = words("Not yet used at this size.")
    else:
        took = words("Took {time} the last time, at {width} × {height}.",
                     time=duration(last), width=width, height=width // 2)  # fmt: skip
    parts = [why[:1].upper() + why[1:].rstrip(".") + ".", took]
    rest = DIFFUSION - takes_of(chosen)
    if rest:
        parts.append(words("It has no use for the settings that are greyed out."))
    return f"<p>{escape(' '.join(parts))}</p>"


def takes(studio: Any, engine: str) -> frozenset[str]:
    """The settings that an engine heeds; all where it cannot be had, so that none is lost."""
    try:
        return takes_of(studio.choose_engine(engine)[0])
    except InputError:
        return DIFFUSION


def takes_of(chosen: Any) -> frozenset[str]:
    """The settings that an engine heeds."""
    return frozenset(chosen.takes)
