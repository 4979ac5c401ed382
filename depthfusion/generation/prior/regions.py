"""What in a photo is sky, what is floor: by colour and position.

A first guess by position and colour is refined as in GrabCut (Rother, Kolmogorov, Blake, SIGGRAPH
2004), by mixtures of colours learned from it in turn; a guided filter stands in for the graph cut.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from depthfusion.geometry.equirectangular import latitudes, solid_angles
from depthfusion.types.arrays import Bool, Float32, UInt8

Place = Literal["auto", "indoors", "outdoors"]
SKY_SHARE = 0.35  # of what is more than 50° up that looks like sky outdoors
LOW_SKYLINE = 24  # degrees; ceilings end higher up, where they meet their walls
_SMOOTH = 4.0  # grey levels of fine detail; brick and leaves have more, clouds less
_BUSY = 9.0  # … from which it is no sky
_MARGIN = 32  # columns that are repeated at the seam, which the cut does not know
_SURE = 6.0  # logarithm of odds that nothing overrules
_SKY_ROUNDS, _SKY_STAY = 4, 0.5  # of learning; logarithm of odds that a guess begins with
_FLOOR_ROUNDS, _FLOOR_STAY = 2, 1.5
_FEWEST = 50  # pixels that colours are learned from
_COLOURS = 5  # Gaussians for each side
_SPREAD = 9.0  # squared grey levels that colours differ by at least
_WINDOW = 9  # pixels that are smoothed over
_CONTRAST = 6.0  # grey levels that make an edge


@dataclass(frozen=True, eq=False)
class Regions:
    """Parts of a small panorama.

    Parameters
    ----------
    sky : bool [H, W]; nowhere indoors.
    floor : bool [H, W].
    outdoors : whether there is sky.
    """

    sky: Bool
    floor: Bool
    outdoors: bool


def find_regions(rgb: UInt8, *, place: Place = "auto") -> Regions:
    """Tell sky and floor from the rest.

    Parameters
    ----------
    rgb : uint8 [H, 2H, 3], a small panorama, level.
    place : "indoors" or "outdoors" where the person knows; "auto" looks for sky.
    """
    lat = np.degrees(latitudes(len(rgb)))[:, None]
    sky = np.zeros(rgb.shape[:2], bool)
    blue, pale = _like_sky(rgb)
    outdoors = place == "outdoors"
    if place != "indoors" and (outdoors or _share_above(blue | pale, lat) > SKY_SHARE):
        found = _sky(rgb, blue | pale, lat)
        is_open = _share_above(blue, lat) > SKY_SHARE or _skyline(found) < LOW_SKYLINE
        outdoors = outdoors or is_open
        sky = found if outdoors else sky
    far = np.abs(_toned(rgb) - _below(rgb, lat)).max(axis=-1)
    guess = np.where((lat < -12) & (far < 40), cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    guess = np.where(lat < -62, cv2.GC_FGD, guess)
    floor = _reached(
        _cut(rgb, np.where(lat > -3, cv2.GC_BGD, guess), _FLOOR_ROUNDS, _FLOOR_STAY), top=False
    )
    return Regions(sky, floor, outdoors)


def _texture(rgb: UInt8) -> Float32:
    """How busy a picture is around each pixel: the mean of what fine detail stands out by."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 1.5))
    return cv2.blur(fine, (7, 7))


def _like_sky(rgb: UInt8) -> tuple[Bool, Bool]:
    """What is blue and not dark, and what is light and nearly without colour, as ceilings are."""
    red, green, blue = np.moveaxis(rgb.astype(np.int16), -1, 0)
    brightest, darkest = rgb.max(axis=-1).astype(np.int16), rgb.min(axis=-1).astype(np.int16)
    is_blue = (blue >= red + 12) & (blue >= green - 4) & (brightest > 90)
    return is_blue, (brightest > 110) & (brightest - darkest < 45)


def _share_above(mask: Bool, lat: Float32) -> float:
    """Share of what is more than 50° up that a mask covers."""
    area = np.broadcast_to(solid_angles(*mask.shape)[:, None], mask.shape)
    high = np.broadcast_to(lat > 50, mask.shape)
    return float((area * (mask & high)).sum() / (area * high).sum())


def _sky(rgb: UInt8, like: Bool, lat: Float32) -> Bool:
    """What hangs together with the zenith and is smooth, down to where the photo gets busy."""
    texture = _texture(rgb)
    bright = rgb.max(axis=-1) > 70
    smooth = (texture < _SMOOTH) & bright & (lat > 3)
    guess = np.where(smooth | (like & (texture < _BUSY) & (lat > 3)), cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    guess = np.where((texture > _BUSY) & (lat < 65), cv2.GC_BGD, guess)
    guess = np.where((lat > 70) | (like & (texture < _SMOOTH) & (lat > 45)), cv2.GC_FGD, guess)
    sky = _reached(
        _cut(rgb, np.where(lat < 0, cv2.GC_BGD, guess), _SKY_ROUNDS, _SKY_STAY), top=True
    )
    return ~_reached(~sky, top=False)  # nothing hangs in the air


def _skyline(sky: Bool) -> float:
    """Degrees above the horizon that the sky usually ends at."""
    lowest = len(sky) - sky[::-1].argmax(axis=0)
    lat = 90 - 180 * lowest / len(sky)
    return float(np.median(np.where(sky.any(axis=0), lat, 90)))


def _toned(rgb: UInt8) -> Float32:
    return cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), (0, 0), 2).astype(np.float32)


def _below(rgb: UInt8, lat: Float32) -> Float32:
    """The floor's usual colour in each part of the picture: under it, blurred widely along it."""
    under = (lat < -35) & (lat > -75)
    colours = _toned(rgb)[under[:, 0]].mean(axis=0)
    wide = np.concatenate([colours] * 3)[None]
    return cv2.GaussianBlur(wide, (0, 0), len(colours) / 16)[:, len(colours) : 2 * len(colours)]


def _cut(rgb: UInt8, guess: np.ndarray, rounds: int, stay: float) -> Bool:
    """Refine a guess of the four classes [H, W] by colours and edges; columns wrap.

    Bounded in time whatever the picture: a graph cut is not, where colours have no spread.
    """
    wrapped = [np.concatenate([a[:, -_MARGIN:], a, a[:, :_MARGIN]], axis=1) for a in (rgb, guess)]
    padded, mask = wrapped[0], wrapped[1].astype(np.uint8)
    inside = (mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)
    colours = cv2.GaussianBlur(cv2.cvtColor(padded, cv2.COLOR_RGB2LAB), (0, 0), 1)
    grey = cv2.cvtColor(padded, cv2.COLOR_RGB2GRAY).astype(np.float32)
    sure = np.select([mask == cv2.GC_FGD, mask == cv2.GC_BGD], [_SURE, -_SURE], 0.0)
    for _ in range(rounds):
        if min(inside.sum(), (~inside).sum()) < _FEWEST:
            break
        points = colours.reshape(-1, 3).astype(np.float32)
        odds = _likelihood(points, points[inside.ravel()])
        odds -= _likelihood(points, points[~inside.ravel()])
        odds = np.clip(odds, -_SURE, _SURE).reshape(mask.shape)
        odds = np.where(sure != 0, sure, odds + np.where(inside, stay, -stay))
        inside = np.where(sure != 0, sure, _guided(odds.astype(np.float32), grey)) > 0
    return inside[:, _MARGIN:-_MARGIN]


def _likelihood(points: Float32, members: Float32) -> Float32:
    """Logarithm of how likely colours [N, 3] are in a mixture of Gaussians of some of them."""
    cv2.setRNGSeed(1)
    some = np.ascontiguousarray(members[:: max(1, len(members) // 6000)])
    stop = (cv2.TERM_CRITERIA_MAX_ITER, 12, 0.0)
    label = cv2.kmeans(some, _COLOURS, None, stop, 1, cv2.KMEANS_PP_CENTERS)[1].ravel()
    total = np.full(len(points), -np.inf, np.float32)
    for number in range(_COLOURS):
        own = some[label == number]
        if not len(own):
            continue
        spread = np.cov(own.T, bias=True) + _SPREAD * np.eye(3)
        off = points - own.mean(axis=0)
        far = np.einsum("ni,ij,nj->n", off, np.linalg.inv(spread), off, optimize=True)
        weight = np.log(len(own) / len(some)) - 0.5 * np.linalg.slogdet(spread)[1]
        total = np.logaddexp(total, (weight - 0.5 * far).astype(np.float32))
    return total


def _guided(values: Float32, grey: Float32) -> Float32:
    """Smooth values within a picture's edges (He, Sun, Tang: Guided Image Filtering, ECCV 2010)."""

    def mean(picture: Float32) -> Float32:
        return cv2.blur(picture, (_WINDOW, _WINDOW))

    about, level = mean(values), mean(grey)
    slope = (mean(values * grey) - about * level) / (mean(grey * grey) - level**2 + _CONTRAST**2)
    return mean(slope) * grey + mean(about - slope * level)


def _reached(mask: Bool, *, top: bool) -> Bool:
    """What of a mask hangs together with the top or the bottom row; columns wrap."""
    tripled = np.concatenate([mask] * 3, axis=1).astype(np.uint8)
    labels = cv2.connectedComponents(tripled, connectivity=4)[1]
    rim = labels[0 if top else -1]
    kept = np.isin(labels, np.unique(rim[rim > 0]))
    width = mask.shape[1]
    return kept[:, width : 2 * width]
