"""The sky in a direction, and what the air between puts over distant things."""

import numpy as np

from depthfusion.generation.sketch.noise import fbm, hash3, kernel, noise


@kernel
def mix(a, b, t):
    """Blend two colours."""
    return a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])


@kernel
def smooth(low, high, x):
    """Rise from 0 at `low` to 1 at `high` without a corner."""
    t = min(1.0, max(0.0, (x - low) / (high - low)))
    return t * t * (3.0 - 2.0 * t)


@kernel
def star(dx, dy, dz, cells, share, seed):
    """Light of the stars in a direction: at most one in each cell of a lattice."""
    x, y, z = dx * cells, dy * cells, dz * cells
    i, j, k = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
    h = hash3(i + seed, j, k)
    if h > share:
        return 0.0
    a, b, c = hash3(i, j + 9, k), hash3(i, j, k + 5), hash3(j, i, k)
    px, py, pz = i + 0.3 + 0.4 * a - x, j + 0.3 + 0.4 * b - y, k + 0.3 + 0.4 * c - z
    out = px * dx + py * dy + pz * dz
    d = px * px + py * py + pz * pz - out * out
    return (0.15 + 2.5 * a**6) * np.exp(-d * 110.0) * max(0.0, 1.0 - abs(out) * 2.0)


@kernel
def sky(dx, dy, dz, air):
    """Light that comes from a direction in which nothing stands, linear RGB."""
    up = max(dy, 0.0)
    towards = dx * air.sun[0] + dy * air.sun[1] + dz * air.sun[2]
    haze = np.exp(-up * 7.0)
    if air.space:
        haze = 0.0
    base = mix(air.zenith, air.horizon, haze * 0.75 + 0.25 * (1.0 - up) ** 3)
    if air.space:
        base = air.zenith
    wide = max(0.0, 0.5 + 0.5 * towards)
    shine = 0.55 * wide**6 * (0.25 + 0.75 * haze) + 0.5 * wide**48 + 1.2 * wide**700
    r, g, b = (
        base[0] + shine * air.glow[0],
        base[1] + shine * air.glow[1],
        base[2] + shine * air.glow[2],
    )
    seed = int(air.seed)
    if air.stars > 0.0 and (dy > -0.02 or air.space):
        light = (
            star(dx, dy, dz, 55.0, 0.07, seed) * 1.6
            + star(dx, dy, dz, 120.0, 0.10, seed + 3) * 0.45
        )
        band = dx * 0.45 + dy * 0.5 - dz * 0.74
        n, _, _, _ = fbm(dx * 3.0 + seed, dy * 3.0, dz * 3.0, 6.0)
        milk = np.exp(-(band * band) * 14.0) * max(0.0, 0.55 + 1.1 * n)
        light = air.stars * light * (1.0 - 0.9 * haze) * (1.0 + 2.0 * milk)
        milk *= air.stars * (1.0 - haze)
        tone = noise(dx * 90.0, dy * 90.0, dz * 90.0)[0]
        r += light * (0.75 + 0.5 * tone) + milk * 0.060
        g += light * 0.95 + milk * 0.055
        b += light * (1.25 - 0.5 * tone) + milk * 0.085
    size = air.sun_size
    if size > 0.0 and towards > 1.0 - 0.5 * size * size * 1.4:
        edge = smooth(1.0 - 0.5 * size * size * 1.15, 1.0 - 0.5 * size * size * 0.85, towards)
        face = 1.0
        if air.stars > 0.3 and not air.space:
            n, _, _, _ = fbm(dx * 60.0, dy * 60.0, dz * 60.0, 4.0)
            face = 0.05 * (0.8 + 1.3 * n)
        r += edge * face * 26.0 * air.sun_colour[0]
        g += edge * face * 26.0 * air.sun_colour[1]
        b += edge * face * 26.0 * air.sun_colour[2]
    if air.clouds > 0.0 and dy > 0.0:
        bend = 1.0 / (dy + 0.10)
        x, z = dx * bend * 1.5 + seed * 1.7, dz * bend * 1.5
        far = min(1.0, dy * 6.0)
        octaves = 3.0 + 4.0 * far
        w, _, _, _ = fbm(x * 0.55, 3.1, z * 0.55, 2.0)
        n, _, _, _ = fbm(x + 0.6 * w, 0.3 * seed, z - 0.6 * w, octaves)
        thick = n + 0.45 * w + air.clouds - 0.52
        cover = smooth(0.0, 0.22, thick)
        if cover > 0.0:
            ahead, _, _, _ = fbm(
                x + 0.6 * w + 0.22 * air.sun[0],
                0.3 * seed,
                z - 0.6 * w + 0.22 * air.sun[2],
                octaves - 2.0,
            )
            lit = min(
                1.0, max(0.0, 0.62 - 1.5 * (ahead + 0.45 * w + air.clouds - 0.52) + 0.7 * thick)
            )
            rim = wide**10 * (1.0 - smooth(0.0, 0.5, thick)) * 1.3
            fade = cover * smooth(0.0, 0.22, dy) * 0.96
            shade = mix(air.horizon, air.zenith, 0.5)
            c = mix((shade[0] * 0.75, shade[1] * 0.75, shade[2] * 0.78), air.cloud_colour, lit)
            r += fade * (c[0] + rim * air.glow[0] - r)
            g += fade * (c[1] + rim * air.glow[1] - g)
            b += fade * (c[2] + rim * air.glow[2] - b)
    if air.fog > 0.0 and not air.space:
        thick = 1.0 - np.exp(-air.fog * 0.22 * air.fog_height / (up + 0.02))
        shine = scatter(dx, dy, dz, air)
        r += thick * (air.fog_colour[0] + shine * air.glow[0] - r)
        g += thick * (air.fog_colour[1] + shine * air.glow[1] - g)
        b += thick * (air.fog_colour[2] + shine * air.glow[2] - b)
    return r, g, b


@kernel
def scatter(dx, dy, dz, air):
    """How much of the glow thick air sends to the eye from a direction."""
    towards = max(0.0, 0.5 + 0.5 * (dx * air.sun[0] + dy * air.sun[1] + dz * air.sun[2]))
    return 0.45 * towards**6 + 0.5 * towards**40


@kernel
def veil(t, y, dy, air):
    """Share of a thing's light that the air takes over a distance, starting at height y."""
    if air.fog <= 0.0 or air.space:
        return 0.0
    rise = dy * t / air.fog_height
    thin = np.exp(-max(-3.0, (y + 1.6) / air.fog_height))
    path = t * thin * ((1.0 - np.exp(-rise)) / rise if abs(rise) > 1e-5 else 1.0)
    return 1.0 - np.exp(-air.fog * max(0.0, path))
