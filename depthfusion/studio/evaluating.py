"""Evaluation as papers do it: depth against truth, and panoramas by themselves or as a set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from depthfusion.io.atomic import StrPath
from depthfusion.io.depth_files import read_depth
from depthfusion.io.images import PHOTO_SUFFIXES, read_rgb
from depthfusion.io.scene_folder import is_scene, load_scene
from depthfusion.studio.depth_scores import depth_scores
from depthfusion.studio.evaluation_options import DepthEvaluation, PanoramaEvaluation
from depthfusion.studio.import_options import DepthKind
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.panorama_scores import closing_scores
from depthfusion.studio.stages import Stages
from depthfusion.types import InputError, Progress, silent
from depthfusion.types.arrays import Float32, UInt8


def evaluate_depth(
    predicted: StrPath,
    truth: StrPath,
    options: DepthEvaluation | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Compare a depth map, or a scene's, with the truth; see `depth_scores`.

    Raises
    ------
    InputError
        A file can't be read, holds z-depth of a panorama, or both have too little in common.
    """
    options = options or DepthEvaluation()
    stages = Stages(progress)
    with stages.stage("Reading the depth"):
        inverse, notes = _inverse(Path(predicted), options.kind)
        true, more = _inverse(Path(truth), options.truth_kind)
    with stages.stage("Comparing"), np.errstate(divide="ignore"):
        scores = depth_scores(inverse, (1 / true).astype(np.float32), options.alignment)
    facts = {**scores.as_json(), "alignment": options.alignment}
    return Outcome({}, stages.seconds, {}, [*notes, *more], facts)


def _inverse(path: Path, kind: DepthKind) -> tuple[Float32, tuple[str, ...]]:
    """Inverse distance, 0 is sky, NaN not measured."""
    if is_scene(path):
        return (1 / load_scene(path).panorama.distance).astype(np.float32), ()
    if kind == "z":
        raise InputError("depth kind z is along one optical axis, and a panorama has none")
    read = read_depth(path, kind)
    if read.kind == "inverse":
        return read.values.astype(np.float32), read.notes
    with np.errstate(divide="ignore"):
        values = np.where(read.values == 0, np.nan, 1 / read.values)
    return values.astype(np.float32), read.notes


def evaluate_panoramas(
    pictures: Sequence[StrPath],
    options: PanoramaEvaluation | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Score panoramas: seam and poles of each; FID, IS and CLIP similarity of all, where asked.

    Parameters
    ----------
    pictures : panoramas, scenes, or folders of panoramas.

    Raises
    ------
    InputError
        A picture can't be read or is no panorama, or what was asked for lacks its extra or weights.
    """
    options = options or PanoramaEvaluation()
    found = _pictures(pictures)
    stages = Stages(progress)
    each, shown = {}, []
    with stages.stage("Scoring seams and poles") as inside:
        for number, path in enumerate(found):
            inside("", number / len(found))
            rgb, distance = _panorama(path)
            each[path.name] = said = closing_scores(rgb).as_json()
            if distance is not None:
                said["depth"] = closing_scores(_as_picture(distance)).as_json()  # type: ignore[assignment]
            shown.append(rgb)
    facts: dict[str, Any] = {"pictures": len(found), "closing": each}
    if options.inception or options.against or options.clip:
        with stages.stage("Comparing pictures") as inside:
            facts |= _statistics(shown, options, inside)
    return Outcome({}, stages.seconds, {}, [], facts)


def _statistics(
    shown: list[UInt8], options: PanoramaEvaluation, progress: Progress
) -> dict[str, Any]:
    from depthfusion.generation import likeness

    facts: dict[str, Any] = {}
    if options.inception or options.against:
        if options.against is None and len(shown) < 2:
            raise InputError("an inception score needs two pictures or more; give a folder of them")
        real = [read_rgb(path) for path in _pictures([options.against])] if options.against else []
        facts |= likeness.inception_scores(shown, real, progress)
    if options.clip:
        if len(options.prompts) not in (1, len(shown)):
            raise InputError(
                f"CLIP similarity needs one --prompt for all pictures or one for each; got "
                f"{len(options.prompts)} for {len(shown)}"
            )
        prompts = options.prompts * (len(shown) if len(options.prompts) == 1 else 1)
        facts["clip"] = round(likeness.clip_similarity(shown, prompts, options.clip, progress), 3)
    return facts


def _pictures(given: Sequence[StrPath]) -> list[Path]:
    found: list[Path] = []
    for path in map(Path, given):
        if path.is_dir() and not is_scene(path):
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in PHOTO_SUFFIXES)
            if not inside:
                raise InputError(f"{path} holds no pictures")
            found += inside
        else:
            found.append(path)
    if not found:
        raise InputError("name a panorama, a scene, or a folder of panoramas")
    return found


def _panorama(path: Path) -> tuple[UInt8, Float32 | None]:
    if is_scene(path):
        panorama = load_scene(path).panorama
        return panorama.rgb, panorama.distance
    return read_rgb(path), None


def _as_picture(distance: Float32) -> Float32:
    """Inverse distance as a picture of 0 … 255, [H, W, 1]."""
    inverse = 1 / distance
    return (255 * inverse / inverse.max())[..., None]
