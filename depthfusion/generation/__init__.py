"""From words to an RGB-D panorama, by sketch or by diffusion. Heavy parts load when used."""

from depthfusion.generation.engines import (
    ENGINES,
    Engine,
    Generated,
    Preview,
    choose_engine,
)
from depthfusion.generation.options import (
    DiffusionOptions,
    GenerateOptions,
    Lora,
    Reference,
    Start,
    Upscale,
)

__all__ = [
    "ENGINES",
    "DiffusionOptions",
    "Engine",
    "GenerateOptions",
    "Generated",
    "Lora",
    "Preview",
    "Reference",
    "Start",
    "Upscale",
    "choose_engine",
]
