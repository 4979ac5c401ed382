"""Words become a scene, with its GLB and a film of it."""

import secrets
from contextlib import ExitStack
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from depthfusion.generation.engines import Generated, GenerateOptions, Preview, choose_engine
from depthfusion.generation.options import DiffusionOptions
from depthfusion.io.atomic import StrPath
from depthfusion.io.scene_folder import staged_scene
from depthfusion.scene.build import build_scene
from depthfusion.studio.fillers import filler_of
from depthfusion.studio.film import Film
from depthfusion.studio.finishing import GLB_NAME, PREVIEW_NAME, finish
from depthfusion.studio.options import CreateOptions
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.recipe import options_in_force, versions
from depthfusion.studio.room import head_box_notes
from depthfusion.studio.stages import Stages
from depthfusion.studio.warming import compiling_ahead
from depthfusion.types import InputError, Progress, Scene, SceneInfo, silent
from depthfusion.types.arrays import UInt8

if TYPE_CHECKING:
    from depthfusion.scene.refilling import Filler

LARGEST_SEED = 2**31 - 1
LONGEST_PROMPT = 4000  # characters
MOST_VARIATIONS = 16
GENERATING = "Generating the panorama"


def create(
    prompt: str,
    out: StrPath,
    options: CreateOptions | None = None,
    progress: Progress = silent,
    *,
    preview: Preview | None = None,
) -> Outcome:
    """Make a scene of words: the folder of DESIGN.md section 4, with scene.glb and preview.mp4.

    Parameters
    ----------
    prompt : what should be there.
    out : the scene's folder; a scene that is there already is replaced.
    options : the defaults where absent.
    progress : told each stage; may raise `Cancelled`, and then nothing has changed on disk.
    preview : shown pictures, uint8 [h, w, 3], while the panorama is being made, the last of them
        the panorama itself; called from this thread.

    Raises
    ------
    InputError
        Nothing to draw, an option or engine that can't be, or `out` can't be written; nothing has
        changed on disk.
    """
    options = options or CreateOptions()
    wanted = _wanted(prompt, options)
    engine, reason = choose_engine(options.engine, options.model)
    if options.preview is not None:
        Film(options.preview, 0.0, 0.0)  # its path is found at fault now or never
    filler = _filler(options, wanted)
    stages = Stages(progress)
    with compiling_ahead(), staged_scene(out) as folder:
        with stages.stage(GENERATING, steps=True) as inside:
            wanted, notes = _with_pictures(wanted, options, inside)
            generated = engine.generate(wanted, inside, preview)
        _show(generated.panorama.rgb, preview)
        facts, more = _build(folder, generated, wanted, options, stages, filler[0])
    return _outcome(
        Path(out), engine.name, _reasons(reason, filler), generated, wanted, options, stages,
        facts, [*notes, *more],
    )  # fmt: skip


def create_variations(
    prompt: str,
    out: StrPath,
    count: int = 4,
    options: CreateOptions | None = None,
    progress: Progress = silent,
    *,
    preview: Preview | None = None,
) -> tuple[Outcome, ...]:
    """Make several scenes of the same words that differ: `out`-1, `out`-2 and so on.

    A diffusion engine draws them in one batch and pushes them apart; the sketch engine takes
    another seed for each.

    Parameters
    ----------
    prompt, options, preview : as for `create`; the seeds count up from the options' own.
    out : the scenes' folder names without the numbers; scenes that are there are replaced.
    count : how many, 1 to 16.
    progress : as for `create`; where it stops the work, scenes that were finished stay.

    Raises
    ------
    InputError
        As for `create`, and then nothing has changed on disk.
    """
    options = options or CreateOptions()
    if not 1 <= count <= MOST_VARIATIONS:
        raise InputError(f"variations must be 1 to {MOST_VARIATIONS}; got {count}")
    wanted = _wanted(prompt, options)
    seeds = [(wanted.seed + number) % (LARGEST_SEED + 1) for number in range(count)]
    engine, reason = choose_engine(options.engine, options.model)
    if options.preview is not None:
        Film(options.preview, 0.0, 0.0)
    filler = _filler(options, wanted)
    places = [Path(f"{out}-{number}") for number in range(1, count + 1)]
    stages = Stages(progress)
    outcomes = []
    with compiling_ahead(), ExitStack() as all_open:
        # All places are verified and held before anything is drawn; each is let go when it is done.
        held = [all_open.enter_context(ExitStack()) for _ in places]
        folders = [
            one.enter_context(staged_scene(place)) for one, place in zip(held, places, strict=True)
        ]
        with stages.stage(GENERATING, steps=True) as inside:
            wanted, notes = _with_pictures(wanted, options, inside)
            made = engine.generate_many(wanted, seeds, inside, preview)
        for number, generated in enumerate(made):
            _show(generated.panorama.rgb, preview)
            own = replace(wanted, seed=seeds[number])
            words = f"Building scene {number + 1} of {count}"
            with stages.stage(words, steps=True) as inside:
                each = Stages(inside)
                each.seconds[GENERATING] = stages.seconds[GENERATING] / count
                facts, more = _build(folders[number], generated, own, options, each, filler[0])
                held[number].close()
            outcomes.append(
                _outcome(
                    places[number], engine.name, _reasons(reason, filler), generated, own,
                    options, each, facts, [*notes, *more],
                )
            )  # fmt: skip
    return tuple(outcomes)


def _build(
    folder: Path,
    generated: Generated,
    wanted: GenerateOptions,
    options: CreateOptions,
    stages: Stages,
    filler: "Filler | None",
) -> tuple[dict[str, Any], list[str]]:
    """Everything from a panorama to a whole folder; gives facts and notes."""
    with stages.stage("Building layers", steps=True) as inside:
        layered = build_scene(generated.panorama, options.scene, inside, filler=filler)
    info = _info(generated, wanted, options, stages)
    scene = Scene(info, generated.panorama, layered)
    facts = finish(folder, scene, stages, options.mesh, options.preview)
    return facts, head_box_notes(options.scene.head_box, layered, facts["head_box"])


def _outcome(
    place: Path,
    engine: str,
    chosen: dict[str, str],
    generated: Generated,
    wanted: GenerateOptions,
    options: CreateOptions,
    stages: Stages,
    facts: dict[str, Any],
    notes: list[str],
) -> Outcome:
    paths = {"scene": place, "glb": place / GLB_NAME}
    if options.preview is not None:
        paths["preview"] = place / PREVIEW_NAME
    if options.seed is None:
        chosen["seed"] = f"{wanted.seed}, drawn by lot"
    said = {"engine": engine, "seed": wanted.seed, **_words(generated), **facts}
    return Outcome(paths, stages.seconds, chosen, [*generated.notes, *notes], said)


def _filler(options: CreateOptions, wanted: GenerateOptions) -> tuple["Filler | None", str]:
    """Who paints what is hidden, and why; what it lacks is found out before anything is drawn."""
    return filler_of(
        options.scene, prompt=wanted.prompt, seed=wanted.seed, model=wanted.model,
        steps=wanted.steps,
    )  # fmt: skip


def _reasons(engine: str, filler: tuple["Filler | None", str]) -> dict[str, str]:
    """What was chosen by "auto", and why."""
    return {"engine": engine, **({"fill": filler[1]} if filler[1] else {})}


def _with_pictures(
    wanted: GenerateOptions, options: CreateOptions, progress: Progress
) -> tuple[GenerateOptions, list[str]]:
    """Read the pictures that the options name."""
    named = (options.init, options.mask, options.reference, options.away_from)
    if not any(named):
        return wanted, []
    from depthfusion.studio.starting import reference_of, start_of

    start, notes = start_of(options, wanted, progress)
    reference, away = reference_of(options.reference), reference_of(options.away_from)
    return replace(wanted, start=start, reference=reference, away_from=away), notes


def _show(rgb: UInt8, preview: Preview | None) -> None:
    if preview is not None:
        preview(rgb)


def _wanted(prompt: str, options: CreateOptions) -> GenerateOptions:
    words = " ".join(prompt.split())
    if not words:
        raise InputError("the prompt is empty; say in a few words what should be there")
    if len(words) > LONGEST_PROMPT:
        raise InputError(f"the prompt has {len(words)} characters; {LONGEST_PROMPT} are enough")
    seed = secrets.randbelow(LARGEST_SEED + 1) if options.seed is None else options.seed
    if not 0 <= seed <= LARGEST_SEED:
        raise InputError(f"the seed must be 0 to {LARGEST_SEED}; got {seed}")
    diffusion = {
        field.name: getattr(options, field.name) for field in fields(DiffusionOptions)
    }  # fmt: skip
    return GenerateOptions(
        prompt=words,
        negative=options.negative or "",
        seed=seed,
        width=options.width,
        height=options.height,
        engine=options.engine,
        model=options.model,
        **diffusion,
    )


def _info(
    generated: Generated, wanted: GenerateOptions, options: CreateOptions, stages: Stages
) -> SceneInfo:
    """Complete the engine's record by what was asked of it and how long it took."""
    info = generated.info
    asked = options_in_force(options, "title", "seed", "model")
    files = {"rgb": "rgb.png", "distance": "distance.png"}
    took = stages.took(GENERATING)
    made = {files.get(name, name): f"{words}; {took}" for name, words in info.made.items()}
    title = options.title or info.title or wanted.prompt
    said = {**asked, **dict(info.options), **_words(generated), "versions": versions(info.engine)}
    return replace(info, title=title[:200], options=said, made=made)


def _words(generated: Generated) -> dict[str, list[str]]:
    return {
        "understood": list(generated.understood),
        "passed_over": list(generated.passed_over),
    }
