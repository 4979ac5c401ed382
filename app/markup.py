"""The app's own pieces of HTML. All text that comes from people or files passes `escape`."""

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.jobs import Snapshot
from app.languages import ENGLISH, Words
from app.shelf import Found

HEADER = """
<div class="masthead">
  <svg viewBox="0 0 32 32" aria-hidden="true"><g fill="none" stroke-linecap="round"
    stroke-width="2.4"><path class="near" d="M5 16a11 11 0 0 0 22 0"/><path class="mid"
    d="M8.2 12.600a8.4 8.4 0 0 1 15.6 0"/><path class="far" d="M12 8.600a6 6 0 0 1 8 0"/></g>
    <circle cx="16" cy="16.5" r="2.8"/></svg>
  <h1>DepthFusion</h1>
</div>"""

KINDS = {
    "create": "Create",
    "variations": "Variations",
    "bring": "Photo",
    "reshape": "Depth",
    "paint": "Painted depth",
    "undo_paint": "Painted depth",
    "film": "Film",
    "still": "Still",
    "export": "Export",
    "inspect": "Inspection",
}
"""What people call each kind of job."""

_VERDICTS = {True: ("✓", "good"), False: ("✗", "bad"), None: ("·", "plain")}

RINGS = (Path(__file__).parent / "static" / "rings.svg").read_text("utf-8")
"""A place from above: outlines of what is near, farther and far, round the one who looks."""


def idle(sentence: str) -> str:
    """What stands where nothing has happened yet."""
    return f'<div class="stage idle">{RINGS}<p>{escape(sentence)}</p></div>'


def told_progress(now: Snapshot, words: Words = ENGLISH) -> tuple[str, str, float | None]:
    """How a job stands before its end: what it does, details, and how much is done, 0 to 1."""
    if now.stopping:
        return words("Stopping"), words("at the next safe moment"), None
    if now.state == "waiting":
        if not now.ahead:
            return words("Waiting"), words("begins at once"), None
        many = words("1 job goes first")
        if now.ahead > 1:
            many = words("{count} jobs go first", count=now.ahead)
        return words("Waiting"), many, None
    detail = duration(now.elapsed)
    if now.left is not None:
        detail += " · " + words("about {time} left", time=duration(now.left))
    return words(now.stage), detail, now.fraction if now.overall is None else now.overall


def progress(now: Snapshot, words: Words = ENGLISH, picture: str = "") -> str:
    """The same as a panel; `picture` is the address of what is to be seen so far."""
    what, detail, share = told_progress(now, words)
    percent = None if share is None else round(100 * share)
    value = "" if percent is None else f'aria-valuenow="{percent}"'
    bar = '<i class="unknown"></i>' if percent is None else f'<i style="width:{percent}%"></i>'
    shown = f'<img class="sofar" src="{escape(picture, quote=True)}" alt="">' if picture else ""
    return (
        f'<div class="stage busy">{shown}<p class="what">{escape(what)}</p>'
        f'<div class="bar" role="progressbar" aria-label="{escape(what, quote=True)}" '
        f'aria-valuemin="0" aria-valuemax="100" {value}>{bar}</div>'
        f'<p class="detail">{escape(detail)}</p></div>'
    )


def ended(title: str, lines: Iterable[str] = (), kind: str = "calm") -> str:
    """How a job ended: `calm`, or `warn` with what to do about it."""
    role = "alert" if kind == "warn" else "status"
    return (
        f'<div class="stage {kind}" role="{role}"><p class="what">{escape(title)}</p>'
        f"{listed(lines)}</div>"
    )


def said(sentence: str) -> str:
    """A line that needs no answer."""
    return f'<div class="said" role="status">{escape(sentence)}</div>'


def made(scene: Found, seconds: float, notes: Iterable[str], words: Words = ENGLISH) -> str:
    """A scene that has just come about."""
    detail = words("Made in {time}; it is open under Look.", time=duration(seconds))
    return (
        f'<div class="stage made" role="status"><img src="{address(scene.key)}/thumbnail.webp" '
        f'alt=""><p class="what">{escape(scene.title)}</p><p class="detail">{escape(detail)}</p>'
        f"{listed(notes)}</div>"
    )


def several(scenes: Iterable[Found], words: Words = ENGLISH) -> str:
    """Scenes that came of the same words, side by side, to choose from."""
    rows = "".join(
        f'<li><button type="button" data-scene="{escape(scene.key, quote=True)}">'
        f'<img src="{address(scene.key)}/thumbnail.webp" alt="">'
        f"<span>{escape(words('Seed {seed}', seed=scene.record.get('seed')))}</span></button></li>"
        for scene in scenes
    )
    ask = escape(words("Which one do you want to stand in?"))
    return (
        f'<div class="stage several" role="status"><p class="what">{ask}</p><ul>{rows}</ul></div>'
    )


def listed(lines: Iterable[str]) -> str:
    """Sentences, one below the other; nothing where there is none."""
    rows = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{rows}</ul>" if rows else ""


def frame(key: str | None, words: Words = ENGLISH) -> str:
    """The viewer on one scene, or words on how to come by one."""
    if key is None:
        return idle(
            words("No scene is open. Create one, bring a photo, or choose one in the library.")
        )
    title = escape(words("The scene"), quote=True)
    return (
        f'<iframe class="viewer" title="{title}" src="viewer/?scene=../{address(key)}/'
        f'&amp;lang={words.code}" allow="xr-spatial-tracking; fullscreen; gyroscope; '
        'accelerometer; clipboard-write"></iframe>'
    )


def facts(pairs: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """Names and values in two columns."""
    rows = "".join(
        f"<div><dt>{escape(words(name))}</dt><dd>{escape(str(value))}</dd></div>"
        for name, value in pairs.items()
        if value not in (None, "")
    )
    return f'<dl class="facts">{rows}</dl>' if rows else ""


def scorecard(findings: Iterable[tuple[str, str, str, bool | None]]) -> str:
    """What an inspection found, a line for each figure: name, value, meaning, verdict."""
    rows = "".join(
        f'<div class="{_VERDICTS[good][1]}"><dt><i>{_VERDICTS[good][0]}</i> '
        f"{escape(name.capitalize())}</dt><dd><b>{escape(value)}</b> {escape(meaning)}</dd></div>"
        for name, value, meaning, good in findings
    )
    return f'<dl class="facts scorecard">{rows}</dl>'


def address(key: str) -> str:
    """Where a scene's files are, seen from the app's page."""
    return f"scenes/{quote(key, safe='')}"


def size(count: int) -> str:
    """Bytes as people read them."""
    if count < 1_000_000:
        return f"{max(count / 1000, 0.1):.1f} kB" if count < 100_000 else f"{count // 1000} kB"
    return f"{count / 1e6:.1f} MB"


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    whole = round(seconds)
    if whole < 60:
        return f"{max(whole, 1)} s"
    return f"{whole // 60} min {whole % 60:02d} s"
