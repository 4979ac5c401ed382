"""A city street: façades, shops, lamps, parked cars, trees; a road to the vanishing point."""

import numpy as np
from numpy.random import Generator

from depthfusion.generation.sketch.model import (
    BOX,
    BRICKS,
    FABRIC,
    FACADE,
    PLAIN,
    ROAD,
    TILES,
    Air,
    Ground,
    Stage,
)  # fmt: skip
from depthfusion.generation.sketch.places.group import Group
from depthfusion.generation.sketch.places.plants import Flora
from depthfusion.generation.sketch.places.vessels import car
from depthfusion.generation.sketch.words import SceneSpec

ROAD_Y, KERB = -1.6, 0.13
WALK, WALL = 4.6, 8.4  # where the pavement begins and where the houses stand, metres from the axis
WALLS = ("#9c5a44", "#b89878", "#8d8478", "#c2b199", "#6f5a50", "#a7a29a", "#7f4a3c", "#5f6a70")
AWNINGS = ("#8f2f2a", "#2f5a4a", "#b8863a", "#33506f")
NEON = ("#ff2f8a", "#2fd8ff", "#8a4fff", "#ffb02f", "#3fffa0")


def build(spec: SceneSpec, rng: Generator, air: Air) -> tuple[Stage, Air]:
    """Stand on the centre line; the street runs ahead and behind, the sun comes down its length."""
    stage = Stage()
    flora = Flora.on(stage, spec)
    dark = {"night": 1.0, "dusk": 0.75, "dawn": 0.2}.get(spec.time, 0.0)
    if spec.weather == "storm":
        dark = max(dark, 0.4)
    lamps = dark * (0.0 if spec.lacks("lamps") else 1.0)
    road = stage.material(ROAD, "#55565a", "#d6d3c8", 1.0, 0.5, gloss=0.04, detail=4.2)
    stage.ground = Ground(lambda x, z: np.full(np.shape(x), ROAD_Y), road, reach=1500)
    slabs = stage.material(TILES, "#a19b90", "#6b665e", 0.6, 0.4)
    stone = stage.material(PLAIN, "#b5b0a6", "#8d887e", 0.3, 0.4)
    for side in (-1, 1):
        stage.place(BOX, (side * (WALK + 4), ROAD_Y + KERB - 0.5, 0), (4.0, 0.5, 260), slabs)
        stage.place(BOX, (side * WALK, ROAD_Y + KERB - 0.5, 0), (0.14, 0.502, 260), stone)
    neon = spec.has("neon")
    for side in (-1, 1):
        _row(stage, spec, rng, side, lamps, neon)
    _street(stage, flora, spec, rng, dark, lamps)
    azimuth, up = rng.uniform(0.24, 0.36) * rng.choice((-1, 1)), np.arcsin(air.sun[1])
    if spec.time == "day":
        up = np.radians(47)  # high enough to reach over the roofs and down to the road
    sun = (np.cos(up) * np.sin(azimuth), np.sin(up), -np.cos(up) * np.cos(azimuth))
    haze = max(air.fog, 0.0035)
    glow = (
        air.bounce
        if not lamps
        else tuple((np.array(air.bounce) + lamps * np.array((0.10, 0.06, 0.03))).tolist())
    )
    return stage, air._replace(
        sun=tuple(float(v) for v in sun), fog=haze, occlusion=2.0, bounce=glow,
        fog_colour=tuple((air.fog_colour + lamps * np.array((0.05, 0.035, 0.02))).tolist()),
    )  # fmt: skip


def _row(stage, spec, rng, side, lamps, neon):
    """One side of the street: houses wall to wall, shops at their feet."""
    old, tall = spec.has("old"), spec.has("towers") or neon
    glow = 0.015 + 0.5 * lamps
    z = -190.0
    trim = ("#d8d0c0", "#c9c2b4", "#e2dccf")
    while z < 190:
        wide = rng.uniform(9, 17) if not old else rng.uniform(6, 10)
        floors = int(rng.integers(4, 8)) if not old else int(rng.integers(2, 5))
        if tall or (abs(z) > 60 and rng.uniform() < 0.5 and not old):
            floors = int(rng.integers(9, 26))
        modern = floors > 8
        storey = 3.1 if not old else 2.7
        high = floors * storey + 1.0
        tone = (
            spec.accent(rng.choice(WALLS), int(rng.integers(9)))
            if rng.uniform() < 0.35
            else rng.choice(WALLS)
        )
        front = stage.material(
            FACADE,
            tone,
            str(rng.choice(trim)),
            storey,
            0.5,
            glow=glow,
            detail=1.0 if modern else 0.0,
        )
        plain = stage.material(
            BRICKS if rng.uniform() < 0.5 and not modern else PLAIN, tone, "#8d857a", 0.08, 0.5
        )
        setback = rng.uniform(0, 0.5)
        x = side * (WALL + setback + 6)
        mid = z + wide / 2
        base = ROAD_Y + KERB
        shop = 3.6
        stage.place(BOX, (x, base + shop + high / 2, mid), (6, high / 2, wide / 2 - 0.02), front)
        stage.place(BOX, (x, base + shop / 2, mid), (5.95, shop / 2, wide / 2 - 0.02), plain)
        face = side * (WALL + setback)
        stage.place(BOX, (face, base + shop, mid), (0.22, 0.16, wide / 2), front, tint=1.15)
        stage.place(
            BOX, (face, base + shop + high + 0.2, mid), (0.45, 0.28, wide / 2), plain, tint=1.1
        )
        stage.place(
            BOX,
            (face - side * 0.05, base + shop + high - 0.35, mid),
            (0.22, 0.12, wide / 2),
            plain,
            tint=1.2,
        )
        if abs(z) < 120:
            _shops(stage, rng, side, face, base, shop, z, wide, lamps, neon, spec)
        z += wide + (0.0 if rng.uniform() < 0.9 else 2.4)
    stage.place(
        BOX,
        (side * (WALL + 12), 6, 0),
        (3, 9, 200),
        stage.material(PLAIN, "#6d675f", "#5a554e", 2, 0.3),
    )
    end = stage.material(FACADE, "#9a8f80", "#d8d0c0", 3.3, 0.4, glow=glow)
    stage.place(BOX, (0, 14, side * 205), (40, 24, 5), end)


def _shops(stage, rng, side, face, base, shop, z, wide, lamps, neon, spec):
    """Windows, doors, awnings and signs along the foot of a house."""
    frame = stage.material(
        PLAIN,
        str(rng.choice(("#2b3a33", "#3a2a24", "#22303f", "#4a1f1f"))),
        "#1d1d1d",
        1.0,
        0.1,
        gloss=0.3,
    )
    glass = stage.material(PLAIN, "#141a1d", "#20282c", 1.2, 0.0, gloss=0.9)
    inside = stage.material(PLAIN, "#ffca85", "#ffca85", 0.8, 0.0, glow=0.22 + 0.06 * lamps)
    count = max(1, int(wide / 4.6))
    step = wide / count
    for k in range(count):
        mid = z + (k + 0.5) * step
        x = face - side * 0.04
        stage.place(BOX, (x, base + shop - 0.55, mid), (0.10, 0.30, step * 0.44), frame)
        stage.place(BOX, (x, base + 0.28, mid), (0.08, 0.28, step * 0.44), frame)
        show = inside if rng.uniform() < 0.35 + 0.5 * lamps else glass
        stage.place(BOX, (x + side * 0.03, base + 1.6, mid), (0.06, 1.1, step * 0.42), show)
        door = mid + step * 0.27
        stage.place(BOX, (x, base + 1.15, door), (0.09, 1.15, 0.50), frame)
        stage.place(BOX, (x - side * 0.02, base + 1.35, door), (0.085, 0.78, 0.36), glass)
        for m in (-0.42, -0.14, 0.14, 0.42):
            stage.place(
                BOX, (x - side * 0.02, base + 1.6, mid + m * step), (0.05, 1.1, 0.035), frame
            )
        if rng.uniform() < 0.55:
            tone = spec.accent(str(rng.choice(AWNINGS)), k)
            cloth = stage.material(FABRIC, tone, "#e8e0d0", 0.08, 0.4, leaf=0.3)
            g = Group(stage, (face, base + 2.75, mid), -side * np.pi / 2)
            g.box((0, 0.0, 0.62), (step * 0.44, 0.02, 0.70), cloth, pitch=0.38)
            g.box((0, -0.35, 1.26), (step * 0.44, 0.12, 0.012), cloth, 1.1)
        if neon or rng.uniform() < 0.25:
            tone = str(rng.choice(NEON)) if neon else "#e8e0cc"
            sign = stage.material(
                PLAIN, tone, tone, 1.0, 0.0, glow=(1.1 if neon else 0.15 + 0.3 * lamps)
            )
            tall = rng.uniform(0.8, 2.0) if neon else 0.35
            y = base + shop + 0.8 + tall
            stage.place(BOX, (face - side * 0.7, y, mid), (0.42, tall, 0.07), frame)
            stage.place(BOX, (face - side * 0.7, y, mid), (0.34, tall - 0.09, 0.085), sign)
            if neon and len(stage.lights) < 16 and abs(mid) < 30:
                stage.light((face - side * 1.5, y, mid), tone, 3.2, 0.0)


def _street(stage, flora, spec, rng, dark, lamps):
    """Lamps, trees, cars, bins, benches and bollards."""
    iron = stage.material(PLAIN, "#23282b", "#2f3538", 0.4, 0.1, gloss=0.35)
    bulb = stage.material(PLAIN, "#ffe2b0", "#ffe2b0", 1.0, 0.0, gloss=0.3, glow=0.5 + 4.0 * lamps)
    wood = stage.material(PLAIN, "#7a5636", "#5d3f26", 0.2, 0.4)
    red = stage.material(PLAIN, "#a3261c", "#8a1d15", 0.3, 0.1, gloss=0.4)
    base = ROAD_Y + KERB
    for z in np.arange(-110, 120, 14.0):
        for side in (-1, 1):
            at = z + (7 if side > 0 else 0)
            g = Group(stage, (side * (WALK + 0.6), base, at), -side * np.pi / 2)
            g.rod((0, 0, 0), (0, 0.7, 0), 0.10, iron, 0.7)
            g.rod((0, 0.7, 0), (0, 4.2, 0), 0.055, iron, 0.75)
            g.rod((0, 4.15, 0), (0, 4.35, 0.9), 0.03, iron)
            g.rod((0, 4.18, 0.9), (0, 4.40, 0.9), 0.22, iron, 0.3)
            g.ball((0, 4.16, 0.9), (0.15, 0.12, 0.15), bulb)
            if lamps and abs(at) < 46:
                stage.light(
                    g._at((0, 3.9, 0.9)), "#ffbe70", 6.5 * lamps, 0.06 if abs(at) < 16 else 0.0
                )
    if not spec.lacks("trees"):
        for z in np.arange(-96, 100, 12.0):
            for side in (-1, 1):
                if rng.uniform() < 0.7:
                    flora.broadleaf(
                        rng,
                        (side * (WALK + 1.1), base, z + 3 + rng.normal(0, 0.6)),
                        rng.uniform(5, 7.5),
                    )
    if not spec.lacks("cars"):
        paints = (
            "#a3261c",
            "#23445f",
            "#d8d4ca",
            "#2a2c2f",
            "#3f5f4a",
            "#b8892f",
            "#7d8388",
            "#5f1f2f",
        )
        for side in (-1, 1):
            z = -100.0 + rng.uniform(0, 4)
            while z < 100:
                if rng.uniform() < 0.62 and abs(z + 8.5) > 4.2:
                    tone = (
                        spec.accent(str(rng.choice(paints)))
                        if rng.uniform() < 0.5
                        else str(rng.choice(paints))
                    )
                    car(
                        Group(stage, (side * 3.55, ROAD_Y, z), 0.0 if side < 0 else np.pi),
                        stage,
                        tone,
                        0.0,
                    )
                z += rng.uniform(5.2, 7.5)
        car(Group(stage, (-1.9, ROAD_Y, -34.0), 0.0), stage, "#d0a52c", max(dark, 0.2))
    for side, z in ((-1, -3.6), (1, -5.6), (1, 4.0), (-1, 6.5)):
        g = Group(stage, (side * (WALK + 1.9), base, z), -side * np.pi / 2)
        for k in range(4):
            g.box((0, 0.44, -0.14 + 0.10 * k), (0.75, 0.018, 0.042), wood)
            if k < 3:
                g.box((0, 0.56 + 0.11 * k, -0.22 - 0.02 * k), (0.75, 0.042, 0.014), wood)
        for x in (-0.6, 0.6):
            g.rod((x, 0, 0.12), (x, 0.44, 0.12), 0.022, iron)
            g.rod((x, 0, -0.2), (x, 0.85, -0.27), 0.022, iron)
        g.rod((1.3, 0, 0), (1.3, 0.85, 0), 0.22, iron, 1.1)
    for side in (-1, 1):
        for z in np.arange(-14, 14, 2.0):
            if abs(z + 8.5) < 3.2:
                g = Group(stage, (side * (WALK + 0.35), base, z))
                g.rod((0, 0, 0), (0, 0.85, 0), 0.06, iron, 0.85)
                g.ball((0, 0.87, 0), 0.065, iron)
    g = Group(stage, (WALK + 0.5, base, -1.8))
    g.rod((0, 0, 0), (0, 0.55, 0), 0.12, red, 0.9)
    g.ball((0, 0.56, 0), (0.12, 0.14, 0.12), red)
    g.rod((-0.2, 0.36, 0), (0.2, 0.36, 0), 0.06, red)
    g.rod((0, 0, 0), (0, 0.06, 0), 0.17, red)
