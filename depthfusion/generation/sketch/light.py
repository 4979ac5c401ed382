"""The air of a scene: sun, sky and weather from the words for them."""

from dataclasses import dataclass

import numpy as np

from depthfusion.generation.sketch.model import Air, Colour, colour
from depthfusion.generation.sketch.words import SceneSpec


@dataclass(frozen=True)
class Hour:
    """Light at a time of day: height of the sun or moon in degrees, linear colours."""

    elevation: float
    sun: Colour
    zenith: Colour
    horizon: Colour
    glow: Colour
    ambient: Colour
    bounce: Colour
    exposure: float = 1.0
    stars: float = 0.0


HOURS = {
    "dawn": Hour(
        9.0, (5.0, 2.8, 1.4), (0.10, 0.20, 0.44), (0.80, 0.52, 0.38), (1.3, 0.66, 0.32),
        (0.46, 0.48, 0.60), (0.26, 0.20, 0.15), 1.0,
    ),
    "noon": Hour(
        64.0, (5.3, 5.0, 4.5), (0.06, 0.19, 0.56), (0.46, 0.66, 0.90), (0.5, 0.5, 0.45),
        (0.48, 0.60, 0.82), (0.30, 0.27, 0.21), 0.92,
    ),
    "day": Hour(
        34.0, (5.2, 4.8, 4.2), (0.07, 0.20, 0.55), (0.48, 0.66, 0.88), (0.6, 0.56, 0.48),
        (0.46, 0.58, 0.80), (0.28, 0.25, 0.19), 0.95,
    ),
    "golden": Hour(
        15.0, (5.6, 3.5, 1.6), (0.10, 0.23, 0.50), (0.80, 0.62, 0.42), (1.5, 0.88, 0.38),
        (0.44, 0.48, 0.60), (0.30, 0.22, 0.14), 1.0,
    ),
    "dusk": Hour(
        3.5, (3.0, 1.25, 0.55), (0.050, 0.095, 0.23), (0.72, 0.36, 0.25), (1.3, 0.47, 0.22),
        (0.26, 0.27, 0.38), (0.14, 0.10, 0.11), 1.25, 0.15,
    ),
    "night": Hour(
        34.0, (0.50, 0.62, 0.95), (0.006, 0.012, 0.036), (0.030, 0.048, 0.095), (0.05, 0.07, 0.12),
        (0.060, 0.085, 0.155), (0.024, 0.028, 0.040), 2.1, 1.0,
    ),
}  # fmt: skip


def air_of(spec: SceneSpec, azimuth: float, seed: int) -> Air:
    """Make the air for a spec.

    Parameters
    ----------
    azimuth : of the sun or moon, radians from forward towards +X.
    seed : of clouds and stars.
    """
    hour = HOURS[spec.time]
    up = np.radians(hour.elevation)
    sun = (np.cos(up) * np.sin(azimuth), np.sin(up), -np.cos(up) * np.cos(azimuth))
    power, clouds, fog, fog_height = 1.0, 0.36, 0.0011, 60.0
    grey, dim, rain, snow = 0.0, 1.0, 0.0, 0.0
    match spec.weather:
        case "clear":
            clouds = 0.12
        case "cloudy":
            clouds = 0.58
        case "overcast":
            clouds, grey, power, dim, fog = 0.95, 0.8, 0.10, 0.85, 0.003
        case "mist":
            clouds, fog, fog_height, power, grey = 0.25, 0.0135, 11.0, 0.9, 0.10
        case "rain":
            clouds, grey, power, dim, rain, fog = 0.95, 0.85, 0.06, 0.62, 1.0, 0.007
        case "storm":
            clouds, grey, power, dim, rain, fog = 0.80, 0.8, 0.12, 0.42, 0.8, 0.006
        case "snow":
            clouds, grey, power, dim, snow, fog = 0.70, 0.55, 0.45, 0.95, 1.0, 0.006
    if spec.season == "winter" and not spec.lacks("snow"):
        snow = max(snow, 0.9)
    if spec.lacks("mist"):
        fog = min(fog, 0.0006)
    if spec.lacks("cloudy", "clouds"):
        clouds = 0.0
    if "dreamy" in spec.moods and not spec.lacks("mist"):
        fog = max(fog, 0.012)
    if "spooky" in spec.moods:
        dim, fog = dim * 0.7, max(fog, 0.0 if spec.lacks("mist") else 0.015)
    hue = np.array(colour(spec.accent("#ffffff")))
    hue = hue / hue.max()

    def veiled(tone: Colour, share: float = 1.0) -> Colour:
        c = np.array(tone)
        c = (c + grey * share * (c.mean() * np.array([0.98, 1.0, 1.04]) - c)) * dim
        if spec.colours:
            c = c * (1 - 0.22 * (1 - hue))
        if "vivid" in spec.moods:
            c = c.mean() + 1.25 * (c - c.mean())
        return tuple(np.maximum(c, 0.0).tolist())

    horizon, zenith = veiled(hour.horizon), veiled(hour.zenith)
    fog_colour = 0.42 * np.array(horizon) + 0.52 * np.array(veiled(hour.ambient))
    white = np.array(hour.sun) / max(hour.sun) * 0.55 + np.array(hour.ambient) * 0.6
    white *= 1.0 if spec.time != "night" else 0.10
    return Air(
        sun=tuple(np.asarray(sun, float).tolist()),
        sun_colour=tuple((np.array(hour.sun) * power).tolist()),
        sun_size=0.0 if clouds > 0.9 else (0.045 if spec.time == "night" else 0.022),
        zenith=zenith,
        horizon=horizon,
        glow=tuple((np.array(veiled(hour.glow)) * (1 - 0.75 * grey)).tolist()),
        ambient=veiled(tuple((np.array(hour.ambient) * (1 + 0.5 * grey)).tolist())),
        bounce=veiled(hour.bounce),
        fog_colour=tuple(fog_colour.tolist()),
        fog=fog,
        fog_height=fog_height,
        clouds=clouds,
        cloud_colour=tuple((white * (dim if grey else 1.0)).tolist()),
        stars=0.0 if spec.lacks("stars") else hour.stars * (1.0 - min(1.0, 1.6 * grey)),
        rain=rain,
        snow=snow,
        exposure=hour.exposure * (1.12 if "vivid" in spec.moods else 1.0),
        occlusion=1.2,
        seed=float(seed % 89),
        indoors=False,
        space=False,
    )
