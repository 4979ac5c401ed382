"""A scene small enough to be there at once: one coarse sheet, shown while scene.glb arrives."""

from dataclasses import replace

from depthfusion.io.glb import encode_glb
from depthfusion.io.placement import resize_wrapped
from depthfusion.scene.sphere import displaced_sphere
from depthfusion.types import RGBDPanorama

LOW_NAME = "low.glb"
CELLS = (128, 64)
"""Columns and rows of the sheet."""
WIDEST = 1024
"""Pixels of its picture."""
QUALITY = 70


def low_glb(panorama: RGBDPanorama) -> bytes:
    """Give the panorama on a displaced sphere of 16 thousand triangles, some 150 kB.

    Parameters
    ----------
    panorama : of any size; its distance is kept, its picture made no wider than `WIDEST`.
    """
    mesh = displaced_sphere(panorama, *CELLS)
    width = min(WIDEST, panorama.width)
    small = replace(mesh, texture=resize_wrapped(panorama.rgb, width // 2, width), name="low")
    return encode_glb([small], texture="webp", quality=QUALITY, compression="meshopt")
