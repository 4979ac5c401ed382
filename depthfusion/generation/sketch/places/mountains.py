"""Mountains: ridges and snow over a valley with a lake, pines and boulders near the viewer."""

import numpy as np
from numpy.random import Generator

from depthfusion.generation.sketch.model import (
    CARD,
    GROUND,
    ROCK,
    WATER,
    Air,
    Ground,
    Stage,
    turned,
)  # fmt: skip
from depthfusion.generation.sketch.places.group import Group
from depthfusion.generation.sketch.places.plants import Flora
from depthfusion.generation.sketch.places.scatter import apart, hills, ring
from depthfusion.generation.sketch.places.vessels import rowing_boat
from depthfusion.generation.sketch.words import SceneSpec

LAKE = -4.4


def build(spec: SceneSpec, rng: Generator, air: Air) -> tuple[Stage, Air]:
    """Stand on a grassy shoulder above a lake; peaks all round, the highest ahead."""
    stage = Stage()
    flora = Flora.on(stage, spec)
    seed = int(rng.integers(1 << 20))
    turn = rng.uniform(-0.4, 0.4)

    def height(x, z):
        r = np.hypot(x, z)
        ahead = np.exp(-((np.arctan2(x, -z) - turn) ** 2) / 1.1)
        rise = np.clip((r - 240) / 1900, 0, 1)
        rise = rise * rise * (3 - 2 * rise)
        peaks = hills(x, z, 2900, 10, 0.85, seed) + 0.42
        peaks = np.clip(peaks, 0, None) ** 1.25 * (1050 + 950 * ahead) * rise
        knoll = 0.10 * hills(x, z, 3, 5, seed=seed + 4) * np.clip(r / 2, 0, 1)
        slopes = np.clip(r / 30, 0, 1) * 3.0 * hills(x, z, 45, 6, seed=seed + 7)
        basin = -13.0 * ahead * np.clip((r - 4) / 34, 0, 1) * (1 - np.clip((r - 300) / 500, 0, 1))
        shore = 26 * np.clip((r - 120) / 700, 0, 1) * (0.6 + hills(x, z, 420, 6, 0.3, seed + 2))
        return (
            -1.6
            + knoll
            + slopes * (1 - 0.6 * ahead)
            + basin
            + shore * (1 + 1.5 * (1 - ahead))
            + peaks
        )

    line = 190.0 if spec.has("snowcap") or spec.season == "winter" else 300.0
    line -= 130.0 if spec.season == "spring" else 0.0

    def snowy(x, z):
        y = height(x, z) + 90 * hills(x, z, 300, 6, seed=seed + 11)
        return np.clip(0.5 + (y - line) / 260, 0, 1) if not spec.lacks("snow", "snowcap") else 0 * x

    warm = {"autumn": ("#6d5a26", "#9c7a35"), "winter": ("#6d6a55", "#8a8468")}
    meadow = stage.material(GROUND, *warm.get(spec.season, ("#3a4d22", "#6b7440")), 0.45, 0.9)
    rock = stage.material(ROCK, "#8f8a84", "#4f4b49", 26.0, 1.3, detail=0.5)
    snow = stage.material(GROUND, "#dfe6ee", "#f4f6f8", 8.0, 0.5)
    stage.ground = Ground(height, meadow, cover=snow, steep=rock, covered=snowy, slope=1.02,
                          reach=9000, relief=True)  # fmt: skip

    def on(points):
        return np.stack([points[:, 0], height(points[:, 0], points[:, 1]), points[:, 1]], -1)

    if not spec.lacks("lake"):
        tone = ("#2f7f80", "#0d3238") if not spec.colours else (spec.accent("#2f7f80"), "#0d3238")
        stage.water = (LAKE, stage.material(WATER, *tone, 2.2, 0.16, detail=0.0))
        spot = np.array([6.0, -26.0])
        if height(*spot) < LAKE - 0.3 and spec.has("boat"):
            rowing_boat(Group(stage, (spot[0], LAKE, spot[1]), 0.8), stage)
    _woods(stage, flora, spec, rng, on, line)
    near = on(ring(rng, 5200, 0.8, 24, 0.95))
    if not spec.lacks("grass"):
        flora.tufts(rng, near[near[:, 1] > LAKE + 0.15], 0.17, rng.uniform(0.8, 1.1))
    if not spec.lacks("rocks"):
        stones = on(ring(rng, 90, 1.3, 60, 0.75))
        flora.stones(
            rng,
            stones,
            0.06
            + 0.9 * rng.uniform(0, 1, 90) ** 3 * (1 + 0.02 * np.hypot(stones[:, 0], stones[:, 2])),
        )
        boulders = on(
            np.array([[-2.6, -3.4], [3.8, -2.2], [-4.5, 2.5]]) + rng.normal(0, 0.4, (3, 2))
        )
        flora.stones(rng, boulders, np.array([0.75, 0.55, 0.95]))
    if spec.has("flowers") or spec.season == "spring":
        flora.flowers(rng, on(ring(rng, 900, 0.9, 14, 0.9)), spec.accent("#d7b23a"))
    return stage, air._replace(fog=max(0.00009, 0.06 * air.fog), fog_height=600.0) if (
        air.fog < 0.002
    ) else air  # fmt: skip


def _woods(stage, flora, spec, rng, on, line):
    """Pines: grown near the viewer, cards on the slopes."""
    if spec.lacks("trees", "pine"):
        return
    for foot in on(apart(ring(rng, 90, 7, 70, 0.7), 3.0, 0.03)):
        if foot[1] > LAKE + 0.3 and not (abs(foot[0]) < -0.55 * foot[2] and rng.uniform() < 0.85):
            flora.conifer(rng, foot, rng.uniform(6, 13), 0.7)
    far = on(ring(rng, 9000, 60, 1500, 0.8))
    far = far[(far[:, 1] > LAKE + 0.6) & (far[:, 1] < 0.55 * line)]
    patch = hills(far[:, 0], far[:, 2], 160, 4, seed=3)
    far = far[patch > rng.normal(-0.02, 0.12, len(far))]
    tall = rng.uniform(7, 15, len(far))
    stage.place(
        CARD, far + np.outer(tall * 0.47, (0, 1, 0)), np.stack([tall * 0.19, tall / 2, tall], -1),
        flora.far, turned(np.arctan2(far[:, 0], far[:, 2])), rng.uniform(0.75, 1.25, len(far)),
    )  # fmt: skip
