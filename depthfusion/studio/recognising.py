"""What a file is and what will be assumed about it, in words, before anything runs."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from depthfusion.io.atomic import StrPath
from depthfusion.io.depth_checks import looks_inverted
from depthfusion.io.depth_files import read_depth
from depthfusion.io.gpano import read_gpano
from depthfusion.io.photo_files import PIXEL_LIMIT, PhotoFile, open_photo
from depthfusion.io.photo_folders import open_cube_folder
from depthfusion.io.photo_reading import Reading, Wanted, read_photo_kind
from depthfusion.io.scene_folder import is_scene
from depthfusion.studio.carriers import carried, recipe_note
from depthfusion.studio.depth_sources import choose_source
from depthfusion.studio.import_options import ImportOptions
from depthfusion.types import InputError

TILT_WORTH_SAYING = 0.017  # radians, a degree
CARRIERS = (".zip", ".glb", ".mp4", ".mov")  # files that can hold a scene or how it was made


@dataclass(frozen=True)
class Question:
    """Something only the person knows.

    Parameters
    ----------
    option : the field of `ImportOptions` that answers it.
    words : the question.
    choices : values and the words for each.
    """

    option: str
    words: str
    choices: tuple[tuple[Any, str], ...]


@dataclass(frozen=True)
class Recognised:
    """What a file is taken for.

    Parameters
    ----------
    kind : "panorama", "cropped", "strip", "half", "photo", "cube", "vr180", "stereo", or "scene":
        something that this program made.
    words : what it is, a sentence.
    layout : "mono", "tb" or "lr".
    projection : "panorama", "cube", "vr180" or "photo".
    width, height : of the file, pixels; 0 for a scene.
    assumed : sentences: what nothing in the file says.
    warnings : sentences: what is odd.
    questions : what the person should say; import goes on without, where `ready`.
    depth : where its depth will come from, or what is lacking; a sentence.
    ready : whether import would run now.
    """

    kind: str
    words: str
    layout: str = "mono"
    projection: str = "panorama"
    width: int = 0
    height: int = 0
    assumed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    questions: tuple[Question, ...] = field(default=())
    depth: str = ""
    ready: bool = True


def recognise(path: StrPath, options: ImportOptions | None = None) -> Recognised:
    """Say what a file is and what import will assume about it; quick, nothing is written.

    Parameters
    ----------
    path : a photo, a folder of a cube map's six faces, a scene, or a file that carries one.
    options : what the person has said so far; a depth file is looked at, too.

    Raises
    ------
    InputError
        Not readable, nothing that is known, or an option contradicts it.
    """
    options = options or ImportOptions()
    source = Path(path)
    if is_ours(source):
        return Recognised("scene", carried(source))
    photo = open_source(source, options)
    reading = read_photo_kind(photo, wanted(options))
    questions, warnings = _fit_question(reading, photo), list(reading.warnings)
    told, ready = _depth(source, reading, options, questions, warnings)
    warnings += _tilt(photo, options)
    return Recognised(
        kind=reading.kind,
        words=f"{source.name} is {reading.words}" if reading.kind == "panorama" else reading.words,
        layout=reading.layout,
        projection=_projection(reading),
        width=photo.width,
        height=photo.height,
        assumed=(
            *(words for words in reading.assumed if words not in reading.words),
            *recipe_note(source),
        ),
        warnings=tuple(warnings),
        questions=tuple(questions),
        depth=told,
        ready=ready and reading.needs_fit is None,
    )


def is_ours(source: Path) -> bool:
    """Whether a file or folder carries a scene, or how one was made, and is no photo."""
    return source.suffix.lower() in CARRIERS or (source.is_dir() and is_scene(source))


def open_source(source: Path, options: ImportOptions) -> PhotoFile:
    """Open a photo, or six faces in a folder.

    Raises
    ------
    InputError
        Not readable, or nothing that is known.
    """
    limit = options.pixel_limit or PIXEL_LIMIT
    if source.is_dir():
        return open_cube_folder(source, pixel_limit=limit)
    return open_photo(source, pixel_limit=limit)


def wanted(options: ImportOptions) -> Wanted:
    """What the options say about how the photo is read."""
    return Wanted(
        layout=options.layout,
        projection=options.projection,
        hfov_deg=options.hfov_deg,
        vfov_deg=options.vfov_deg,
        turn=options.turn,
        fit=options.fit,
    )


def _projection(reading: Reading) -> str:
    if reading.kind in ("cube", "photo", "vr180"):
        return reading.kind
    return "vr180" if reading.kind == "half" else "panorama"


def _fit_question(reading: Reading, photo: PhotoFile) -> list[Question]:
    if reading.needs_fit is None:
        return []
    words = f"{photo.path.name} is {photo.width}×{photo.height}, and a 360° photo is 2:1"
    return [
        Question(
            "fit",
            f"{words}. How should it lie on the sphere?",
            ((True, reading.words), (False, "not at all; another file")),
        )
    ]


def _tilt(photo: PhotoFile, options: ImportOptions) -> list[str]:
    tilt = max(abs(angle) for angle in read_gpano(photo.xmp).pose)
    if tilt < TILT_WORTH_SAYING or options.level != "off" or options.pitch_deg or options.roll_deg:
        return []
    return ["its GPano record says that the camera was tilted; --level auto levels the horizon"]


def _depth(
    source: Path,
    reading: Reading,
    options: ImportOptions,
    questions: list[Question],
    warnings: list[str],
) -> tuple[str, bool]:
    """Say where the depth comes from; adds what is to be asked and told about a depth file."""
    try:
        origin, why = choose_source(source, reading.kind == "stereo", options)
    except InputError as error:
        questions.append(
            Question(
                "depth_source",
                "Where should its depth come from?",
                (("prior", "floor, walls and sky by geometry"), ("model", "a depth model")),
            )
        )
        return str(error), False
    if origin == "file" and options.depth is not None:
        _look_at(options.depth, options, questions, warnings)
    return f"its depth comes from {why}", True


def _look_at(
    depth: Path, options: ImportOptions, questions: list[Question], warnings: list[str]
) -> None:
    kind = options.depth_kind or "distance"
    found = read_depth(
        depth,
        kind,
        metres_per_step=options.metres_per_step,
        pixel_limit=options.pixel_limit or PIXEL_LIMIT,
        invert=options.invert_depth,
        unit=options.depth_scale,
    )
    warnings += found.notes
    odd = looks_inverted(found.values, larger_is_nearer=found.kind == "inverse")
    if options.depth_kind is None:
        likely = "inverse" if odd else "distance"
        words = {"distance": "distance along the ray", "inverse": "inverse depth, bright is near"}
        order = (likely, *(name for name in words if name != likely))
        choices = tuple((name, words[name]) for name in order)
        questions.append(Question("depth_kind", f"What does {depth.name} hold?", choices))
    elif odd:
        turned = not options.invert_depth
        questions.append(
            Question(
                "invert_depth",
                f"{depth.name} looks turned round: the ground would be farther than the horizon. "
                "Which way do its numbers run?",
                ((turned, "the other way"), (not turned, "as they are")),
            )
        )


def without_questions(options: ImportOptions, found: Recognised) -> ImportOptions:
    """The options with every question answered by its first, likeliest choice."""
    answers = {question.option: question.choices[0][0] for question in found.questions}
    return replace(options, **answers)
