"""Tasks that take something away from a scene: films, stills, files, and its scorecard."""

from pathlib import Path
from typing import Any

from app.tasks.bench import Arguments, Bench, Result, Show, told
from depthfusion.types import InputError, Progress

FILMS: dict[str, dict[str, Any]] = {
    "720p": {"size": (1280, 720)},
    "1080p": {"size": (1920, 1080)},
    "upright": {"size": (1080, 1920)},
    "3d": {"size": (1920, 1080), "layout": "lr"},
    "360": {"projection": "equirectangular"},
    "360-tb": {"projection": "ods"},
    "vr180": {"projection": "vr180"},
}
"""Kind of film → its options."""

STILLS: dict[str, tuple[str, dict[str, Any]]] = {
    "pair": ("_LR", {"layout": "lr", "size": (1920, 1080)}),
    "anaglyph": ("_anaglyph", {"layout": "anaglyph", "size": (1920, 1080)}),
}
"""Kind of flat picture for two eyes → the end of its name, and its options."""

ENDINGS = {
    "panorama": "_360", "stereo": "_360_TB", "vr180": "_180_LR", "headset": "_headset",
    "scene": "",
}  # fmt: skip
"""Kind of export → the end of its name; players of 360° pictures go by it."""


def film(bench: Bench, given: Arguments, progress: Progress, show: Show) -> Result:
    """A move through a scene becomes an MP4 in its exports."""
    scene, studio = bench.own(given.get("scene")), bench.studio
    kind, move = one_of(FILMS, given["kind"], "film"), str(given["path"])
    own = scene.folder / "paths" / f"{move}.json"
    options = studio.VideoOptions(
        path=str(own) if own.is_file() else move,
        seconds=given.get("seconds") or None,
        fps=given.get("fps") or 30,
        **FILMS[kind],
    )
    out = scene.folder / "exports" / f"{film_name(studio, move, kind, options)}.mp4"
    outcome = studio.video(scene.folder, out, options, progress=progress)
    result = told(outcome)
    if comfort := outcome.facts.get("comfort"):
        result["notes"].append(comfort["words"])
    return {"scene": scene.key, "file": f"exports/{out.name}", **result}


def film_name(studio: Any, move: str, kind: str, options: Any) -> str:
    """What players know the film by."""
    if kind in ("720p", "1080p", "upright"):
        return f"{move}-{kind}"
    projection = getattr(options, "projection", "perspective")
    ends = {"equirectangular": "_360", "ods": "_360_TB", "vr180": "_180_LR"}
    return f"{move}{ends.get(projection, '_LR')}"


def still(bench: Bench, given: Arguments, progress: Progress, show: Show) -> Result:
    """A picture for two eyes, in the scene's exports."""
    scene, studio = bench.own(given.get("scene")), bench.studio
    ending, options = STILLS[one_of(STILLS, given["kind"], "still")]
    out = scene.folder / "exports" / f"scene{ending}.png"
    pair = studio.StereoOptions(**options)
    outcome = studio.stereo(scene.folder, out, pair, progress=progress)
    return {"scene": scene.key, "file": f"exports/{out.name}", **told(outcome)}


def export(bench: Bench, given: Arguments, progress: Progress, show: Show) -> Result:
    """A scene is written for other programs, into its exports."""
    scene, studio = bench.own(given.get("scene")), bench.studio
    suffix, kind = str(given["suffix"]), given.get("kind") or None
    if suffix not in {row.suffix for row in studio.FORMATS}:
        known = ", ".join(dict.fromkeys(row.suffix for row in studio.FORMATS))
        raise InputError(f"there is no format {suffix}; there are {known}")
    out = scene.folder / "exports" / export_name(suffix, kind)
    options = studio.ExportOptions(**({"kind": kind} if kind else {}))
    outcome = studio.export(scene.folder, out, options, progress=progress)
    return {"scene": scene.key, "file": f"exports/{out.name}", **told(outcome)}


def export_name(suffix: str, kind: str | None) -> str:
    """What an export is called in the scene's folder."""
    return f"scene{ENDINGS.get(kind, f'-{kind}')}{suffix}" if kind else f"scene{suffix}"


def inspect(bench: Bench, given: Arguments, progress: Progress, show: Show) -> Result:
    """A scene's scorecard."""
    scene = bench.scene(given.get("scene"))
    found = bench.studio.inspect(scene.folder, progress)
    return {
        "scene": scene.key,
        "findings": [[f.name, f.value, f.meaning, f.good] for f in found.findings],
    }


def one_of(known: Any, word: Any, what: str) -> str:
    """`word`, where it is one of those known.

    Raises
    ------
    InputError
        It is not; the sentence names them.
    """
    if word not in known:
        raise InputError(f"there is no {what} {word!r}; there are {', '.join(known)}")
    return str(word)


def own_moves(folder: Path) -> list[str]:
    """The camera paths that were drawn in the viewer and kept with the scene."""
    return sorted(file.stem for file in (folder / "paths").glob("*.json"))
