"""What renderers ask of a mesh's texture before they draw: alpha as meant, and where it is soft."""

import numpy as np

from depthfusion.types import TexturedMesh
from depthfusion.types.arrays import Bool, UInt8


def rgba(mesh: TexturedMesh) -> UInt8:
    """The texture with four channels, opaque where the mesh's mode says so, uint8 [h, w, 4]."""
    height, width, channels = mesh.texture.shape
    texels = np.full((height, width, 4), 255, np.uint8)
    texels[..., :channels] = mesh.texture
    if mesh.alpha_mode == "opaque":
        texels[..., 3] = 255
    return texels


def soft_faces(mesh: TexturedMesh, alpha: UInt8) -> Bool:
    """Which triangles lie over texels that are not fully opaque, [F]; a few more, never fewer.

    Parameters
    ----------
    alpha : [h, w], the mesh's, as from `rgba`.
    """
    if (alpha == 255).all():
        return np.zeros(len(mesh.faces), np.bool_)
    height, width = alpha.shape
    table = np.zeros((height + 1, width + 1), np.int32)
    table[1:, 1:] = (alpha < 255).cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32)
    corners = mesh.uvs[mesh.faces]  # [F, 3, 2]
    low, high = corners.min(axis=1), corners.max(axis=1)
    x0 = np.clip(np.floor(low[:, 0] * width - 1).astype(int), 0, width)
    x1 = np.clip(np.ceil(high[:, 0] * width + 1).astype(int), 0, width)
    y0 = np.clip(np.floor(low[:, 1] * height - 1).astype(int), 0, height - 1)
    y1 = np.clip(np.ceil(high[:, 1] * height + 1).astype(int), 1, height)
    count = table[y1, x1] - table[y0, x1] - table[y1, x0] + table[y0, x0]
    edge = (low[:, 0] * width < 1) | (high[:, 0] * width > width - 1)  # filtering wraps there
    return (count > 0) | edge
