"""A place made of layers, and what is written down about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from depthfusion.types.arrays import Float32, UInt8, frozen
from depthfusion.types.panorama import RGBDPanorama, Scale


@dataclass(frozen=True, eq=False)
class Layer:
    """One sheet of a scene over the whole sphere: what shows, and how far away it is.

    Parameters
    ----------
    rgba : uint8 [H, W, 4], sRGB with straight (not premultiplied) alpha; 0 shows nothing.
    distance : float32 [H, W], along the ray, above 0; +inf is sky. Where alpha is 0 it is only a
        continuation that keeps the sheet smooth up to its rim.
    """

    rgba: UInt8
    distance: Float32

    def __post_init__(self) -> None:
        """Verify shapes and ranges."""
        rgba = frozen("rgba", self.rgba, np.uint8, (None, None, 4))
        height, width = rgba.shape[:2]
        if width != 2 * height:
            raise ValueError(
                f"rgba must be [H, 2H, 4], twice as wide as high; got {list(rgba.shape)}"
            )
        distance = frozen("distance", self.distance, np.float32, (height, width))
        if not (distance > 0).all():
            raise ValueError("distance must be above 0 everywhere (NaN is not); +inf is sky")
        object.__setattr__(self, "rgba", rgba)
        object.__setattr__(self, "distance", distance)


@dataclass(frozen=True, eq=False)
class LayeredScene:
    """Layers from near to far whose union has nothing missing within the head box.

    Parameters
    ----------
    layers : near to far, at least one, all of one size.
    head_box : radius around the origin, in the scene's unit, within which no hole shows; ≥ 0.
    scale : as in `RGBDPanorama`.
    """

    layers: tuple[Layer, ...]
    head_box: float
    scale: Scale = "metric"

    def __post_init__(self) -> None:
        """Verify that the layers belong together."""
        if not self.layers:
            raise ValueError("layers must hold at least one layer; got none")
        sizes = {layer.distance.shape for layer in self.layers}
        if len(sizes) > 1:
            raise ValueError(f"layers must all have one size; got {sorted(sizes)}")
        if not 0 <= self.head_box < np.inf:
            raise ValueError(f"head_box must be 0 or more; got {self.head_box}")
        if self.scale not in ("metric", "relative"):
            raise ValueError(f'scale must be "metric" or "relative"; got {self.scale!r}')
        object.__setattr__(self, "layers", tuple(self.layers))


@dataclass(frozen=True)
class SceneInfo:
    """What scene.json says beside the pictures: identity, recipe and provenance.

    Parameters
    ----------
    title : shown in lists.
    engine : what made the panorama: "sketch", "ldm3d", "import".
    prompt, model, revision, seed, licence : the recipe; `None` where there is none.
    options : every option that was in force, JSON values only.
    forward_yaw : radians; where a viewer looks first, positive towards +X.
    made : for each file, the words that say how it came about.
    id : stable over renames; given when the scene is first written where empty.
    created : ISO 8601, UTC; likewise.
    """

    title: str
    engine: str
    prompt: str | None = None
    model: str | None = None
    revision: str | None = None
    seed: int | None = None
    licence: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    forward_yaw: float = 0.0
    made: Mapping[str, str] = field(default_factory=dict)
    id: str = ""
    created: str = ""


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything a scene folder holds: the source panorama, its layers, and its record."""

    info: SceneInfo
    panorama: RGBDPanorama
    layered: LayeredScene
