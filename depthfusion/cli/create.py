"""`depthfusion create`: words become a scene."""

from typing import Annotated

import typer

from depthfusion.cli.diffusion_options import (
    AdapterFolder,
    Apart,
    AwayFrom,
    Back,
    DiffusionSteps,
    Down,
    Far,
    Front,
    Guidance,
    Init,
    Left,
    LoraFiles,
    Mask,
    Near,
    ReferencePicture,
    ReferenceWeight,
    Rescale,
    Right,
    Scheduler,
    Seamless,
    Strength,
    Up,
    UpscaleModel,
    Upscaling,
    parsed_lora,
)
from depthfusion.cli.options import (
    Detail,
    Filling,
    HeadBox,
    Json,
    MeshError,
    OutScene,
    SceneMethod,
    Sharpening,
    Triangles,
    parsed_size,
    written_size,
)
from depthfusion.cli.recipe_options import Recipe, given, wanted_words
from depthfusion.cli.report import report, report_each
from depthfusion.cli.terminal import ProgressBar
from depthfusion.generation.ldm3d.sampling import DIRECTIONS
from depthfusion.scene.build import SceneOptions
from depthfusion.scene.detail import MeshOptions
from depthfusion.studio.options import CreateOptions


def command(
    context: typer.Context,
    out: OutScene,
    prompt: Annotated[
        str | None, typer.Argument(metavar="PROMPT", help="What should be there.")
    ] = None,
    recipe: Recipe = None,
    engine: Annotated[
        str, typer.Option(metavar="[auto|sketch|ldm3d]", help="What makes the panorama.")
    ] = CreateOptions.engine,
    model: Annotated[
        str | None, typer.Option(metavar="ID_OR_DIR", help="For engines that have models.")
    ] = CreateOptions.model,
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same scene; drawn where not given.")
    ] = CreateOptions.seed,
    size: Annotated[
        str, typer.Option(metavar="WIDTHxHEIGHT", help="The panorama's size, 2:1.")
    ] = written_size((CreateOptions.width, CreateOptions.height)),
    negative: Annotated[
        str | None, typer.Option(metavar="WORDS", help="What should not be there.")
    ] = CreateOptions.negative,
    steps: DiffusionSteps = CreateOptions.steps,
    guidance: Guidance = CreateOptions.guidance,
    guidance_rescale: Rescale = CreateOptions.rescale,
    scheduler: Scheduler = CreateOptions.scheduler,
    seamless: Seamless = CreateOptions.seamless,
    front: Front = None,
    right: Right = None,
    back: Back = None,
    left: Left = None,
    up: Up = None,
    down: Down = None,
    init: Init = None,
    strength: Strength = CreateOptions.strength,
    mask: Mask = CreateOptions.mask,
    reference: ReferencePicture = CreateOptions.reference,
    reference_weight: ReferenceWeight = CreateOptions.reference_weight,
    away_from: AwayFrom = CreateOptions.away_from,
    adapter: AdapterFolder = CreateOptions.adapter,
    lora: LoraFiles = None,
    upscale: Upscaling = CreateOptions.upscale,
    upscale_model: UpscaleModel = CreateOptions.upscale_model,
    near: Near = CreateOptions.near,
    far: Far = CreateOptions.far,
    variations: Annotated[
        int, typer.Option(metavar="N", help="So many scenes that differ: OUT-1, OUT-2 …")
    ] = 1,
    apart: Apart = CreateOptions.apart,
    title: Annotated[
        str | None, typer.Option(help="Shown in lists; the prompt by default.")
    ] = CreateOptions.title,
    head_box: HeadBox = SceneOptions.head_box,
    method: SceneMethod = SceneOptions.method,
    sharpen: Sharpening = SceneOptions.sharpen,
    fill: Filling = SceneOptions.fill,
    preset: Detail = None,
    triangles: Triangles = None,
    error: MeshError = None,
    json: Json = False,
) -> None:
    """Create a scene."""
    width, height = parsed_size(size)
    directions = zip(DIRECTIONS, (front, right, back, left, up, down), strict=True)
    options = CreateOptions(
        engine=engine,
        model=model,
        negative=negative,
        seed=seed,
        width=width,
        height=height,
        steps=steps,
        guidance=guidance,
        rescale=guidance_rescale,
        scheduler=scheduler,
        seamless=seamless,
        around={name: words for name, words in directions if words},
        init=init,
        strength=strength,
        mask=mask,
        reference=reference,
        reference_weight=reference_weight,
        away_from=away_from,
        adapter=adapter,
        lora=tuple(map(parsed_lora, lora or ())),
        upscale=upscale,
        upscale_model=upscale_model,
        near=near,
        far=far,
        apart=apart,
        title=title,
        scene=SceneOptions(head_box, method, sharpen, fill),
        mesh=MeshOptions.chosen(preset, triangles, error),
    )
    from depthfusion import studio

    words = wanted_words(prompt, recipe, variations)
    with ProgressBar() as progress:
        if recipe is not None:
            changes = given(context, options)
            outcomes = [studio.create_from(recipe, out, changes, progress, prompt=prompt)]
        elif variations == 1:
            outcomes = [studio.create(words, out, options, progress)]
        else:
            outcomes = [*studio.create_variations(words, out, variations, options, progress)]
    if variations == 1:
        report(outcomes[0], json)
    else:
        report_each(outcomes, json)
