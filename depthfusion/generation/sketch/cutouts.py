"""What is punched out of a card: leaves, needles, blades of grass, fronds, whole far trees."""

import numpy as np

from depthfusion.generation.sketch.model import BLADE, CONIFER, DISC, FROND, GRASS, LEAFY, NEEDLES
from depthfusion.generation.sketch.noise import hash3, kernel


@kernel
def leaf(u, v, seed):
    """Find the leaf of a 6×6 jittered lattice that covers a point of the card, or −1."""
    x, y = (u + 1.0) * 3.0 - 0.5, (v + 1.0) * 3.0 - 0.5
    i, j = int(np.floor(x)), int(np.floor(y))
    for n in range(4):
        a, b = i + (n & 1), j + (n >> 1)
        if (a - 2.5) * (a - 2.5) + (b - 2.5) * (b - 2.5) > 9.0:
            continue
        h = hash3(a, b, seed)
        px, py = x - a - 0.30 * (h - 0.5), y - b - 0.45 * (0.5 - h)
        c = 2.0 * h - 1.0
        s = np.sqrt(1.0 - c * c)
        bend = (c * px + s * py) / 0.78
        bend *= bend
        if bend < 1.0 and abs(c * py - s * px) < 0.40 * (1.0 - bend):
            return (a + 8) * 64 + b + 8
    return -1


@kernel
def opening(cut, u, v, seed):
    """Say whether a card is open at local u, v in ±1 (v up)."""
    if cut == LEAFY:
        return leaf(u, v, seed) < 0
    if cut == NEEDLES:  # a branch along v: twigs slant forward on both sides, fringed with needles
        a = abs(u)
        if a < 0.025:
            return False
        edge = min(1.0, 1.9 * (1.0 - v)) * (0.45 + 0.55 * min(1.0, 1.3 * (v + 1.0)))
        slot = (v - 0.8 * a) * 6.5
        k = int(np.floor(slot))
        long = edge * (0.62 + 0.38 * hash3(k, 1 if u > 0 else 2, seed))
        if a > long:
            return True
        fringe = a * 34.0 - np.floor(a * 34.0)
        return abs(slot - k - 0.5) > (0.10 + 0.36 * abs(fringe - 0.5) * 2.0) * (1.15 - a / long)
    if cut == GRASS:
        for k in range(9):
            h, g = hash3(k, 3, seed), hash3(k, 5, seed)
            w = 0.5 * (v + 1.0) / (0.45 + 0.55 * g)
            if w < 1.0:
                x = -0.8 + 1.6 * (k + h) / 9.0 + 0.5 * (g - 0.5) * w * w
                if abs(u - x) < 0.075 * (1.0 - w) + 0.004:
                    return False
        return True
    if cut == FROND:  # leaflets off a midrib, widest a third of the way up
        a = abs(u)
        w = 0.5 * (v + 1.0)
        if a < 0.03:
            return False
        if a > 1.9 * np.sqrt(w + 0.02) * (1.0 - w):
            return True
        slot = (v - 0.5 * a) * 13.0
        return abs(slot - np.floor(slot) - 0.5) > 0.40 * (1.1 - 0.6 * a)
    if cut == BLADE:  # a stretch of a palm frond, as wide at both ends
        a = abs(u)
        slot = (v - 0.6 * a) * 9.0
        k = np.floor(slot)
        return a > 0.03 and (a > 0.8 + 0.2 * hash3(int(k), 1 if u > 0 else 2, seed)
                             or abs(slot - k - 0.5) > 0.44 * (1.15 - a))  # fmt: skip
    if cut == DISC:
        return u * u + v * v > 1.0
    if cut == CONIFER:
        w = 0.5 * (1.0 - v)
        tier = w * 9.0 + 0.25 * hash3(int(np.floor(u * 12.0 + 40)), 1, seed)
        saw = tier - np.floor(tier)
        if w > 0.93:
            return abs(u) > 0.05
        return abs(u) > (0.03 + 0.85 * w) * (0.55 + 0.45 * saw)
    return False
