"""Light at a point and along a ray: sun, sky, lamps, mirrors and air, for one ray at a time."""

import numpy as np

from depthfusion.generation.sketch.model import (
    CARD,
    CONE,
    GROUND,
    PLANET,
    ROAD,
    ROCK,
    SAND,
    SPHERE,
    TILES,
)
from depthfusion.generation.sketch.noise import fbm, hash3, kernel, noise2
from depthfusion.generation.sketch.sky import mix, scatter, sky, smooth, veil
from depthfusion.generation.sketch.surfaces import paint
from depthfusion.generation.sketch.terrain import level, shaded
from depthfusion.generation.sketch.tree import hit

NOTHING, SHAPE, LAND, ROOF, SEA = range(5)
RECORD = 16


@kernel
def clear(relief, x, y, z):
    """Room between a point and the ground below it or the roof above it."""
    gap = y - level(relief.height, relief.radius, relief.step, x, z)
    if relief.roofed:
        gap = min(gap, level(relief.ceiling, relief.radius, relief.step, x, z) - y)
    return gap


@kernel
def march(relief, ox, oy, oz, dx, dy, dz, limit):
    """Meet the ground with a ray from anywhere (mirrors): growing steps, then bisection."""
    t, before = 0.02, 0.0
    for _ in range(64):
        x, z = ox + t * dx, oz + t * dz
        gap = clear(relief, x, oy + t * dy, z)
        if gap < 0.0:
            low, high = before, t
            for _ in range(8):
                t = 0.5 * (low + high)
                if clear(relief, ox + t * dx, oy + t * dy, oz + t * dz) < 0.0:
                    high = t
                else:
                    low = t
            return high
        before = t
        t += max(0.04 * t, 0.5 * gap, 0.02)
        if t > limit:
            break
    return np.inf


@kernel
def beam(lamps, n, x, y, z, nx, ny, nz, see):
    """Light of a lamp of power 1 at a point, were nothing between, and the way to the lamp."""
    vx, vy, vz = lamps[n, 0] - x, lamps[n, 1] - y, lamps[n, 2] - z
    d2 = vx * vx + vy * vy + vz * vz
    facing = (nx * vx + ny * vy + nz * vz) / np.sqrt(d2)
    facing = 0.3 + 0.7 * abs(facing) if see > 0.0 else max(0.0, facing)
    return facing / (d2 + 0.15), vx, vy, vz


@kernel
def waves(x, z, foot, rough, seed):
    """Slope of the water's surface."""
    sx = sz = 0.0
    size, height = 9.0, 0.16 * rough
    for k in range(6):
        if size < 1.5 * foot:
            break
        _, gx, _, gz = fbm((x + 0.4 * z) / size + seed, 0.3 * k, (1.4 * z - 0.2 * x) / size, 1.0)
        sx += gx * height
        sz += gz * height * 1.5
        size *= 0.45
        height *= 0.82
    return sx, sz


@kernel
def look(place, dx, dy, dz, first, kind, index, pixel, px, py, scratch, stack, out):
    """Follow a ray and one mirror, and gather its light.

    Parameters
    ----------
    place : (shapes, relief, table, lamps, air, water level, numbers of the materials).
    first, kind, index : what the ray meets and how far away; found beforehand.
    pixel : angle of a pixel; px, py : its indices, for jitter.
    out : [RECORD]: light that stays 0–2, light of the sky that occlusion dims 3–5, normal 6–8, how
        opaque 9, light of lamps that their shadows dim 10–12, of the sunlit air 13–15.
    """
    shapes, relief, table, lamps, air, sea, use = place
    for k in range(RECORD):
        out[k] = 0.0
    weight, travelled, t = 1.0, 0.0, first
    ox = oy = oz = 0.0
    for bounce in range(2):
        if bounce == 1:
            t, index = hit(shapes, table, ox, oy, oz, dx, dy, dz, np.inf, False, stack)
            kind = SHAPE if index >= 0 else NOTHING
            if relief.there:
                if relief.flat:
                    s = (relief.centre - oy) / dy if dy < -1e-6 else np.inf
                else:
                    s = march(relief, ox, oy, oz, dx, dy, dz, min(t, 6000.0))
                if s < t:
                    t, kind = s, LAND
                    if relief.roofed and oy + s * dy > 0.5 * (
                        level(relief.height, relief.radius, relief.step, ox + s * dx, oz + s * dz)
                        + level(
                            relief.ceiling, relief.radius, relief.step, ox + s * dx, oz + s * dz
                        )
                    ):
                        kind = ROOF
        gone = veil(t if kind != NOTHING else 1.0, oy, dy, air) if kind != NOTHING else 0.0
        if kind == NOTHING:
            r, g, b = sky(dx, dy, dz, air)
            if bounce == 1:
                r, g, b = min(r, 6.0), min(g, 6.0), min(b, 6.0)
            out[0] += weight * r
            out[1] += weight * g
            out[2] += weight * b
            break
        x, y, z = ox + t * dx, oy + t * dy, oz + t * dz
        travelled += t
        foot = max(1e-4, travelled * pixel)
        tint0 = tint1 = tint2 = 1.0
        gx, gy, gz = 0.0, 1.0, 0.0
        ex = ey = ez = 0.0
        mirror = 0.0
        pattern = 0
        if kind == SEA:
            m = use[3]
            bed = (
                level(relief.height, relief.radius, relief.step, x, z)
                if relief.there
                else sea - 9.0
            )
            deep = max(0.0, sea - bed)
            graze = foot / max(0.03, abs(dy))
            ex, ez = waves(x, z, graze, table[m, 8], air.seed)
            calm = min(1.0, 0.15 + deep * 1.2)
            ex, ez = -ex * calm, -ez * calm
            shoal = np.exp(-deep * 1.3 / table[m, 7])
            c = mix(
                (table[m, 4], table[m, 5], table[m, 6]),
                (table[m, 1], table[m, 2], table[m, 3]),
                shoal,
            )
            clear = np.exp(-deep * 3.5 / table[m, 7]) * 0.85
            c = mix(c, (0.30 * c[0] + 0.25, 0.30 * c[1] + 0.20, 0.30 * c[2] + 0.12), clear)
            n, _, _, _ = fbm(x * 0.5, 0.2, z * 0.5, 3.0)
            f, _, _, _ = fbm(
                x * 2.5 + 3.0 * n, 0.6, z * 2.5, min(5.0, max(0.0, np.log2(0.4 / graze) + 1))
            )
            foam = smooth(0.30, 0.0, deep + 0.22 * n) + 0.9 * smooth(
                0.55, 0.9, np.sin(deep * 5.5 / table[m, 7] + 3.0 * n + 1.0)
            ) * smooth(1.9 * table[m, 7], 0.5, deep)
            foam = min(1.0, foam * table[m, 13] * smooth(-0.25, 0.22, f))
            c = mix(c, (0.86, 0.88, 0.88), foam)
            scratch[0], scratch[1], scratch[2] = c[0], c[1], c[2]
            scratch[6], scratch[7], scratch[8], scratch[9], scratch[10] = (
                0.9 * (1 - foam),
                0,
                0,
                0,
                0,
            )
            mirror = 1.0 - foam
        else:
            if kind == SHAPE:
                i = shapes.inverse[index]
                m = shapes.material[index]
                lx = i[0] * x + i[1] * y + i[2] * z + i[3]
                ly = i[4] * x + i[5] * y + i[6] * z + i[7]
                lz = i[8] * x + i[9] * y + i[10] * z + i[11]
                a = np.sqrt(i[0] * i[0] + i[1] * i[1] + i[2] * i[2])
                b = np.sqrt(i[4] * i[4] + i[5] * i[5] + i[6] * i[6])
                c3 = np.sqrt(i[8] * i[8] + i[9] * i[9] + i[10] * i[10])
                shape = shapes.shape[index]
                nx = ny = nz = 0.0
                if shape == SPHERE:
                    nx, ny, nz = lx * a, ly * b, lz * c3
                elif shape == CARD:
                    nz = 1.0
                elif shape == CONE:
                    if abs(ly) > 0.9999:
                        ny = ly
                    else:
                        k = 0.5 * (shapes.taper[index] - 1.0)
                        radius = 1.0 + k * (ly + 1.0)
                        nx, ny, nz = lx * a, -k * radius * b, lz * c3
                else:
                    ux, uy, uz = abs(lx), abs(ly), abs(lz)
                    if ux >= uy and ux >= uz:
                        nx = np.sign(lx)
                    elif uy >= uz:
                        ny = np.sign(ly)
                    else:
                        nz = np.sign(lz)
                n = 1.0 / max(1e-12, np.sqrt(nx * nx + ny * ny + nz * nz))
                nx, ny, nz = nx * n, ny * n, nz * n
                a, b, c3 = 1.0 / a, 1.0 / b, 1.0 / c3
                face = abs((dx * i[0] + dy * i[1] + dz * i[2]) * a * nx
                           + (dx * i[4] + dy * i[5] + dz * i[6]) * b * ny
                           + (dx * i[8] + dy * i[9] + dz * i[10]) * c3 * nz)  # fmt: skip
                paint(table, m, lx * a, ly * b, lz * c3, lx, ly, lz, nx, ny, nz,
                      foot / max(0.15, face) ** 0.5, index, scratch)  # fmt: skip
                gx = i[0] * a * nx + i[4] * b * ny + i[8] * c3 * nz
                gy = i[1] * a * nx + i[5] * b * ny + i[9] * c3 * nz
                gz = i[2] * a * nx + i[6] * b * ny + i[10] * c3 * nz
                p, q, s = scratch[3] * a, scratch[4] * b, scratch[5] * c3
                ex = i[0] * p + i[4] * q + i[8] * s
                ey = i[1] * p + i[5] * q + i[9] * s
                ez = i[2] * p + i[6] * q + i[10] * s
                tint0, tint1, tint2 = shapes.tint[index]
                if shape == CARD and dx * gx + dy * gy + dz * gz > 0.0:
                    gx, gy, gz = -gx, -gy, -gz
            else:
                grid = relief.height if kind == LAND else relief.ceiling
                e = max(0.02, 1.2 * foot, 0.006 * np.sqrt(x * x + z * z))
                if not relief.flat:
                    gx = level(grid, relief.radius, relief.step, x - e, z)
                    gx -= level(grid, relief.radius, relief.step, x + e, z)
                    gz = level(grid, relief.radius, relief.step, x, z - e)
                    gz -= level(grid, relief.radius, relief.step, x, z + e)
                    gy = 2.0 * e
                    n = 1.0 / np.sqrt(gx * gx + gy * gy + gz * gz)
                    gx, gy, gz = gx * n, gy * n, gz * n
                lean = np.sqrt(gx * gx + gz * gz) / max(gy, 0.05)
                if kind == ROOF:
                    gx, gy, gz = -gx, -gy, -gz
                m = use[0]
                wobble, _, _, _ = fbm(
                    x / 24.0, y / 24.0, z / 24.0, min(8.0, max(0.0, np.log2(12.0 / foot)))
                )
                wobble *= 1.6
                if use[2] >= 0 and (kind == ROOF or lean * (1.0 + 0.5 * wobble) > use[4] * 0.01):
                    m = use[2]
                elif use[1] >= 0:
                    share = level(relief.cover, relief.radius, relief.step, x, z)
                    if share + 0.35 * wobble * (1.0 - abs(2.0 * share - 1.0)) > 0.5:
                        m = use[1]
                face = abs(dx * gx + dy * gy + dz * gz)
                paint(table, m, x, y, z, 0.0, 0.0, 0.0, gx, gy, gz,
                      foot / max(0.06, face) ** 0.6, 0, scratch)  # fmt: skip
                ex, ey, ez = scratch[3], scratch[4], scratch[5]
            pattern = int(table[m, 0])
        hx, hy, hz = gx - ex, gy - ey, gz - ez  # the relief leans the normal
        n = 1.0 / max(1e-9, np.sqrt(hx * hx + hy * hy + hz * hz))
        hx, hy, hz = hx * n, hy * n, hz * n
        al0, al1, al2 = scratch[0] * tint0, scratch[1] * tint1, scratch[2] * tint2
        gloss, see = scratch[6], scratch[10]
        if (
            air.snow > 0.0
            and kind != SEA
            and kind != ROOF
            and not air.indoors
            and pattern != PLANET
        ):
            n, _, _, _ = fbm(x * 1.7, y * 1.7, z * 1.7, min(5.0, max(1.0, -np.log2(foot))))
            lie = air.snow * smooth(
                0.30, 0.62, abs(hy if see > 0 else gy * 0.7 + hy * 0.3) + 0.30 * n
            )
            if see > 0.0:
                lie *= 0.75
            al0, al1, al2 = (
                al0 + lie * (0.80 - al0),
                al1 + lie * (0.83 - al1),
                al2 + lie * (0.88 - al2),
            )
            gloss *= 1.0 - lie
            see *= 1.0 - 0.5 * lie
        if air.rain > 0.0 and kind != SEA and not air.indoors and see <= 0.0:
            wet = air.rain * (0.35 + 0.65 * smooth(0.6, 0.95, gy))
            al0, al1, al2 = al0 * (1 - 0.4 * wet), al1 * (1 - 0.4 * wet), al2 * (1 - 0.4 * wet)
            if pattern == ROAD or pattern == TILES or pattern == GROUND:
                pool = smooth(
                    0.42,
                    0.60,
                    noise2(x * 0.55, z * 0.55, 9) * 0.75 + noise2(x * 2.3, z * 2.3, 4) * 0.25,
                )
                pool *= smooth(0.9, 0.97, gy) * (
                    1.0 if pattern == ROAD or pattern == TILES else 0.0
                )
                gloss = max(gloss, wet * max(pool, 0.25))
                hx, hz = hx * (1 - 0.93 * pool), hz * (1 - 0.93 * pool)
                hx, hy, hz = hx + pool * (gx - hx), hy + pool * (gy - hy), hz + pool * (gz - hz)
                al0, al1, al2 = (
                    al0 * (1 - 0.6 * pool),
                    al1 * (1 - 0.6 * pool),
                    al2 * (1 - 0.6 * pool),
                )
        if see > 0.0:  # leaves scatter: as if they looked half up
            hy += 0.7
            n = 1.0 / max(1e-9, np.sqrt(hx * hx + hy * hy + hz * hz))
            hx, hy, hz = hx * n, hy * n, hz * n
        # the sun, if nothing stands before it
        keep = weight * (1.0 - gone)
        facing = hx * air.sun[0] + hy * air.sun[1] + hz * air.sun[2]
        flat = gx * air.sun[0] + gy * air.sun[1] + gz * air.sun[2]
        lift = 1e-3 + 2e-4 * travelled
        bx, by, bz = x + lift * gx, y + lift * gy, z + lift * gz
        sunny = max(0.0, facing) * smooth(-0.05, 0.1, flat)
        if see > 0.0:
            sunny = max(0.30 + 0.70 * abs(facing), 0.0) * (1.0 if flat > 0 else see)
        power = air.sun_colour[0] + air.sun_colour[1] + air.sun_colour[2]
        lit = 0.0
        if sunny * power > 1e-3:
            lit = 1.0
            tx, ty, tz = air.sun
            back = -lift if see > 0.0 and flat < 0 else lift
            _, block = hit(shapes, table, x + back * gx, y + back * gy, z + back * gz,
                           tx, ty, tz, np.inf, True, stack)  # fmt: skip
            if block >= 0:
                lit = 0.0
            elif relief.there and (use[5] > 0 or relief.roofed):
                if relief.roofed:
                    lit = 0.0
                else:
                    lit = shaded(relief, bx, by, bz, tx, ty, tz, 2500.0, hash3(px, py, 1))
            if lit > 0.0 and air.clouds > 0.15 and use[5] > 0:
                drift = (
                    noise2(x * 0.0016 + air.seed, z * 0.0016, 3) * 0.7
                    + noise2(x * 0.006, z * 0.006, 4) * 0.3
                )
                lit *= 1.0 - 0.75 * smooth(0.62 - 0.4 * air.clouds, 0.85 - 0.4 * air.clouds, drift)
        s = keep * lit * sunny * 0.32
        out[0] += s * al0 * air.sun_colour[0]
        out[1] += s * al1 * air.sun_colour[1]
        out[2] += s * al2 * air.sun_colour[2]
        if gloss > 0.0 and lit > 0.0:
            vx, vy, vz = air.sun[0] - dx, air.sun[1] - dy, air.sun[2] - dz
            n = 1.0 / max(1e-9, np.sqrt(vx * vx + vy * vy + vz * vz))
            shine = max(0.0, (hx * vx + hy * vy + hz * vz) * n)
            shine = keep * lit * gloss * (shine**400 * 8.0 if kind == SEA else 0.5 * shine**50)
            out[0] += shine * air.sun_colour[0]
            out[1] += shine * air.sun_colour[1]
            out[2] += shine * air.sun_colour[2]
        # the sky and what the ground throws back, which occlusion dims
        up = 0.5 + 0.5 * hy
        am = mix(air.bounce, air.ambient, up)
        side = 0.25 * max(0.0, facing) + 0.10
        am = (
            am[0] + side * air.glow[0] * 0.25,
            am[1] + side * air.glow[1] * 0.25,
            am[2] + side * air.glow[2] * 0.25,
        )
        where = 3 if bounce == 0 else 0
        rest = keep if bounce == 0 else 0.75 * keep
        for n in range(lamps.shape[0]):
            fall, vx, vy, vz = beam(lamps, n, x, y, z, hx, hy, hz, see)
            fall *= keep if bounce == 0 else 0.4 * keep
            spot = 10 if bounce == 0 else 0
            out[spot] += fall * al0 * lamps[n, 3]
            out[spot + 1] += fall * al1 * lamps[n, 4]
            out[spot + 2] += fall * al2 * lamps[n, 5]
        out[where] += rest * al0 * am[0]
        out[where + 1] += rest * al1 * am[1]
        out[where + 2] += rest * al2 * am[2]
        for k in range(3):
            out[k] += keep * scratch[7 + k]
        shine = weight * gone * scatter(dx, dy, dz, air)
        spot = 13 if bounce == 0 else 0
        for k in range(3):
            out[k] += weight * gone * air.fog_colour[k]
            out[spot + k] += shine * air.glow[k]
        if pattern == PLANET:
            rim = (1.0 + dx * gx + dy * gy + dz * gz) ** 3 * max(0.0, 0.15 + flat)
            out[0] += 0.25 * rim * air.sun_colour[0]
            out[1] += 0.45 * rim * air.sun_colour[1]
            out[2] += 0.90 * rim * air.sun_colour[2]
        if bounce == 0:
            out[6], out[7], out[8], out[9] = gx, gy, gz, 1.0 - see
            if pattern == ROCK or pattern == SAND or pattern == GROUND:
                out[6], out[7], out[8] = hx, hy, hz
        # a mirror
        down = -(dx * hx + dy * hy + dz * hz)
        if kind == SEA:
            down = max(down, 0.02)
            mirror *= 0.02 + 0.98 * (1.0 - min(1.0, down)) ** 5
        elif gloss > 0.0 and down > 0.0:
            mirror = gloss * (0.05 + 0.95 * (1.0 - min(1.0, down)) ** 5)
        if mirror < 0.015 or bounce == 1:
            break
        dx, dy, dz = dx + 2.0 * down * hx, dy + 2.0 * down * hy, dz + 2.0 * down * hz
        n = dx * gx + dy * gy + dz * gz
        if n < 0.01:
            dx, dy, dz = dx + (0.01 - n) * gx, dy + (0.01 - n) * gy, dz + (0.01 - n) * gz
        n = 1.0 / np.sqrt(dx * dx + dy * dy + dz * dz)
        dx, dy, dz = dx * n, dy * n, dz * n
        for k in range(3):
            out[10 + k] *= 1.0 - mirror
        for k in range(6):
            out[k] = out[k] * (1.0 - mirror) + (mirror * scratch[7 + k] * keep if k < 3 else 0.0)
        weight = keep * mirror
        for k in range(3):
            out[k] += mirror * gone * air.fog_colour[k]
        ox, oy, oz = bx, by, bz
