"""Meadows and hills: the place for prompts that name none."""

import numpy as np
from numpy.random import Generator

from depthfusion.generation.sketch.model import GROUND, ROCK, Air, Ground, Stage
from depthfusion.generation.sketch.places.plants import Flora
from depthfusion.generation.sketch.places.scatter import apart, hills, ring
from depthfusion.generation.sketch.words import SceneSpec


def build(spec: SceneSpec, rng: Generator, air: Air) -> tuple[Stage, Air]:
    """Rolling grassland with scattered trees, tufts and stones near the viewer."""
    stage = Stage()
    flora = Flora.on(stage, spec)
    seed = int(rng.integers(1 << 20))

    def height(x, z):
        r = np.hypot(x, z)
        far = np.clip((r - 25) / 400, 0, 1)
        wave = 0.10 * hills(x, z, 6, 4, seed=seed) + 1.5 * np.clip(r / 40, 0, 1) * hills(
            x, z, 60, 5, seed=seed + 3
        )
        return (
            -1.6
            + wave * np.clip(r / 2.5, 0, 1)
            + 75 * far * (0.35 + hills(x, z, 700, 6, seed=seed + 9))
        )

    grass = stage.material(GROUND, "#42561f", "#7f8638", 0.35, 1.0)
    rock = stage.material(ROCK, "#8b8578", "#55514a", 3.0, 1.0, detail=0.6)
    stage.ground = Ground(height, grass, steep=rock, slope=0.9, reach=5000, relief=True)

    def on(points):
        return np.stack([points[:, 0], height(points[:, 0], points[:, 1]), points[:, 1]], -1)

    if not spec.lacks("trees"):
        for foot in on(apart(ring(rng, 50, 9, 160, 0.6), 6, 0.05)):
            flora.broadleaf(rng, foot, rng.uniform(5, 9))
    if not spec.lacks("grass"):
        flora.tufts(rng, on(ring(rng, 5000, 0.7, 26, 1.0)), 0.30)
    if not spec.lacks("rocks"):
        flora.stones(rng, on(ring(rng, 40, 1.2, 30, 0.9)), rng.uniform(0.08, 0.45, 40))
    return stage, air
