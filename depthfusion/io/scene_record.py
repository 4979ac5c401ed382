"""scene.json: what is written down about a scene, and the checks when it is read."""

import json
import math
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from depthfusion.io.file_errors import os_errors_explained, regular_file
from depthfusion.types import InputError, Scale, SceneInfo
from depthfusion.version import __version__

SCHEMA = 1
RECORD_NAME = "scene.json"
RECORD_LIMIT = 4 * 2**20  # bytes; a record is a few kilobytes
_INFO_TYPES: dict[str, tuple[type, ...]] = {
    "title": (str,),
    "engine": (str,),
    "prompt": (str, type(None)),
    "model": (str, type(None)),
    "revision": (str, type(None)),
    "seed": (int, type(None)),
    "licence": (str, type(None)),
    "options": (dict,),
    "forward_yaw": (int, float),
    "made": (dict,),
    "id": (str,),
    "created": (str,),
}


@dataclass(frozen=True)
class LayerFiles:
    """Where a layer's two pictures lie, relative to the scene folder."""

    rgba: str
    distance: str


@dataclass(frozen=True)
class SceneRecord:
    """Everything scene.json holds.

    Parameters
    ----------
    info : identity, recipe, provenance.
    scale : "metric" or "relative".
    width, height : of every picture, pixels; width is twice height.
    near, far : distances that the 16-bit code spans; 0 < near < far.
    head_box : radius, ≥ 0.
    layers : near to far, at least one.
    """

    info: SceneInfo
    scale: Scale
    width: int
    height: int
    near: float
    far: float
    head_box: float
    layers: tuple[LayerFiles, ...]


def named(info: SceneInfo) -> SceneInfo:
    """Give the record an id and a moment of creation where it has none."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return replace(info, id=info.id or uuid.uuid4().hex, created=info.created or now)


def encode_record(record: SceneRecord) -> bytes:
    """Encode scene.json.

    Raises
    ------
    ValueError
        An option is no JSON value, NaN included.
    """
    facts = asdict(record)
    info = facts.pop("info")
    document = {"schema": SCHEMA, "written_by": f"depthfusion {__version__}", **info, **facts}
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def read_document(folder: Path) -> dict[str, Any]:
    """Read scene.json as it stands, after checking that it is one this version understands.

    Raises
    ------
    InputError
        No scene, not readable, damaged, or of a newer schema.
    """
    document = read_any_schema(folder)
    if document["schema"] > SCHEMA:
        raise InputError(
            f"{folder} has schema {document['schema']}, written by "
            f"{document.get('written_by', 'a version unknown')}, and this depthfusion "
            f"{__version__} reads up to {SCHEMA}; update depthfusion"
        )
    return document


def read_any_schema(folder: Path) -> dict[str, Any]:
    """Do the same for a scene of any version, also one that is still to come.

    Raises
    ------
    InputError
        No scene, not readable, or damaged.
    """
    path = folder / RECORD_NAME
    if not path.exists():
        what = "holds no scene.json" if folder.is_dir() else "does not exist"
        raise InputError(f"{folder} is no scene: it {what}")
    with os_errors_explained("read", path):
        if regular_file(path).stat().st_size > RECORD_LIMIT:
            raise InputError(f"{path} is damaged: it is far too large for a record")
        text = path.read_bytes()
    try:
        document = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is damaged: it is not valid JSON") from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise InputError(f"{path} is no scene's record: it has no schema number")
    return document


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def parse_record(document: Mapping[str, Any], path: Path) -> SceneRecord:
    """Check every field of scene.json and make a `SceneRecord` of it.

    Raises
    ------
    InputError
        A field is missing, of another type or out of range; the sentence names it.
    """
    for name in [field.name for field in fields(SceneInfo)]:
        _typed(document, name, _INFO_TYPES[name], path)
    info = SceneInfo(**{name: document[name] for name in _INFO_TYPES})
    _finite(document, "forward_yaw", path)
    width, height = (_typed(document, name, (int,), path) for name in ("width", "height"))
    if height < 2 or width != 2 * height:
        raise InputError(f"{path} is damaged: its size {width}×{height} is not 2:1")
    near, far, head_box = (_finite(document, name, path) for name in ("near", "far", "head_box"))
    if not 0 < near < far:
        raise InputError(f"{path} is damaged: near {near} must be above 0 and below far {far}")
    if head_box < 0:
        raise InputError(f"{path} is damaged: head_box {head_box} is below 0")
    scale = document.get("scale")
    if scale not in ("metric", "relative"):
        raise InputError(f'{path} is damaged: scale must be "metric" or "relative"')
    layers = _layers(document, path)
    return SceneRecord(info, scale, width, height, near, far, head_box, layers)


def _typed(document: Mapping[str, Any], name: str, types: tuple[type, ...], path: Path) -> Any:
    if name not in document:
        raise InputError(f"{path} is damaged: {name} is missing")
    value = document[name]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise InputError(f"{path} is damaged: {name} can't be {value!r:.40}")
    return value


def _finite(document: Mapping[str, Any], name: str, path: Path) -> float:
    value = _typed(document, name, (int, float), path)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise InputError(f"{path} is damaged: {name} is not finite")
    return number


def _layers(document: Mapping[str, Any], path: Path) -> tuple[LayerFiles, ...]:
    entries = _typed(document, "layers", (list,), path)
    if not entries:
        raise InputError(f"{path} is damaged: it lists no layer")
    layers = []
    for entry in entries:
        if not isinstance(entry, dict):
            raise InputError(f"{path} is damaged: a layer is {entry!r:.40}")
        layers.append(LayerFiles(*(_inside(entry, key, path) for key in ("rgba", "distance"))))
    return tuple(layers)


def _inside(entry: Mapping[str, Any], key: str, path: Path) -> str:
    """Return a file name from the record, unless it would lead out of the scene folder."""
    name = _typed(entry, key, (str,), path)
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\\" in name or "\0" in name or ":" in name:
        raise InputError(f"{path} is damaged: the layer file {name!r:.60} lies outside the scene")
    return name
