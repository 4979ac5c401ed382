"""What a job says of diffusion → the options of a creation."""

from pathlib import Path
from typing import Any

from app.tasks.bench import Arguments
from depthfusion.generation.ldm3d.sampling import DIRECTIONS
from depthfusion.generation.options import Lora

PLAIN = ("scheduler", "rescale", "upscale", "reference_weight")
PICTURES = ("reference", "away_from", "mask")
FILES = (*PICTURES, "lora")
SETTINGS = (*PLAIN, "seamless", "sketched", "lora_weight", *DIRECTIONS)
"""Arguments of a job that only diffusion has a use for; `FILES` come beside them."""


def diffusing(given: Arguments) -> dict[str, Any]:
    """Options of `CreateOptions`, those of them that were said."""
    chosen: dict[str, Any] = {
        name: given[name] for name in PLAIN if given.get(name) not in (None, "")
    }
    if given.get("seamless") is False:
        chosen["seamless"] = False
    if given.get("sketched") and not given.get("init"):
        chosen["init"] = "sketch"
    around = {name: str(given[name]) for name in DIRECTIONS if given.get(name)}
    if around:
        chosen["around"] = around
    for name in PICTURES:
        if given.get(name):
            chosen[name] = Path(given[name])
    if given.get("lora"):
        weight = given.get("lora_weight")
        chosen["lora"] = (Lora(Path(given["lora"]), 1.0 if weight is None else float(weight)),)
    return chosen
