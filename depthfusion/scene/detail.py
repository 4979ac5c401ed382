"""How finely a place is meshed; light, because help pages read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np

from depthfusion.types import InputError

Preset = Literal["mobile", "headset", "desktop", "film"]
# Triangles in the whole scene, at most; a film's stills may take all that the detail asks for.
PRESETS: Mapping[Preset, int | None] = MappingProxyType(
    {"mobile": 100_000, "headset": 200_000, "desktop": 600_000, "film": None}
)
USUAL_PRESET: Preset = "desktop"
FEWEST_TRIANGLES = 1000


@dataclass(frozen=True)
class MeshOptions:
    """How finely layers are meshed.

    Parameters
    ----------
    error : largest error of leaving a vertex out, in texels of the layer's texture; > 0.
    triangles : at most so many in the whole scene, by raising `error` and, where that is not
        enough, by following rims less closely; `None` for no limit.
    reach : how far the eye may go, in the scene's unit; `None` takes the head box, at least a
        tenth of the unit, so that a scene to be seen from the centre alone still has shape.

    Raises
    ------
    InputError
        A number is out of range.
    """

    error: float = 0.2
    triangles: int | None = None
    reach: float | None = None

    def __post_init__(self) -> None:
        """Verify ranges."""
        if not 0 < self.error < np.inf:
            raise InputError(f"error must be above 0; got {self.error}")
        if self.triangles is not None and self.triangles < FEWEST_TRIANGLES:
            raise InputError(f"triangles must be {FEWEST_TRIANGLES} or more; got {self.triangles}")
        if self.reach is not None and not 0 <= self.reach < np.inf:
            raise InputError(f"reach must be 0 or more; got {self.reach}")

    @classmethod
    def chosen(
        cls,
        preset: str | None = None,
        triangles: int | None = None,
        error: float | None = None,
    ) -> "MeshOptions":
        """Options from what a person says, of which all may be left out.

        Parameters
        ----------
        preset : a name in `PRESETS`; its limit holds where `triangles` says no other.
        triangles, error : as above; an error alone is kept whatever it takes.

        Returns
        -------
        Those of `USUAL_PRESET` where none of the three is given.

        Raises
        ------
        InputError
            The preset is unknown, or a number out of range.
        """
        if preset is None:
            preset = USUAL_PRESET if error is None else "film"
        if preset not in get_args(Preset):
            raise InputError(f"preset must be one of {', '.join(PRESETS)}; got {preset!r}")
        limit = PRESETS[preset] if triangles is None else triangles  # type: ignore[index]
        return cls(cls.error if error is None else error, limit)
