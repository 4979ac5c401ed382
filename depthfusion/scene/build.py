"""From a panorama with distance to the layers of a place."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from depthfusion.types import InputError, Layer, LayeredScene, Progress, RGBDPanorama, silent

if TYPE_CHECKING:
    from depthfusion.scene.refilling import Filler

Method = Literal["layers", "sheet"]
METHODS: tuple[Method, ...] = ("layers", "sheet")

Sharpen = Literal["auto", "on", "off"]
SHARPENINGS: tuple[Sharpen, ...] = ("auto", "on", "off")
Fill = Literal["exemplar", "ldm3d", "auto"]
FILLS: tuple[Fill, ...] = ("exemplar", "ldm3d", "auto")
SOFT = 0.4  # share of ramps among the edges of depth from which "auto" sharpens

STANDING_LEAN = 0.35  # metres that a head moves while its owner stands
SHARE_OF_NEAREST = 0.1
CLOSEST = 0.8  # of the nearest distance, that a head may come
SPECK = 1e-4  # share of the pixels below which what is nearer is taken for an error of measurement


@dataclass(frozen=True)
class SceneOptions:
    """How a panorama becomes a place.

    Parameters
    ----------
    head_box : radius around the origin, in the scene's unit, within which nothing may be missing;
        ≥ 0. `None` takes 0.35 m, and where the scale is relative a tenth of the near distance if
        that is smaller. Never more than 0.8 of the way to what is nearest.
    method : "layers" continues surfaces underneath what stands before them; "sheet", the paper's,
        is one layer that stretches over what is hidden.
    sharpen : "on" turns the ramps of estimated depth into steps on colour edges first, "auto" does
        where most edges are ramps; measured and rendered depth has steps already.
    fill : what paints hidden parts: "exemplar" goes on with what is seen, "ldm3d" paints by
        diffusion, "auto" does where its weights and a graphics card are here. Whoever calls
        `build_scene` brings the filler.

    Raises
    ------
    InputError
        `head_box` is negative or not finite, or a word is unknown.
    """

    head_box: float | None = None
    method: Method = "layers"
    sharpen: Sharpen = "auto"
    fill: Fill = "exemplar"

    def __post_init__(self) -> None:
        """Verify ranges."""
        if self.head_box is not None and not 0 <= self.head_box < np.inf:
            raise InputError(f"the head box must be 0 or more; got {self.head_box}")
        if self.method not in METHODS:
            raise InputError(f"the method must be one of {', '.join(METHODS)}; got {self.method}")
        if self.sharpen not in SHARPENINGS:
            raise InputError(f"sharpen must be one of {', '.join(SHARPENINGS)}; got {self.sharpen}")
        if self.fill not in FILLS:
            raise InputError(f"fill must be one of {', '.join(FILLS)}; got {self.fill}")


def build_scene(
    panorama: RGBDPanorama,
    options: SceneOptions | None = None,
    progress: Progress = silent,
    *,
    filler: "Filler | None" = None,
) -> LayeredScene:
    """Split a panorama into layers whose union has nothing missing within the head box.

    Parameters
    ----------
    panorama : colour and distance over the sphere.
    options : the defaults where absent.
    progress : told "Building layers".
    filler : paints what is hidden; exemplars where absent.
    """
    options = options or SceneOptions()
    head_box = default_head_box(panorama) if options.head_box is None else options.head_box
    head_box = min(head_box, farthest_lean(panorama))
    if options.method == "layers" and head_box > 0:
        from depthfusion.scene.layers import build_layers  # brings numba, which is slow to load

        progress("Building layers", 0.0)
        panorama = with_clear_edges(panorama, head_box, options.sharpen)
        layers = build_layers(panorama, head_box, progress=progress)
        if filler is not None:
            from depthfusion.scene.refilling import refilled

            layers = refilled(panorama, layers, filler, progress)
        return LayeredScene(layers, head_box, panorama.scale)
    opaque = np.full((*panorama.distance.shape, 1), 255, np.uint8)
    layer = Layer(np.concatenate([panorama.rgb, opaque], axis=-1), panorama.distance)
    return LayeredScene((layer,), head_box, panorama.scale)


def with_clear_edges(panorama: RGBDPanorama, reach: float, sharpen: Sharpen) -> RGBDPanorama:
    """The panorama, its depth sharpened where that is asked for or, by "auto", needed.

    Parameters
    ----------
    reach : radius of the head box, > 0, in the panorama's unit.
    """
    from depthfusion.scene.sharpening import sharpened, softness

    inverse = (1 / panorama.distance).astype(np.float32)
    scale = reach * panorama.width / (2 * np.pi)
    if sharpen == "off" or (sharpen == "auto" and not softness(inverse, scale) > SOFT):
        return panorama
    inverse = sharpened(panorama.rgb, inverse, scale)
    distance = np.full_like(inverse, np.inf)
    np.divide(1, inverse, out=distance, where=inverse > 0)
    return RGBDPanorama(panorama.rgb, distance, panorama.scale)


def default_head_box(panorama: RGBDPanorama) -> float:
    """How far a head moves here, in the scene's unit."""
    if panorama.scale == "metric":
        return STANDING_LEAN
    near = float(np.percentile(panorama.distance[np.isfinite(panorama.distance)], 5))
    return min(STANDING_LEAN, SHARE_OF_NEAREST * near)


def farthest_lean(panorama: RGBDPanorama) -> float:
    """How far a head may move before it meets what is nearest, in the scene's unit."""
    distance = panorama.distance.ravel()
    speck = int(SPECK * distance.size)
    return CLOSEST * float(np.partition(distance, speck)[speck])
