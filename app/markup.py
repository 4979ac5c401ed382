"""The app's own pieces of HTML. All text that comes from people or files passes `escape`."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.jobs import Snapshot
from app.shelf import Found, day

HEADER = """
<div class="masthead">
  <svg viewBox="0 0 32 32" aria-hidden="true"><g fill="none" stroke-linecap="round"
    stroke-width="2.4"><path class="near" d="M5 16a11 11 0 0 0 22 0"/><path class="mid"
    d="M8.2 12.600a8.4 8.4 0 0 1 15.6 0"/><path class="far" d="M12 8.600a6 6 0 0 1 8 0"/></g>
    <circle cx="16" cy="16.5" r="2.8"/></svg>
  <h1>DepthFusion</h1>
</div>"""

_VERDICTS = {True: ("✓", "good"), False: ("✗", "bad"), None: ("·", "plain")}

RINGS = (Path(__file__).parent / "static" / "rings.svg").read_text("utf-8")
"""A place from above: outlines of what is near, farther and far, round the one who looks."""


def idle(words: str) -> str:
    """What stands where nothing has happened yet."""
    return f'<div class="stage idle">{RINGS}<p>{escape(words)}</p></div>'


def progress(now: Snapshot) -> str:
    """How a job stands, before its end."""
    if now.state == "waiting":
        jobs = "1 job goes" if now.ahead == 1 else f"{now.ahead} jobs go"
        return _moving("Waiting", f"{jobs} first" if now.ahead else "begins at once", None)
    spent = duration(now.elapsed)
    left = "" if now.left is None else f" · about {duration(now.left)} left"
    share = now.fraction if now.overall is None else now.overall
    if now.stopping:
        return _moving("Stopping", "at the next safe moment", None)
    return _moving(now.stage, spent + left, share)


def _moving(what: str, detail: str, share: float | None) -> str:
    percent = None if share is None else round(100 * share)
    value = "" if percent is None else f'aria-valuenow="{percent}"'
    bar = '<i class="unknown"></i>' if percent is None else f'<i style="width:{percent}%"></i>'
    return (
        f'<div class="stage busy"><p class="what">{escape(what)}</p>'
        f'<div class="bar" role="progressbar" aria-label="{escape(what)}" aria-valuemin="0" '
        f'aria-valuemax="100" {value}>{bar}</div><p class="detail">{escape(detail)}</p></div>'
    )


def ended(title: str, lines: Iterable[str] = (), kind: str = "calm") -> str:
    """How a job ended: `calm`, or `warn` with what to do about it."""
    rows = "".join(f"<li>{escape(line)}</li>" for line in lines)
    role = "alert" if kind == "warn" else "status"
    notes = f"<ul>{rows}</ul>" if rows else ""
    return (
        f'<div class="stage {kind}" role="{role}"><p class="what">{escape(title)}</p>{notes}</div>'
    )


def made(scene: Found, seconds: float, notes: Iterable[str]) -> str:
    """A scene that has just come about."""
    rows = "".join(f"<li>{escape(line)}</li>" for line in notes)
    return (
        f'<div class="stage made" role="status"><img src="{address(scene.key)}/thumbnail.webp" '
        f'alt=""><p class="what">{escape(scene.title)}</p><p class="detail">Made in '
        f"{duration(seconds)}; it is open under Look.</p>"
        + (f"<ul>{rows}</ul>" if rows else "")
        + "</div>"
    )


def frame(key: str | None) -> str:
    """The viewer on one scene, or words on how to come by one."""
    if key is None:
        return idle("No scene is open. Create one, bring a photo, or choose one in the library.")
    return (
        f'<iframe class="viewer" title="The scene" src="viewer/?scene=../{address(key)}/" '
        'allow="xr-spatial-tracking; fullscreen; gyroscope; accelerometer"></iframe>'
    )


def takeaways(scene: Found | None) -> str:
    """What can be had of a scene, each with its size and what it is for."""
    if scene is None:
        return idle("No scene is open. Choose one in the library first.")
    rows = "".join(
        f'<li><a href="{escape(kept.address, quote=True)}" download><b>{escape(kept.label)}</b>'
        f"<span>{escape(kept.purpose)}</span><em>{size(kept.bytes)}</em></a></li>"
        for kept in scene.kept
    )
    return (
        f'<div class="takeaways"><h2>{escape(scene.title)}</h2><ul>{rows}</ul>'
        f"{facts(scene.facts)}</div>"
    )


def cards(scenes: Iterable[Any]) -> str:
    """Every scene (a `studio.SceneEntry`) as a picture to press."""
    rows = "".join(_card(scene) if scene.problem is None else _damaged(scene) for scene in scenes)
    if not rows:
        return idle("The library is empty. Scenes that you make are kept here.")
    return f'<ul class="cards">{rows}</ul>'


def _card(scene: Any) -> str:
    how = {"import": "from a photo"}.get(scene.engine, scene.engine)
    caption = " · ".join(part for part in (how, day(scene.created)) if part)
    picture = f'<img src="{address(scene.name)}/thumbnail.webp" alt="" loading="lazy">'
    return (
        f'<li><button type="button" data-scene="{escape(scene.name, quote=True)}">'
        f"{picture if scene.thumbnail else '<i></i>'}"
        f"<b>{escape(scene.title)}</b><span>{escape(caption)}</span></button></li>"
    )


def _damaged(scene: Any) -> str:
    return (
        f'<li class="damaged"><i></i><b>{escape(scene.title)}</b>'
        f"<span>{escape(scene.problem)}</span></li>"
    )


def library(scenes: Sequence[Any], samples: Sequence[Any]) -> str:
    """Every scene, and those that came with the program under a heading of their own."""
    return cards(scenes) + _headed("Samples to look round in", samples)


def recent(scenes: Sequence[Any], samples: Sequence[Any]) -> str:
    """The newest scenes under a heading; samples as long as there are none."""
    if scenes:
        return _headed("Recent scenes", scenes)
    return _headed("Look round in one of these meanwhile", samples)


def _headed(words: str, scenes: Sequence[Any]) -> str:
    return f'<h2 class="heading">{escape(words)}</h2>{cards(scenes)}' if scenes else ""


def facts(pairs: Mapping[str, Any]) -> str:
    """Names and values in two columns."""
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(str(value))}</dd></div>"
        for name, value in pairs.items()
        if value not in (None, "")
    )
    return f'<dl class="facts">{rows}</dl>' if rows else ""


def scorecard(inspection: Any) -> str:
    """What an inspection (a `studio.Inspection`) found, a line for each figure."""
    rows = "".join(
        f'<div class="{_VERDICTS[finding.good][1]}"><dt><i>{_VERDICTS[finding.good][0]}</i> '
        f"{escape(finding.name.capitalize())}</dt><dd><b>{escape(finding.value)}</b> "
        f"{escape(finding.meaning)}</dd></div>"
        for finding in inspection.findings
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
