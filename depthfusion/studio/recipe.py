"""What a scene says about how it was made, inside scene.json and inside what is exported."""

import platform
from collections.abc import Mapping
from dataclasses import asdict, fields
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from depthfusion.studio.outcome import jsonable
from depthfusion.types import LayeredScene, SceneInfo
from depthfusion.version import __version__

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


# What has a say in the pixels that an engine makes.
_PACKAGES = ("numpy", "scipy", "numba", "pillow", "opencv-python-headless")
_DIFFUSION = ("torch", "diffusers", "transformers", "accelerate")


def versions(engine: str) -> dict[str, str]:
    """The versions of everything that has a say in what `engine` makes, by package."""
    found = {"depthfusion": __version__, "python": platform.python_version()}
    for name in _PACKAGES + (_DIFFUSION if engine not in ("sketch", "import") else ()):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def options_in_force(options: "DataclassInstance", *left_out: str) -> dict[str, Any]:
    """Give an options dataclass as JSON values; of paths only the names, they say who and where."""
    return {
        name: jsonable(value)
        for name, value in asdict(options, dict_factory=_named_paths).items()
        if name not in left_out
    }


def _named_paths(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: getattr(value, "name", value) for name, value in pairs}


def recipe(info: SceneInfo, layered: LayeredScene) -> Mapping[str, Any]:
    """Give the provenance that goes into exported files, JSON values only.

    Parameters
    ----------
    info : the scene's record.
    layered : for its unit and the room to move.
    """
    facts = {field.name: getattr(info, field.name) for field in fields(info)}
    return recipe_of_record({**facts, "scale": layered.scale, "head_box": layered.head_box})


def recipe_of_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Do the same from scene.json as it stands."""
    options = dict(record["options"])
    facts = {name: record[name] for name in ("title", "prompt", "engine", "model", "revision")}
    facts |= {
        "seed": record["seed"],
        "licence": record["licence"],
        "versions": options.pop("versions", None),
        "options": options,
        "forward_yaw": record["forward_yaw"],
        "scale": record["scale"],
        "head_box": record["head_box"],
        "depthfusion": __version__,
    }
    return {name: value for name, value in jsonable(facts).items() if value is not None}
