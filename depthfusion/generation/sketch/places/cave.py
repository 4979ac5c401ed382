"""A cave: floor and roof as two grounds that meet in the walls, dripstone, a pool, an opening."""

import numpy as np
from numpy.random import Generator

from depthfusion.generation.sketch.model import (
    CONE,
    PLAIN,
    ROCK,
    SPHERE,
    WATER,
    Air,
    Ground,
    Stage,
    turned,
)
from depthfusion.generation.sketch.places.plants import UP, Flora
from depthfusion.generation.sketch.places.scatter import apart, hills, ring
from depthfusion.generation.sketch.words import SceneSpec

POOL = -1.95


def build(spec: SceneSpec, rng: Generator, air: Air) -> tuple[Stage, Air]:
    """A chamber some 20 m long, lit by an opening far ahead, lanterns and glowing crystals."""
    stage = Stage()
    flora = Flora.on(stage, spec)
    seed = int(rng.integers(1 << 20))
    bend = rng.uniform(-1, 1) * 3

    def wide(x, z):
        """Height between floor and roof before their own relief: 1 in the middle, 0 at the wall."""
        middle = bend * np.sin(z / 11.0) * np.clip(np.abs(z) / 6, 0, 1)
        half = 4.6 + 1.6 * np.sin(z / 6.0 + seed) + 1.5 * hills(x, z, 5, 5, 0.3, seed + 1)
        end = np.clip((17 - z) / 6, 0, 1) * np.clip((z + 60) / 3, 0, 1)
        half = np.where(z < -12, half * np.clip(1.0 - (-z - 12) / 60, 0.52, 1), half)
        return (
            np.clip(1 - (np.abs(x - middle) / np.maximum(half, 1.2)) ** 2, -0.6, 1) * end
            - (1 - end) * 0.6
        )

    def floor(x, z):
        r = np.hypot(x, z)
        rough = 0.5 * hills(x, z, 3.0, 6, 0.4, seed + 3) * np.clip(r / 2.2, 0, 1)
        dip = -0.75 * np.exp(-(((x - 1.4) / 2.6) ** 2 + ((z + 6.0) / 3.0) ** 2))
        return -1.6 + rough + dip + 2.6 * np.clip(0.55 - wide(x, z), 0, 2) ** 1.5

    def roof(x, z):
        room = wide(x, z)
        tall = 4.6 * np.sqrt(np.clip(room, 0, 1)) - 2.6 + 0.9 * hills(x, z, 4, 6, 0.5, seed + 4)
        tall = tall + 6.0 * np.minimum(room, 0)
        mouth = np.clip((-z - 30) / 12, 0, 1)
        head = np.exp(-((x * x + z * z) / 9.0))
        return tall + head * np.maximum(0.9 - tall, 0) + 0.5 * mouth

    rock = stage.material(ROCK, "#8d7a66", "#4a3d33", 1.6, 1.5, detail=0.7)
    wall = stage.material(ROCK, "#9a8268", "#3f342c", 1.1, 1.7, detail=1.0)
    stage.ground = Ground(floor, rock, steep=wall, ceiling=roof, slope=0.8, reach=75)
    if not spec.lacks("lake"):
        stage.water = (POOL, stage.material(WATER, "#1f7f80", "#06282e", 0.9, 0.07, detail=0.0))
    _dripstone(stage, rng, wide, floor, roof)

    def on(points):
        return np.stack([points[:, 0], floor(points[:, 0], points[:, 1]), points[:, 1]], -1)

    spots = ring(rng, 160, 1.4, 13, 0.8)
    spots = spots[wide(spots[:, 0], spots[:, 1]) > 0.3]
    flora.stones(rng, on(spots), 0.05 + 0.35 * rng.uniform(0, 1, len(spots)) ** 3)
    if not spec.lacks("crystals"):
        _crystals(stage, spec, rng, on, wide)
    if not spec.lacks("lamps"):
        wood = stage.material(PLAIN, "#3a2a1c", "#2a1d12", 0.05, 0.4)
        flame = stage.material(PLAIN, "#ffb65a", "#ffb65a", 0.1, 0.0, glow=9.0)
        for x, z in ((-2.3, -3.2), (2.6, 2.6), (-1.6, -11.0)):
            y = float(floor(np.array([x]), np.array([z]))[0])
            flora.rod((x, y, z), (x, y + 1.1, z), 0.035, 0.8, wood)
            stage.place(SPHERE, (x, y + 1.2, z), (0.06, 0.11, 0.06), flame)
            stage.light((x, y + 1.35, z), "#ff9a45", 2.6, 0.07)
    day = {"night": 0.15, "dusk": 0.5}.get(spec.time, 1.0)
    for z, power in ((-40, 170.0), (-26, 32.0), (-17, 9.0)):
        stage.light((bend * np.sin(z / 11.0), 0.3, z), "#bcd4ee", power * day * 0.5, 0.4)
    return stage, air._replace(
        indoors=True, occlusion=2.0, ambient=(0.050, 0.055, 0.065), bounce=(0.050, 0.042, 0.034),
        glow=tuple(0.3 * g for g in air.glow), fog=0.012, fog_height=30.0, exposure=1.7,
        fog_colour=tuple(0.16 * c for c in air.fog_colour), sun_colour=(0.0, 0.0, 0.0),
        rain=0.0, snow=0.0,
    )  # fmt: skip


def _dripstone(stage, rng, wide, floor, roof):
    """Stalactites above, stalagmites below, some grown together."""
    lime = stage.material(ROCK, "#b8a488", "#6d5a48", 0.30, 1.3, detail=1.5)
    spots = apart(ring(rng, 900, 1.5, 24, 0.7), 0.35)
    room = wide(spots[:, 0], spots[:, 1])
    spots = spots[room > 0.12]
    low, high = floor(spots[:, 0], spots[:, 1]), roof(spots[:, 0], spots[:, 1])
    gap = high - low
    size = rng.uniform(0, 1, len(spots)) ** 2.2
    for (x, z), y0, y1, free, s in zip(spots, low, high, gap, size, strict=True):
        if free < 0.4:
            continue
        hang = min(0.85 * free, 0.25 + 2.4 * s)
        if np.hypot(x, z) < 2.5:
            hang = min(hang, 0.6)
        girth = 0.05 + 0.10 * hang
        for k in range(3):  # thinner and thinner
            wide_here, part = girth * (1 - 0.31 * k), hang / 6
            middle = (x, y1 + 0.15 - part * (2 * k + 1), z)
            half = (wide_here, part + 0.01, wide_here)
            stage.place(CONE, middle, half, lime, turned(0, np.pi), taper=0.68 if k < 2 else 0.05)
        if s > 0.25 and np.hypot(x, z) > 2.2:
            rise = min(0.7 * (free - hang), 0.2 + 1.1 * s)
            if rise > 0.1:
                foot = 0.07 + 0.14 * rise
                half = (foot, rise / 2 + 0.1, foot)
                stage.place(CONE, (x, y0 + rise / 2 - 0.1, z), half, lime, taper=0.35)
                stage.place(SPHERE, (x, y0 + rise, z), 0.35 * (0.07 + 0.14 * rise), lime)


def _crystals(stage, spec, rng, on, wide):
    """Clusters of glowing crystals, brighter where the prompt asks for them."""
    asked = spec.has("crystals")
    tone = spec.accent("#3fb6c9")
    glass = stage.material(
        PLAIN, tone, "#ffffff", 0.25, 0.2, gloss=0.9, glow=0.55 if asked else 0.30
    )
    spots = apart(ring(rng, 200, 2.0, 14, 0.8), 1.6)
    room = wide(spots[:, 0], spots[:, 1])
    spots = on(spots[(room > 0.25) & (room < 0.75)])[: 16 if asked else 6]
    for x, y, z in spots:
        count = 9
        out = rng.normal(0, 0.45, (count, 3)) + UP
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        long = rng.uniform(0.15, 0.6, count)
        start = np.array([x, y - 0.05, z]) + rng.normal(0, 0.06, (count, 3))
        for a, d, n in zip(start, out, long, strict=True):
            up = d
            side = np.cross(up, (0.3, 0.1, 1.0))
            side /= np.linalg.norm(side)
            turn = np.stack([side, up, np.cross(side, up)], -1)
            stage.place(1, a + d * n / 2, (0.10 * n, n / 2, 0.10 * n), glass, turn)
            stage.place(
                CONE, a + d * n * 1.08, (0.125 * n, n * 0.09, 0.125 * n), glass, turn, taper=0.02
            )
        if len(stage.lights) < 9:
            stage.light((x, y + 0.55, z), tone, 0.9 if asked else 0.5, 0.08)
