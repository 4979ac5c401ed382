"""The picture: one ray through the centre of every pixel, more where the colour breaks."""

import numpy as np
from numba import njit

from depthfusion.generation.sketch.noise import FAST, hash3
from depthfusion.generation.sketch.shading import LAND, NOTHING, ROOF, SEA, SHAPE, look
from depthfusion.generation.sketch.surfaces import SIZE
from depthfusion.generation.sketch.terrain import land, profile
from depthfusion.generation.sketch.tree import hit

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
def openness(place, x, y, z, nx, ny, nz, px, py, reach, stack):
    """Share of the hemisphere over a point that is open within a reach."""
    shapes, relief, table = place[0], place[1], place[2]
    rays, free = 5, 0.0
    turn = hash3(px, py, 77)
    for k in range(rays):
        h = (k + hash3(px, py, 78 + k)) / rays
        angle = 6.2831853 * (turn + k * 0.61803)
        c = 2.0 * h - 1.0
        s = np.sqrt(1.0 - c * c)
        dx, dy, dz = nx + s * np.cos(angle), ny + c, nz + s * np.sin(angle)
        n = 1.0 / max(1e-6, np.sqrt(dx * dx + dy * dy + dz * dz))
        t, index = hit(shapes, table, x, y, z, dx * n, dy * n, dz * n, reach, True, stack)
        if index < 0:
            free += 1.0
    return free / rays


@njit(cache=True, fastmath=FAST, nogil=True)
def trace_columns(place, start, stop, distance, direct, ambient, free, solid):
    """Draw columns of pixels.

    Parameters
    ----------
    distance : float32 [W, H], filled; likewise the light that stays (`direct`) and the light that
        occlusion dims (`ambient`), float32 [W, H, 3], and the occlusion (`free`, −1 where not
        measured), float32 [W, H]. Columns first, so that a column is written in one piece.
    solid : float32 [W, H], whether edges are worth smoothing.
    """
    relief, air = place[1], place[4]
    width, height = distance.shape
    rings = relief.radius.size
    lines = (np.zeros(rings), np.zeros(rings), np.zeros(rings), np.zeros(rings))
    scratch, out, stack = np.zeros(SIZE), np.zeros(10), np.zeros(64, np.int32)
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
                direct[px, py, k] = out[k]
                ambient[px, py, k] = out[3 + k]
            solid[px, py] = out[9]
            free[px, py] = -1.0
            if kind == NOTHING:
                free[px, py] = 1.0
            elif (px + py) % 2 == 0:
                nx, ny, nz = out[6], out[7], out[8]
                e = 2e-3 + 3e-4 * t
                free[px, py] = openness(
                    place, t * dx + e * nx, t * dy + e * ny, t * dz + e * nz,
                    nx, ny, nz, px, py, air.occlusion, stack,
                )  # fmt: skip


@njit(cache=True, fastmath=FAST)
def tone(light, exposure):
    """Film-like curve from linear light to sRGB, 0 to 1."""
    x = max(0.0, light * exposure)
    x = x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)
    x = min(1.0, x)
    return 12.92 * x if x < 0.0031308 else 1.055 * x ** (1.0 / 2.4) - 0.055


@njit(cache=True, fastmath=FAST, nogil=True)
def occlude_columns(start, stop, distance, free, shade):
    """Smooth the occlusion over neighbours at a like distance into `shade`, float32 [W, H]."""
    width, height = distance.shape
    for px in range(start, stop):
        for py in range(height):
            here = distance[px, py]
            total = weight = 0.0
            if here < np.inf:
                for dy in range(-3, 4):
                    qy = min(height - 1, max(0, py + dy))
                    for dx in range(-3, 4):
                        qx = (px + dx) % width
                        if free[qx, qy] < 0.0:
                            continue
                        w = abs(distance[qx, qy] - here) / here
                        if w < 0.05:
                            w = 1.0 - w * 20.0
                            total += w * free[qx, qy]
                            weight += w
            shade[px, py] = total / weight if weight > 0.0 else 1.0


@njit(cache=True, fastmath=FAST, nogil=True)
def finish_columns(place, start, stop, distance, direct, ambient, shade, solid, rgb):
    """Smooth the edges with more rays, then develop to sRGB `rgb` [H, W, 3] with a fine dither."""
    relief, air = place[1], place[4]
    width, height = distance.shape
    rings = relief.radius.size
    profiles = [
        (np.zeros(rings), np.zeros(rings), np.zeros(rings), np.zeros(rings))
        for _ in range(len(SPOTS))
    ]
    scratch, out, stack = np.zeros(SIZE), np.zeros(10), np.zeros(64, np.int32)
    pixel = np.pi / height
    for px in range(start, stop):
        for s in range(len(SPOTS)):
            cut(place, px + SPOTS[s][0], width, profiles[s])
        left, right = (px - 1) % width, (px + 1) % width
        for py in range(height):
            here = distance[px, py]
            open_ = shade[px, py]
            most = least = _bright(direct, ambient, shade, px, py, air.exposure)
            gap = 0.0
            for n in range(4):
                qx = left if n == 0 else right if n == 1 else px
                qy = py - 1 if n == 2 else py + 1 if n == 3 else py
                if qy < 0 or qy >= height:
                    continue
                v = _bright(direct, ambient, shade, qx, qy, air.exposure)
                most, least = max(most, v), min(least, v)
                there = distance[qx, qy]
                if (there == np.inf) != (here == np.inf):
                    gap = 1.0
                elif here < np.inf:
                    gap = max(gap, abs(there - here) / min(there, here))
            r, g, b = 0.0, 0.0, 0.0
            for k in range(3):
                light = tone(direct[px, py, k] + open_ * ambient[px, py, k], air.exposure)
                if k == 0:
                    r = light
                elif k == 1:
                    g = light
                else:
                    b = light
            if most - least > 0.10 or (gap > 0.05 and most - least > 0.04):
                spots = 4 if most - least > 0.16 else 2
                for s in range(spots):
                    lon = ((px + SPOTS[s][0] + 0.5) / width - 0.5) * 2.0 * np.pi
                    lat = (0.5 - (py + SPOTS[s][1] + 0.5) / height) * np.pi
                    dx, dy, dz = np.cos(lat) * np.sin(lon), np.sin(lat), -np.cos(lat) * np.cos(lon)
                    t, kind, index = first_hit(place, profiles[s], dx, dy, dz, stack)
                    look(place, 0.0, 0.0, 0.0, dx, dy, dz, t, kind, index, pixel, px, py + 7919 * s, scratch,
                         stack, out)  # fmt: skip
                    r += tone(out[0] + open_ * out[3], air.exposure)
                    g += tone(out[1] + open_ * out[4], air.exposure)
                    b += tone(out[2] + open_ * out[5], air.exposure)
                r, g, b = r / (spots + 1), g / (spots + 1), b / (spots + 1)
            dither = hash3(px, py, 99)
            rgb[py, px, 0] = int(min(255.0, max(0.0, r * 255.0 + dither)))
            rgb[py, px, 1] = int(min(255.0, max(0.0, g * 255.0 + dither)))
            rgb[py, px, 2] = int(min(255.0, max(0.0, b * 255.0 + dither)))


@njit(cache=True, fastmath=FAST)
def _bright(direct, ambient, shade, px, py, exposure):
    light = 0.0
    for k in range(3):
        light += direct[px, py, k] + shade[px, py] * ambient[px, py, k]
    light *= exposure * 0.33
    return np.sqrt(light / (1.0 + light))
