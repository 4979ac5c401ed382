"""The ground of another world: the Moon, Mars, or one that nobody has named."""

import numpy as np
from numpy.random import Generator

from depthfusion.generation.sketch.model import (
    GROUND,
    PANEL,
    PLAIN,
    PLANET,
    ROCK,
    SPHERE,
    Air,
    Ground,
    Stage,
    turned,
)  # fmt: skip
from depthfusion.generation.sketch.places.group import Group
from depthfusion.generation.sketch.places.plants import UP, Flora
from depthfusion.generation.sketch.places.scatter import hills, ring
from depthfusion.generation.sketch.words import SceneSpec


def build(spec: SceneSpec, rng: Generator, air: Air) -> tuple[Stage, Air]:
    """Cratered plains with boulders, a lander, and another world in the sky."""
    stage = Stage()
    flora = Flora.on(stage, spec)
    seed = int(rng.integers(1 << 20))
    moon = spec.has("moon") or not spec.features & {"mars", "alien"}
    craters = ring(rng, 240, 6, 900, 1.0)
    size = np.exp(rng.uniform(np.log(0.9), np.log(60), 240))
    size = np.minimum(size, 0.35 * np.hypot(craters[:, 0], craters[:, 1]))

    def height(x, z):
        r = np.hypot(x, z)
        h = 0.10 * hills(x, z, 2.5, 6, seed=seed) * np.clip(r / 2, 0, 1)
        h = h + 1.6 * hills(x, z, 55, 6, seed=seed + 1) * np.clip(r / 40, 0, 1)
        for (cx, cz), s in zip(craters, size, strict=True):
            near = np.abs(x - cx) + np.abs(z - cz) < 4.5 * s
            if near.any():
                d = np.hypot(x[near] - cx, z[near] - cz) / s
                bowl = np.minimum(d, 1) ** 2 - 1
                rim = np.exp(-(((d - 1.0) / np.where(d < 1, 0.18, 0.32)) ** 2))
                h[near] += 0.20 * s * (bowl + rim)
        rise = np.clip((r - 700) / 2200, 0, 1)
        rugged = 0.85 if not moon else 0.35
        return (
            -1.6 + h + 420 * rise * np.clip(hills(x, z, 1700, 9, rugged, seed + 4) + 0.3, 0, None)
        )

    tones = ("#8d8b88", "#5f5d5b") if moon else ("#b5683c", "#7a3f26")
    tones = (spec.accent(tones[0]), tones[1])
    dust = stage.material(GROUND, *tones, 0.30, 1.5)
    rock = stage.material(ROCK, tones[0], tones[1], 9.0, 1.3, detail=0.0 if moon else 1.4)
    stage.ground = Ground(height, dust, steep=rock, slope=0.8, reach=6000, relief=True)

    def on(points):
        return np.stack(
            [points[:, 0], height(points[:, 0].copy(), points[:, 1].copy()), points[:, 1]], -1
        )

    flora = flora.in_stone(stage.material(ROCK, tones[0], tones[1], 0.4, 1.4))
    flora.stones(rng, on(ring(rng, 260, 1.4, 60, 0.8)), 0.03 + 0.9 * rng.uniform(0, 1, 260) ** 4)
    if not spec.lacks("station"):
        spot = on(np.array([[5.5, -8.5]]))[0]
        _lander(Group(stage, tuple(spot), 0.6), stage)
    yaw = rng.uniform(-0.5, 0.3)
    far = 3.0e4 * np.array([np.sin(yaw) * 0.9, 0.40, -np.cos(yaw) * 0.9])
    earth, giant = ("#3f6b35", "#123a70"), ("#c9a37a", "#7a4a3a")
    tones, banded = (earth, 0.0) if moon else (giant, 1.0)
    other = stage.material(PLANET, *tones, 1, 0.4, detail=banded)
    stage.place(SPHERE, far, 2.4e3 if moon else 4.6e3, other, turned(0.4, 0.4, 0.3))
    if spec.has("ring") or not moon:
        flat = stage.material(PLAIN, "#cdb592", "#8d7355", 900.0, 0.0)
        stage.place(2, far, (8.2e3, 20.0, 8.2e3), flat, turned(0.3, 0.35, 0.42))
    if moon:
        return stage, _airless(air)
    dusty = np.mean(air.horizon) * np.array((1.18, 0.84, 0.58))
    return stage, air._replace(
        zenith=tuple((np.mean(air.zenith) * np.array((1.15, 0.78, 0.55))).tolist()),
        horizon=tuple(dusty.tolist()), fog_colour=tuple((0.85 * dusty).tolist()),
        fog=max(air.fog, 0.0007), fog_height=300.0, clouds=min(air.clouds, 0.15),
        bounce=tuple((np.array(air.bounce) * (1.6, 1.0, 0.7)).tolist()),
    )  # fmt: skip


def _airless(air: Air) -> Air:
    """Black sky, hard light, stars by day."""
    return air._replace(
        zenith=(0.0015, 0.0017, 0.0025), horizon=(0.0015, 0.0017, 0.0025), glow=(0.03, 0.03, 0.03),
        sun_colour=(5.6, 5.4, 5.1), sun_size=0.016,
        ambient=(0.050, 0.055, 0.070), bounce=(0.11, 0.105, 0.10),
        fog=0.0, clouds=0.0, stars=0.8, rain=0.0, snow=0.0, exposure=1.0, space=True,
    )  # fmt: skip


def _lander(g: Group, stage: Stage) -> None:
    """A landing craft on four legs, some 5 m tall."""
    foil = stage.material(PANEL, "#c9993f", "#e8c878", 0.35, 0.8, gloss=0.7)
    hull = stage.material(PANEL, "#c4c7cb", "#e0673a", 0.5, 0.5, gloss=0.25, glow=1.5)
    dark = stage.material(PLAIN, "#2a2c30", "#1c1d20", 0.2, 0.2, gloss=0.3)
    g.rod((0, 1.2, 0), (0, 2.3, 0), 1.7, foil, 0.96)
    g.rod((0, 2.3, 0), (0, 3.7, 0), 1.35, hull, 0.72)
    g.ball((0, 3.7, 0), (0.97, 0.7, 0.97), hull)
    g.rod((0, 0.55, 0), (0, 1.25, 0), 0.75, dark, 0.45)
    g.rod((0.3, 4.2, 0), (0.3, 5.3, 0), 0.02, dark)
    g.ball((0.3, 5.3, 0), 0.06, dark)
    for k in range(4):
        a = 0.78 + k * np.pi / 2
        out = np.array([np.sin(a), 0, np.cos(a)])
        foot = 2.9 * out + 0.06 * UP
        g.rod(1.5 * out + 2.0 * UP, foot, 0.075, dark)
        g.rod(1.5 * out + 1.3 * UP, 2.4 * out + 0.7 * UP, 0.05, dark)
        g.rod(foot - 0.08 * UP, foot + 0.02 * UP, 0.42, foil)
    for k in range(5):
        g.box((0, 0.35 + 0.25 * k, 2.45 - 0.17 * k), (0.25, 0.015, 0.04), dark)
