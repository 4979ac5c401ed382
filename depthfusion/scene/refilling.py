"""What hidden parts show, painted by whoever can: one interface, and how its pictures are taken in.

Layers come filled by exemplars (`exemplars.textured`). A `Filler` paints over that: it is shown the
panorama as it would look with the occluder gone, and where it has to paint. Colours are taken from
it, distances are not: those carry the promise that nothing opens up within the head box.
"""

from typing import Protocol

import numpy as np
from scipy import ndimage

from depthfusion.types import Layer, Progress, RGBDPanorama, silent
from depthfusion.types.arrays import Bool, Float32, UInt8

COVERED = 0.05  # light that still passes through what is nearer, below which nothing is seen
WORTH_PAINTING = 5e-4  # share of the sphere below which a layer's hidden part is left as it is
CLEARING = 1 / 64  # of the width: how far the occluder beside a hidden part is painted away, too
RIM = 2.0  # pixels around a hidden part whose colour the occluder's soft rim is mixed into
NEARER = 1.05  # times, in inverse distance, from which a neighbour is the occluder
FEATHER = 4.0  # pixels over which painted becomes seen


class Filler(Protocol):
    """Anything that paints a region of a panorama so that it goes on from its surroundings."""

    def __call__(
        self, rgb: UInt8, distance: Float32, hidden: Bool, progress: Progress = silent
    ) -> UInt8:
        """Paint.

        Parameters
        ----------
        rgb, distance : uint8 [H, W, 3] and float32 [H, W]; in the region a first guess.
        hidden : bool [H, W], the region.
        progress : may raise `Cancelled`.

        Returns
        -------
        uint8 [H, W, 3]; only the region counts.
        """


def refilled(
    panorama: RGBDPanorama,
    layers: tuple[Layer, ...],
    filler: Filler,
    progress: Progress = silent,
) -> tuple[Layer, ...]:
    """Let a filler paint the hidden part of every layer that has one worth it; the sky stays.

    Parameters
    ----------
    panorama : what is seen.
    layers : near to far, filled already.
    progress : told "Painting what is hidden".
    """
    done: list[Layer] = []
    light: Float32 = np.ones(panorama.distance.shape, np.float32)
    for layer in layers:
        hidden = (layer.rgba[..., 3] > 0) & (light < COVERED) & np.isfinite(layer.distance)
        light = (light * (1 - layer.rgba[..., 3] / 255)).astype(np.float32)
        if hidden.mean() >= WORTH_PAINTING:
            layer = _painted(panorama, layer, hidden, filler, progress)
        done.append(layer)
    return tuple(done)


def _painted(
    panorama: RGBDPanorama, layer: Layer, hidden: Bool, filler: Filler, progress: Progress
) -> Layer:
    """One layer with its hidden part painted."""
    rgb, distance, region = without_occluder(panorama, layer, hidden)

    def told(stage: str, fraction: float) -> None:
        progress(f"Painting what is hidden: {stage}", fraction)

    picture = filler(rgb, distance, region, told)
    share = np.clip(_steps_from(~hidden & (layer.rgba[..., 3] > 0), hidden) / FEATHER, 0, 1)
    share = np.where(hidden, share, 0)[..., None]
    rgba = layer.rgba.copy()
    rgba[..., :3] = np.rint(share * picture + (1 - share) * layer.rgba[..., :3])
    return Layer(rgba, layer.distance)


def without_occluder(
    panorama: RGBDPanorama, layer: Layer, hidden: Bool
) -> tuple[UInt8, Float32, Bool]:
    """The panorama as it would look with a layer's hidden part uncovered.

    Returns
    -------
    rgb : uint8 [H, W, 3], the layer's first guess in the region.
    distance : float32 [H, W], there the layer's own.
    region : bool [H, W], the hidden part and the rim of the occluder beside it, so that what is
        painted goes on from what is behind and not from what stood before it.
    """
    width = hidden.shape[1]
    reach = max(1, round(CLEARING * width))
    pad = reach + 1
    wide = np.pad(~hidden, ((0, 0), (pad, pad)), mode="wrap")
    away, (rows, columns) = ndimage.distance_transform_edt(wide, return_indices=True)
    inside = np.s_[:, pad:-pad]
    rows, columns = rows[inside], (columns[inside] - pad) % width
    behind = layer.distance[rows, columns]
    away = away[inside]
    occluder = (away <= reach) & (panorama.distance * NEARER < behind)
    region = hidden | occluder | (away <= RIM)
    rgb = np.where(region[..., None], layer.rgba[..., :3][rows, columns], panorama.rgb)
    distance = np.where(region, behind, panorama.distance)
    return rgb, distance.astype(np.float32), region


def _steps_from(seen: Bool, hidden: Bool) -> Float32:
    """How many pixels each is from what is seen of its layer; far where nothing of it is."""
    if not seen.any():
        return np.full(hidden.shape, FEATHER, np.float32)
    pad = int(FEATHER) + 1
    wide = np.pad(~seen, ((0, 0), (pad, pad)), mode="wrap")
    return ndimage.distance_transform_edt(wide)[:, pad:-pad].astype(np.float32)
