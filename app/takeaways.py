"""What can be taken away of a scene: what is there, and what can be made, in HTML."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from app.languages import ENGLISH, Words
from app.markup import facts, idle, size
from app.shelf import Found, Kept
from app.tasks.taking import STILLS, export_name

STILL_WORDS = {
    "pair": ("Two eyes, side by side", "3D screens and cardboard viewers"),
    "anaglyph": ("Anaglyph", "red-cyan glasses, on any screen and in print"),
}
DOUBLES = (".jpeg",)
"""Other names of a suffix that is offered anyway."""

Order = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class File:
    """One file that can be made: its name in the scene's exports, what to call it, and the order.

    Parameters
    ----------
    name : in the scene's exports.
    button : on which it is ordered: the format.
    order : what the page sends to have it made: data attribute → value.
    lacking : why it cannot be made here; `None` where it can.
    """

    name: str
    button: str
    order: Order
    lacking: str | None = None


@dataclass(frozen=True)
class Offer:
    """Something to be had of a scene, in one file format or several."""

    label: str
    purpose: str
    files: tuple[File, ...]


def offers(studio: Any) -> list[Offer]:
    """Everything in the table of formats, the headset's zip first, then stills for two eyes."""
    by_kind: dict[tuple[str, str], list[Any]] = {}
    for row in studio.FORMATS:
        if row.suffix not in DOUBLES and (row.suffix, row.kind) != (".glb", "meshes"):
            by_kind.setdefault((row.kind, row.title), []).append(row)
    found = [
        Offer(
            title[:1].upper() + title[1:],
            rows[0].what_for,
            tuple(_file(row) for row in rows),
        )
        for (_, title), rows in sorted(by_kind.items(), key=lambda item: item[0][0] != "headset")
    ]
    for kind, (ending, _) in STILLS.items():
        file = File(f"scene{ending}.png", "PNG", (("still", kind),))
        found.append(Offer(*STILL_WORDS[kind], (file,)))
    return found


def _file(row: Any) -> File:
    lacking = None
    if row.lacking:
        lacking = f"needs {row.lacking}: pip install 'depthfusion[{row.extra}]'"
    order = (("suffix", row.suffix), ("kind", row.kind))
    return File(export_name(row.suffix, row.kind), row.suffix[1:].upper(), order, lacking)


def takeaways(studio: Any, scene: Found | None, words: Words = ENGLISH) -> str:
    """The files of a scene with their sizes, and under them what can be made of it."""
    if scene is None:
        return idle(words("No scene is open. Choose one in the library first."))
    known = offers(studio)
    labels = {file.name: offer for offer in known for file in offer.files}
    ready = "".join(_ready(kept, labels, words) for kept in scene.kept)
    return (
        f'<div class="takeaways"><h2>{escape(scene.title)}</h2><ul>{ready}</ul>'
        f"{_makeable(scene, known, words)}{facts(scene.facts, words)}</div>"
    )


def _ready(kept: Kept, labels: dict[str, Offer], words: Words) -> str:
    name = kept.name.removeprefix("exports/")
    offer = labels.get(name) if name != kept.name else None
    label = f"{words(offer.label)} ({Path(name).suffix[1:].upper()})" if offer else kept.label
    purpose = offer.purpose if offer else kept.purpose
    return (
        f'<li><a href="{escape(kept.address, quote=True)}" download><b>{escape(words(label))}</b>'
        f"<span>{escape(words(purpose))}</span><em>{size(kept.bytes)}</em></a></li>"
    )


def _makeable(scene: Found, known: Iterable[Offer], words: Words) -> str:
    rows = "".join(_offered(offer, scene, words) for offer in known)
    heading = escape(words("Make more of it"))
    why = ""
    if scene.is_sample:
        said = words("Samples are only looked at: duplicate it in the library to make files of it.")
        why = f'<p class="why">{escape(said)}</p>'
    return f'<h3>{heading}</h3>{why}<ul class="offers">{rows}</ul>'


def _offered(offer: Offer, scene: Found, words: Words) -> str:
    label = words(offer.label)
    buttons = "".join(_button(file, label, scene, words) for file in offer.files)
    lacking = next((file.lacking for file in offer.files if file.lacking), None)
    return (
        f"<li><b>{escape(label)}</b><span>{escape(lacking or words(offer.purpose))}</span>"
        f"<div>{buttons}</div></li>"
    )


def _button(file: File, label: str, scene: Found, words: Words) -> str:
    data = " ".join(f'data-{name}="{escape(value, quote=True)}"' for name, value in file.order)
    off = "disabled" if scene.is_sample or file.lacking else ""
    spoken = escape(f"{words('Make')} {label}, {file.button}", quote=True)
    return f'<button type="button" {data} {off} aria-label="{spoken}">{file.button}</button>'
