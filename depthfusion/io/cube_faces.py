"""A panorama as the six faces of a cube map, each a picture of its own."""

from collections.abc import Iterator

import cv2
import numpy as np

from depthfusion.geometry.cubemap import CubeMap
from depthfusion.geometry.equirectangular import pad, pixel_from_direction
from depthfusion.types.arrays import UInt8

SAMPLES = 2  # a pixel each way: a face's middle is a quarter coarser than the panorama
_MARGIN = 4  # pixels that the filter may reach beyond the picture


def usual_side(width: int) -> int:
    """The power of two at which a face is about as fine as a panorama `width` pixels wide."""
    return int(2 ** round(np.log2(max(width, 8) / np.pi)))


def cube_faces(rgb: UInt8, side: int | None = None) -> Iterator[tuple[str, UInt8]]:
    """Cut a panorama into faces of 90°, each upright as seen from inside.

    Parameters
    ----------
    rgb : uint8 [H, 2H, 3].
    side : pixels along a face; `usual_side` where absent.

    Yields
    ------
    Name (`FACE_NAMES`) and picture, uint8 [side, side, 3].
    """
    height, width = rgb.shape[:2]
    side = usual_side(width) if side is None else side
    padded = pad(rgb, _MARGIN)
    fine = CubeMap(6 * side * SAMPLES, side * SAMPLES)
    for face in fine.faces():
        rays = face.camera.exact_rays()[1] @ face.rotation.T
        at = (pixel_from_direction(rays, height, width) + _MARGIN).astype(np.float32)
        drawn = cv2.remap(padded, at, None, cv2.INTER_CUBIC)
        yield face.name, cv2.resize(drawn, (side, side), interpolation=cv2.INTER_AREA)
