"""Where a photo's depth comes from: a file, its two eyes, a model, or geometry alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from depthfusion.io.images import PanoramaPhoto
from depthfusion.io.recipes import take_recipe
from depthfusion.studio.import_options import ImportOptions
from depthfusion.studio.stages import Stages
from depthfusion.types import InputError, Progress, RGBDPanorama
from depthfusion.types.arrays import UInt8

Source = Literal["file", "stereo", "model", "prior"]
STAGE_OF: Mapping[Source, str] = {
    "file": "Reading the depth",
    "stereo": "Matching the eyes",
    "model": "Estimating the depth",
    "prior": "Fitting floor and walls",
}


@dataclass(frozen=True, eq=False)
class SourcedDepth:
    """A panorama with distance, and where the distance came from.

    Parameters
    ----------
    panorama : colour and distance.
    source : "file", "stereo", "model" or "prior".
    how : the words for scene.json that say how the distance came about.
    notes : sentences for the person.
    model, revision, licence : of the model, where there was one.
    facts : JSON values for the outcome: confidence, range, …
    floor : height of the camera over the floor in the panorama's unit, where the source knows it.
    affine : inverse distance is known up to factor and shift only, so a known floor may fit both.
    """

    panorama: RGBDPanorama
    source: Source
    how: str
    notes: tuple[str, ...] = ()
    model: str | None = None
    revision: str | None = None
    licence: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    floor: float | None = None
    affine: bool = False


def choose_source(photo: Path, has_two_eyes: bool, options: ImportOptions) -> tuple[Source, str]:
    """Say where a photo's depth will come from, and why.

    Parameters
    ----------
    photo : for the message.
    has_two_eyes : it holds a left and a right 360° picture.
    options : what was asked for.

    Raises
    ------
    InputError
        There is nothing to take it from; the sentence names the choices.
    """
    if options.depth is not None:
        return "file", f"the depth file {options.depth.name}"
    wanted = options.depth_source
    if wanted == "stereo" and not has_two_eyes:
        raise InputError(
            f"{photo} doesn't hold two 360° eyes; say --layout tb or lr where it does, or take its "
            "depth from elsewhere (--depth FILE, --depth-source model, or prior)"
        )
    if wanted in ("stereo", "prior"):
        return wanted, f"{wanted} was asked for"
    if wanted == "auto" and has_two_eyes and not options.depth_model:
        return "stereo", "the photo's two eyes"
    present = _model_at_hand(options.depth_model)
    if wanted == "model" or present or options.depth_model:
        return "model", f"the model {present or options.depth_model or 'for depth'}"
    raise depth_needed(photo)


def depth_needed(photo: Path) -> InputError:
    """Say that a photo alone has no depth and the ways to one; one of ours has a recipe, too."""
    again = f"; or make its scene again: create --from {photo}" if _came_of_words(photo) else ""
    return InputError(
        f"{photo} has no depth yet: add --depth FILE with --depth-kind distance (metres along the "
        f"ray), inverse (0 to 1, 1 nearest) or z (along the optical axis); or {_how_to_get()} "
        "to have it estimated; or --depth-source prior for floor, walls and sky by geometry alone"
        f"{again}"
    )


def _came_of_words(photo: Path) -> bool:
    """Whether a picture is one of ours and tells the words that it was made of."""
    try:
        recipe = None if photo.is_dir() else take_recipe(photo)
    except InputError:
        return False
    return bool(recipe and recipe.get("prompt"))


def estimated(
    source: Source, picture: PanoramaPhoto, options: ImportOptions, stages: Stages
) -> SourcedDepth:
    """Find the depth of a picture without a file.

    Raises
    ------
    InputError
        The source can't: no model, no second eye, nothing to see.
    """
    with stages.stage(STAGE_OF[source], steps=True) as inside:
        if source == "prior":
            from depthfusion.studio.depth_from_prior import depth_from_prior

            return depth_from_prior(picture.rgb, options, inside)
        if source == "stereo" and picture.right is not None:
            return _from_stereo(picture.rgb, picture.right, options, inside)
        from depthfusion.studio.depth_from_model import depth_from_model

        return depth_from_model(picture.rgb, options, inside)


def _from_stereo(
    left: UInt8, right: UInt8, options: ImportOptions, progress: Progress
) -> SourcedDepth:
    from depthfusion.studio.depth_from_stereo import depth_from_stereo

    return depth_from_stereo(left, right, options, progress)


def _model_at_hand(name: str | None) -> str | None:
    from depthfusion.studio.depth_from_model import model_at_hand

    return model_at_hand(name)


def _how_to_get() -> str:
    from depthfusion.studio.depth_from_model import HOW_TO_GET

    return HOW_TO_GET
