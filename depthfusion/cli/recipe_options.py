"""`create --from FILE`: the recipe's options, but for those that were given with it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from depthfusion.studio.options import CreateOptions
from depthfusion.types import InputError

Recipe = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="Make the scene again that a scene, .glb, .mp4 or picture of ours came of; what is "
        "given with it is changed.",
    ),
]

# Where a parameter does not bear the name of the option that it sets.
_FIELDS = {
    "size": ("width", "height"),
    "guidance_rescale": ("rescale",),
    "preset": ("mesh",),
    "triangles": ("mesh",),
    "error": ("mesh",),
    **dict.fromkeys(("front", "right", "back", "left", "up", "down"), ("around",)),
}
_SCENE = ("head_box", "method", "sharpen")
_NO_OPTIONS = ("prompt", "out", "recipe", "variations", "json")


def wanted_words(prompt: str | None, recipe: Path | None, variations: int) -> str:
    """The prompt, empty where the recipe has it.

    Raises
    ------
    InputError
        Neither words nor a recipe, or several variations of a recipe.
    """
    if recipe is None and prompt is None:
        raise InputError(
            'say what should be there, like create "a misty forest" --out SCENE, or --from a file '
            "whose scene is to be made again"
        )
    if recipe is not None and variations != 1:
        raise InputError("--from makes the one scene again that a file came of; leave --variations")
    return prompt or ""


def given(context: typer.Context, options: CreateOptions) -> dict[str, Any]:
    """What was said on the command line, as changes for `studio.create_from`.

    Parameters
    ----------
    context : of the command.
    options : made of everything, defaults too.
    """
    changes: dict[str, Any] = {}
    for name in context.params:
        source = context.get_parameter_source(name)
        if name in _NO_OPTIONS or source is None or source.name != "COMMANDLINE":
            continue
        if name in _SCENE:
            changes.setdefault("scene", {})[name] = getattr(options.scene, name)
            continue
        for field in _FIELDS.get(name, (name,)):
            changes[field] = getattr(options, field)
    return changes
