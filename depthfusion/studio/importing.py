"""A photo and its depth file become a scene."""

from pathlib import Path
from typing import Any

from depthfusion.io.atomic import StrPath
from depthfusion.io.depth_files import read_depth
from depthfusion.io.images import PIXEL_LIMIT, read_panorama_rgb
from depthfusion.io.scene_folder import staged_scene
from depthfusion.scene.build import build_scene
from depthfusion.studio.finishing import GLB_NAME, finish
from depthfusion.studio.measured import depth_needed, join
from depthfusion.studio.options import ImportOptions
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.recipe import options_in_force
from depthfusion.studio.room import head_box_notes
from depthfusion.studio.stages import Stages
from depthfusion.types import Progress, RGBDPanorama, Scene, SceneInfo, silent


def import_photo(
    photo: StrPath,
    out: StrPath,
    options: ImportOptions | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Make a scene of a photo and its depth: the folder of DESIGN.md section 4, with scene.glb.

    Parameters
    ----------
    photo : JPEG, PNG or WebP, 2:1 unless `options.fit`.
    out : the scene's folder; a scene that is there already is replaced.
    options : the defaults where absent; but `depth` is needed.
    progress : told each stage; may raise `Cancelled`, and then nothing has changed on disk.

    Raises
    ------
    InputError
        A file can't be read, doesn't fit, or `out` can't be written; nothing has changed on disk.
    """
    options = options or ImportOptions()
    source, place = Path(photo), Path(out)
    if options.depth is None:
        raise depth_needed(source)
    stages = Stages(progress)
    with staged_scene(place) as folder:
        panorama, notes = _read(source, options.depth, options, stages)
        with stages.stage("Building layers", steps=True) as inside:
            layered = build_scene(panorama, options.scene, inside)
        info = _info(source, options.depth, options, notes, stages)
        facts = finish(folder, Scene(info, panorama, layered), stages, options.mesh)
    notes += head_box_notes(options.scene.head_box, layered, facts["head_box"])
    return Outcome({"scene": place, "glb": place / GLB_NAME}, stages.seconds, {}, notes, facts)


def _read(
    photo: Path, depth: Path, options: ImportOptions, stages: Stages
) -> tuple[RGBDPanorama, list[str]]:
    limit = options.pixel_limit or PIXEL_LIMIT
    with stages.stage("Reading the photo"):
        picture = read_panorama_rgb(
            photo, fit=options.fit, max_width=options.max_width, pixel_limit=limit
        )
    with stages.stage("Reading the depth"):
        measured = read_depth(
            depth,
            options.depth_kind or "distance",
            metres_per_step=options.metres_per_step,
            pixel_limit=limit,
        )
        panorama, notes = join(picture, measured, options.reach, options.missing)
    if options.depth_kind is None:
        notes.append(f"{depth.name} was taken as distance along the ray; --depth-kind says else")
    return panorama, notes


def _info(
    photo: Path, depth: Path, options: ImportOptions, notes: list[str], stages: Stages
) -> SceneInfo:
    in_force: dict[str, Any] = {"photo": photo.name, **options_in_force(options, "title")}
    if notes:
        in_force["notes"] = notes
    kind = options.depth_kind or "distance"
    return SceneInfo(
        title=(options.title or photo.stem)[:200],
        engine="import",
        options=in_force,
        made={
            "rgb.png": f"the photo {photo.name}; {stages.took('Reading the photo')}",
            "distance.png": f"{depth.name} read as {kind}; {stages.took('Reading the depth')}",
        },
    )
