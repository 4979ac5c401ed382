"""A file's recipe is read back, and the scene made again from it."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

from depthfusion.io.atomic import StrPath
from depthfusion.io.recipes import take_recipe
from depthfusion.io.scene_archive import archived_record, is_scene_archive
from depthfusion.io.scene_folder import read_info
from depthfusion.io.scene_record import RECORD_NAME
from depthfusion.studio.creating import create
from depthfusion.studio.options import CreateOptions
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.recipe import recipe_of_record
from depthfusion.types import InputError, Progress, silent
from depthfusion.version import __version__

_FILES = ("init", "mask", "reference", "away_from", "lora")  # options that name files


def recipe_in(path: StrPath) -> dict[str, Any]:
    """Read how a thing was made.

    Parameters
    ----------
    path : what DepthFusion wrote: a scene's folder or archive, GLB, PNG, JPEG, WebP, MP4 or MOV.

    Returns
    -------
    JSON values: title, prompt, engine, model, revision, seed, options, versions and more, those
    that there are.

    Raises
    ------
    InputError
        It can't be read, or holds no recipe.
    """
    place = Path(path)
    if place.is_dir():
        return recipe_of_record(read_info(place))
    if is_scene_archive(place):
        return recipe_of_record(archived_record(place))
    if place.name == RECORD_NAME:
        return recipe_of_record(read_info(place.parent))
    found = take_recipe(place)
    if found is None:
        raise InputError(
            f"{path} holds no recipe; scenes, GLB, PNG, JPEG, WebP and MP4 files written by "
            "DepthFusion do, unless another program wrote them anew"
        )
    return found


def recipe_words(recipe: Mapping[str, Any]) -> str:
    """Say in one line how a thing was made."""
    made = f"made by {recipe.get('engine', 'an unknown engine')}"
    if recipe.get("prompt"):
        made += f" of the words “{recipe['prompt']}”"
    if recipe.get("seed") is not None:
        made += f", seed {recipe['seed']}"
    return f"{made}, DepthFusion {recipe.get('depthfusion', 'of an unknown version')}"


def options_from(recipe: Mapping[str, Any]) -> tuple[str, CreateOptions]:
    """The prompt and the options by which `create` makes the scene again.

    Raises
    ------
    InputError
        It was not made of words, or something in the recipe can't be.
    """
    said, engine = recipe.get("options"), recipe.get("engine")
    options = said if isinstance(said, Mapping) else {}
    if engine == "import":
        raise InputError(
            f"this was made of the photo {options.get('photo', '(of an unknown name)')}, which the "
            "recipe names and does not hold; import that photo again"
        )
    prompt = recipe.get("prompt")
    if not isinstance(prompt, str) or not isinstance(engine, str):
        raise InputError("the recipe is damaged: it has no prompt or no engine")
    lacking = [name for name in _FILES if options.get(name) not in (None, "sketch", [], "")]
    if lacking:
        raise InputError(
            "this was made with files that the recipe names and does not hold "
            f"({', '.join(lacking)}); create it again by its words, “{prompt}”, and those files"
        )
    model = None if engine == "sketch" else recipe.get("model")
    known = {name: recipe.get(name) for name in ("title", "seed")}
    given = {**options, **known, "engine": engine, "model": model}
    return prompt, _rebuilt(CreateOptions, given)


def create_from(
    path: StrPath,
    out: StrPath,
    changes: Mapping[str, Any] | None = None,
    progress: Progress = silent,
    *,
    prompt: str | None = None,
    **more: Any,
) -> Outcome:
    """Make the scene of a file's recipe again; by the sketch engine it has the same pixels.

    Parameters
    ----------
    path : as for `recipe_in`.
    out : the new scene's folder.
    changes : options of `CreateOptions` to set in place of the recipe's; a mapping changes some of
        the options within one.
    progress : told each stage; may raise `Cancelled`.
    prompt : other words than the recipe's.
    more : handed to `create`.

    Raises
    ------
    InputError
        As `recipe_in`, `options_from` and `create`.
    """
    recipe = recipe_in(path)
    words, options = options_from(recipe)
    options = _changed(options, changes or {})
    outcome = create(prompt or words, out, options, progress, **more)
    chosen = {**outcome.chosen, "recipe": f"{Path(path).name}: {recipe_words(recipe)}"}
    return replace(outcome, chosen=chosen, notes=[*outcome.notes, *_age_notes(recipe)])


def _changed(options: Any, changes: Mapping[str, Any]) -> Any:
    """Options with some of them set anew."""
    known = {field.name for field in fields(options)}
    if not known >= changes.keys():
        raise ValueError(f"changes must be options of create; got {sorted(changes)}")
    whole = {
        name: _changed(getattr(options, name), value)
        if is_dataclass(getattr(options, name)) and isinstance(value, Mapping)
        else value
        for name, value in changes.items()
    }
    return replace(options, **whole)


def _age_notes(recipe: Mapping[str, Any]) -> list[str]:
    made_by = dict(recipe.get("versions") or recipe).get("depthfusion")
    if made_by == __version__:
        return []
    return [f"the recipe is of DepthFusion {made_by}, this is {__version__}: pixels may differ"]


def _rebuilt(kind: type, values: Mapping[str, Any]) -> Any:
    """An options dataclass from JSON values; what it does not know is passed over."""
    hints = get_type_hints(kind)
    known = [field for field in fields(kind) if field.init and field.name in values]
    try:
        return kind(**{f.name: _fitting(hints[f.name], f, values[f.name]) for f in known})
    except (TypeError, AttributeError) as error:
        raise InputError("the recipe is damaged: an option has a value that can't be") from error


def _fitting(hint: Any, field: "Field[Any]", value: Any) -> Any:
    """A JSON value as what a field holds: options within options, tuples for lists."""
    inner = next((one for one in (hint, *get_args(hint)) if is_dataclass(one)), None)
    if inner is not None and isinstance(value, Mapping):
        return _rebuilt(inner, value)  # type: ignore[arg-type]
    if isinstance(value, list):
        return tuple(value)
    if value is None and type(None) not in get_args(hint) and field.default is not MISSING:
        return field.default  # written by a version in which it could be left open
    return value
