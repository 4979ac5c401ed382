"""What films and stereo pictures tell players: boxes and tags inside, a name outside."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from depthfusion.io.film_tags import tag
from depthfusion.io.mp4 import Box, rewrite_index
from depthfusion.io.recipes import film_words
from depthfusion.io.spherical import Spherical, make_spherical
from depthfusion.io.xmp import SphereView
from depthfusion.rendering.stereo import StereoOptions
from depthfusion.studio.options import VideoOptions
from depthfusion.studio.recipe import options_in_force

_LAYOUTS = {"lr": "_LR", "tb": "_TB"}


def spherical(options: VideoOptions) -> Spherical | None:
    """How a film lies on the sphere; `None` for a flat one. Anaglyphs are one view, in colours."""
    if options.projection == "perspective":
        return None
    layout: Any = options.eyes if options.eyes in _LAYOUTS else "mono"
    half = options.projection == "vr180"
    return Spherical(layout, half, half and options.lens == "fisheye")


def film_recipe(recipe: Mapping[str, Any], options: VideoOptions) -> dict[str, Any]:
    """A scene's recipe, and how it was filmed; of a file of keyframes only the name."""
    film = options_in_force(options)
    return {**recipe, "film": {**film, "path": Path(options.path).name}}


def film_finish(recipe: Mapping[str, Any], options: VideoOptions) -> Callable[[Path], None]:
    """What is done to an encoded film last: the recipe, and what makes players wrap it round."""
    changes = [tag(film_words(film_recipe(recipe, options)))]
    lies = spherical(options)
    if lies is not None:
        changes.append(make_spherical(lies))

    def change(index: Box) -> None:
        for one in changes:
            one(index)

    def finish(partial: Path) -> None:
        rewrite_index(partial, change)

    return finish


def picture_view(options: StereoOptions) -> SphereView | None:
    """What GPano can say of a pair: nothing of two eyes in one picture, which it doesn't know."""
    if options.projection == "perspective" or options.layout != "anaglyph":
        return None
    width, height = options.eye_size
    return SphereView(width, height, width if options.projection == "ods" else 2 * width)


def player_suffix(projection: str, layout: str = "mono", lens: str = "equirectangular") -> str:
    """How the name of a file should end for players that go by names.

    Parameters
    ----------
    projection : "perspective", "equirectangular", "ods" or "vr180".
    layout : "mono", "lr", "tb" or "anaglyph".
    lens : "equirectangular" or "fisheye".

    Returns
    -------
    "_360", "_360_TB", "_180_LR", "_F180_LR" for a fisheye, … and nothing for what is flat.
    """
    if projection == "perspective":
        return ""
    around = "_360"
    if projection == "vr180":
        around = "_F180" if lens == "fisheye" else "_180"
    return around + _LAYOUTS.get(layout, "")


def player_name(
    stem: str, projection: str, layout: str = "mono", lens: str = "equirectangular"
) -> str:
    """A file's name, without extension, by which players know what it is.

    Parameters
    ----------
    stem : the name; left as it is where it ends as it should.
    projection, layout, lens : as for `player_suffix`.
    """
    suffix = player_suffix(projection, layout, lens)
    return stem if stem.lower().endswith(suffix.lower()) else stem + suffix


def name_notes(
    out: Path, projection: str, layout: str, lens: str, inside: bool = True
) -> list[str]:
    """Say how to call a file, where players that go by names would not know it by this one."""
    better = player_name(out.stem, projection, layout, lens)
    if better == out.stem:
        return []
    known = "the file says inside how it is shown; " if inside else ""
    return [f"{known}players that go by names know it as {better}{out.suffix}"]
