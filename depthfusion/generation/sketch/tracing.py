"""The picture: one ray through the centre of every pixel, more where the colour breaks."""

from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import numpy as np
from numba import njit

from depthfusion.generation.sketch.noise import FAST, hash3, kernel
from depthfusion.generation.sketch.shading import (
    LAND,
    NOTHING,
    RECORD,
    ROOF,
    SEA,
    SHAPE,
    beam,
    look,
)  # fmt: skip
from depthfusion.generation.sketch.surfaces import SIZE
from depthfusion.generation.sketch.terrain import land, profile
from depthfusion.generation.sketch.tree import hit

TRACE, SOFTEN, FINISH = range(3)
PARTS = (0, 3, 10, 13)  # where `look` leaves the four kinds of light
REACH = 3  # pixels over which soft shadows are smoothed
SKY_RAYS = 4
AIR_RAYS = 3
SPOTS = ((0.125, 0.375), (-0.375, 0.125), (-0.125, -0.375), (0.375, -0.125))


@kernel
def first_hit(place, lines, dx, dy, dz, stack):
    """What a ray from the eye meets first: (distance, kind, instance)."""
    shapes, relief, table, _, _, sea, use = place
    heights, crest, roof, vault = lines[0], lines[1], lines[2], lines[3]
    t, kind = np.inf, NOTHING
    across = np.sqrt(dx * dx + dz * dz)
    if relief.there:
        if relief.flat:
            if dy < 0.0:
                t = relief.centre / dy
                kind = LAND
                if t * across > relief.radius[-1]:
                    t, kind = np.inf, NOTHING
        else:
            r = land(heights, crest, relief.radius, 1.0, dy / across)
            if r < np.inf:
                t, kind = r / across, LAND
        if relief.roofed:
            r = land(roof, vault, relief.radius, -1.0, dy / across)
            if r / across < t:
                t, kind = r / across, ROOF
    if use[3] >= 0 and dy < 0.0 and sea / dy < t and (sea / dy) * across < 3e4:
        t, kind = sea / dy, SEA
    s, index = hit(shapes, table, 0.0, 0.0, 0.0, dx, dy, dz, t, False, stack)
    if index >= 0:
        return s, SHAPE, index
    return t, kind, -1


@kernel
def cut(place, column, width, lines):
    """Prepare the ground's profile for a column of pixels (fractional ones too)."""
    relief = place[1]
    if relief.there and not relief.flat:
        a = (column + 0.5) / width * relief.height.shape[0] - 0.5
        profile(relief.height, relief.radius, 1.0, a, lines[0], lines[1])
        if relief.roofed:
            profile(relief.ceiling, relief.radius, -1.0, a, lines[2], lines[3])


@kernel
def gauge(place, dx, dy, dz, t, seen, px, py, stack, shares):
    """Measure with a few rays what occlusion, the lamps' shadows and shafts in the air leave."""
    shapes, table, lamps, air = place[0], place[2], place[3], place[4]
    nx, ny, nz, see = seen[6], seen[7], seen[8], 1.0 - seen[9]
    e = 2e-3 + 3e-4 * t
    x, y, z = t * dx + e * nx, t * dy + e * ny, t * dz + e * nz
    rays = SKY_RAYS if see <= 0.0 else 2
    lamp_rays = lamps.shape[0]
    air_rays = AIR_RAYS if air.fog > 0.01 and not air.indoors and not air.space else 0
    free = beams = shafts = 0.0
    total, turn = 1e-9, hash3(px, py, 77)
    for k in range(rays + lamp_rays + air_rays):
        reach, size, power = air.occlusion, 1.0, 0.0
        ox, oy, oz = x, y, z
        if k < rays:  # towards the sky, cosine-weighted
            c = 2.0 * (k + hash3(px, py, 78 + k)) / rays - 1.0
            s, angle = np.sqrt(1.0 - c * c), 6.2831853 * (turn + k * 0.61803)
            vx, vy, vz = nx + s * np.cos(angle), ny + c, nz + s * np.sin(angle)
            reach /= max(1e-6, np.sqrt(vx * vx + vy * vy + vz * vz))
        elif k < rays + lamp_rays:  # towards a lamp
            n = k - rays
            power, vx, vy, vz = beam(lamps, n, x, y, z, nx, ny, nz, see)
            power *= lamps[n, 3] + lamps[n, 4] + lamps[n, 5]
            reach, size = 0.93, lamps[n, 6]
            total += power
            vx += size * (2.0 * hash3(px, py, 11 + n) - 1.0)
            vy += size * (2.0 * hash3(px, py, 31 + n) - 1.0)
            vz += size * (2.0 * hash3(px, py, 51 + n) - 1.0)
        else:  # from the air on the way, towards the sun
            n = k - rays - lamp_rays
            s = min(t, 34.0) * (n + hash3(px, py, 140 + n)) / AIR_RAYS
            ox, oy, oz = s * dx, s * dy, s * dz
            vx, vy, vz = air.sun
            reach = np.inf
        index = -1
        if k < rays or k >= rays + lamp_rays or (size > 0.0 and power > 0.004):
            _, index = hit(shapes, table, ox, oy, oz, vx, vy, vz, reach, True, stack)
        if index < 0:
            if k < rays:
                free += 1.0 / rays
            elif k < rays + lamp_rays:
                beams += power
            else:
                shafts += 1.0 / AIR_RAYS
    shares[0] = free
    shares[1] = (beams + 1e-9) / total
    shares[2] = 0.25 + 1.5 * shafts if air_rays > 0 else 1.0


@kernel
def soften(px, distance, gauged, shade):
    """Smooth the dimming shares of a column over neighbours at a like distance into `shade`."""
    width, height = distance.shape
    for py in range(height):
        here = distance[px, py]
        weight = 0.0
        shade[px, py, :] = 0.0 if here < np.inf else 1.0
        if here == np.inf:
            continue
        for dy in range(-REACH, REACH + 1):
            qy = min(height - 1, max(0, py + dy))
            for dx in range(-REACH, REACH + 1):
                qx = (px + dx) % width
                if gauged[qx, qy, 0] >= 0.0:
                    w = max(1e-3, 1.0 - 25.0 * abs(distance[qx, qy] - here) / here)
                    weight += w
                    for k in range(3):
                        shade[px, py, k] += w * gauged[qx, qy, k]
        for k in range(3):
            shade[px, py, k] = shade[px, py, k] / weight if weight > 0.0 else 1.0


@kernel
def tone(light, exposure):
    """Film-like curve from linear light to sRGB, 0 to 1."""
    x = max(0.0, light * exposure)
    x = min(1.0, x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14))
    return 12.92 * x if x < 0.0031308 else 1.055 * x ** (1.0 / 2.4) - 0.055


@kernel
def _sum(light, shade, px, py, k):
    """Light of a pixel in one colour."""
    lit, dim = light[px, py], shade[px, py]
    return lit[0, k] + dim[0] * lit[1, k] + dim[1] * lit[2, k] + dim[2] * lit[3, k]


@kernel
def _bright(light, shade, px, py, exposure):
    """How bright a pixel looks, 0 to 1."""
    total = 0.0
    for k in range(3):
        total += _sum(light, shade, px, py, k)
    total *= exposure * 0.33
    return np.sqrt(total / (1.0 + total))


@kernel
def _spots(distance, light, shade, px, py, exposure):
    """How many more rays a pixel is worth: more where the picture changes much across it."""
    width, height = distance.shape
    here = distance[px, py]
    most = least = _bright(light, shade, px, py, exposure)
    jump = False
    for n in range(4):
        qx = (px + (1 if n == 0 else -1 if n == 1 else 0)) % width
        qy = py + (1 if n == 2 else -1 if n == 3 else 0)
        if qy < 0 or qy >= height:
            continue
        v = _bright(light, shade, qx, qy, exposure)
        most, least = max(most, v), min(least, v)
        there = distance[qx, qy]
        if max(there, here) > 1.05 * min(there, here):
            jump = True
    change = most - least
    if change < 0.03 or (change < 0.07 and not jump):
        return 0
    if change > 0.14 and 0.15 * height < py < 0.85 * height:
        return 3
    return 2


def compiled(fingerprint: int) -> Callable[..., None]:
    """Make the one door into the compiled code.

    numba's cache looks at the file of a function only, not at what the function calls; the
    fingerprint of all sources, in the closure, makes an edit anywhere a new entry.
    """

    @njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
    def draw_columns(step, place, start, stop, distance, light, gauged, shade, rgb):
        """Take columns of pixels through a step. One function, so that the steps share code.

        TRACE follows the ray through every pixel's centre. SOFTEN smooths what it gauged. FINISH
        smooths edges with more rays and develops to sRGB with a fine dither.

        Parameters
        ----------
        distance : float32 [W, H]. Columns first, so that a column is written in one piece.
        light : float32 [W, H, 4, 3]: light that stays, the sky's that occlusion dims, the lamps'
            that their shadows dim, the sunlit air's that shafts cut; RGB each.
        gauged, shade : float32 [W, H, 3]: the dimming shares as measured by a few rays (−1 where
            they were not), and smoothed.
        rgb : uint8 [H, W, 3].
        """
        relief, air = place[1], place[4]
        width, height = distance.shape
        rings, pixel = relief.radius.size, np.pi / height
        tracing = step == TRACE and fingerprint >= 0
        count = 1 if tracing else len(SPOTS)
        profiles = np.zeros((count, 4, rings))
        scratch, out, stack = np.zeros(SIZE), np.zeros(RECORD), np.zeros(64, np.int32)
        film = np.zeros(3)
        for px in range(start, stop):
            if step == SOFTEN:
                soften(px, distance, gauged, shade)
                continue
            for s in range(count):
                cut(place, px if tracing else px + SPOTS[s][0], width, profiles[s])
            for py in range(height):
                spots = 1
                if not tracing:
                    for k in range(3):
                        film[k] = tone(_sum(light, shade, px, py, k), air.exposure)
                    spots = _spots(distance, light, shade, px, py, air.exposure)
                for s in range(spots):
                    x, y = px + 0.5, py + 0.5
                    if not tracing:
                        x, y = x + SPOTS[s][0], y + SPOTS[s][1]
                    lon, lat = (x / width - 0.5) * 2.0 * np.pi, (0.5 - y / height) * np.pi
                    dx, dy, dz = np.cos(lat) * np.sin(lon), np.sin(lat), -np.cos(lat) * np.cos(lon)
                    t, kind, index = first_hit(place, profiles[s], dx, dy, dz, stack)
                    look(place, dx, dy, dz, t, kind, index, pixel, px, py, scratch, stack, out)
                    if tracing:
                        distance[px, py] = t
                        for k in range(3):
                            for n in range(4):
                                light[px, py, n, k] = out[PARTS[n] + k]
                        gauged[px, py, :] = 1.0 if kind == NOTHING else -1.0
                        if kind != NOTHING and px % 2 == 0 and py % 2 == 0:
                            gauge(place, dx, dy, dz, t, out, px, py, stack, gauged[px, py])
                    else:
                        dim = shade[px, py]
                        for k in range(3):
                            total = out[k]
                            for n in range(3):
                                total += dim[n] * out[PARTS[n + 1] + k]
                            film[k] += tone(total, air.exposure)
                if not tracing:
                    dither = hash3(px, py, 99)
                    for k in range(3):
                        film[k] = film[k] / (spots + 1) * 255.0 + dither
                        rgb[py, px, k] = int(min(255.0, max(0.0, film[k])))

    return draw_columns


draw_columns = compiled(
    crc32(b"".join(p.read_bytes() for p in sorted(Path(__file__).parent.glob("*.py"))))
)
