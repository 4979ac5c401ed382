"""From words to an RGB-D panorama, by the embedded sketch engine. Heavy parts load when used."""

from depthfusion.generation.engines import (
    ENGINES,
    Engine,
    Generated,
    GenerateOptions,
    choose_engine,
)

__all__ = ["ENGINES", "Engine", "GenerateOptions", "Generated", "choose_engine"]
