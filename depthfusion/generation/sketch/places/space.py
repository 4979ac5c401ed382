"""Orbit: a deck of a space station, its ring and arrays around, a planet filling the sky."""

import numpy as np
from numpy.random import Generator

from depthfusion.generation.sketch.model import (
    BOX,
    PANEL,
    PLAIN,
    PLANET,
    SPHERE,
    Air,
    Stage,
    turned,
)
from depthfusion.generation.sketch.places.group import Group
from depthfusion.generation.sketch.places.planet import _airless
from depthfusion.generation.sketch.words import SceneSpec

DECK = -1.6


def build(spec: SceneSpec, rng: Generator, air: Air) -> tuple[Stage, Air]:
    """Stand on a platform outside the airlock, with the world below and the Sun over its rim."""
    stage = Stage()
    hull = stage.material(PANEL, "#b9bec4", spec.accent("#d9763a"), 0.8, 0.5, gloss=0.25, glow=0.0)
    deck = stage.material(PANEL, "#6d747c", "#c9a03a", 0.6, 0.5, gloss=0.2)
    dark = stage.material(PLAIN, "#2a2e34", "#3a4048", 0.3, 0.3, gloss=0.3)
    cells = stage.material(PANEL, "#16264f", "#24407f", 0.45, 0.3, gloss=0.7)
    lamp = stage.material(PLAIN, "#bfe4ff", "#bfe4ff", 1.0, 0.0, glow=3.5)
    amber = stage.material(PLAIN, "#ffb04a", "#ffb04a", 1.0, 0.0, glow=4.0)
    lit = stage.material(PANEL, "#a8adb4", "#ffe0a8", 1.1, 0.4, gloss=0.2, glow=5.0)
    _deck(stage, deck, dark, lamp, hull, amber)
    _station(stage, hull, lit, dark, cells, amber)

    yaw = rng.uniform(-0.35, 0.35)
    world = stage.material(
        PLANET, "#4a7038", spec.accent("#0f3f7a"), 1, 0.15, detail=1.0 if spec.has("ring") else 0.0
    )
    down = np.array([np.sin(yaw) * 0.80, -0.42, -np.cos(yaw) * 0.80])
    stage.place(
        SPHERE,
        9.0e3 * down / np.linalg.norm(down),
        5.6e3,
        world,
        turned(rng.uniform(0, 6), 0.4, 0.2),
    )
    moon = stage.material(PLANET, "#9a948a", "#6a655e", 1, 0.5, detail=1.0)
    stage.place(SPHERE, (-1.5e4, 9.0e3, -9.0e3), 1.1e3, moon)
    if spec.has("ring"):
        flat = stage.material(PLAIN, "#cdb592", "#8d7355", 900.0, 0.0)
        stage.place(
            2,
            9.0e3 * down / np.linalg.norm(down),
            (9.4e3, 12.0, 9.4e3),
            flat,
            turned(0.5, 0.25, 0.2),
        )
    air = _airless(air)
    azimuth = yaw + rng.choice((-1, 1)) * rng.uniform(0.9, 1.2)
    up = np.radians(24)
    sun = (np.cos(up) * np.sin(azimuth), np.sin(up), -np.cos(up) * np.cos(azimuth))
    return stage, air._replace(
        sun=tuple(float(v) for v in sun), stars=0.0 if spec.lacks("stars") else 1.3,
        glow=(0.10, 0.11, 0.13),
        ambient=(0.11, 0.14, 0.20), bounce=(0.10, 0.13, 0.19), occlusion=2.5,
    )  # fmt: skip


def _deck(stage, deck, dark, lamp, hull, amber):
    """The platform: plates, a rail with lights, crates, a console, the airlock behind."""
    stage.place(BOX, (0.25, DECK - 0.1, 0.75), (4.45, 0.1, 5.25), deck)
    stage.place(BOX, (0, DECK - 0.45, 0.5), (3.9, 0.25, 4.7), dark)
    g = Group(stage, (0, DECK, 0))
    for z in np.linspace(-4.4, 5.4, 8):
        for x in (-4.1, 4.1):
            g.rod((x, 0, z), (x, 1.05, z), 0.03, dark)
            g.ball((x, 1.08, z), 0.045, lamp)
    for x in np.linspace(-4.1, 4.1, 7):
        g.rod((x, 0, -4.4), (x, 1.05, -4.4), 0.03, dark)
    for y in (0.4, 0.72, 1.02):
        girth = 0.022 if y < 1 else 0.035
        g.rod((-4.1, y, -4.4), (4.1, y, -4.4), girth, hull)
        for x in (-4.1, 4.1):
            g.rod((x, y, -4.4), (x, y, 5.4), girth, hull)
    for x in (-3.9, 3.9):
        g.box((x, 0.012, 0.5), (0.05, 0.008, 4.6), lamp)
    for x, z, s, yaw in (
        (-2.9, -2.6, 0.45, 0.2),
        (-3.1, -1.5, 0.32, -0.3),
        (-2.85, -2.5, 0.3, 0.5),
        (3.1, 1.4, 0.5, 0.1),
    ):
        y = s + (0.9 if s == 0.3 else 0)
        g.box((x, y, z), (s, s, s), hull, yaw=yaw)
        for k in (-0.7, 0.7):
            g.box(
                (x, y, z),
                (s * 1.02, s * 1.02, 0.04 * s),
                dark,
                yaw=yaw + (0 if k < 0 else np.pi / 2),
            )
    console = Group(stage, (1.9, DECK, -2.6), -0.5)
    console.box((0, 0.45, 0), (0.42, 0.45, 0.22), hull)
    console.box((0, 0.98, 0.03), (0.45, 0.03, 0.30), dark, pitch=0.5)
    screen = stage.material(PANEL, "#0a2a33", "#4fe0d0", 0.09, 0.0, gloss=0.5, glow=2.2)
    console.box((0, 1.02, 0.04), (0.40, 0.01, 0.24), screen, 1.5, pitch=0.5)
    stage.light((1.9, DECK + 1.5, -2.3), "#6fe8d8", 0.25, 0.05)
    for x in (-3.4, 3.4):
        stage.light((x, DECK + 0.35, -1.0), "#a8d4ff", 0.35, 0.05)


def _station(stage, hull, lit, dark, cells, amber):
    """Airlock and modules behind, a wheel and arrays ahead and beside."""
    g = Group(stage, (0, 0, 0))
    g.rod((0, 1.4, 5.6), (0, 1.4, 16), 3.0, lit)
    g.rod((0, 1.4, 5.4), (0, 1.4, 5.8), 2.7, hull)
    g.rod((0, 0.2, 5.25), (0, 0.2, 5.5), 1.5, dark)
    g.rod((0, 0.2, 5.15), (0, 0.2, 5.3), 1.15, hull)
    for k in range(12):
        a = k * np.pi / 6
        g.ball((1.35 * np.sin(a), 0.2 + 1.35 * np.cos(a), 5.22), 0.06, amber)
    stage.light((0, 1.2, 4.4), "#ffc070", 0.9, 0.06)
    hub = Group(stage, (-38, 16, -62), 0.5)
    hub.rod((0, 0, -14), (0, 0, 14), 4.0, lit)
    hub.rod((0, 0, -17), (0, 0, -14), 2.0, hull, 2.0)
    ring = np.linspace(0, 2 * np.pi, 49)
    line = np.stack([24 * np.cos(ring), 24 * np.sin(ring), 0 * ring], -1)
    hub.rod(line[:-1], line[1:], 2.6, lit)
    for a in np.arange(6) * np.pi / 3:
        hub.rod((0, 0, 0), (24 * np.cos(a), 24 * np.sin(a), 0), 0.9, hull)
    for side in (-1, 1):
        wing = Group(stage, (side * 13, 3.5, -4 + 9 * side), 0.25 * side)
        wing.rod((0, 0, 0), (side * 26, 0, 0), 0.16, dark)
        for k in range(4):
            wing.box((side * (5 + 6 * k), 0, 0), (2.8, 0.04, 4.2), cells, pitch=0.5)
            wing.box((side * (5 + 6 * k), 0, 0), (2.9, 0.03, 0.12), hull, pitch=0.5)
        g.rod((side * 3.0, 2.0, 9), (side * 13, 3.5, -4 + 9 * side), 0.35, hull)
    tug = Group(stage, (16, 6, -34), 2.2)
    tug.ball((0, 0, 0), (2.2, 1.5, 4.2), lit)
    tug.rod((0, 0, -3.2), (0, 0, -5.0), 1.0, dark, 1.5)
    tug.box((0, 0.2, -1.5), (5.2, 0.12, 1.2), hull)
    for side in (-1, 1):
        tug.ball((side * 5.2, 0.2, -1.5), 0.22, amber)
