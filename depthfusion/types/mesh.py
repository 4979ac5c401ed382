"""A textured triangle mesh, ready to draw or to export."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from depthfusion.types.arrays import Float32, Int32, UInt8, frozen

AlphaMode = Literal["opaque", "mask", "blend"]


@dataclass(frozen=True, eq=False)
class TexturedMesh:
    """Triangles with one texture, unlit, seen from either side.

    Parameters
    ----------
    vertices : float32 [V, 3], world axes (+X right, +Y up, −Z forward), the scene's unit.
    faces : int32 [F, 3], indices into `vertices`, anticlockwise seen from the origin.
    uvs : float32 [V, 2], glTF's: (0, 0) is the outer corner of the texture's first pixel, v down.
    texture : uint8 [h, w, 3] or [h, w, 4], sRGB, straight alpha.
    alpha_mode : "opaque" ignores alpha, "mask" cuts at one half, "blend" mixes.
    name : what other programs show.
    """

    vertices: Float32
    faces: Int32
    uvs: Float32
    texture: UInt8
    alpha_mode: AlphaMode = "opaque"
    name: str = "scene"

    def __post_init__(self) -> None:
        """Verify shapes and that every face points at vertices that exist."""
        vertices = frozen("vertices", self.vertices, np.float32, (None, 3))
        faces = frozen("faces", self.faces, np.int32, (None, 3))
        uvs = frozen("uvs", self.uvs, np.float32, (len(vertices), 2))
        channels = np.shape(self.texture)[-1] if np.ndim(self.texture) else 0
        if channels not in (3, 4):
            raise ValueError(f"texture must have 3 or 4 channels; got {channels}")
        texture = frozen("texture", self.texture, np.uint8, (None, None, channels))
        if not texture.size:
            raise ValueError(f"texture must have at least one pixel; got {list(texture.shape)}")
        if len(faces) and not (faces.min() >= 0 and faces.max() < len(vertices)):
            raise ValueError(
                f"faces must index {len(vertices)} vertices; got {faces.min()} to {faces.max()}"
            )
        if not np.isfinite(vertices).all():
            raise ValueError("vertices must be finite")
        if not np.isfinite(uvs).all():
            raise ValueError("uvs must be finite")
        if self.alpha_mode not in ("opaque", "mask", "blend"):
            raise ValueError(
                f'alpha_mode must be "opaque", "mask" or "blend"; got {self.alpha_mode!r}'
            )
        for name, value in (
            ("vertices", vertices), ("faces", faces), ("uvs", uvs), ("texture", texture)
        ):  # fmt: skip
            object.__setattr__(self, name, value)
