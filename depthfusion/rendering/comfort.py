"""How hard a pair of pictures is on two eyes, and what makes it easier.

Two eyes that look at a point turn towards each other by its vergence angle. What they are asked to
do beyond the plane of zero disparity, where the screen stands or, with parallel axes, infinitely
far, is the point's angular disparity. Up to about one degree of it is comfortable: M. Lambooij,
M. Fortuin, I. Heynderickx and W. IJsselsteijn, "Visual Discomfort and Visual Fatigue of
Stereoscopic Displays: A Review", Journal of Imaging Science and Technology 53 (2009). T. Shibata,
J. Kim, D. Hoffman and M. Banks, "The zone of comfort", Journal of Vision 11(8):11 (2011), find the
same order at the distances of screens.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from depthfusion.geometry.cameras import OmnidirectionalStereo
from depthfusion.rendering.stereo import StereoOptions, eye_views
from depthfusion.types.arrays import Float32, Float64

LIMIT = np.radians(1.0)  # of angular disparity
SHARE = 0.02  # of the pixels may lie beyond it in a pair made comfortable
BAND = 30  # degrees of latitude in a band
GLANCE = 512  # pixels wide; distances of a picture this small are enough


@dataclass(frozen=True)
class Comfort:
    """What two eyes are asked to do.

    Parameters
    ----------
    nearest : distance of the nearest thing from the left eye, in the scene's unit; inf for none.
    vergence_deg : most that the eyes turn towards each other.
    beyond_share : share of the picture's pixels with more than 1° of disparity.
    disparity_deg : mean of the angular disparity's size for each band of latitude seen, by its
        bounds in degrees.
    """

    nearest: float
    vergence_deg: float
    beyond_share: float
    disparity_deg: dict[str, float]

    @property
    def words(self) -> str:
        """What a person should know, in one sentence."""
        near = (
            f"the nearest thing is {self.nearest:.2g} away" if self.nearest < np.inf else "all sky"
        )
        return (
            f"{self.beyond_share:.0%} of the picture lies beyond 1° of disparity; {near}, the eyes "
            f"turn towards each other by up to {self.vergence_deg:.1f}°"
        )

    def as_json(self) -> dict[str, Any]:
        """Everything, ready for JSON; nothing near is `None`."""
        said = asdict(self) | {"words": self.words}
        return said | {"nearest": self.nearest if np.isfinite(self.nearest) else None}


def glance(options: StereoOptions) -> StereoOptions:
    """The same pair, small: enough to judge it by."""
    width, height = options.eye_size
    shrink = min(1.0, GLANCE / width)
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    return replace(options, size=(2 * size[1], size[1]) if options.projection == "ods" else size)


def comfort(options: StereoOptions, distance: Float32) -> Comfort:
    """Judge a pair by what the left eye sees.

    Parameters
    ----------
    options : of the pair; their size may differ from that of `distance`, which is sampled.
    distance : [h, w], along the left eye's rays; +inf where there is nothing.
    """
    angle = vergence(options, distance)
    shown = np.isfinite(angle)
    off = np.abs(angle - zero_vergence(options))
    latitude = np.degrees(_latitudes(options, distance.shape))
    bands = {}
    for low in range(-90, 90, BAND):
        here = shown & (latitude >= low) & (latitude < low + BAND)
        if here.any():
            bands[f"{low} to {low + BAND}"] = float(np.degrees(off[here].mean()))
    return Comfort(
        nearest=float(distance[shown].min(initial=np.inf)),
        vergence_deg=float(np.degrees(angle[shown].max(initial=0))),
        beyond_share=float((off[shown] > LIMIT).mean()) if shown.any() else 0.0,
        disparity_deg=bands,
    )


def vergence(options: StereoOptions, distance: Float32) -> Float64:
    """Angle by which two eyes turn towards each other, radians [h, w]; NaN where nothing is shown.

    Parameters
    ----------
    options, distance : as for `comfort`.
    """
    height, width = distance.shape
    left, _ = eye_views(replace(options, size=(width, height)))[0]
    origin, direction = left.rays()
    away = distance.astype(np.float64)
    if isinstance(left, OmnidirectionalStereo):
        # The eyes' rays are apart by 2·atan(R/(t·cos φ)) of longitude, at one latitude φ.
        radius = np.linalg.norm(origin.astype(np.float64), axis=-1)
        level = np.hypot(direction[..., 0], direction[..., 2])
        half = np.arctan2(radius, away * level)
        return 2 * np.arcsin(level * np.sin(half))
    baseline = np.array([options.ipd, 0.0, 0.0])
    with np.errstate(invalid="ignore", divide="ignore"):
        from_right = direction - baseline / away[..., None]
    across = np.linalg.norm(np.cross(direction, from_right), axis=-1)
    return np.arctan2(across, (direction * from_right).sum(axis=-1))


def zero_vergence(options: StereoOptions) -> float:
    """Vergence angle at the plane of zero disparity, radians; 0 for parallel axes."""
    return float(2 * np.arctan2(options.ipd / 2, options.zero_plane or np.inf))


def comfortable(options: StereoOptions, distance: Float32) -> tuple[StereoOptions, str]:
    """Options under which at most `SHARE` of the pixels lie beyond 1°, and what was changed.

    A perspective pair's zero plane is moved first, its baseline shrinks when that is not enough;
    of the others the baseline shrinks.

    Parameters
    ----------
    options, distance : as for `comfort`.
    """
    if comfort(options, distance).beyond_share <= SHARE:
        return options, "the pair is comfortable as it is"
    if options.projection != "perspective":
        return _shrunk(options, distance, centred=False)
    moved = _centred(options, distance)
    if comfort(moved, distance).beyond_share <= SHARE:
        return moved, f"the zero plane was moved to {moved.zero_plane:.3g}"
    return _shrunk(options, distance, centred=True)


def _shrunk(
    options: StereoOptions, distance: Float32, *, centred: bool
) -> tuple[StereoOptions, str]:
    """Largest baseline that is comfortable, by halving; with the best zero plane for each."""
    low, high = 0.0, 1.0
    best = replace(options, ipd=0.0, zero_plane=None)
    for _ in range(20):
        share = (low + high) / 2
        tried = replace(options, ipd=options.ipd * share)
        if centred:
            tried = _centred(tried, distance)
        if comfort(tried, distance).beyond_share <= SHARE:
            low, best = share, tried
        else:
            high = share
    words = f"the baseline was scaled by {low:.3g}, to {best.ipd:.3g}"
    if best.zero_plane is not None:
        words += f", and the zero plane moved to {best.zero_plane:.3g}"
    return best, words


def _centred(options: StereoOptions, distance: Float32) -> StereoOptions:
    """Zero plane no farther in than the near part of the picture needs."""
    angle = vergence(options, distance)
    seen = np.sort(angle[np.isfinite(angle)])
    spare = int(SHARE * len(seen))  # pixels that may lie beyond, at either end
    ends = [(seen[k], seen[len(seen) - 1 - spare + k]) for k in range(0, spare + 1)]
    low, high = min(ends, key=lambda pair: pair[1] - pair[0])
    wanted = high - max(0.999 * LIMIT, (high - low) / 2)
    if wanted <= 0 or options.ipd == 0:
        return replace(options, zero_plane=None)
    return replace(options, zero_plane=float(options.ipd / (2 * np.tan(wanted / 2))))


def _latitudes(options: StereoOptions, shape: tuple[int, ...]) -> Float64:
    left, _ = eye_views(replace(options, size=(shape[1], shape[0])))[0]
    return np.arcsin(np.clip(left.rays()[1][..., 1], -1, 1)).astype(np.float64)
