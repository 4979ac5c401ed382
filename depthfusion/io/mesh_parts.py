"""What other programs draw a layer's mesh by: solid triangles, and its rim, textures packed."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from depthfusion.scene.packing import pack_texture, split_rim
from depthfusion.scene.slices import each
from depthfusion.types import TexturedMesh
from depthfusion.types.arrays import UInt8

NamedParts = list[tuple[str, tuple[TexturedMesh, ...]]]


def named_parts(
    meshes: Sequence[TexturedMesh], *, largest: int | None = None, power_of_two: bool = False
) -> NamedParts:
    """Part meshes as `split_rim` does, and pack their textures.

    Parameters
    ----------
    meshes : near to far.
    largest : longest side of a texture, pixels; `None` for no limit.
    power_of_two : give textures sides that are powers of two.

    Returns
    -------
    Far to near, a name that no other has and the parts, solid first.

    Raises
    ------
    ValueError
        No mesh has a triangle.
    """
    shown = [mesh for mesh in reversed(meshes) if len(mesh.faces)]
    if not shown:
        raise ValueError("meshes must hold at least one triangle; got none")
    parts = each(lambda mesh: _parts(mesh, largest, power_of_two), shown)
    return list(zip(_unique([mesh.name for mesh in shown]), parts, strict=True))


def wraps(part: TexturedMesh) -> bool:
    """Whether a texture still is a whole panorama."""
    height, width = part.texture.shape[:2]
    return width == 2 * height


def _parts(mesh: TexturedMesh, largest: int | None, power_of_two: bool) -> tuple[TexturedMesh, ...]:
    parts = split_rim(mesh)
    if mesh.alpha_mode != "opaque":
        parts = tuple(pack_texture(part, power_of_two=power_of_two) for part in parts)
    if largest is not None:
        parts = tuple(replace(part, texture=_within(part.texture, largest)) for part in parts)
    if power_of_two:
        parts = tuple(replace(part, texture=_even_sided(part.texture)) for part in parts)
    return parts


def _within(texture: UInt8, side: int) -> UInt8:
    """The picture made small until neither side is longer than `side` pixels."""
    height, width = texture.shape[:2]
    share = side / max(height, width)
    if share >= 1:
        return texture
    return _scaled(texture, max(1, round(width * share)), max(1, round(height * share)))


def _even_sided(texture: UInt8) -> UInt8:
    """The picture with sides that are powers of two; scaled where they are not."""
    height, width = (1 << round(float(np.log2(side))) for side in texture.shape[:2])
    return _scaled(texture, width, height)


def _scaled(texture: UInt8, width: int, height: int) -> UInt8:
    if texture.shape[:2] == (height, width):
        return texture
    return cv2.resize(texture, (width, height), interpolation=cv2.INTER_AREA)


def _unique(names: Sequence[str]) -> list[str]:
    given: list[str] = []
    for name in names:
        new, number = name, 1
        while new in given:
            number += 1
            new = f"{name} {number}"
        given.append(new)
    return given
