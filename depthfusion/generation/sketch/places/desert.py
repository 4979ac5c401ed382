"""A desert: dunes with sharp crests, mesas far off; cacti or an oasis where asked for."""

import numpy as np
from numpy.random import Generator

from depthfusion.generation.sketch.model import ROCK, SAND, WATER, Air, Ground, Stage
from depthfusion.generation.sketch.places.plants import Flora
from depthfusion.generation.sketch.places.scatter import apart, hills, ring
from depthfusion.generation.sketch.words import SceneSpec


def build(spec: SceneSpec, rng: Generator, air: Air) -> tuple[Stage, Air]:
    """Stand on the flank of a dune; crests run across the view into the haze."""
    stage = Stage()
    flora = Flora.on(stage, spec)
    seed, phase = int(rng.integers(1 << 20)), rng.uniform(0, 6)
    wind = rng.uniform(-0.5, 0.5)

    def dunes(x, z):
        along = x * np.cos(wind) + z * np.sin(wind)
        across = -x * np.sin(wind) + z * np.cos(wind)
        warp = 26 * hills(along, across, 150, 4, seed=seed) + 0.10 * along
        t = ((across + warp) / 74 + phase) % 1.0
        ramp = np.where(t < 0.72, (t / 0.72) ** 1.6, ((1 - t) / 0.28) ** 1.1)
        size = np.clip(0.75 + 1.1 * hills(along, across, 260, 3, seed=seed + 3), 0.15, 2)
        return 15.0 * ramp * size + 2.2 * hills(x, z, 60, 4, 0.4, seed + 5)

    eye = float(dunes(np.zeros(1), np.zeros(1))[0])
    mesas = not spec.lacks("rocks")

    def height(x, z):
        r = np.hypot(x, z)
        calm = np.clip((r - 1) / 10, 0, 1)
        h = (dunes(x, z) - eye) * (0.35 + 0.65 * np.clip(r / 50, 0, 1)) * calm
        h = h + 0.02 * hills(x, z, 1.3, 3, seed=seed + 8) * np.clip(r / 1.5, 0, 1)
        if mesas:
            form = hills(x, z, 1300, 6, 0.1, seed + 9)
            block = np.clip((form - 0.16) / 0.05, 0, 1) * np.clip((r - 900) / 300, 0, 1)
            foot = np.clip((form - 0.02) / 0.2, 0, 1) ** 2 * np.clip((r - 700) / 400, 0, 1)
            h = h + 150 * block + 55 * foot
        if spec.has("lake"):
            h = h - 1.6 * np.exp(-(((x - 1) / 7) ** 2 + ((z + 11) / 4.5) ** 2)) - 0.0
        return -1.6 + h

    sand = stage.material(SAND, spec.accent("#d6ab7c"), "#b98458", 0.11, 0.75, detail=0.9)
    rock = stage.material(ROCK, "#b06a42", "#6f3a26", 22.0, 1.0, detail=1.6)
    stage.ground = Ground(height, sand, steep=rock, slope=1.05, reach=7000, relief=True)

    def on(points):
        return np.stack([points[:, 0], height(points[:, 0], points[:, 1]), points[:, 1]], -1)

    if spec.has("lake"):
        stage.water = (-2.15, stage.material(WATER, "#2f8f86", "#0c3a3a", 1.2, 0.12, detail=0.2))
        spots = apart(ring(rng, 90, 5, 22, 0.7), 1.7)
        for foot in on(spots[spots[:, 1] < -3]):
            if -2.1 < foot[1]:
                flora.palm(rng, foot, rng.uniform(4, 8))
        flora.tufts(rng, on(ring(rng, 1600, 4, 18, 0.8)), 0.3)
    if spec.has("cacti") or (not spec.lacks("cacti") and not spec.has("lake")):
        count = 60 if spec.has("cacti") else 9
        for foot in on(apart(ring(rng, count, 3.2, 70, 0.7), 2.5)):
            flora.cactus(rng, foot, rng.uniform(1.6, 4.2))
    if not spec.lacks("rocks"):
        flora.stones(rng, on(ring(rng, 70, 1.5, 40, 0.8)), 0.03 + 0.5 * rng.uniform(0, 1, 70) ** 4)
    if not spec.lacks("grass"):
        clumps = on(apart(ring(rng, 70, 2.0, 40, 0.9), 1.0))
        clumps = np.repeat(clumps, 9, axis=0) + rng.normal(0, 0.10, (len(clumps) * 9, 3)) * (
            1,
            0,
            1,
        )
        flora.tufts(rng, clumps, 0.32, (1.5, 1.3, 1.0)[0])
    warm = tuple(c * k for c, k in zip(air.bounce, (1.7, 1.35, 1.0), strict=True))
    return stage, air._replace(
        bounce=warm, clouds=min(air.clouds, 0.22) if not air.rain else air.clouds
    )
