"""The models that engines use: listed, offered, fetched, found."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from depthfusion.generation.models import (
    DEFAULT,
    MODELS,
    Model,
    Offer,
    find,
    is_offline,
    locate,
    offer,
    pull,
)
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.stages import Stages
from depthfusion.types import Progress, silent

# What each is for, as people say it.
PURPOSES = {
    "panorama": "places from words",
    "upscaling": "larger panoramas",
    "reference": "a picture whose look to take",
    "lora": "fewer steps",
    "depth": "depth of a photo",
}


@dataclass(frozen=True)
class ModelEntry:
    """A line of the list of models.

    Parameters
    ----------
    id, title : what it is called.
    purpose : "panorama", "upscaling", "reference", "lora" or "depth".
    default : whether it is the one taken for its purpose where none is named.
    licence, licence_url, restricts : its licence, and what that asks for, in a few words.
    commercial : whether what comes out may be used for money.
    gigabytes : about how much a download is.
    folder : where it lies, `None` where it is not here.
    revision : the commit that is here.
    bytes : how much room it takes here.
    """

    id: str
    title: str
    purpose: str
    default: bool
    licence: str
    licence_url: str
    restricts: str
    commercial: bool
    gigabytes: float
    folder: Path | None = None
    revision: str | None = None
    bytes: int = 0

    @property
    def present(self) -> bool:
        """Whether it is here and whole."""
        return self.folder is not None

    def as_json(self) -> dict[str, Any]:
        """Give JSON values."""
        said = asdict(self)
        return {
            **said,
            "folder": str(self.folder) if self.folder else None,
            "present": self.present,
        }


def list_models() -> list[ModelEntry]:
    """Every model known by name, and which of them are here; uses no network."""
    return [_entry(model) for model in MODELS]


def model_offer(name: str) -> Offer:
    """Ask the hub what a download would be: files, size, licence; nothing is fetched.

    Parameters
    ----------
    name : an id or a known name, with "@revision" where another than main is meant.

    Raises
    ------
    InputError
        No network, no such model, or no weights in safetensors.
    """
    return offer(name)


def pull_model(offered: Offer, progress: Progress = silent) -> Outcome:
    """Fetch what is missing of a model; what has come stays where this is stopped.

    Parameters
    ----------
    offered : of `model_offer`, whose licence the person has seen.
    progress : told "Downloading"; may raise `Cancelled`.

    Raises
    ------
    InputError
        The network broke and stayed so, the disk is too small, or what came was damaged.
    """
    stages = Stages(progress)
    before = offered.missing_bytes
    with stages.stage("Downloading") as inside:
        located = pull(offered, inside)
    facts: dict[str, Any] = {"model": located.id, "revision": located.revision}
    if located.licence:
        facts["licence"] = located.licence.name
    facts |= {"bytes": offered.bytes, "fetched": before}
    return Outcome({"folder": located.folder}, stages.seconds, facts=facts)


def model_path(name: str) -> Path:
    """The folder of a model that is here.

    Raises
    ------
    InputError
        It is not here, not whole or not safe.
    """
    return locate(name).folder


def network_allowed() -> bool:
    """Whether models may be fetched: HF_HUB_OFFLINE forbids it."""
    return not is_offline()


def _entry(model: Model) -> ModelEntry:
    located = find(model.id)
    here = (located.folder, located.revision, located.bytes) if located else (None, None, 0)
    licence = model.licence
    return ModelEntry(
        model.id, model.title, model.purpose, DEFAULT[model.purpose] == model.id, licence.name,
        licence.url, licence.restricts, licence.commercial, model.gigabytes, *here,
    )  # fmt: skip
