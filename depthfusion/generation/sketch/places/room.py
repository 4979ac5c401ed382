"""A room: living room, library, bedroom or office, with a window, furniture and lamps."""

import numpy as np
from numpy.random import Generator

from depthfusion.generation.sketch.model import (
    BOX, PLAIN, PLANKS, Air, Stage
)  # fmt: skip
from depthfusion.generation.sketch.words import SceneSpec


def build(spec: SceneSpec, rng: Generator, air: Air) -> tuple[Stage, Air]:
    """Four walls, a floor at exactly y = −1.6."""
    stage = Stage()
    floor = stage.material(PLANKS, "#8a5a34", "#4f2f1a", 0.14, 0.8, gloss=0.35)
    wall = stage.material(PLAIN, "#cdbfa6", "#c0b198", 0.6, 0.05)
    stage.place(BOX, (0, -1.65, 0), (3, 0.05, 4), floor)
    stage.place(BOX, (0, 1.2, 0), (3, 0.05, 4), wall)
    for x, z, w, d in ((-3, 0, 0.05, 4), (3, 0, 0.05, 4), (0, 4, 3, 0.05), (0, -4, 3, 0.05)):
        stage.place(BOX, (x, -0.2, z), (w, 1.45, d), wall)
    stage.light((0, 0.9, 0), "#ffd9a0", 3.0, 0.1)
    return stage, air._replace(indoors=True, occlusion=1.5)
