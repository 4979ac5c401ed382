"""Places: each puts its shapes, ground and lamps on a stage and may change the air."""

from collections.abc import Callable

from numpy.random import Generator

from depthfusion.generation.sketch.model import Air, Stage
from depthfusion.generation.sketch.places import forest, meadow, room
from depthfusion.generation.sketch.words import SceneSpec

Builder = Callable[[SceneSpec, Generator, Air], tuple[Stage, Air]]

BUILDERS: dict[str, Builder] = {
    "forest": forest.build,
    "meadow": meadow.build,
    "room": room.build,
}
