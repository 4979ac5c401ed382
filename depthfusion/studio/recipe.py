"""What a scene says about how it was made, inside scene.json and inside what is exported."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from depthfusion.studio.outcome import jsonable
from depthfusion.types import LayeredScene, SceneInfo
from depthfusion.version import __version__

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


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
    facts = {
        "title": info.title,
        "prompt": info.prompt,
        "engine": info.engine,
        "model": info.model,
        "revision": info.revision,
        "seed": info.seed,
        "licence": info.licence,
        "options": dict(info.options),
        "forward_yaw": info.forward_yaw,
        "scale": layered.scale,
        "head_box": layered.head_box,
        "depthfusion": __version__,
    }
    return {name: value for name, value in jsonable(facts).items() if value is not None}
