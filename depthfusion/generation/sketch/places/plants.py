"""Trees, bushes, grass and ferns, grown from rods, cards and a seeded generator."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from depthfusion.generation.sketch.model import (
    BARK,
    BLADE,
    CARD,
    CONE,
    CONIFER,
    FROND,
    GRASS,
    GROUND,
    LEAFY,
    LEAVES,
    NEEDLES,
    PLAIN,
    ROCK,
    SPHERE,
    Stage,
    along,
    turned,
)  # fmt: skip
from depthfusion.generation.sketch.words import SceneSpec

UP = np.array([0.0, 1.0, 0.0])
GREENS = {
    "spring": ("#5f8f2f", "#a3bf4a"),
    "summer": ("#35611f", "#6f8f35"),
    "autumn": ("#a8411a", "#dfa032"),
    "winter": ("#4a4a32", "#6b6345"),
}


@dataclass(frozen=True)
class Flora:
    """The materials of plants on a stage, in the colours of a season."""

    stage: Stage
    bark: int
    pale: int
    leaves: int
    needles: int
    far: int
    grass: int
    frond: int
    stone: int
    core: int
    blade: int
    spine: int

    @classmethod
    def on(cls, stage: Stage, spec: SceneSpec) -> "Flora":
        """Register the materials."""
        low, high = GREENS[spec.season]
        grass = ("#4d5f22", "#8d9440") if spec.season != "autumn" else ("#6e6426", "#a08a3c")
        if spec.colours and not spec.has("flowers"):
            low = high = spec.accent(low)
        return cls(
            stage,
            bark=stage.material(BARK, "#6b5947", "#241b15", 0.07, 1.6, detail=0.55),
            pale=stage.material(BARK, "#d8d3c6", "#3a342d", 0.10, 0.7, detail=0.15),
            leaves=stage.material(LEAVES, low, high, 1, 0.8, leaf=0.75, cutout=LEAFY),
            needles=stage.material(
                LEAVES, "#24401f", "#4a6530", 1, 0.5, leaf=0.45, cutout=NEEDLES, detail=0.35
            ),
            far=stage.material(
                LEAVES, "#22391f", "#3d5429", 1, 0.5, leaf=0.2, cutout=CONIFER, detail=0.4
            ),
            grass=stage.material(
                LEAVES, *grass, 1, 0.3, leaf=0.6, cutout=GRASS, detail=0.75
            ),
            frond=stage.material(
                LEAVES, "#3c5f22", "#6f8a38", 1, 0.5, leaf=0.7, cutout=FROND, detail=0.35
            ),
            stone=stage.material(ROCK, "#948d80", "#403c36", 0.30, 2.6),
            core=stage.material(GROUND, "#1c2a10", "#141a0c", 0.12, 3.0, leaf=0.1),
            blade=stage.material(
                LEAVES, "#3f6a2a", "#7c9440", 1, 0.4, leaf=0.6, cutout=BLADE, detail=0.1
            ),
            spine=stage.material(BARK, "#5f7a4a", "#2f4a2f", 0.09, 1.2),
        )  # fmt: skip

    def in_stone(self, stone: int) -> "Flora":
        """Give the same plants, with stones of another material."""
        return replace(self, stone=stone)

    def conifer(self, rng: Generator, foot: NDArray, tall: float, full: float = 1.0) -> None:
        """Grow a spruce: a trunk and whorls of drooping branches."""
        x, y, z = foot
        girth = 0.016 * tall + 0.05
        lean = rng.normal(0, 0.012, 2) * tall
        self.rod((x, y - 0.4, z), (x + lean[0], y + tall, z + lean[1]), girth, 0.12, self.bark)
        whorls, arms = int(3.0 * tall * full), 8
        level = np.repeat(np.linspace(0.16 + 0.12 * rng.uniform(), 0.985, whorls), arms)
        level = level + rng.normal(0, 0.006, level.size)
        reach = (
            np.clip(1.0 - level, 0.01, 1.0) ** 0.8
            * tall
            * 0.15
            * rng.uniform(0.7, 1.15, level.size)
            + 0.15
        )
        yaw = rng.uniform(-np.pi, np.pi, level.size)
        droop = np.radians(rng.normal(-2 - 22 * (1 - level), 7))
        out = np.stack(
            [np.sin(yaw) * np.cos(droop), np.sin(droop), np.cos(yaw) * np.cos(droop)], -1
        )
        start = np.stack([x + level * lean[0], y + level * tall, z + level * lean[1]], -1)
        tip = start + out * reach[:, None]
        low, high = foot + 0.36 * tall * UP, foot + 0.92 * tall * UP
        self.rod(low, high, 0.021 * tall, 0.1, self.core)
        self.cards(
            rng,
            start,
            tip,
            0.20 * reach / np.sqrt(full) + 0.08,
            self.needles,
            rng.uniform(0.75, 1.2),
        )

    def broadleaf(
        self, rng: Generator, foot: ArrayLike, tall: float, birch: bool = False, full: float = 1.0
    ) -> None:
        """Grow a tree with a round crown: trunk, limbs, and clusters of leaves at their ends."""
        bark = self.pale if birch else self.bark
        foot = np.asarray(foot, float)
        girth = (0.014 if birch else 0.026) * tall + 0.03
        crotch = foot + rng.normal(0, 0.3, 3) * (1, 0, 1) + tall * rng.uniform(0.38, 0.5) * UP
        self.rod(foot - 0.4 * UP, crotch, girth, 0.62, bark)
        self.rod(foot - 0.1 * UP, foot + 0.5 * UP, 1.5 * girth, 0.62, bark)
        spread = tall * (0.17 if birch else 0.27)
        count = 7 if birch else 10
        yaw = np.arange(count) * 2.399 + rng.uniform(0, 6)
        rise = rng.uniform(0.15, 0.58, count) * tall
        ends = crotch + np.stack(
            [np.sin(yaw) * spread, rise, np.cos(yaw) * spread], -1
        ) * rng.uniform(0.7, 1.15, (count, 1))
        self.rod(np.broadcast_to(crotch - 0.1 * UP, ends.shape), ends, 0.42 * girth, 0.25, bark)
        inside = np.array([0.055, 0.045, 0.055]) * tall * (0.7 if birch else 1.0)
        self.stage.place(SPHERE, ends, inside, self.core)
        middle = np.repeat(ends, max(6, int((24 if birch else 32) * full)), axis=0)
        middle = middle + rng.normal(0, 0.085 * tall, middle.shape) * (1, 0.75, 1)
        self.leafage(rng, middle, (0.028 * tall + 0.12) / np.sqrt(full), self.leaves)

    def palm(self, rng: Generator, foot: ArrayLike, tall: float) -> None:
        """Grow a palm: a ringed, leaning trunk, arching fronds, and a few nuts."""
        foot = np.asarray(foot, float)
        lean = rng.normal(0, 0.16, 2) * tall
        t = np.linspace(0, 1, 12)[:, None]
        line = foot + np.hstack([lean[0] * t**1.7, tall * t, lean[1] * t**1.7]) - 0.2 * UP
        girth = (0.018 * tall + 0.06) * (1.25 - 0.55 * t[:-1, 0])
        self.rod(line[:-1], line[1:], girth * 1.08, 0.82, self.bark)
        top = line[-1]
        count = 17
        yaw = np.arange(count) * 2.399 + rng.normal(0, 0.15, count)
        rise = np.radians(np.linspace(70, -12, count))
        start = np.tile(top, (count, 1))
        tone = rng.uniform(0.85, 1.15)
        reach = 0.15 * tall + 0.6
        for k in range(4):
            angle = rise - (0.12 + 0.33 * k)
            out = np.stack(
                [np.sin(yaw) * np.cos(angle), np.sin(angle), np.cos(yaw) * np.cos(angle)], -1
            )
            tip = start + out * reach * 0.5
            width = (0.30, 0.36, 0.30, 0.20)[k] * reach
            self.cards(rng, start, tip, width, self.blade, tone)
            start = tip - 0.06 * out
        nuts = top + rng.normal(0, 0.11, (5, 3)) - 0.15 * UP
        self.stage.place(SPHERE, nuts, (0.09, 0.11, 0.09), self.bark, tint=0.8)

    def cactus(self, rng: Generator, foot: ArrayLike, tall: float) -> None:
        """Grow a saguaro with bent arms."""
        foot, girth = np.asarray(foot, float), 0.075 * tall + 0.04
        self.rod(foot - 0.2 * UP, foot + tall * UP, girth, 0.85, self.spine)
        self.stage.place(SPHERE, foot + tall * UP, girth * 0.86, self.spine)
        for _ in range(rng.integers(1, 4)):
            yaw, base = rng.uniform(-np.pi, np.pi), tall * rng.uniform(0.35, 0.6)
            out = np.array([np.sin(yaw), 0, np.cos(yaw)]) * girth * 3.0
            elbow = foot + (base + 0.1) * UP + out
            tip = elbow + tall * rng.uniform(0.2, 0.4) * UP
            self.rod(foot + base * UP, elbow, girth * 0.6, 1.0, self.spine)
            self.rod(elbow, tip, girth * 0.62, 0.9, self.spine)
            self.stage.place(SPHERE, np.array([elbow, tip]), girth * 0.60, self.spine)

    def leafage(self, rng: Generator, middle: NDArray, size: float, material: int) -> None:
        """Hang cards of leaves, turned every way but mostly facing up and out."""
        count = len(middle)
        turn = turned(
            rng.uniform(-np.pi, np.pi, count),
            rng.normal(-0.9, 0.55, count),
            rng.uniform(0, 6, count),
        )
        half = np.outer(size * rng.uniform(0.7, 1.3, count), (1, 1, 1))
        tone = rng.normal(1.0, 0.13, count)
        self.stage.place(CARD, middle, half, material, turn, np.clip(tone, 0.55, 1.5))

    def rod(
        self, start: ArrayLike, end: ArrayLike, girth: ArrayLike, taper: ArrayLike, material: int
    ) -> None:
        """Stand tapering rods between points; `girth` is the radius at the foot."""
        centre, half, turn = along(start, end)
        girth = np.broadcast_to(np.asarray(girth, float), half.shape)
        self.stage.place(
            CONE, centre, np.stack([girth, half, girth], -1), material, turn, taper=taper
        )

    def cards(
        self,
        rng: Generator,
        start: NDArray,
        tip: NDArray,
        half: ArrayLike,
        material: int,
        tone: float,
    ) -> None:
        """Lay cards from start to tip, their broad side up, rolled a little about their length."""
        span = tip - start
        length = np.linalg.norm(span, axis=-1, keepdims=True)
        up = span / length
        side = np.cross(up, (0, 1, 0)) + 1e-6
        side /= np.linalg.norm(side, axis=-1, keepdims=True)
        roll = rng.normal(0, 0.5, (len(up), 1))
        face = np.cross(side, up)
        side = side * np.cos(roll) + face * np.sin(roll)
        turn = np.stack([side, up, np.cross(side, up)], axis=-1)
        width = np.broadcast_to(np.asarray(half, float), len(up))
        size = np.stack([width, 0.5 * length[:, 0], width], -1)
        tint = np.clip(tone * rng.normal(1, 0.1, len(up)), 0.4, 1.6)
        self.stage.place(CARD, (start + tip) / 2, size, material, turn, tint)

    def tufts(
        self, rng: Generator, feet: NDArray, tall: float, tone: ArrayLike = 1.0, spread: float = 0.8
    ) -> None:
        """Plant tufts of grass: two crossed cards each. Feet are [N, 3]."""
        feet = np.repeat(feet, 2, axis=0)
        height = tall * rng.uniform(0.6, 1.35, len(feet))
        yaw = rng.uniform(0, np.pi, len(feet))
        tint = np.repeat(np.broadcast_to(tone, len(feet) // 2), 2) * rng.normal(1, 0.12, len(feet))
        half = np.outer(height, (spread, 0.5, 1))
        middle = feet + np.outer(height / 2 - 0.02, UP)
        turn = turned(yaw, rng.normal(0, 0.15, len(feet)))
        self.stage.place(CARD, middle, half, self.grass, turn, np.clip(tint, 0.5, 1.5))

    def flowers(self, rng: Generator, feet: NDArray, tone: str) -> None:
        """Plant flowers: a stem and a head of petals. Feet are [N, 3]."""
        petal = self.stage.material(PLAIN, tone, "#f2ead0", 0.02, 0.3, leaf=0.5)
        tall = rng.uniform(0.14, 0.34, len(feet))[:, None]
        head = feet + tall * np.hstack(
            [rng.normal(0, 0.15, tall.shape), 1 + 0 * tall, rng.normal(0, 0.15, tall.shape)]
        )
        self.rod(feet, head, 0.004, 0.6, self.spine)
        size = np.outer(rng.uniform(0.012, 0.028, len(feet)), (1, 0.6, 1))
        self.stage.place(SPHERE, head, size, petal, tint=rng.uniform(0.75, 1.2, len(feet)))

    def ferns(self, rng: Generator, feet: NDArray, size: float) -> None:
        """Plant ferns: nine arching fronds each. Feet are [N, 3]."""
        start = np.repeat(feet, 9, axis=0)
        yaw = np.tile(np.arange(9) * 0.698, len(feet)) + rng.normal(0, 0.25, len(start))
        reach = size * rng.uniform(0.7, 1.2, len(start))
        rise = rng.uniform(0.25, 0.75, len(start))
        out = np.stack([np.sin(yaw), rise, np.cos(yaw)], -1)
        tip = start + out * reach[:, None]
        self.cards(rng, start, tip, 0.22 * reach, self.frond, rng.uniform(0.8, 1.15))

    def stones(self, rng: Generator, feet: NDArray, size: ArrayLike) -> None:
        """Lay rounded stones, each of two half-sunk ellipsoids. Feet are [N, 3]."""
        count = len(feet)
        size = np.broadcast_to(np.asarray(size, float), count)
        for share, drop in ((1.0, 0.15), (0.7, -0.05)):
            half = size[:, None] * rng.uniform(0.6, 1.1, (count, 3)) * (1, 0.65, 1) * share
            shift = rng.normal(0, 0.4, (count, 3)) * size[:, None] * (1, 0, 1) * (1 - share + 0.1)
            turn = turned(
                rng.uniform(0, 6, count), rng.normal(0, 0.3, count), rng.normal(0, 0.3, count)
            )
            centre = feet + shift - np.outer(drop * size, (0, 1, 0))
            self.stage.place(SPHERE, centre, half, self.stone, turn, rng.uniform(0.8, 1.15, count))
