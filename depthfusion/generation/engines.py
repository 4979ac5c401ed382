"""Engines turn words into an RGB-D panorama: what they take and give, and which one is chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from depthfusion.generation.options import GenerateOptions
from depthfusion.types import InputError, Progress, RGBDPanorama, SceneInfo, silent
from depthfusion.types.arrays import UInt8

if TYPE_CHECKING:
    from depthfusion.generation.ldm3d.engine import Ldm3dEngine

__all__ = [
    "ENGINES",
    "Engine",
    "GenerateOptions",
    "Generated",
    "Preview",
    "choose_engine",
]

ENGINES = ("auto", "sketch", "ldm3d")
PACKAGES = ("torch", "diffusers", "transformers", "accelerate")

Preview = Callable[[UInt8], None]


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
    """Anything that makes panoramas from options.

    `takes` are the names of the options that change what it makes.
    """

    name: str
    takes: frozenset[str]

    def generate(
        self,
        options: GenerateOptions,
        progress: Progress = silent,
        preview: Preview | None = None,
    ) -> Generated:
        """Make a panorama.

        Parameters
        ----------
        progress : may raise `Cancelled` to stop it.
        preview : shown small pictures, uint8 [h, w, 3], while it is being made.
        """

    def generate_many(
        self,
        options: GenerateOptions,
        seeds: Sequence[int],
        progress: Progress = silent,
        preview: Preview | None = None,
    ) -> tuple[Generated, ...]:
        """Make one panorama for each seed, which `options.seed` doesn't say then."""


def choose_engine(name: str = "auto", model: str | None = None) -> tuple[Engine, str]:
    """Give the engine of a name, and the reason for the choice in a sentence.

    Parameters
    ----------
    name : one of `ENGINES`; "auto" takes ldm3d where its weights are here, else sketch.
    model : an id or a folder, for ldm3d; the first that is here where absent.

    Raises
    ------
    InputError
        The name is unknown, or the engine's weights or packages are not here.
    """
    if name not in ENGINES:
        raise InputError(f'There is no engine "{name}"; there are: {", ".join(ENGINES)}.')
    if name == "sketch":
        return _sketch(), "sketch was asked for"
    lacking = [package for package in PACKAGES if not _is_here(package)]
    if name == "ldm3d" or model is not None:
        if lacking:
            raise InputError(
                f"ldm3d needs {', '.join(lacking)}: pip install 'depthfusion[ldm3d]'; or take "
                "--engine sketch"
            )
        engine = _ldm3d(model)
        asked = "ldm3d was asked for" if name == "ldm3d" else "ldm3d, which the model is for"
        return engine, f"{asked}: {engine.model_id}"
    if not lacking:
        from depthfusion.generation.models import DEFAULT, present

        found = present("panorama")
        if found:
            return _ldm3d(found[0].id), f"ldm3d: the weights of {found[0].id} are on this machine"
        why = f"no LDM3D weights are on this machine (`models pull {DEFAULT['panorama']}`)"
    else:
        why = f"ldm3d lacks {', '.join(lacking)} (pip install 'depthfusion[ldm3d]')"
    return _sketch(), f"sketch: {why}; it draws procedurally from words and needs no model"


def _is_here(package: str) -> bool:
    """Whether a package can be imported, without importing it."""
    try:
        return find_spec(package) is not None
    except ImportError:  # something on this machine's import path forbids it
        return False


def _sketch() -> Engine:
    from depthfusion.generation.sketch.engine import SketchEngine  # loads numba: only when drawing

    return SketchEngine()


def _ldm3d(model: str | None) -> "Ldm3dEngine":
    from depthfusion.generation.ldm3d.engine import Ldm3dEngine

    return Ldm3dEngine(model)
