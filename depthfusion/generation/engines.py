"""Engines turn words into an RGB-D panorama: what they take and give, and which one is chosen."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from depthfusion.types import InputError, Progress, RGBDPanorama, SceneInfo, silent

ENGINES = ("auto", "sketch", "ldm3d")


@dataclass(frozen=True)
class GenerateOptions:
    """What to make.

    Parameters
    ----------
    prompt : what should be there.
    negative : what should not.
    seed : the same seed and options give the same panorama.
    width, height : pixels, 2:1.
    engine : one of `ENGINES`.
    steps, guidance, model, init, strength : for diffusion engines; `None` is the engine's default.
        `init` is a panorama to start from, `strength` how far to leave it (0 to 1).
    """

    prompt: str
    negative: str = ""
    seed: int = 0
    width: int = 2048
    height: int = 1024
    engine: str = "auto"
    steps: int | None = None
    guidance: float | None = None
    model: str | None = None
    init: Path | None = None
    strength: float | None = None


@dataclass(frozen=True, eq=False)
class Generated:
    """A panorama, its recipe, and what became of the words.

    Parameters
    ----------
    understood : words of the prompt that changed the picture, each with what it was taken for.
    passed_over : words that did not.
    notes : sentences about what was assumed or ignored.
    seconds : how long it took.
    """

    panorama: RGBDPanorama
    info: SceneInfo
    understood: tuple[str, ...]
    passed_over: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float


class Engine(Protocol):
    """Anything that makes panoramas from options."""

    name: str

    def generate(self, options: GenerateOptions, progress: Progress = silent) -> Generated:
        """Make a panorama; `progress` may raise `Cancelled` to stop it."""


def choose_engine(name: str = "auto") -> tuple[Engine, str]:
    """Give the engine of a name, and the reason for the choice in a sentence.

    Raises
    ------
    InputError
        The name is unknown, or its engine is not part of this version.
    """
    if name == "ldm3d":
        raise InputError(
            'The engine "ldm3d" is not part of this version yet; use "sketch", it needs no model.'
        )
    if name not in ENGINES:
        raise InputError(f'There is no engine "{name}"; there are: {", ".join(ENGINES)}.')
    from depthfusion.generation.sketch.engine import SketchEngine  # loads numba: only when drawing

    reason = (
        "sketch was asked for"
        if name == "sketch"
        else "sketch: the only engine of this version (ldm3d is not part of it); it draws "
        "procedurally from words it knows and needs no model"
    )
    return SketchEngine(), reason
