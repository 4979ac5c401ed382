"""A forest: pines, broad-leaved trees, birches or jungle, with undergrowth and a path."""

import numpy as np
from numpy.random import Generator

from depthfusion.generation.sketch.model import CARD, GROUND, Air, Ground, Stage, turned
from depthfusion.generation.sketch.places.plants import Flora
from depthfusion.generation.sketch.places.scatter import apart, hills, ring
from depthfusion.generation.sketch.words import SceneSpec


def build(spec: SceneSpec, rng: Generator, air: Air) -> tuple[Stage, Air]:
    """Trees from 2.5 m to the haze, ferns and grass at the feet, a path winding forwards."""
    stage = Stage()
    flora = Flora.on(stage, spec)
    seed = int(rng.integers(1 << 20))
    sway = rng.uniform(-1, 1) * 0.7

    def path(x, z):
        bend = 1.5 * sway * np.sin(z / 7.0) + 2.5 * sway * np.sin(z / 19.0)
        return np.exp(-(((x - bend) / 0.85) ** 2))

    def height(x, z):
        r = np.hypot(x, z)
        mounds = 0.22 * hills(x, z, 4, 4, seed=seed) + 0.9 * np.clip(r / 12, 0, 1) * hills(
            x, z, 22, 4, seed=seed + 2
        )
        far = 16 * np.clip((r - 30) / 150, 0, 1) * (0.3 + hills(x, z, 160, 4, seed=seed + 5))
        return -1.6 + (mounds - 0.10 * path(x, z)) * np.clip(r / 1.5, 0, 1) + far

    floor = stage.material(GROUND, "#33401b", "#5d4a2c", 0.5, 1.3)
    earth = stage.material(GROUND, "#6d5639", "#8a7350", 0.25, 1.0)
    stage.ground = Ground(height, floor, cover=earth, covered=path, reach=600)

    def on(points):
        return np.stack([points[:, 0], height(points[:, 0], points[:, 1]), points[:, 1]], -1)

    clear = 0.0 if spec.lacks("path") else 1.0
    points = apart(ring(rng, 1100, 3.0, 62, 0.62), 1.7, 0.022)
    points = points[path(points[:, 0], points[:, 1]) * clear < 0.08]
    if not spec.lacks("trees"):
        for foot in on(points):
            far = np.hypot(foot[0], foot[2])
            full = 1.0 if far < 11 else 0.5 if far < 22 else 0.2
            kind = rng.uniform()
            if spec.has("pine") or (kind < 0.35 and not spec.has("birch", "jungle")):
                flora.conifer(rng, foot, rng.uniform(9, 17), full)
            else:
                flora.broadleaf(
                    rng, foot, rng.uniform(8, 13), spec.has("birch") or kind > 0.85, full
                )
        backdrop = on(ring(rng, 600, 64, 230, 0.7))
        tall = rng.uniform(9, 17, len(backdrop))
        facing = turned(np.arctan2(backdrop[:, 0], backdrop[:, 2]))
        size = np.stack([0.2 * tall, 0.5 * tall, tall], -1)
        middle = backdrop + np.outer(tall / 2, (0, 1, 0))
        stage.place(CARD, middle, size, flora.far, facing, rng.uniform(0.8, 1.2, len(tall)))
    floor_points = ring(rng, 420, 1.1, 28, 0.85)
    floor_points = floor_points[path(floor_points[:, 0], floor_points[:, 1]) < 0.35]
    if not spec.lacks("ferns"):
        flora.ferns(rng, on(floor_points[:260]), 0.55)
    if not spec.lacks("grass"):
        tufts = ring(rng, 3200, 0.8, 22, 0.95)
        tufts = tufts[path(tufts[:, 0], tufts[:, 1]) < rng.uniform(0.1, 0.6, len(tufts))]
        flora.tufts(rng, on(tufts), 0.20)
    if not spec.lacks("rocks"):
        flora.stones(rng, on(ring(rng, 46, 1.4, 26, 0.8)), rng.uniform(0.08, 0.5, 46))
    return stage, air._replace(occlusion=1.2, exposure=1.3 * air.exposure)
