"""Scenes as pictures to press, with what can be done to them, in HTML."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from app.languages import ENGLISH, Words
from app.markup import address, idle
from app.scenes import SAMPLE
from app.shelf import day

VERBS = {
    "remix": "Remix",
    "rename": "Rename",
    "duplicate": "Duplicate",
    "delete": "Delete",
}


def cards(scenes: Iterable[Any], words: Words = ENGLISH, verbs: bool = False) -> str:
    """Every scene (a `studio.SceneEntry`) as a picture to press.

    Parameters
    ----------
    scenes : in order.
    words : the language.
    verbs : whether each says what can be done with it.
    """
    rows = "".join(
        _card(scene, words, verbs) if scene.problem is None else _damaged(scene, words, verbs)
        for scene in scenes
    )
    return f'<ul class="cards">{rows}</ul>' if rows else ""


def _card(scene: Any, words: Words, verbs: bool) -> str:
    how = words("from a photo") if scene.engine == "import" else scene.engine
    caption = " · ".join(part for part in (how, day(scene.created)) if part)
    picture = f'<img src="{address(scene.name)}/thumbnail.webp" alt="" loading="lazy">'
    prompt = "" if scene.prompt in (None, "", scene.title) else f"<em>{escape(scene.prompt)}</em>"
    return (
        f'<li data-key="{escape(scene.name, quote=True)}">'
        f'<button type="button" data-scene="{escape(scene.name, quote=True)}">'
        f"{picture if scene.thumbnail else '<i></i>'}"
        f"<b>{escape(scene.title)}</b>{prompt}<span>{escape(caption)}</span></button>"
        f"{_verbs(scene, words) if verbs else ''}</li>"
    )


def _verbs(scene: Any, words: Words) -> str:
    own = not scene.name.startswith(SAMPLE)
    usable = [verb for verb in VERBS if own or verb in ("remix", "duplicate")]
    buttons = "".join(_verb(verb, words) for verb in usable)
    return f'<div class="verbs">{buttons}</div>'


def _verb(verb: str, words: Words) -> str:
    return f'<button type="button" data-verb="{verb}">{escape(words(VERBS[verb]))}</button>'


def _damaged(scene: Any, words: Words, verbs: bool) -> str:
    away = f'<div class="verbs">{_verb("delete", words)}</div>' if verbs else ""
    return (
        f'<li class="damaged" data-key="{escape(scene.name, quote=True)}"><i></i>'
        f"<b>{escape(scene.title)}</b><span>{escape(scene.problem)}</span>{away}</li>"
    )


def library(
    scenes: Sequence[Any], samples: Sequence[Any], search: str = "", words: Words = ENGLISH
) -> str:
    """The scenes in which all words of `search` occur, and the samples under their own heading."""
    found = [scene for scene in scenes if matches(scene, search)]
    others = [scene for scene in samples if matches(scene, search)]
    if search.strip() and not found and not others:
        return idle(words("Nothing here is called that."))
    own = cards(found, words, verbs=True)
    if not own and not search.strip():
        own = idle(words("The library is empty. Scenes that you make are kept here."))
    return own + headed(words("Samples to look round in"), cards(others, words, verbs=True))


def matches(scene: Any, search: str) -> bool:
    """Whether a scene's title, prompt, engine or date hold every word of `search`."""
    held = (scene.title, scene.prompt or "", scene.engine, day(scene.created), scene.created)
    whole = " ".join(held).casefold()
    return all(word in whole for word in search.casefold().split())


def recent(scenes: Sequence[Any], samples: Sequence[Any], words: Words = ENGLISH) -> str:
    """The newest scenes under a heading; samples as long as there are none."""
    if scenes:
        return headed(words("Recent scenes"), cards(scenes, words))
    return headed(words("Look round in one of these meanwhile"), cards(samples, words))


def headed(heading: str, content: str) -> str:
    """Content under a heading; nothing where there is none."""
    return f'<h2 class="heading">{escape(heading)}</h2>{content}' if content else ""


def undo_bar(title: str, token: str, words: Words = ENGLISH) -> str:
    """What was thrown away, and the way back."""
    said = words("“{title}” was deleted.", title=title)
    return (
        f'<div class="undo" role="status"><span>{escape(said)}</span>'
        f'<button type="button" data-undo="{escape(token, quote=True)}">'
        f"{escape(words('Undo'))}</button></div>"
    )
