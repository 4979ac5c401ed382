"""Tasks that make a scene: from words, from words four times over, from a photo."""

import secrets
from pathlib import Path
from typing import Any

from app.tasks.bench import Arguments, Bench, Result, Show, told
from app.tasks.diffusing import diffusing
from depthfusion.types import InputError, Progress

VARIATIONS = 4
UNSAID = (None, "", 0)
"""What a field holds of which nothing was said; Gradio's fields of numbers begin with 0."""
BUILT = ("lean", "method", "sharpen", "fill")
TAKEN = (
    "depth_kind", "near", "far", "layout", "fit", "projection", "depth_source", "camera_height",
    "ipd", "level", "invert_depth", "hfov_deg",
)  # fmt: skip
"""Arguments of `bring` that are options of an import under the same name."""


def create(bench: Bench, given: Arguments, progress: Progress, show: Show) -> Result:
    """Words become a scene in the library."""
    studio, words = bench.studio, prompt_of(given)
    out = studio.new_scene_folder(words, bench.shelf.folder)
    options = creation(studio, given)
    outcome = studio.create(words, out, options, progress=progress, preview=show)
    return {"scenes": [out.name], **told(outcome)}


def variations(bench: Bench, given: Arguments, progress: Progress, show: Show) -> Result:
    """The same words become four scenes by four seeds."""
    studio, words = bench.studio, prompt_of(given)
    if given.get("seed") is None:
        given = {**given, "seed": secrets.randbelow(2**31 - VARIATIONS)}
    options = creation(studio, given)
    place = studio.new_scene_folder(words, bench.shelf.folder)
    out = place.with_name(f"{place.name}-{secrets.token_hex(2)}")  # the four are numbered
    outcomes = studio.create_variations(
        words, out, VARIATIONS, options, progress=progress, preview=show
    )
    scenes = [outcome.paths["scene"].name for outcome in outcomes]
    return {**told(outcomes[0]), "scenes": scenes}


def prompt_of(given: Arguments) -> str:
    """The words that were given, on one line."""
    return " ".join(str(given.get("words") or "").split())


def creation(studio: Any, given: Arguments) -> Any:
    """The options of a creation."""
    width = int(given.get("width") or studio.CreateOptions.width)
    plain = ("model", "seed", "negative", "steps", "guidance", "strength", "engine")
    chosen = {name: given[name] for name in plain if given.get(name) not in (None, "")}
    if given.get("film") is False:
        chosen["preview"] = None
    if given.get("init"):
        chosen["init"] = Path(given["init"])
    return studio.CreateOptions(
        width=width, height=width // 2, **chosen, **diffusing(given), **built(studio, given),
        **meshed(studio, given),
    )  # fmt: skip


def built(studio: Any, given: Arguments) -> dict[str, Any]:
    """How the place is built, where anything was said about it."""
    names = {"lean": "head_box", "method": "method", "sharpen": "sharpen", "fill": "fill"}
    chosen = {names[name]: given[name] for name in BUILT if given.get(name) not in UNSAID}
    return {"scene": studio.SceneOptions(**chosen)} if chosen else {}


def meshed(studio: Any, given: Arguments) -> dict[str, Any]:
    """How finely it is meshed, where anything was said about it."""
    detail = given.get("detail")
    return {"mesh": studio.MeshOptions.chosen(detail)} if detail else {}


def bring(bench: Bench, given: Arguments, progress: Progress, show: Show) -> Result:
    """A photo, with depth or without, becomes a scene in the library."""
    studio = bench.studio
    if not given.get("photo"):
        raise InputError("drop a photo first")
    photo = Path(given["photo"])
    options = importing(studio, given)
    out = studio.new_scene_folder(photo.stem, bench.shelf.folder)
    outcome = studio.import_photo(photo, out, options, progress=progress)
    return {"scenes": [out.name], **told(outcome)}


def importing(studio: Any, given: Arguments) -> Any:
    """The options of an import; also what `recognise` is asked with, before anything runs."""
    chosen = {name: given[name] for name in TAKEN if given.get(name) not in (*UNSAID, "auto")}
    depth = given.get("depth")
    if depth:
        chosen["depth"] = Path(depth)
    else:
        chosen.pop("depth_kind", None)
    return studio.ImportOptions(**chosen, **built(studio, given), **meshed(studio, given))
