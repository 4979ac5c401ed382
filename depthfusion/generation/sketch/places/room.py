"""A room: living room, library, bedroom or office, with a window, furniture and lamps."""

import numpy as np
from numpy.random import Generator

from depthfusion.generation.sketch.model import (
    BOX,
    BRICKS,
    FABRIC,
    GROUND,
    PLAIN,
    PLANKS,
    Air,
    Ground,
    Stage,
)  # fmt: skip
from depthfusion.generation.sketch.places import furniture as put
from depthfusion.generation.sketch.places.group import Group
from depthfusion.generation.sketch.places.plants import Flora
from depthfusion.generation.sketch.places.scatter import apart, ring
from depthfusion.generation.sketch.words import SceneSpec

FLOOR, CEILING = -1.6, 1.25
HALF_WIDE, FRONT, BACK = 2.9, -3.3, 2.7  # inner faces of the walls, metres
SILL, HEAD, OPEN = -0.75, 0.95, 1.35  # the window's foot, top and half width


def build(spec: SceneSpec, rng: Generator, air: Air) -> tuple[Stage, Air]:
    """Four walls round the viewer, the window ahead, the floor at exactly y = −1.6."""
    stage = Stage()
    bedroom, office = spec.has("bedroom"), spec.has("office")
    library, cabin = spec.has("library"), spec.has("cabin")
    dark = spec.time in ("night", "dusk")
    lit = not spec.lacks("lamps")
    glow = 2.4 if dark else 1.1
    f = put.Fittings.on(
        stage, spec.accent("#3f6a6b" if not bedroom else "#6b4a5d"), spec.accent("#c4762e", 1),
        glow if lit else 0.0,
    )  # fmt: skip
    _shell(stage, f, cabin, library)
    if not spec.lacks("rug"):
        rug = stage.material(FABRIC, spec.accent("#7d2f27", 2), "#d9c49a", 0.05, 0.5, detail=1)
        stage.place(BOX, (0.1, FLOOR + 0.008, -0.75), (1.45, 0.008, 1.05), rug)

    def corner(x: float, z: float, yaw: float = 0.0, y: float = FLOOR) -> Group:
        return Group(stage, (x, y, z), yaw)

    left, right, turn = -HALF_WIDE, HALF_WIDE, np.pi / 2
    if bedroom:
        put.bed(corner(right - 0.12, -0.5, -turn), f)
        put.table(corner(right - 0.35, 0.85), f, 0.26, 0.22, 0.5, f.oak)
        put.vase(corner(right - 0.35, 0.9, 0, FLOOR + 0.5), f, rng, 0.8, 5)
    elif office:
        put.desk(corner(0.9, -1.75, np.pi + 0.25), f, rng)
        put.chair(corner(0.75, -1.05, np.pi + 0.1), f)
        put.shelf(corner(right - 0.18, 0.6, -turn), f, rng, 0.8, 2.1)
    elif not spec.lacks("sofa"):
        put.sofa(corner(right - 0.55, -0.75, -turn), f, 0.95)
    if not (bedroom or office):
        put.table(corner(0.55, -1.35, 0.12), f, 0.52, 0.32, 0.42, f.oak)
        put.vase(corner(0.35, -1.42, 0, FLOOR + 0.42), f, rng, 0.95, 9)
        pile = corner(0.85, -1.28, 0.0, FLOOR + 0.42)
        for k in range(3):
            tint = rng.uniform(0.1, 0.7, (1, 3))
            pile.box((0, 0.014 + 0.028 * k, 0), (0.12, 0.0135, 0.085), f.book, tint, yaw=0.3 * k)
    if not spec.lacks("library"):
        put.shelf(corner(left + 0.17, -1.35, turn), f, rng, 0.85, 2.2)
        put.shelf(corner(left + 0.17, 0.42, turn), f, rng, 0.85, 2.2)
        if library:
            put.shelf(corner(left + 0.17, 2.0, turn), f, rng, 0.60, 2.2)
            for x in (-1.9, -0.2, 1.5):
                put.shelf(corner(x, BACK - 0.17, np.pi), f, rng, 0.82, 2.2)
            put.shelf(corner(right - 0.17, 1.6, -turn), f, rng, 0.85, 2.2)
    if not library:
        fire = spec.has("fireplace") or "cosy" in spec.moods or cabin
        put.fireplace(corner(-0.3, BACK - 0.02, np.pi), f, rng, fire or dark)
        for k, (x, z, yaw, size) in enumerate((
            (1.7, BACK - 0.03, np.pi, 0.42), (-1.95, BACK - 0.03, np.pi, 0.36),
            (right - 0.03, -1.42, -turn, 0.38), (right - 0.03, -0.22, -turn, 0.34),
        )):  # fmt: skip
            g = corner(x, z, yaw)
            g.box((0, 1.75, 0), (size * 1.3 + 0.05, size + 0.05, 0.02), f.dark)
            g.box((0, 1.75, 0.012), (size * 1.3, size, 0.012), f.linen)
            g.box((0, 1.75, 0.022), (size * 1.05, size * 0.78, 0.006), f.pictures[k])
        put.chair(corner(-1.15, 1.55, 2.5), f)
    if not spec.lacks("plants"):
        put.plant(corner(2.35, -2.75), f, rng, 1.1)
        put.plant(corner(-2.45, -2.85), f, rng, 0.8)
    put.pendant(corner(0.1, -0.75, 0.0, CEILING), f)
    put.lamp(corner(2.45, 0.75 if not office else 1.9), f, (0.55 if dark else 0.22) * lit)
    _garden(stage, spec, rng)
    return stage, _indoors(spec, air, stage, rng)


def _shell(stage: Stage, f: put.Fittings, cabin: bool, library: bool) -> None:
    """Floor, ceiling, walls round the window opening, frame, skirting and curtains."""
    floor = stage.material(PLANKS, "#9a6a40", "#5b371d", 0.13, 0.7, gloss=0.30)
    plaster = stage.material(PLAIN, "#d2c8b4", "#cbc0aa", 0.5, 0.10)
    wall = plaster
    if cabin:
        wall = stage.material(PLANKS, "#9c6b3f", "#6b4526", 0.18, 0.8)
    elif library:
        wall = stage.material(PLAIN, "#5a6650", "#4f5b46", 0.7, 0.06)
    white = stage.material(PLAIN, "#e9e5da", "#dcd7c9", 0.3, 0.05, gloss=0.08)
    wide, deep, thick = HALF_WIDE, (BACK - FRONT) / 2, 0.12
    middle, tall = (BACK + FRONT) / 2, (CEILING - FLOOR) / 2
    half = (CEILING + FLOOR) / 2
    stage.place(BOX, (0, FLOOR - 0.05, middle), (wide + 0.2, 0.05, deep + 0.2), floor)
    stage.place(
        BOX, (0, CEILING + 0.05, middle), (wide + 0.2, 0.05, deep + 0.2), plaster, tint=1.08
    )
    for side in (-1, 1):
        stage.place(
            BOX, (side * (wide + thick), half, middle), (thick, tall + 0.1, deep + 0.2), wall
        )
        x = side * (OPEN + wide + 0.2) / 2
        stage.place(
            BOX, (x, half, FRONT - thick), ((wide + 0.2 - OPEN) / 2, tall + 0.1, thick), wall
        )
        stage.place(BOX, (side * (wide - 0.012), FLOOR + 0.06, middle), (0.012, 0.06, deep), white)
        stage.place(BOX, (side * (wide - 0.03), CEILING - 0.04, middle), (0.03, 0.04, deep), white)
        stage.place(BOX, (side * OPEN, (SILL + HEAD) / 2, FRONT - 0.05),
                    (0.045, (HEAD - SILL) / 2, 0.07), white)  # fmt: skip
        fold = np.linspace(0, 0.42, 9)
        top = np.stack([side * (OPEN + 0.40 - fold), 0 * fold + HEAD + 0.12,
                        FRONT + 0.10 + 0.025 * np.cos(9 * np.arange(9))], -1)  # fmt: skip
        foot = top * (1, 0, 1) + (side * 0.03, FLOOR + 0.03, 0)
        Group(stage, (0, 0, 0)).rod(top, foot, 0.030, f.linen, 1.15)
    stage.place(BOX, (0, half, BACK + thick), (wide + 0.2, tall + 0.1, thick), wall)
    stage.place(
        BOX, (0, (FLOOR + SILL) / 2, FRONT - thick), (OPEN, (SILL - FLOOR) / 2, thick), wall
    )
    stage.place(
        BOX, (0, (HEAD + CEILING) / 2, FRONT - thick), (OPEN, (CEILING - HEAD) / 2, thick), wall
    )
    stage.place(BOX, (0, FLOOR + 0.06, BACK - 0.012), (wide, 0.06, 0.012), white)
    stage.place(BOX, (0, SILL - 0.02, FRONT + 0.02), (OPEN + 0.1, 0.025, 0.16), white)
    bars = Group(stage, (0, 0, FRONT - 0.06))
    for x in (-OPEN / 3, OPEN / 3):
        bars.box((x, (SILL + HEAD) / 2, 0), (0.022, (HEAD - SILL) / 2, 0.03), white)
    for y in (SILL, SILL + 1.15, HEAD):
        bars.box((0, y, 0), (OPEN, 0.028, 0.035), white)
    bars.rod((-OPEN - 0.5, HEAD + 0.14, 0.16), (OPEN + 0.5, HEAD + 0.14, 0.16), 0.014, f.brass)
    for z in np.arange(FRONT + 0.8, BACK, 1.25) if cabin else ():
        stage.place(BOX, (0, CEILING - 0.09, z), (wide, 0.09, 0.08), f.dark)


def _garden(stage: Stage, spec: SceneSpec, rng: Generator) -> None:
    """What the window shows: grass, a wall of bricks, trees."""
    flora = Flora.on(stage, spec)
    grass = stage.material(GROUND, "#48602a", "#7f8a42", 0.6, 1.0)
    stage.ground = Ground(lambda x, z: np.full(np.shape(x), -2.0), grass, reach=900)
    bricks = stage.material(BRICKS, "#8f5844", "#b3a797", 0.075, 0.6)
    stage.place(BOX, (0, -1.6, -16), (14, 0.45, 0.15), bricks)
    points = apart(ring(rng, 60, 9, 45, 0.6), 3.5)
    for x, z in points[points[:, 1] < -7.5]:
        flora.broadleaf(rng, (x, -2.0, z), rng.uniform(5, 9))


def _indoors(spec: SceneSpec, air: Air, stage: Stage, rng: Generator) -> Air:
    """Sun through the window, and the light that the walls pass on."""
    day = {"night": 0.05, "dusk": 0.35, "dawn": 0.7, "golden": 0.8}.get(spec.time, 1.0)
    warm = np.array([1.0, 0.93, 0.82]) if spec.time != "night" else np.array([1.0, 0.8, 0.6])
    share = 0.34 * day + (0.10 if not spec.lacks("lamps") else 0.02)
    if spec.time == "day":
        azimuth, up = rng.uniform(-0.5, 0.5), np.radians(33)
        sun = (np.cos(up) * np.sin(azimuth), np.sin(up), -np.cos(up) * np.cos(azimuth))
        air = air._replace(sun=tuple(float(v) for v in sun))
    window = np.array(air.ambient) * (1.6 + 2.0 * day)
    for x in (-0.8, 0.0, 0.8):
        r, g, b = window * 0.42
        stage.lights.append((x, 0.15, FRONT + 0.25, float(r), float(g), float(b), 0.30))
    if spec.time in ("night", "dusk") and not spec.lacks("lamps"):
        stage.light((0, CEILING - 0.35, 0), "#ffc987", 0.5, 0.12)
    return air._replace(
        indoors=True, occlusion=1.3, ambient=tuple((share * warm).tolist()),
        bounce=tuple((share * 0.85 * warm * (1.0, 0.9, 0.78)).tolist()),
        glow=tuple(0.4 * g for g in air.glow),
        fog=min(air.fog, 0.0015),
        exposure=max(air.exposure, 1.15),
    )  # fmt: skip
