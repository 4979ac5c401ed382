"""Where models lie: in the hub's own cache, shared with every program that uses it, or any folder.

Nothing here uses the network. The cache's layout is huggingface_hub's: a folder for each model
holds `refs` (branch → commit), `snapshots` (commit → files), and the bytes under `blobs`.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from depthfusion.generation.models.catalogue import MODELS, Licence, Model, Purpose, known
from depthfusion.generation.models.checking import missing, verified, verify_weights
from depthfusion.types import InputError

TRUE = {"1", "ON", "YES", "TRUE"}
ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
USUAL_REVISION = "main"


@dataclass(frozen=True)
class Located:
    """A model that is here.

    Parameters
    ----------
    id : its id on the hub, or its folder's name.
    folder : where its files are.
    revision : the commit, `None` for a folder that no hub gave.
    model : its row in the table, `None` where it is not known by name.
    """

    id: str
    folder: Path
    revision: str | None = None
    model: Model | None = None

    @property
    def licence(self) -> Licence | None:
        """Its licence, where it is known."""
        return self.model.licence if self.model else None

    @property
    def bytes(self) -> int:
        """How much room its files take."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())


def cache_folder() -> Path:
    """Where the hub's cache is, by the variables that huggingface_hub reads."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if os.environ.get(name):
            return _expanded(os.environ[name])
    if os.environ.get("HF_HOME"):
        return _expanded(os.environ["HF_HOME"]) / "hub"
    return _expanded(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface" / "hub"


def is_offline() -> bool:
    """Whether the person forbade the network."""
    said = os.environ.get("HF_HUB_OFFLINE") or os.environ.get("TRANSFORMERS_OFFLINE") or ""
    return said.upper() in TRUE


def storage_of(model_id: str) -> Path:
    """A model's folder in the cache, there or not."""
    return cache_folder() / f"models--{model_id.replace('/', '--')}"


def split_revision(name: str) -> tuple[str, str]:
    """Split "owner/name@revision"; without one it is "main"."""
    plain, _, revision = name.partition("@")
    return plain, revision or USUAL_REVISION


def find(name: str) -> Located | None:
    """Find a model that is here and whole, by id, known name or folder; `None` where it is not.

    Parameters
    ----------
    name : "owner/name", with "@revision" where another than main is meant; a known name without
        its owner; or a folder.
    """
    try:
        return locate(name)
    except InputError:
        return None


def locate(name: str, purpose: Purpose | None = None) -> Located:
    """Find a model that is here, and verify that it can be loaded.

    Parameters
    ----------
    name : as for `find`.
    purpose : what it must be good for; only "panorama" asks for a certain layout.

    Raises
    ------
    InputError
        It is not here (the sentence says the three ways out), not whole, or not safe.
    """
    if is_folder(name):
        folder = Path(name).expanduser()
        return Located(folder.name, verified(folder, panorama=purpose == "panorama"))
    plain, revision = split_revision(name)
    model = known(plain)
    model_id = model.id if model else plain
    if not ID.fullmatch(model_id):
        raise InputError(
            f'there is no model "{name}": give an id like {MODELS[0].id}, or a folder; '
            "`models list` says what there is"
        )
    commit = commit_of(model_id, revision)
    folder = storage_of(model_id) / "snapshots" / str(commit)
    if commit is None or not folder.is_dir():
        raise absent(model_id, model)
    if model and model.files:
        lacking = [file for file in model.files if not (folder / file).is_file()]
    else:
        lacking = missing(folder)
    if lacking:
        raise InputError(
            f"{model_id} is here in part, {lacking[0]} is missing: `models pull {model_id}` "
            "fetches the rest"
        )
    if model and model.files:
        for file in model.files:
            if file.endswith(".safetensors"):
                verify_weights(folder / file)
    else:
        verified(folder, panorama=purpose == "panorama")
    return Located(model_id, folder, commit, model)


def is_folder(name: str) -> bool:
    """Whether a name means a folder here and no id: it is there, or is written like a path."""
    return name[:1] in (".", "/", "~") or "\\" in name or Path(name).is_dir()


def commit_of(model_id: str, revision: str = USUAL_REVISION) -> str | None:
    """The commit of a branch as it was last fetched, or `None`."""
    storage = storage_of(model_id)
    reference = storage / "refs" / revision
    if reference.is_file():
        return reference.read_text("utf-8").strip()
    return revision if (storage / "snapshots" / revision).is_dir() else None


def present(purpose: Purpose | None = None) -> list[Located]:
    """The known models that are here and whole, in the table's order."""
    wanted = [model for model in MODELS if purpose in (None, model.purpose)]
    found = [find(model.id) for model in wanted]
    return [located for located in found if located is not None]


# Purpose → the option that names a folder instead, and the way without the model.
WAYS: dict[Purpose, tuple[str, str]] = {
    "panorama": ("--model", "take --engine sketch, which needs none"),
    "upscaling": ("--upscale-model", "take --upscale lanczos, which needs none"),
    "reference": ("--adapter", "leave --reference out"),
    "lora": ("--lora", "take another --scheduler"),
    "depth": ("--depth-model", "bring the depth as a file"),
}


def absent(model_id: str, model: Model | None = None) -> InputError:
    """Say that a model is not here, and the three ways out."""
    option, instead = WAYS[model.purpose if model else "panorama"]
    size = f" (about {model.gigabytes:g} GB)" if model else ""
    network = "once HF_HUB_OFFLINE is unset, " if is_offline() else ""
    return InputError(
        f"the model {model_id} is not on this machine: {network}fetch it{size} with "
        f"`models pull {model_id}`, here or where there is a network and copy its "
        f"{cache_folder()}; or name where it lies with {option}; or {instead}"
    )


def _expanded(path: str) -> Path:
    return Path(os.path.expandvars(path)).expanduser()
