"""Places: each puts its shapes, ground and lamps on a stage and may change the air."""

from collections.abc import Callable

from numpy.random import Generator

from depthfusion.generation.sketch.model import Air, Stage
from depthfusion.generation.sketch.places import (
    beach,
    cave,
    city,
    desert,
    forest,
    meadow,
    mountains,
    planet,
    room,
    space,
)
from depthfusion.generation.sketch.words import SceneSpec

Builder = Callable[[SceneSpec, Generator, Air], tuple[Stage, Air]]

BUILDERS: dict[str, Builder] = {
    "forest": forest.build,
    "mountains": mountains.build,
    "desert": desert.build,
    "beach": beach.build,
    "city": city.build,
    "room": room.build,
    "cave": cave.build,
    "space": space.build,
    "planet": planet.build,
    "meadow": meadow.build,
}
