"""The picture: one ray through the centre of every pixel, more where the colour breaks."""

import numpy as np
from numba import njit

from depthfusion.generation.sketch.noise import FAST, hash3
from depthfusion.generation.sketch.shading import LAND, NOTHING, ROOF, SEA, SHAPE, beam, look
from depthfusion.generation.sketch.surfaces import SIZE
from depthfusion.generation.sketch.terrain import land, profile
from depthfusion.generation.sketch.tree import hit

REACH = 3  # pixels over which soft shadows are smoothed
SKY_RAYS = 5
SPOTS = ((0.125, 0.375), (-0.375, 0.125), (-0.125, -0.375), (0.375, -0.125))


@njit(cache=True, fastmath=FAST)
def first_hit(place, lines, dx, dy, dz, stack):
    """What a ray from the eye meets first: (distance, kind, instance)."""
    shapes, relief, table, _, _, sea, use = place
    heights, crest, roof, vault = lines
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


@njit(cache=True, fastmath=FAST)
def cut(place, column, width, lines):
    """Prepare the ground's profile for a column of pixels (fractional ones too)."""
    relief = place[1]
    if relief.there and not relief.flat:
        a = (column + 0.5) / width * relief.height.shape[0] - 0.5
        profile(relief.height, relief.radius, 1.0, a, lines[0], lines[1])
        if relief.roofed:
            profile(relief.ceiling, relief.radius, -1.0, a, lines[2], lines[3])


@njit(cache=True, fastmath=FAST)
def gauge(place, x, y, z, nx, ny, nz, see, px, py, stack):
    """Measure with a few rays what occlusion and the lamps' shadows leave: two shares."""
    shapes, relief, table, lamps, air = place[0], place[1], place[2], place[3], place[4]
    free = 0.0
    turn = hash3(px, py, 77)
    for k in range(SKY_RAYS):
        h = (k + hash3(px, py, 78 + k)) / SKY_RAYS
        angle = 6.2831853 * (turn + k * 0.61803)
        c = 2.0 * h - 1.0
        s = np.sqrt(1.0 - c * c)
        dx, dy, dz = nx + s * np.cos(angle), ny + c, nz + s * np.sin(angle)
        n = 1.0 / max(1e-6, np.sqrt(dx * dx + dy * dy + dz * dz))
        _, index = hit(shapes, table, x, y, z, dx * n, dy * n, dz * n, air.occlusion, True, stack)
        if index < 0:
            free += 1.0 / SKY_RAYS
    total = seen = 1e-9
    for n in range(lamps.shape[0]):
        power, vx, vy, vz = beam(lamps, n, x, y, z, nx, ny, nz, see)
        power *= lamps[n, 3] + lamps[n, 4] + lamps[n, 5]
        total += power
        size = lamps[n, 6]
        if size > 0.0 and power > 0.004:
            vx += size * (2.0 * hash3(px, py, 11 + n) - 1.0)
            vy += size * (2.0 * hash3(px, py, 31 + n) - 1.0)
            vz += size * (2.0 * hash3(px, py, 51 + n) - 1.0)
            _, index = hit(shapes, table, x, y, z, vx, vy, vz, 0.93, True, stack)
            if index >= 0:
                continue
        seen += power
    return free, seen / total


@njit(cache=True, fastmath=FAST, nogil=True)
def trace_columns(place, start, stop, distance, light, gauged):
    """Draw columns of pixels, each from the ray through its centre.

    Parameters
    ----------
    distance : float32 [W, H], filled. Columns first, so that a column is written in one piece.
    light : float32 [W, H, 3, 3], filled: light that stays, the sky's that occlusion dims, the
        lamps' that their shadows dim; RGB each.
    gauged : float32 [W, H, 2], filled: both dimming shares, −1 where they were not measured.
    """
    relief = place[1]
    width, height = distance.shape
    rings = relief.radius.size
    lines = (np.zeros(rings), np.zeros(rings), np.zeros(rings), np.zeros(rings))
    scratch, out, stack = np.zeros(SIZE), np.zeros(13), np.zeros(64, np.int32)
    pixel = np.pi / height
    for px in range(start, stop):
        cut(place, float(px), width, lines)
        lon = ((px + 0.5) / width - 0.5) * 2.0 * np.pi
        sx, sz = np.sin(lon), -np.cos(lon)
        for py in range(height):
            lat = (0.5 - (py + 0.5) / height) * np.pi
            dx, dy, dz = np.cos(lat) * sx, np.sin(lat), np.cos(lat) * sz
            t, kind, index = first_hit(place, lines, dx, dy, dz, stack)
            look(
                place, 0.0, 0.0, 0.0, dx, dy, dz, t, kind, index, pixel, px, py, scratch, stack, out
            )
            distance[px, py] = t
            for k in range(3):
                light[px, py, 0, k] = out[k]
                light[px, py, 1, k] = out[3 + k]
                light[px, py, 2, k] = out[10 + k]
            gauged[px, py, 0] = gauged[px, py, 1] = 1.0 if kind == NOTHING else -1.0
            if kind != NOTHING and (px + py) % 2 == 0:
                nx, ny, nz = out[6], out[7], out[8]
                e = 2e-3 + 3e-4 * t
                gauged[px, py] = gauge(
                    place, t * dx + e * nx, t * dy + e * ny, t * dz + e * nz,
                    nx, ny, nz, 1.0 - out[9], px, py, stack,
                )  # fmt: skip


@njit(cache=True, fastmath=FAST)
def tone(light, exposure):
    """Film-like curve from linear light to sRGB, 0 to 1."""
    x = max(0.0, light * exposure)
    x = x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)
    x = min(1.0, x)
    return 12.92 * x if x < 0.0031308 else 1.055 * x ** (1.0 / 2.4) - 0.055


@njit(cache=True, fastmath=FAST, nogil=True)
def soften_columns(start, stop, distance, gauged, shade):
    """Smooth both dimming shares over neighbours at a like distance into `shade` [W, H, 2]."""
    width, height = distance.shape
    for px in range(start, stop):
        for py in range(height):
            here = distance[px, py]
            first = second = weight = 0.0
            if here < np.inf:
                for dy in range(-REACH, REACH + 1):
                    qy = min(height - 1, max(0, py + dy))
                    for dx in range(-REACH, REACH + 1):
                        qx = (px + dx) % width
                        if gauged[qx, qy, 0] < 0.0:
                            continue
                        w = 1.0 - 25.0 * abs(distance[qx, qy] - here) / here
                        if w > 0.0:
                            first += w * gauged[qx, qy, 0]
                            second += w * gauged[qx, qy, 1]
                            weight += w
            shade[px, py, 0] = first / weight if weight > 0.0 else 1.0
            shade[px, py, 1] = second / weight if weight > 0.0 else 1.0


@njit(cache=True, fastmath=FAST)
def _sum(light, shade, px, py, k):
    """Light of a pixel in one colour."""
    lit = light[px, py]
    return lit[0, k] + shade[px, py, 0] * lit[1, k] + shade[px, py, 1] * lit[2, k]


@njit(cache=True, fastmath=FAST)
def _bright(light, shade, px, py, exposure):
    """How bright a pixel looks, 0 to 1."""
    total = 0.0
    for k in range(3):
        total += _sum(light, shade, px, py, k)
    total *= exposure * 0.33
    return np.sqrt(total / (1.0 + total))


@njit(cache=True, fastmath=FAST)
def _breaks(distance, light, shade, px, py, exposure):
    """How much the picture changes across a pixel, and whether its distance jumps there."""
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
    return most - least, jump


@njit(cache=True, fastmath=FAST, nogil=True)
def finish_columns(place, start, stop, distance, light, shade, rgb):
    """Smooth the edges with more rays, then develop to sRGB `rgb` [H, W, 3] with a fine dither."""
    relief, air = place[1], place[4]
    width, height = distance.shape
    rings = relief.radius.size
    profiles = [
        (np.zeros(rings), np.zeros(rings), np.zeros(rings), np.zeros(rings))
        for _ in range(len(SPOTS))
    ]
    scratch, out, stack = np.zeros(SIZE), np.zeros(13), np.zeros(64, np.int32)
    pixel = np.pi / height
    film = np.zeros(3)
    for px in range(start, stop):
        for s in range(len(SPOTS)):
            cut(place, px + SPOTS[s][0], width, profiles[s])
        for py in range(height):
            for k in range(3):
                film[k] = tone(_sum(light, shade, px, py, k), air.exposure)
            change, jump = _breaks(distance, light, shade, px, py, air.exposure)
            if change > 0.10 or (jump and change > 0.04):
                spots = 4 if change > 0.16 else 2
                for s in range(spots):
                    lon = ((px + SPOTS[s][0] + 0.5) / width - 0.5) * 2.0 * np.pi
                    lat = (0.5 - (py + SPOTS[s][1] + 0.5) / height) * np.pi
                    dx, dy, dz = np.cos(lat) * np.sin(lon), np.sin(lat), -np.cos(lat) * np.cos(lon)
                    t, kind, index = first_hit(place, profiles[s], dx, dy, dz, stack)
                    look(
                        place, 0.0, 0.0, 0.0, dx, dy, dz, t, kind, index, pixel,
                        px, py + 7919 * s, scratch, stack, out,
                    )  # fmt: skip
                    for k in range(3):
                        total = (
                            out[k] + shade[px, py, 0] * out[3 + k] + shade[px, py, 1] * out[10 + k]
                        )
                        film[k] += tone(total, air.exposure)
                for k in range(3):
                    film[k] /= spots + 1
            dither = hash3(px, py, 99)
            for k in range(3):
                rgb[py, px, k] = int(min(255.0, max(0.0, film[k] * 255.0 + dither)))
