"""Boats and cars."""

import numpy as np

from depthfusion.generation.sketch.model import PLAIN, PLANKS, Stage
from depthfusion.generation.sketch.places.group import Group


def rowing_boat(g: Group, stage: Stage, paint: str = "#9c3b2a") -> None:
    """A wooden rowing boat, 3.4 m long along its X, floating at y = 0."""
    hull = stage.material(PLANKS, paint, "#4f2018", 0.12, 0.5, gloss=0.1, detail=1)
    wood = stage.material(PLANKS, "#a9825a", "#6f4a2a", 0.12, 0.5, detail=1)
    t = np.linspace(-1, 1, 15)
    for side in (-1, 1):
        wide = side * 0.62 * np.cos(t * 1.45) ** 0.7
        lift = 0.42 + 0.22 * t**2
        top = np.stack([1.7 * t, lift, wide], -1)
        low = np.stack([1.55 * t, 0 * t - 0.12, 0.55 * wide], -1)
        for k in range(14):
            a, b = top[k], low[k + 1]
            centre = (a + top[k + 1] + low[k] + b) / 4
            run = top[k + 1] - top[k]
            g.box(centre, (float(np.linalg.norm(run)) / 2 + 0.02, 0.29, 0.015), hull,
                  yaw=float(np.arctan2(-run[2], run[0])), pitch=side * 0.42)  # fmt: skip
        g.rod(top[:-1], top[1:], 0.03, wood)
    g.box((0, 0.0, 0), (1.35, 0.02, 0.4), wood, 0.7)
    for x in (-0.7, 0.1, 0.85):
        g.box((x, 0.3, 0), (0.12, 0.02, 0.54), wood)
    g.rod((-0.6, 0.46, -0.6), (1.1, 0.42, 0.5), 0.02, wood)


def car(g: Group, stage: Stage, paint: str, lights: float = 0.0) -> None:
    """A small saloon, 4.2 m long along its Z, its front at +Z, standing at y = 0."""
    body = stage.material(PLAIN, paint, paint, 1.0, 0.0, gloss=0.9)
    glass = stage.material(PLAIN, "#11161a", "#1b2227", 1.0, 0.0, gloss=1.0)
    tyre = stage.material(PLAIN, "#17171a", "#222226", 0.05, 0.4)
    chrome = stage.material(PLAIN, "#c9ccd0", "#9a9ea4", 0.4, 0.0, gloss=0.9)
    front = stage.material(PLAIN, "#fff1d0", "#fff1d0", 1.0, 0.0, gloss=0.6, glow=0.4 + 6 * lights)
    rear = stage.material(PLAIN, "#b3120c", "#b3120c", 1.0, 0.0, gloss=0.6, glow=0.2 + 4 * lights)
    g.box((0, 0.50, 0), (0.84, 0.20, 1.98), body)
    g.box((0, 0.48, 0), (0.80, 0.16, 2.10), body)
    g.ball((0, 0.62, 1.25), (0.84, 0.20, 0.86), body)
    g.ball((0, 0.66, -1.45), (0.84, 0.20, 0.66), body)
    for side in (-1, 1):
        g.rod((side * 0.80, 0.66, -2.0), (side * 0.80, 0.66, 1.9), 0.055, body)
    g.ball((0, 0.80, -0.25), (0.77, 0.60, 1.28), glass)
    g.ball((0, 0.86, -0.28), (0.70, 0.585, 1.02), body)
    for z in (-0.28, 0.62, -1.15):
        for side in (-1, 1):
            g.rod((side * 0.76, 0.70, z), (side * 0.60, 1.22, z * 0.8 - 0.06), 0.035, body)
    g.box((0, 0.30, 2.06), (0.80, 0.10, 0.06), tyre)
    g.box((0, 0.30, -2.06), (0.80, 0.10, 0.06), tyre)
    g.box((0, 0.52, 2.10), (0.36, 0.06, 0.02), chrome)
    g.box((0, 0.38, 2.13), (0.24, 0.055, 0.01), chrome, 1.2)
    for x in (-0.62, 0.62):
        g.ball((x, 0.58, 2.02), (0.16, 0.085, 0.10), front)
        g.box((x, 0.60, -2.08), (0.17, 0.06, 0.03), rear)
        for z in (-1.25, 1.28):
            side = np.sign(x)
            g.rod((side * 0.62, 0.32, z), (side * 0.86, 0.32, z), 0.32, tyre)
            g.rod((side * 0.84, 0.32, z), (side * 0.872, 0.32, z), 0.20, chrome)
            g.rod((side * 0.86, 0.32, z), (side * 0.885, 0.32, z), 0.06, tyre)
