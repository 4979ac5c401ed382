"""From a panorama with distance to the layers of a place."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from depthfusion.types import InputError, Layer, LayeredScene, Progress, RGBDPanorama, silent

Method = Literal["layers", "sheet"]
METHODS: tuple[Method, ...] = ("layers", "sheet")

STANDING_LEAN = 0.35  # metres that a head moves while its owner stands
SHARE_OF_NEAREST = 0.1


@dataclass(frozen=True)
class SceneOptions:
    """How a panorama becomes a place.

    Parameters
    ----------
    head_box : radius around the origin, in the scene's unit, within which nothing may be missing;
        ≥ 0. `None` takes 0.35 m, and where the scale is relative a tenth of the near distance if
        that is smaller.
    method : "layers" continues surfaces underneath what stands before them; "sheet", the paper's,
        is one layer that stretches over what is hidden.

    Raises
    ------
    InputError
        `head_box` is negative or not finite, or `method` is unknown.
    """

    head_box: float | None = None
    method: Method = "layers"

    def __post_init__(self) -> None:
        """Verify ranges."""
        if self.head_box is not None and not 0 <= self.head_box < np.inf:
            raise InputError(f"the head box must be 0 or more; got {self.head_box}")
        if self.method not in METHODS:
            raise InputError(f"the method must be one of {', '.join(METHODS)}; got {self.method}")


def build_scene(
    panorama: RGBDPanorama, options: SceneOptions | None = None, progress: Progress = silent
) -> LayeredScene:
    """Split a panorama into layers whose union has nothing missing within the head box.

    Parameters
    ----------
    panorama : colour and distance over the sphere.
    options : the defaults where absent.
    progress : told "Building layers".
    """
    options = options or SceneOptions()
    head_box = default_head_box(panorama) if options.head_box is None else options.head_box
    if options.method == "layers" and head_box > 0:
        from depthfusion.scene.layers import build_layers  # brings numba, which is slow to load

        return LayeredScene(
            build_layers(panorama, head_box, progress=progress), head_box, panorama.scale
        )
    opaque = np.full((*panorama.distance.shape, 1), 255, np.uint8)
    layer = Layer(np.concatenate([panorama.rgb, opaque], axis=-1), panorama.distance)
    return LayeredScene((layer,), head_box, panorama.scale)


def default_head_box(panorama: RGBDPanorama) -> float:
    """How far a head moves here, in the scene's unit."""
    if panorama.scale == "metric":
        return STANDING_LEAN
    near = float(np.percentile(panorama.distance[np.isfinite(panorama.distance)], 5))
    return min(STANDING_LEAN, SHARE_OF_NEAREST * near)
