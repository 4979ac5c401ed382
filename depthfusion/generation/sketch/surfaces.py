"""Solid textures: what a material looks like at a point, at the scale of the pixel that sees it."""

import numpy as np

from depthfusion.generation.sketch.cutouts import leaf
from depthfusion.generation.sketch.model import (
    BARK,
    BOOKS,
    BRICKS,
    FABRIC,
    FACADE,
    GROUND,
    LEAFY,
    LEAVES,
    PANEL,
    PICTURE,
    PLANET,
    PLANKS,
    ROAD,
    ROCK,
    SAND,
    TILES,
)  # fmt: skip
from depthfusion.generation.sketch.noise import fbm, hash3, kernel, noise
from depthfusion.generation.sketch.sky import mix, smooth

SIZE = 14  # albedo 0–2, slope of the relief 3–5, gloss 6, glow 7–9, leaf 10


@kernel
def stripe(distance, width, foot):
    """Cover of a line of a width at a distance from its middle, as a pixel averages it."""
    return min(1.0, max(0.0, (0.5 * width - abs(distance)) / foot + 0.5)) * min(
        1.0, width / foot + 0.2
    )


@kernel
def paint(table, m, qx, qy, qz, lx, ly, lz, nx, ny, nz, foot, seed, out):
    """Evaluate a material.

    Parameters
    ----------
    qx, qy, qz : the point along the shape's own axes, metres; world axes for the ground.
    lx, ly, lz : the same within ±1.
    nx, ny, nz : normal along those axes.
    foot : size of the pixel on the surface, metres.
    seed : number of the instance.
    out : [SIZE], filled.
    """
    pattern = int(table[m, 0])
    a = (table[m, 1], table[m, 2], table[m, 3])
    b = (table[m, 4], table[m, 5], table[m, 6])
    scale, bump, glow, detail = table[m, 7], table[m, 8], table[m, 10], table[m, 13]
    out[6], out[10] = table[m, 9], table[m, 11]
    out[7] = out[8] = out[9] = 0.0
    octaves = min(7.0, max(0.0, np.log2(scale / foot) - 0.5))
    sx = sy = sz = 0.0  # slope of the relief
    shift = 7.31 * (seed % 97)
    u, v = qx, qy  # the plane a wall or floor pattern lies in
    if abs(ny) > 0.6:
        v = qz
    elif abs(nx) > 0.6:
        u = qz

    if pattern == BARK:
        n, gx, gy, gz = fbm(qx / scale + shift, qy / (6.0 * scale), qz / scale, octaves)
        ridge = 1.0 - min(1.0, 3.2 * abs(n))
        c = mix(a, b, ridge * ridge)
        side = -1.0 if n > 0 else 1.0
        sx, sy, sz = -side * gx * 0.6, -side * gy * 0.1, -side * gz * 0.6
        moss, _, _, _ = fbm(qx * 1.3, qy * 0.5 + shift, qz * 1.3, 3.0)
        if detail > 0.0:
            c = mix(c, (0.10, 0.16, 0.03), detail * smooth(0.0, 0.35, moss))
    elif pattern == PLANKS:
        across, run = (u, v)
        row = np.floor(across / scale)
        h = hash3(int(row), 11, seed if detail > 0 else 0)
        run += 9.0 * scale * h
        part = np.floor(run / (11.0 * scale))
        g = hash3(int(row), int(part), 5)
        n, gx, _, gz = fbm(
            across * 22.0 / scale * 0.12, g * 40.0, run * 1.6 / scale * 0.12, octaves
        )
        grain = np.sin((across / scale * 9.0 + 5.0 * n + g * 9.0) * 2.2) * min(1.0, octaves * 0.2)
        tone = 0.42 + 0.35 * (g - 0.5) + 0.35 * n + 0.10 * grain
        c = mix(a, b, min(1.0, max(0.0, tone)))
        edge = min(across / scale - row, row + 1.0 - across / scale) * scale
        gap = stripe(edge, 0.035 * scale, foot)
        end = (run / (11.0 * scale) - part) * 11.0 * scale
        gap = max(gap, stripe(end, 0.03 * scale, foot))
        c = mix(c, (0.02, 0.012, 0.008), 0.8 * gap)
        sx, sz = 0.05 * gx, 0.05 * gz
    elif pattern == BRICKS or pattern == TILES:
        wide = 3.0 * scale if pattern == BRICKS else scale
        row = np.floor(v / scale)
        if pattern == BRICKS:
            u += 0.5 * wide * (int(row) & 1)
        column = np.floor(u / wide)
        h = hash3(int(row), int(column), 3)
        n, gx, gy, gz = fbm(qx * 4.0 / scale, qy * 4.0 / scale, qz * 4.0 / scale, octaves)
        big, _, _, _ = fbm(qx * 0.2 / scale, qy * 0.2 / scale, qz * 0.2 / scale, 3.0)
        fu, fv = u - column * wide, v - row * scale
        joint = 0.13 * scale if pattern == BRICKS else 0.035 * scale
        gap = max(
            stripe(min(fu, wide - fu), joint, foot + 0.004),
            stripe(min(fv, scale - fv), joint, foot + 0.004),
        )
        tone = 1.0 + 0.5 * (h - 0.5) + 0.35 * n + 0.5 * big
        if pattern == TILES:
            tone = 1.0 + 0.16 * (h - 0.5) + 0.12 * n + 0.2 * big
        c = (a[0] * tone, a[1] * tone, a[2] * tone)
        if detail > 0.0 and (int(row) + int(column)) & 1:
            c = b
            tone = 0.5
        if detail > 0.0:
            c = mix(c, (0.25, 0.24, 0.22), 0.7 * gap)
        else:
            c = mix(c, b, gap)
        sx, sy, sz = 0.3 * gx, 0.3 * gy, 0.3 * gz
        out[6] *= 1.0 - gap
    elif pattern == GROUND:
        big, _, _, _ = fbm(qx / (6.0 * scale), qy / (6.0 * scale), qz / (6.0 * scale), 3.0)
        n, sx, sy, sz = fbm(qx / scale, qy / scale, qz / scale, octaves)
        fine, fx, fy, fz = fbm(qx * 9.0 / scale, qy * 9.0 / scale, qz * 9.0 / scale, octaves - 3.0)
        tone = 0.5 + 0.55 * n + 0.7 * big + 0.5 * fine
        c = mix(a, b, min(1.0, max(0.0, tone)))
        crisp = min(1.0, max(0.0, 0.035 * scale / foot - 0.25))
        dark = 1.0 + 0.6 * fine + 0.3 * n
        if crisp > 0.0:  # litter: light flecks over dark gaps
            k = 26.0 / scale
            f, tx, ty, tz = noise(qx * k + 2.0 * fine, qy * k, qz * k - 2.0 * n)
            g, _, _, _ = noise(qx * 0.43 * k, qy * 0.43 * k, qz * 0.43 * k + 5.0)
            fleck = smooth(0.60, 0.72, f) * smooth(0.35, 0.6, g) - 0.8 * smooth(0.36, 0.22, f)
            dark += 0.55 * crisp * fleck
            fx, fy, fz = fx + 0.6 * crisp * tx, fy + 0.6 * crisp * ty, fz + 0.6 * crisp * tz
        c = (c[0] * dark, c[1] * dark, c[2] * dark)
        sx, sy, sz = sx + 1.2 * fx, sy + 1.2 * fy, sz + 1.2 * fz
    elif pattern == SAND:
        w, _, _, _ = fbm(qx / (9.0 * scale), 0.0, qz / (9.0 * scale), 3.0)
        n, gx, gy, gz = fbm(qx * 6.0 / scale, qy * 6.0 / scale, qz * 6.0 / scale, octaves)
        big, _, _, _ = fbm(qx / (30.0 * scale), qy / (30.0 * scale), qz / (30.0 * scale), 4.0)
        phase = (qz + 0.35 * qx) / scale * 6.2832 + 9.0 * w
        ripple = np.sin(phase + 0.5 * np.sin(phase)) * min(1.0, max(0.0, 0.35 * scale / foot - 0.4))
        ripple *= smooth(-0.35, 0.3, big + 0.2) * (1.0 if detail <= 0 else detail)
        c = mix(a, b, min(1.0, max(0.0, 0.5 + 0.9 * big + 0.55 * n + 0.12 * ripple)))
        slope = np.cos(phase) * ripple * ripple * 0.0 + np.cos(phase) * (
            0.30 if abs(ripple) > 0 else 0.0
        )
        slope *= min(1.0, max(0.0, 0.35 * scale / foot - 0.4)) * smooth(-0.35, 0.3, big + 0.2)
        slope *= 1.0 if detail <= 0 else detail
        sx, sy, sz = 0.25 * gx + 2.2 * slope * 0.35, 0.25 * gy, 0.25 * gz + 2.2 * slope
    elif pattern == LEAVES:
        h = hash3(int(seed), 3, 1)
        if int(table[m, 12]) == LEAFY:
            which = leaf(lx, ly, seed)
            h = 0.45 * h + 0.55 * hash3(which, int(seed), 2)
            sx, sy = 0.9 * (hash3(which, 1, seed) - 0.5), 0.9 * (hash3(which, 2, seed) - 0.5)
        c = mix(a, b, h)
        low = 1.0 - detail * 0.5 * (1.0 - ly)
        c = (c[0] * low, c[1] * low, c[2] * low)
        bump = 1.0 / 0.15
    elif pattern == FACADE:
        v = qy + 400.0 * scale
        wide = scale * 0.72
        row, column = np.floor(v / scale), np.floor(u / wide)
        fu, fv = u / wide - column - 0.5, v / scale - row - 0.5
        n, gx, gy, gz = fbm(qx * 0.8, qy * 0.8, qz * 0.8, min(6.0, octaves))
        tone = 1.0 + 0.5 * n
        c = (a[0] * tone, a[1] * tone, a[2] * tone)
        sx, sy, sz = 0.1 * gx, 0.1 * gy, 0.1 * gz
        f = foot / scale
        if abs(ny) < 0.5:
            ledge = stripe(fv + 0.47, 0.07, f)
            c = mix(c, b, ledge)
            high = 0.31 + 0.08 * detail
            broad = 0.24 + 0.16 * detail
            frame = min(stripe(fu, 2.0 * broad + 0.1, f), stripe(fv - 0.03, 2.0 * high + 0.1, f))
            c = mix(c, b, frame)
            glass = min(stripe(fu, 2.0 * broad, f), stripe(fv - 0.03, 2.0 * high, f))
            bars = max(stripe(fu, 0.035, f), stripe(fv - 0.12, 0.03, f)) * (1.0 - 0.6 * detail)
            glass *= 1.0 - bars
            h = hash3(int(row), int(column), int(seed))
            deep = 0.35 + 0.5 * hash3(int(column), int(row), 3)
            curtain = 1.0 if abs(fu) > broad * (0.4 + 0.5 * deep) and h > 0.4 else 0.0
            pane = (0.02 + 0.10 * curtain, 0.025 + 0.09 * curtain, 0.03 + 0.075 * curtain)
            c = mix(c, pane, glass)
            out[6] = glass * 0.9
            if h < glow:
                warm = 0.55 + 0.9 * hash3(int(row) + 7, int(column), 9)
                lamp = glass * warm * (0.65 + 0.5 * fv + 0.5 * curtain)
                out[7], out[8], out[9] = 0.50 * lamp, 0.29 * lamp, 0.12 * lamp
    elif pattern == ROAD:
        n, gx, gy, gz = fbm(
            qx / 0.03, qy / 0.03, qz / 0.03, min(4.0, max(0.0, np.log2(0.03 / foot)))
        )
        big, _, _, _ = fbm(qx * 0.35, 0.0, qz * 0.35, 5.0)
        tone = 1.0 + 0.45 * n + 0.45 * big
        c = (a[0] * tone, a[1] * tone, a[2] * tone)
        wear = 0.85 * smooth(-0.5, 0.1, big + 0.6 * n + 0.15)
        dash = 1.0 if qz / 6.0 - np.floor(qz / 6.0) < 0.5 else 0.0
        white = max(dash * stripe(qx, 0.14, foot), stripe(abs(qx) - detail, 0.12, foot))
        walk = abs(qz + 8.5) < 1.5 and abs(qx) < detail - 0.3
        if walk:
            white = stripe(qx / 0.9 - np.floor(qx / 0.9) - 0.5, 0.55, foot / 0.9)
        c = mix(c, b, white * wear)
        sx, sy, sz = 0.8 * gx, 0.8 * gy, 0.8 * gz
        out[6] *= smooth(-0.02, 0.16, big) if glow <= 0 else 1.0
    elif pattern == FABRIC:
        n, gx, gy, gz = fbm(qx / scale + shift, qy / scale, qz / scale, octaves)
        weave = np.sin(qx * 900.0) * np.sin((qz + qy) * 900.0) * min(1.0, 0.0012 / foot)
        edge = max(abs(lx), abs(lz))
        t = 0.25 * n
        if detail > 0.0:
            t = stripe(edge - 0.93, 0.04, 0.01) + stripe(edge - 0.80, 0.10, 0.01)
            if edge < 0.72:
                d = abs(np.sin(lx * 19.0)) + abs(np.sin(lz * 14.0 + 0.6))
                t = smooth(0.9, 1.0, d) * (0.8 - 0.5 * smooth(1.3, 1.35, d))
                heart = np.sqrt(lx * lx + lz * lz)
                t = max(t * smooth(0.42, 0.43, heart), stripe(heart - 0.38, 0.04, 0.01))
                petal = heart + 0.07 * np.cos(8.0 * np.arctan2(lz, lx))
                t = max(t, stripe(petal - 0.22, 0.05, 0.01) + 0.6 * smooth(0.09, 0.08, petal))
            t = min(1.0, t)
        c = mix(a, b, min(1.0, max(0.0, t)))
        tone = 1.0 + 0.25 * n + 0.12 * weave
        c = (c[0] * tone, c[1] * tone, c[2] * tone)
        sx, sy, sz = 0.4 * gx, 0.4 * gy, 0.4 * gz
    elif pattern == BOOKS:
        n, gx, gy, gz = fbm(qx * 60.0 + shift, qy * 60.0, qz * 60.0, min(4.0, octaves))
        tone = 1.0 + 0.4 * n
        c = (a[0] * tone, a[1] * tone, a[2] * tone)
        if abs(ny) > 0.5 or (abs(nz) > 0.5 and lz < 0):
            c = (0.62, 0.55, 0.42)
        else:
            place = 0.55 + 0.25 * hash3(int(seed), 5, 5)
            band = stripe(abs(ly) - place, 0.06, 0.02) + stripe(ly - 0.15, 0.24, 0.02) * (seed % 2)
            c = mix(c, b, 0.8 * min(1.0, band))
        sx, sy, sz = 0.2 * gx, 0.2 * gy, 0.2 * gz
    elif pattern == PANEL:
        iu, iv = np.floor(u / scale), np.floor(v / scale)
        h = hash3(int(iu), int(iv), int(seed))
        split = 2.0 if h > 0.5 else 1.0
        fu, fv = u / scale * split, v / scale * (3.0 - split)
        h = hash3(int(np.floor(fu)), int(np.floor(fv)), 7)
        f = foot / scale + 0.002
        fu, fv = fu - np.floor(fu) - 0.5, fv - np.floor(fv) - 0.5
        seam = max(stripe(abs(fu) - 0.5, 0.03, f), stripe(abs(fv) - 0.5, 0.03, f))
        bolt = stripe(np.hypot(abs(fu) - 0.42, abs(fv) - 0.42), 0.05, f)
        n, gx, gy, gz = fbm(qx * 3.0, qy * 3.0, qz * 3.0, min(5.0, octaves + 2))
        tone = (0.72 + 0.5 * h + 0.35 * n) * (1.0 - 0.75 * seam) * (1.0 - 0.4 * bolt)
        c = (a[0] * tone, a[1] * tone, a[2] * tone)
        if h > 0.86:
            c = mix(c, b, 0.7)
        if glow > 0.0 and h < 0.10:
            lamp = glow * stripe(fv - 0.3, 0.08, f) * stripe(fu, 0.5, f)
            out[7], out[8], out[9] = lamp * b[0], lamp * b[1], lamp * b[2]
        sx, sy, sz = 0.05 * gx, 0.05 * gy, 0.05 * gz
    elif pattern == PLANET:
        w, _, _, _ = fbm(lx * 2.0 + shift, ly * 2.0, lz * 2.0, 4.0)
        n, sx, sy, sz = fbm(lx * 2.4 + w, ly * 2.4 + shift, lz * 2.4 - w, 7.0)
        if detail > 0.0:
            t = (
                np.sin(ly * 24.0 + 3.0 * n + 5.0 * w) * 0.35
                + 0.5
                + 0.3 * np.sin(ly * 71.0 + 6.0 * n)
            )
            c = mix(a, b, min(1.0, max(0.0, t)))
            sx = sy = sz = 0.0
        else:
            land = smooth(0.02, 0.06, n)
            dry = smooth(-0.1, 0.4, w + 0.4 * n)
            c = mix(b, mix(a, (0.45, 0.33, 0.18), dry), land)
            c = mix(c, (0.85, 0.88, 0.92), smooth(0.78, 0.86, abs(ly) + 0.15 * n))
            k, _, _, _ = fbm(lx * 3.0 + 2.0 * w, ly * 5.0 - n, lz * 3.0 + shift, 7.0)
            c = mix(c, (0.92, 0.93, 0.95), smooth(0.05, 0.38, k))
    elif pattern == ROCK:
        n, gx, gy, gz = fbm(qx / scale + shift, qy / scale, qz / scale, octaves)
        layer, _, ly2, _ = noise(3.1, qy * detail * 3.0 / scale + 1.5 * n, 0.7)
        ridge = 1.0 - min(1.0, 4.0 * abs(n))
        tone = 0.45 + 0.7 * n + (0.5 * (layer - 0.5) if detail > 0.0 else 0.0)
        c = mix(a, b, min(1.0, max(0.0, tone)))
        dark = 1.0 - 0.45 * ridge * ridge * ridge
        c = (c[0] * dark, c[1] * dark, c[2] * dark)
        sx, sy, sz = gx, gy + detail * 0.5 * ly2, gz
    elif pattern == PICTURE:
        n, _, _, _ = fbm(lx * 3.0 + shift, 1.0, ly * 3.0, 5.0)
        hill = 0.25 * np.sin(lx * 2.0 + shift) + 0.2 * n - 0.15
        c = mix(a, b, min(1.0, max(0.0, 0.5 + 0.5 * ly + 0.25 * n)))
        if ly < hill:
            c = (b[0] * 0.35, b[1] * 0.45, b[2] * 0.4)
        if ly < hill - 0.35 + 0.2 * n:
            c = (a[0] * 0.25, a[1] * 0.25, a[2] * 0.3)
        if np.hypot(lx - 0.35, ly - 0.4) < 0.16:
            c = (0.95, 0.80, 0.5)
    else:
        n, sx, sy, sz = fbm(qx / scale + shift, qy / scale, qz / scale, octaves)
        c = mix(a, b, min(1.0, max(0.0, 0.5 + 0.9 * n)))
    if glow > 0.0 and pattern != FACADE and pattern != PANEL and pattern != ROAD:
        out[7], out[8], out[9] = glow * a[0], glow * a[1], glow * a[2]
    out[0], out[1], out[2] = max(0.0, c[0]), max(0.0, c[1]), max(0.0, c[2])
    bump *= 0.15
    out[3], out[4], out[5] = sx * bump, sy * bump, sz * bump
