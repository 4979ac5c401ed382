"""Furniture, each piece standing on the floor of its group with its back to −Z."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from depthfusion.generation.sketch.model import (
    BARK,
    BOOKS,
    FABRIC,
    FROND,
    LEAVES,
    PICTURE,
    PLAIN,
    PLANKS,
    ROCK,
    Stage,
    colour,
)  # fmt: skip
from depthfusion.generation.sketch.places.group import Group

SPINES = np.array([
    colour(code) for code in (
        "#7a2a22", "#8c5a32", "#3d4f3a", "#24394f", "#b49a68", "#53352a", "#8f8672", "#5f2a3a",
        "#c7b58c", "#2f4f52", "#a4552f", "#3a3340",
    )
])[:, None] * 1.6  # fmt: skip


@dataclass(frozen=True)
class Fittings:
    """Materials of a furnished room."""

    oak: int
    dark: int
    cloth: int
    cushion: int
    linen: int
    brass: int
    shade: int
    book: int
    clay: int
    frond: int
    screen: int
    stone: int
    ember: int
    pictures: tuple[int, ...]

    @classmethod
    def on(cls, stage: Stage, accent: str, second: str, lamp: float) -> "Fittings":
        """Register the materials; `lamp` is how brightly lamp shades glow."""
        return cls(
            oak=stage.material(PLANKS, "#a9764a", "#6f4526", 0.22, 0.5, gloss=0.12, detail=1),
            dark=stage.material(PLANKS, "#5d3b25", "#2f1c11", 0.25, 0.5, gloss=0.18, detail=1),
            cloth=stage.material(FABRIC, accent, accent, 0.05, 0.7),
            cushion=stage.material(FABRIC, second, "#e8dcc0", 0.04, 0.7),
            linen=stage.material(FABRIC, "#e3dac8", "#cfc4ae", 0.06, 0.6, leaf=0.35),
            brass=stage.material(PLAIN, "#b08a45", "#7a5c2a", 0.2, 0.1, gloss=0.8),
            shade=stage.material(FABRIC, "#ffdca6", "#ffdca6", 0.04, 0.3, glow=lamp),
            book=stage.material(BOOKS, "#d0d0d0", "#c9a552", 0.02, 0.4),
            clay=stage.material(PLAIN, "#c8c2b4", "#8d8577", 0.12, 0.3, gloss=0.25),
            frond=stage.material(
                LEAVES, "#2f5a2a", "#5d8a3a", 1, 0.4, leaf=0.6, cutout=FROND, detail=0.3
            ),
            screen=stage.material(PLAIN, "#1a2a3a", "#3a6a9a", 0.3, 0.0, gloss=0.6, glow=1.2),
            stone=stage.material(ROCK, "#a39a8c", "#6a6258", 0.35, 1.0),
            ember=stage.material(BARK, "#ff7a1e", "#1a0a04", 0.05, 0.5, glow=6.0),
            pictures=tuple(
                stage.material(PICTURE, a, b, 1.0, 0.0, gloss=0.1)
                for a, b in (
                    ("#35506b", "#e0a36a"), ("#7a3d4a", "#e8d3a0"), ("#2f5d50", "#d9c58f"),
                    (accent, "#efe3c8"),
                )
            ),
        )  # fmt: skip


def sofa(g: Group, f: Fittings, wide: float = 1.0) -> None:
    """A sofa: seat cushions, back, arms, and two loose cushions."""
    g.box((0, 0.22, 0), (wide, 0.12, 0.42), f.cloth, 0.85)
    g.box((0, 0.55, -0.36), (wide, 0.34, 0.10), f.cloth, 0.9, pitch=-0.12)
    for side in (-1, 1):
        g.box((side * (wide + 0.09), 0.34, 0.02), (0.10, 0.26, 0.44), f.cloth, 0.92)
        g.rod((side * (wide + 0.09), 0.6, -0.42), (side * (wide + 0.09), 0.6, 0.46), 0.10, f.cloth)
        half = wide / 2
        g.box((side * half, 0.40, 0.06), (half - 0.012, 0.075, 0.40), f.cloth, 1.05)
        g.ball((side * half, 0.455, 0.06), (half - 0.03, 0.05, 0.37), f.cloth, 1.05)
        g.ball((side * half, 0.66, -0.25), (half - 0.04, 0.24, 0.10), f.cloth)
        g.ball((side * (wide - 0.26), 0.64, -0.10), (0.21, 0.20, 0.09), f.cushion)
        g.rod((side * (wide - 0.1), 0, 0.32), (side * (wide - 0.1), 0.12, 0.32), 0.025, f.dark)


def table(g: Group, f: Fittings, wide: float, deep: float, tall: float, wood: int) -> None:
    """A table with four tapered legs."""
    g.box((0, tall - 0.02, 0), (wide, 0.02, deep), wood)
    g.box((0, tall - 0.07, 0), (wide - 0.05, 0.03, deep - 0.05), wood, 0.8)
    for x in (-wide + 0.06, wide - 0.06):
        for z in (-deep + 0.06, deep - 0.06):
            g.rod((x, tall - 0.05, z), (x, 0, z), 0.030, wood, 0.6, 0.85)


def chair(g: Group, f: Fittings) -> None:
    """A wooden chair."""
    g.box((0, 0.45, 0), (0.21, 0.02, 0.21), f.oak)
    g.box((0, 0.475, 0), (0.19, 0.015, 0.19), f.cloth)
    for x in (-0.18, 0.18):
        g.rod((x, 0.44, 0.18), (x, 0, 0.20), 0.02, f.oak, 0.7)
        g.rod((x, 0.95, -0.24), (x, 0, -0.19), 0.02, f.oak, 0.8)
    for y in (0.62, 0.75, 0.88):
        g.box((0, y, -0.215 - 0.05 * (y - 0.6)), (0.18, 0.035, 0.01), f.oak, 1.05)


def books(
    g: Group, f: Fittings, rng: Generator, start: float, stop: float, base: float, room: float
) -> None:
    """A row of books from x = start to stop, spines towards +Z; some lean, some are missing."""
    x = start
    while x < stop - 0.05:
        thick, tall = rng.uniform(0.016, 0.05), rng.uniform(0.62, 0.93) * room
        deep = rng.uniform(0.085, 0.12)
        if rng.uniform() < 0.05:
            x += rng.uniform(0.04, 0.16)
            continue
        tone = SPINES[rng.integers(len(SPINES))] * rng.uniform(0.6, 1.25)
        lean = 0.14 if rng.uniform() < 0.06 else 0.0
        g.box((x + thick / 2, base + tall / 2, 0.14 - deep), (thick / 2 - 0.0008, tall / 2, deep),
              f.book, tone, roll=lean)  # fmt: skip
        x += thick + (0.05 if lean else 0.0)


def shelf(
    g: Group, f: Fittings, rng: Generator, wide: float, tall: float, full: float = 0.95
) -> None:
    """A bookcase: every book a solid of its own, a few ornaments between."""
    deep, step = 0.16, 0.36
    rows = int(tall / step)
    for side in (-1, 1):
        g.box((side * wide, tall / 2, 0), (0.02, tall / 2, deep), f.dark)
    g.box((0, tall / 2, -deep + 0.01), (wide, tall / 2, 0.01), f.dark, 0.6)
    g.box((0, tall + 0.02, 0), (wide + 0.04, 0.025, deep + 0.03), f.dark)
    for row in range(rows):
        y = 0.08 + row * (tall - 0.08) / rows
        g.box((0, y, 0), (wide, 0.013, deep), f.dark)
        stop = wide - 0.03 if rng.uniform() < full else rng.uniform(-0.3, 0.4) * wide
        books(g, f, rng, -wide + 0.03, stop, y + 0.013, step * 0.80)
        if stop < wide - 0.25:
            vase(Group(g.stage, tuple(g._at((stop + 0.16, y + 0.013, 0.02))), g.yaw), f, rng, 0.7)


def vase(g: Group, f: Fittings, rng: Generator, size: float = 1.0, sprigs: int = 0) -> None:
    """A turned vase, with sprigs in it or without."""
    tint = 0.5 + 0.5 * rng.uniform(0, 1, (1, 3))
    g.ball((0, 0.09 * size, 0), np.array([0.075, 0.09, 0.075]) * size, f.clay, tint)
    g.rod((0, 0.14 * size, 0), (0, 0.24 * size, 0), 0.045 * size, f.clay, 0.75, tint)
    for _ in range(sprigs):
        fern(g, f, rng, 0.22 * size, 0.34)


def fern(g: Group, f: Fittings, rng: Generator, base: float, reach: float) -> None:
    """One arching frond, in three pieces that bend over."""
    yaw, point = rng.uniform(-np.pi, np.pi), np.array([0.0, base, 0.0])
    rise = rng.uniform(0.75, 1.4)
    stage = g.stage
    for k in range(2):
        angle = rise - 0.65 * k
        out = np.array([np.sin(yaw) * np.cos(angle), np.sin(angle), np.cos(yaw) * np.cos(angle)])
        tip = point + out * reach * 0.62
        a, b = g._at(point), g._at(tip)
        up = (b - a) / np.linalg.norm(b - a)
        side = np.cross(up, (0, 1, 0.01))
        side /= np.linalg.norm(side)
        turn = np.stack([side, up, np.cross(side, up)], -1)
        stage.place(
            3, (a + b) / 2, (0.17 * reach, 0.35 * reach, 1), f.frond, turn, rng.uniform(0.7, 1.25)
        )
        point = tip - out * 0.08


def plant(g: Group, f: Fittings, rng: Generator, size: float = 1.0) -> None:
    """A potted plant with arching fronds."""
    g.rod((0, 0.36 * size, 0), (0, 0, 0), 0.20 * size, f.clay, 0.7, [(0.85, 0.6, 0.45)])
    g.rod((0, 0.34 * size, 0), (0, 0.362 * size, 0), 0.18 * size, f.dark, 1.0, 0.4)
    for _ in range(30):
        fern(g, f, rng, 0.36 * size, rng.uniform(0.5, 0.95) * size)


def lamp(g: Group, f: Fittings, power: float, tall: float = 1.55) -> None:
    """A standing lamp that throws light when `power` is above 0."""
    g.rod((0, 0, 0), (0, 0.03, 0), 0.16, f.brass)
    g.rod((0, 0, 0), (0, tall, 0), 0.012, f.brass)
    g.rod((0, tall - 0.13, 0), (0, tall + 0.16, 0), 0.21, f.shade, 0.62)
    if power > 0:
        g.stage.light(g._at((0, tall + 0.24, 0)), "#ffb765", power, 0.03)
        g.stage.light(g._at((0, tall - 0.22, 0)), "#ffb765", power, 0.03)


def pendant(g: Group, f: Fittings) -> None:
    """A woven lamp hanging from the ceiling at the group's origin."""
    g.rod((0, 0, 0), (0, -0.04, 0), 0.06, f.brass)
    g.rod((0, 0, 0), (0, -0.42, 0), 0.006, f.dark)
    for k in range(9):
        y, r = -0.34 - 0.024 * k, 0.05 + 0.15 * np.sin(0.30 + 0.30 * k)
        g.rod((0, y, 0), (0, y - 0.018, 0), r, f.linen)
    g.ball((0, -0.57, 0), 0.05, f.shade)


def bed(g: Group, f: Fittings) -> None:
    """A double bed with a headboard, pillows and a throw."""
    g.box((0, 0.24, 1.0), (0.86, 0.12, 1.04), f.dark)
    g.box((0, 0.42, 1.0), (0.83, 0.11, 1.0), f.linen)
    g.ball((0, 0.50, 1.05), (0.85, 0.10, 0.98), f.linen)
    g.box((0, 0.47, 1.45), (0.87, 0.11, 0.50), f.cloth)
    g.ball((0, 0.57, 1.45), (0.86, 0.06, 0.52), f.cloth)
    g.box((0, 0.62, -0.05), (0.92, 0.55, 0.04), f.dark)
    for x in (-0.42, 0.42):
        g.ball((x, 0.64, 0.28), (0.34, 0.12, 0.22), f.linen, 1.1)
        g.ball((x * 0.8, 0.68, 0.48), (0.22, 0.18, 0.10), f.cushion)


def desk(g: Group, f: Fittings, rng: Generator) -> None:
    """A desk with a screen, papers, books and a lamp."""
    table(g, f, 0.8, 0.38, 0.75, f.oak)
    g.box((0, 0.98, -0.16), (0.34, 0.20, 0.012), f.dark, 0.3)
    g.box((0, 0.98, -0.146), (0.325, 0.185, 0.003), f.screen)
    g.rod((0, 0.75, -0.17), (0, 0.84, -0.17), 0.02, f.brass)
    g.box((0, 0.757, 0.10), (0.21, 0.008, 0.07), f.clay, 0.35)
    books(Group(g.stage, tuple(g._at((0, 0, -0.2))), g.yaw), f, rng, -0.72, -0.42, 0.75, 0.26)
    for k in range(4):
        g.box((0.5, 0.753 + 0.002 * k, 0.1), (0.105, 0.001, 0.148), f.linen, 1.2, yaw=0.15 * k)
    vase(Group(g.stage, tuple(g._at((0.66, 0.75, -0.2))), g.yaw), f, rng, 0.6, 3)


def fireplace(g: Group, f: Fittings, rng: Generator, lit: bool) -> None:
    """A stone fireplace with a mantel; logs that glow and throw light when lit."""
    for side in (-1, 1):
        for k in range(5):
            g.box((side * 0.62, 0.1 + 0.2 * k, 0.16), (0.17, 0.096, 0.2 + 0.012 * (k % 2)), f.stone,
                  rng.uniform(0.8, 1.1))  # fmt: skip
    g.box((0, 1.1, 0.17), (0.82, 0.11, 0.22), f.stone, 0.95)
    g.box((0, 1.25, 0.19), (0.92, 0.04, 0.28), f.dark)
    g.box((0, 2.1, 0.06), (0.62, 0.85, 0.12), f.stone, 0.9)
    g.box((0, 0.03, 0.42), (0.95, 0.03, 0.42), f.stone, 0.7)
    g.box((0, 0.5, -0.02), (0.45, 0.5, 0.02), f.stone, 0.12)
    for k in range(5):
        y, x = 0.12 + 0.07 * (k // 3), 0.05 * (k - 2)
        start = (x - 0.28, y, 0.14 + 0.08 * (k % 3))
        end = (x + 0.28, y + 0.03 * (k % 2), 0.18 + 0.06 * (k % 3))
        g.rod(start, end, 0.045, f.ember if lit and k % 2 == 0 else f.dark, 0.9)
    if lit:
        g.stage.light(g._at((0, 0.34, 0.36)), "#ff8a3a", 1.5, 0.06)
