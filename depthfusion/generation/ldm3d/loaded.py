"""The pipeline that is loaded: one at a time, kept for the next picture, let go on any failure."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from depthfusion.generation.models import DEFAULT, locate, verify_weights
from depthfusion.generation.models.store import is_folder
from depthfusion.generation.options import GenerateOptions, Lora
from depthfusion.types import InputError

LCM_LORA = DEFAULT["lora"]
ADAPTER = DEFAULT["reference"]

_lock = threading.Lock()
_kept: dict[Any, Any] = {}


@contextmanager
def pipeline_of(folder: Path, options: GenerateOptions) -> Iterator[Any]:
    """Yield the pipeline of a folder with the LoRAs and adapter that the options ask for.

    One picture is drawn at a time. What the body raises lets go of the pipeline, so that a picture
    that was too large leaves its memory to the next.

    Parameters
    ----------
    folder : whole and safe, of `models.locate`.

    Raises
    ------
    InputError
        A LoRA can't be read, or the adapter is not here.
    """
    loras, adapter = _loras(options), _adapter(options)
    key = (folder.resolve(), loras, adapter)
    with _lock:
        if key not in _kept:
            let_go()
            _kept[key] = _load(folder, loras, adapter)
        try:
            yield _kept[key]
        except BaseException:
            let_go()
            raise


def let_go() -> None:
    """Give back the memory of what is kept."""
    while _kept:
        _, pipeline = _kept.popitem()
        pipeline.close()


def _load(folder: Path, loras: tuple[str, ...], adapter: Path | None) -> Any:
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    from depthfusion.generation.ldm3d.pipeline import Ldm3dPipeline

    # Their bars would run through ours.
    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    return Ldm3dPipeline.from_pretrained(folder, loras=loras, adapter=adapter)


def _loras(options: GenerateOptions) -> tuple[str, ...]:
    """Every LoRA as "FILE:WEIGHT", LCM's own among them where its scheduler is asked for."""
    chosen = list(options.lora)
    if options.scheduler == "lcm" and not chosen:
        located = locate(LCM_LORA)
        chosen.append(Lora(next(located.folder.glob("*.safetensors"))))
    for lora in chosen:
        if not lora.file.is_file():
            raise InputError(f"there is no LoRA {lora.file}; name a file in safetensors")
        verify_weights(lora.file)
    return tuple(f"{lora.file}:{lora.weight:g}" for lora in chosen)


def _adapter(options: GenerateOptions) -> Path | None:
    """The folder of the IP-Adapter where a reference picture is given."""
    if options.reference is None:
        return None
    name = options.adapter or ADAPTER
    return Path(name).expanduser() if is_folder(name) else locate(name).folder
