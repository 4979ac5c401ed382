"""A beach: sand at the feet, wet where the waves run out, the sea ahead, palms or dunes behind."""

import numpy as np
from numpy.random import Generator

from depthfusion.generation.sketch.model import (
    BARK,
    FABRIC,
    PLAIN,
    ROCK,
    SAND,
    WATER,
    Air,
    Ground,
    Stage,
)  # fmt: skip
from depthfusion.generation.sketch.places.group import Group
from depthfusion.generation.sketch.places.plants import Flora
from depthfusion.generation.sketch.places.scatter import apart, hills, ring
from depthfusion.generation.sketch.places.vessels import rowing_boat
from depthfusion.generation.sketch.words import SceneSpec

SEA = -1.86


def build(spec: SceneSpec, rng: Generator, air: Air) -> tuple[Stage, Air]:
    """The shore runs across the view 7 m ahead; headlands close the bay."""
    stage = Stage()
    flora = Flora.on(stage, spec)
    seed = int(rng.integers(1 << 20))

    def height(x, z):
        r = np.hypot(x, z)
        bend = 1.2 * np.sin(x / 9.0 + 1.0) + 0.0011 * np.minimum(x * x, 900.0)
        off = z + bend * np.clip(r / 6, 0, 1)
        shore = np.where(off < 0, 0.070 * off, 0.035 * off)
        shore = np.maximum(shore, -9.0) * 1.0
        dunes = np.clip((off - 9) / 30, 0, 1) * (3.2 + 3.0 * hills(x, z, 26, 5, 0.3, seed))
        grain = 0.05 * hills(x, z, 2.2, 4, seed=seed + 1) * np.clip(r / 2, 0, 1)
        angle = np.arctan2(x, -z)
        heads = np.exp(-(((np.abs(angle) - 1.25) / 0.33) ** 2)) * np.clip((r - 140) / 500, 0, 1)
        far = 210 * heads * np.clip(0.45 + hills(x, z, 420, 8, 0.5, seed + 2), 0, None)
        inland = 60 * np.clip((off - 60) / 700, 0, 1) * (0.5 + hills(x, z, 500, 6, seed=seed + 5))
        low = np.minimum(shore, 2.5 + 0 * shore) + dunes + grain + inland
        return -1.6 + low + np.where(far > 4, far + 0.02 * r, 0)

    def wet(x, z):
        y = height(x, z) - SEA
        return np.clip(1.15 - y / 0.22, 0, 1)

    sand = stage.material(SAND, "#dcbf92", "#c2a172", 0.10, 0.35, detail=0.5)
    damp = stage.material(SAND, "#8d7553", "#75603f", 0.12, 0.10, gloss=0.55, detail=0.15)
    rock = stage.material(ROCK, "#8d8072", "#4a4139", 5.0, 1.2, detail=0.8)
    stage.ground = Ground(height, sand, cover=damp, steep=rock, covered=wet, slope=0.62, reach=4000,
                          relief=True)  # fmt: skip
    tone = ("#2fa6a0", "#06364d") if spec.time != "night" else ("#123a44", "#04121c")
    if spec.colours:
        tone = (spec.accent(tone[0]), tone[1])
    rough = {"storm": 2.2, "rain": 1.3}.get(
        spec.weather, 0.75 if "calm" not in spec.moods else 0.35
    )
    stage.water = (SEA, stage.material(WATER, *tone, 1.6, rough, detail=1.0))

    def on(points):
        return np.stack([points[:, 0], height(points[:, 0], points[:, 1]), points[:, 1]], -1)

    palms = not spec.lacks("palms", "trees")
    if palms:
        behind = apart(ring(rng, 140, 5.5, 60, 0.7), 3.2, 0.02)
        keep = behind[:, 1] > -0.12 * np.abs(behind[:, 0]) + 0.4
        feet = on(behind[keep])
        for foot in feet[feet[:, 1] > SEA + 0.55][:34]:
            flora.palm(rng, foot, rng.uniform(5, 9))
        lead = np.array([[-3.4, -1.6], [4.6, -0.4]]) + rng.normal(0, 0.3, (2, 2))
        for foot in on(lead):
            flora.palm(rng, foot, rng.uniform(5.5, 7))
    if not spec.lacks("grass"):
        clumps = ring(rng, 900, 6, 45, 0.8)
        clumps = on(clumps[clumps[:, 1] > 3])
        flora.tufts(rng, clumps, 0.5, 1.15)
    if not spec.lacks("rocks"):
        spots = on(apart(ring(rng, 70, 3.0, 34, 0.8), 1.0))
        spots = spots[(np.abs(spots[:, 1] - SEA) < 0.3)]
        flora.stones(rng, spots, 0.12 + 0.55 * rng.uniform(0, 1, len(spots)) ** 2)
        crag = on(np.array([[-9.5, -9.0], [-12.0, -11.5], [-8.0, -11.5], [12, -14]]))
        flora.stones(rng, crag + np.array([0, 0.3, 0]), np.array([1.3, 2.1, 0.8, 1.2]))
    pebbles = on(ring(rng, 260, 0.9, 9, 1.0))
    flora.stones(rng, pebbles, 0.012 + 0.035 * rng.uniform(0, 1, 260) ** 2)
    _belongings(stage, spec, rng, on)
    return stage, air._replace(bounce=tuple(1.35 * c for c in air.bounce))


def _belongings(stage, spec, rng, on):
    """Driftwood, a boat drawn up, a parasol with a towel."""
    wood = stage.material(BARK, "#a89a86", "#6b5d4c", 0.05, 1.0)
    foot = on(np.array([[-1.6, -2.6]]))[0]
    g = Group(stage, tuple(foot), 0.5)
    g.rod((-0.9, 0.06, 0), (0.8, 0.10, 0.1), 0.10, wood, 0.6)
    g.rod((0.1, 0.08, 0), (0.55, 0.45, -0.25), 0.045, wood, 0.4)
    g.rod((-0.3, 0.08, 0), (-0.5, 0.33, 0.3), 0.035, wood, 0.4)
    if not spec.lacks("boat"):
        foot = on(np.array([[3.4, -4.2]]))[0]
        rowing_boat(
            Group(stage, (foot[0], foot[1] + 0.10, foot[2]), 0.7), stage, spec.accent("#2f6f8f")
        )
    if not spec.lacks("umbrella"):
        foot = on(np.array([[2.5, 1.6]]))[0]
        g = Group(stage, tuple(foot), 0.4)
        pole = stage.material(PLAIN, "#e8e2d4", "#d8d0c0", 0.3, 0.1)
        cloth = stage.material(FABRIC, spec.accent("#c8452f"), "#c8452f", 0.05, 0.3, leaf=0.4)
        white = stage.material(FABRIC, "#eee6d4", "#e4dac4", 0.05, 0.3, leaf=0.4)
        g.rod((0, -0.3, 0), (0.15, 2.15, 0), 0.022, pole)
        for k in range(12):
            a, b = k * np.pi / 6, (k + 1) * np.pi / 6
            mid = (a + b) / 2
            rim = 1.25 * np.array([np.sin(mid), 0, np.cos(mid)])
            centre = np.array([0.14, 1.92, 0]) + rim * 0.5
            g.box(centre, (0.34, 0.004, 0.66), cloth if k % 2 else white, yaw=mid, pitch=0.42)
        towel = stage.material(FABRIC, "#e6dcc4", "#2f7f8f", 0.05, 0.4, detail=1)
        g.box((0.2, 0.05, -1.4), (0.45, 0.012, 0.9), towel, pitch=0.03)
