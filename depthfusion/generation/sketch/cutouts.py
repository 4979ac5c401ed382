"""What is punched out of a card: leaves, needles, blades of grass, fronds, whole far trees."""

import numpy as np
from numba import njit

from depthfusion.generation.sketch.model import BLADE, CONIFER, DISC, FROND, GRASS, LEAFY, NEEDLES
from depthfusion.generation.sketch.noise import FAST, hash3


@njit(cache=True, fastmath=FAST)
def leaf(u, v, seed):
    """Find the leaf of a 6×6 jittered lattice that covers a point of the card, or −1."""
    x, y = (u + 1.0) * 3.0, (v + 1.0) * 3.0
    i, j = int(np.floor(x)), int(np.floor(y))
    for dj in range(-1, 2):
        for di in range(-1, 2):
            a, b = i + di, j + dj
            h = hash3(a, b, seed)
            if h < 0.12 or (a - 2.5) ** 2 + (b - 2.5) ** 2 > 9.5:
                continue
            g = hash3(b, a, seed + 7)
            turn = 6.2832 * h
            px, py = x - a - 0.5 - 0.5 * (g - 0.5), y - b - 0.5 - 0.7 * (h - 0.5)
            c, s = np.cos(turn), np.sin(turn)
            along, across = c * px + s * py, c * py - s * px
            bend = abs(along) / 0.72
            if bend < 1.0 and abs(across) < 0.36 * (1.0 - bend * bend):
                return (a + 8) * 64 + b + 8
    return -1


@njit(cache=True, fastmath=FAST)
def opening(cut, u, v, seed):
    """Say whether a card is open at local u, v in ±1 (v up)."""
    if cut == LEAFY:
        return leaf(u, v, seed) < 0
    if cut == NEEDLES:  # a twig along v with needles slanting forward on both sides
        a = abs(u)
        tip = 0.5 * (1.0 - v)
        if a < 0.03:
            return False
        if a > 0.95 * (0.25 + 0.75 * np.sqrt(tip)) * (0.7 + 0.3 * min(1.0, 2.0 * (v + 1.0))):
            return True
        side = 1 if u > 0 else 2
        slot = (v - 0.75 * a) * 11.0
        k = int(np.floor(slot))
        h = hash3(k, side, seed)
        return a > 0.55 + 0.45 * h or abs(slot - k - 0.5) > 0.46 * (1.05 - a)
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
