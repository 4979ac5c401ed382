"""Words become a scene, with its GLB and a film of it."""

import secrets
from dataclasses import replace
from pathlib import Path

from depthfusion.generation.engines import Generated, GenerateOptions, choose_engine
from depthfusion.io.atomic import StrPath
from depthfusion.io.scene_folder import staged_scene
from depthfusion.scene.build import build_scene
from depthfusion.studio.film import Film
from depthfusion.studio.finishing import GLB_NAME, PREVIEW_NAME, finish
from depthfusion.studio.options import CreateOptions
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.recipe import options_in_force
from depthfusion.studio.room import head_box_notes
from depthfusion.studio.stages import Stages
from depthfusion.studio.warming import compiling_ahead
from depthfusion.types import InputError, Progress, Scene, SceneInfo, silent

LARGEST_SEED = 2**31 - 1
LONGEST_PROMPT = 4000  # characters


def create(
    prompt: str,
    out: StrPath,
    options: CreateOptions | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Make a scene of words: the folder of DESIGN.md section 4, with scene.glb and preview.mp4.

    Parameters
    ----------
    prompt : what should be there.
    out : the scene's folder; a scene that is there already is replaced.
    options : the defaults where absent.
    progress : told each stage; may raise `Cancelled`, and then nothing has changed on disk.

    Raises
    ------
    InputError
        Nothing to draw, an option or engine that can't be, or `out` can't be written; nothing has
        changed on disk.
    """
    options = options or CreateOptions()
    place = Path(out)
    wanted = _wanted(prompt, options)
    engine, reason = choose_engine(options.engine)
    if options.preview is not None:
        Film(options.preview, 0.0, 0.0)  # its path is found at fault now or never
    stages = Stages(progress)
    with compiling_ahead(), staged_scene(place) as folder:
        with stages.stage("Generating the panorama", steps=True) as inside:
            generated = engine.generate(wanted, inside)
        with stages.stage("Building layers", steps=True) as inside:
            layered = build_scene(generated.panorama, options.scene, inside)
        info = _info(generated, wanted, options, stages)
        scene = Scene(info, generated.panorama, layered)
        facts = finish(folder, scene, stages, options.mesh, options.preview)
    paths = {"scene": place, "glb": place / GLB_NAME}
    if options.preview is not None:
        paths["preview"] = place / PREVIEW_NAME
    chosen = {"engine": reason}
    if options.seed is None:
        chosen["seed"] = f"{wanted.seed}, drawn by lot"
    facts = {"engine": engine.name, "seed": wanted.seed, **_words(generated), **facts}
    notes = [*generated.notes]
    notes += head_box_notes(options.scene.head_box, layered, facts["head_box"])
    return Outcome(paths, stages.seconds, chosen, notes, facts)


def _wanted(prompt: str, options: CreateOptions) -> GenerateOptions:
    words = " ".join(prompt.split())
    if not words:
        raise InputError("the prompt is empty; say in a few words what should be there")
    if len(words) > LONGEST_PROMPT:
        raise InputError(f"the prompt has {len(words)} characters; {LONGEST_PROMPT} are enough")
    seed = secrets.randbelow(LARGEST_SEED + 1) if options.seed is None else options.seed
    if not 0 <= seed <= LARGEST_SEED:
        raise InputError(f"the seed must be 0 to {LARGEST_SEED}; got {seed}")
    return GenerateOptions(
        prompt=words,
        negative=options.negative or "",
        seed=seed,
        width=options.width,
        height=options.height,
        engine=options.engine,
        steps=options.steps,
        guidance=options.guidance,
        model=options.model,
        init=options.init,
        strength=options.strength,
    )


def _info(
    generated: Generated, wanted: GenerateOptions, options: CreateOptions, stages: Stages
) -> SceneInfo:
    """Complete the engine's record by what was asked of it and how long it took."""
    info = generated.info
    asked = options_in_force(options, "title", "seed", "model")
    files = {"rgb": "rgb.png", "distance": "distance.png"}
    took = stages.took("Generating the panorama")
    made = {files.get(name, name): f"{words}; {took}" for name, words in info.made.items()}
    title = options.title or info.title or wanted.prompt
    return replace(
        info, title=title[:200], options={**asked, **dict(info.options), **_words(generated)},
        made=made,
    )  # fmt: skip


def _words(generated: Generated) -> dict[str, list[str]]:
    return {
        "understood": list(generated.understood),
        "passed_over": list(generated.passed_over),
    }
