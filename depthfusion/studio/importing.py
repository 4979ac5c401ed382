"""A photo, with a depth file or without, becomes a scene."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from depthfusion.io.atomic import StrPath
from depthfusion.io.depth_files import read_depth
from depthfusion.io.images import PIXEL_LIMIT, PanoramaPhoto, lay_photo
from depthfusion.io.photo_files import PhotoFile
from depthfusion.io.photo_reading import Reading, read_photo_kind
from depthfusion.io.scene_folder import staged_scene
from depthfusion.scene.build import build_scene
from depthfusion.studio.carriers import import_carrier, recipe_note
from depthfusion.studio.depth_sources import Source, SourcedDepth, choose_source, estimated
from depthfusion.studio.fillers import filler_of
from depthfusion.studio.finishing import GLB_NAME, finish
from depthfusion.studio.import_options import ImportOptions
from depthfusion.studio.levelling import levelled
from depthfusion.studio.measured import join, of_left_eye
from depthfusion.studio.memory import affordable_width, free_memory
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.recipe import options_in_force
from depthfusion.studio.recognising import is_ours, open_source, wanted
from depthfusion.studio.room import head_box_notes
from depthfusion.studio.scaling import with_camera_height
from depthfusion.studio.stages import Stages
from depthfusion.types import Progress, Scene, SceneInfo, silent


def import_photo(
    photo: StrPath,
    out: StrPath,
    options: ImportOptions | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Make a scene of a photo: the folder of DESIGN.md section 4, with scene.glb.

    Parameters
    ----------
    photo : a photo of any kind that `recognise` knows, a folder with a cube map's six faces, or a
        file that carries a scene or how one was made.
    out : the scene's folder; a scene that is there already is replaced.
    options : the defaults where absent.
    progress : told each stage; may raise `Cancelled`, and then nothing has changed on disk.

    Raises
    ------
    InputError
        A file can't be read, doesn't fit, has no depth, or `out` can't be written; nothing has
        changed on disk.
    """
    options = options or ImportOptions()
    source, place = Path(photo), Path(out)
    if is_ours(source):
        return import_carrier(source, place, options, progress)
    opened = open_source(source, options)
    reading = read_photo_kind(opened, wanted(options))
    origin, why = choose_source(source, reading.kind == "stereo", options)
    filler, who_fills = filler_of(options.scene)
    stages = Stages(progress)
    with staged_scene(place) as folder:
        with stages.stage("Reading the photo"):
            picture = _read(opened, reading, options)
        found = _with_depth(picture, reading, origin, options, stages)
        found = with_camera_height(found, options)
        with stages.stage("Building layers", steps=True) as inside:
            layered = build_scene(found.panorama, options.scene, inside, filler=filler)
        info = _info(source, found, options, stages)
        facts = finish(folder, Scene(info, found.panorama, layered), stages, options.mesh)
    notes = [*found.notes, *recipe_note(source)]
    notes += head_box_notes(options.scene.head_box, layered, facts["head_box"])
    facts = {"photo": reading.kind, "depth": origin, **found.facts, **facts}
    chosen = {} if origin == "file" else {"depth": why}
    if who_fills:
        chosen["fill"] = who_fills
    paths = {"scene": place, "glb": place / GLB_NAME}
    return Outcome(paths, stages.seconds, chosen, notes, facts)


def _read(opened: PhotoFile, reading: Reading, options: ImportOptions) -> PanoramaPhoto:
    limit = options.pixel_limit or PIXEL_LIMIT
    reading, said = levelled(opened, reading, options)
    afforded = affordable_width(free_memory())
    width = int(min(options.max_width, afforded))
    picture = lay_photo(opened, reading, max_width=width, pixel_limit=limit)
    if afforded < min(options.max_width, reading.placement.panorama_width):
        said.append(f"{width} wide is what the free memory of this machine is enough for")
    return replace(picture, notes=(*picture.notes, *said))


def _with_depth(
    picture: PanoramaPhoto,
    reading: Reading,
    origin: Source,
    options: ImportOptions,
    stages: Stages,
) -> SourcedDepth:
    if origin == "file" and options.depth is not None:
        return _from_file(picture, options.depth, reading.layout, options, stages)
    found = estimated(origin, picture, options, stages)
    return replace(found, notes=(*picture.notes, *found.notes))


def _from_file(
    picture: PanoramaPhoto, depth: Path, layout: str, options: ImportOptions, stages: Stages
) -> SourcedDepth:
    kind = options.depth_kind or "distance"
    with stages.stage("Reading the depth"):
        measured = read_depth(
            depth,
            kind,
            metres_per_step=options.metres_per_step,
            pixel_limit=options.pixel_limit or PIXEL_LIMIT,
            invert=options.invert_depth,
            unit=options.depth_scale,
        )
        measured = of_left_eye(measured, picture.placement, layout)
        panorama, notes = join(picture, measured, options.reach, options.missing)
    if options.depth_kind is None:
        notes.append(f"{depth.name} was taken as distance along the ray; --depth-kind says else")
    affine = panorama.scale == "relative" and measured.kind == "inverse"
    how = f"{depth.name} read as {kind}"
    return SourcedDepth(panorama, "file", how, tuple(notes), affine=affine)


def _info(photo: Path, found: SourcedDepth, options: ImportOptions, stages: Stages) -> SceneInfo:
    asked = options_in_force(options, "title")
    in_force: dict[str, Any] = {"photo": photo.name, **asked, "depth_source": found.source}
    if found.notes:
        in_force["notes"] = list(found.notes)
    spent = [
        name for name in stages.seconds if name not in ("Reading the photo", "Building layers")
    ]
    return SceneInfo(
        title=(options.title or photo.stem)[:200],
        engine="import",
        model=found.model,
        revision=found.revision,
        licence=found.licence,
        options=in_force,
        made={
            "rgb.png": f"the photo {photo.name}; {stages.took('Reading the photo')}",
            "distance.png": f"{found.how}; {stages.took(*spent)}",
        },
    )
