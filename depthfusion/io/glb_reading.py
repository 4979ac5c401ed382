"""Binary glTF of our own → textured meshes, so that what was exported can be brought back.

Only what `encode_glb` writes is read: one node a mesh, no transforms, positions and texture
coordinates as floats. Meshopt and Draco files carry the same place in fewer bytes, and are refused
with what to bring instead.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from depthfusion.io.file_errors import os_errors_explained, regular_file
from depthfusion.io.photo_files import DECODING_ERRORS, PIXEL_LIMIT
from depthfusion.types import AlphaMode, InputError, TexturedMesh
from depthfusion.types.arrays import UInt8

SKY = "sky"  # what the mesh without a distance is called
_KINDS: Mapping[int, tuple[str, int]] = {5121: ("<u1", 1), 5123: ("<u2", 2), 5125: ("<u4", 4),
                                         5126: ("<f4", 4)}  # fmt: skip
_LENGTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3}
_READ = {"KHR_materials_unlit", "EXT_texture_webp"}
_RANK = {"OPAQUE": 0, "MASK": 1, "BLEND": 2}
_ERRORS = (KeyError, IndexError, TypeError, ValueError, struct.error, *DECODING_ERRORS)


@dataclass(frozen=True, eq=False)
class GlbContent:
    """What a GLB holds.

    Parameters
    ----------
    meshes : far to near, as in the file.
    recipe : `asset.extras`.
    """

    meshes: tuple[TexturedMesh, ...]
    recipe: Mapping[str, Any]


def read_glb(path: Path) -> GlbContent:
    """Read a GLB that this program wrote.

    Raises
    ------
    InputError
        Not readable, damaged, another program's, or compressed.
    """
    with os_errors_explained("read", path):
        data = regular_file(path).read_bytes()
    damaged = InputError(f"cannot read {path}: it is no GLB, or damaged or cut short")
    try:
        tree, binary = _chunks(data)
        recipe = tree["asset"].get("extras") or {}
    except _ERRORS as error:
        raise damaged from error
    if "engine" not in recipe:
        raise InputError(f"{path} was not written by DepthFusion; bring the photo it was made of")
    needed = set(tree.get("extensionsRequired", ())) - _READ
    if needed:
        raise InputError(
            f"{path} is compressed ({', '.join(sorted(needed))}); bring the scene's folder or zip, "
            "or a GLB without compression"
        )
    try:
        return GlbContent(tuple(_meshes(tree, binary)), recipe)
    except _ERRORS as error:
        raise damaged from error


def _chunks(data: bytes) -> tuple[dict[str, Any], bytes]:
    magic, version, _ = struct.unpack_from("<4sII", data)
    if magic != b"glTF" or version != 2:
        raise ValueError("no glTF 2")
    length, _ = struct.unpack_from("<II", data, 12)
    tree = json.loads(data[20 : 20 + length])
    size, _ = struct.unpack_from("<II", data, 20 + length)
    binary = data[28 + length : 28 + length + size]
    if len(binary) < size:
        raise ValueError("cut short")
    return tree, binary


def _meshes(tree: Mapping[str, Any], binary: bytes) -> list[TexturedMesh]:
    pictures: dict[int, UInt8] = {}
    found = []
    for mesh in tree["meshes"]:
        for shape, material in _drawn_once(tree, mesh["primitives"]):
            number = material["pbrMetallicRoughness"]["baseColorTexture"]["index"]
            if number not in pictures:
                pictures[number] = _picture(tree, binary, number)
            found.append(_mesh(tree, binary, mesh["name"], shape, material, pictures[number]))
    if not found:
        raise ValueError("no mesh")
    return found


def _drawn_once(
    tree: Mapping[str, Any], shapes: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each shape with the softest of the materials it is drawn with, one after the other."""
    softest: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}
    for shape in shapes:
        material = tree["materials"][shape["material"]]
        known = softest.get(shape["indices"])
        if known is None or _RANK[material["alphaMode"]] > _RANK[known[1]["alphaMode"]]:
            softest[shape["indices"]] = (shape, material)
    return list(softest.values())


def _mesh(
    tree: Mapping[str, Any],
    binary: bytes,
    name: str,
    shape: Mapping[str, Any],
    material: Mapping[str, Any],
    picture: UInt8,
) -> TexturedMesh:
    mode: AlphaMode = material["alphaMode"].lower()
    places = shape["attributes"]
    return TexturedMesh(
        vertices=_numbers(tree, binary, places["POSITION"]),
        faces=_numbers(tree, binary, shape["indices"]).reshape(-1, 3).astype(np.int32),
        uvs=_numbers(tree, binary, places["TEXCOORD_0"]),
        texture=picture,
        alpha_mode=mode if picture.shape[-1] == 4 else "opaque",
        name=name,
    )


def _numbers(tree: Mapping[str, Any], binary: bytes, number: int) -> NDArray:
    accessor = tree["accessors"][number]
    kind, size = _KINDS[accessor["componentType"]]
    across = _LENGTHS[accessor["type"]]
    view = tree["bufferViews"][accessor["bufferView"]]
    start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    count = accessor["count"] * across
    if view.get("byteStride", size * across) != size * across or start + count * size > len(binary):
        raise ValueError("another layout")
    values = np.frombuffer(binary, kind, count, start)
    return values.reshape(-1, across) if across > 1 else values


def _picture(tree: Mapping[str, Any], binary: bytes, number: int) -> UInt8:
    texture = tree["textures"][number]
    webp = texture.get("extensions", {}).get("EXT_texture_webp", {})
    image = tree["images"][texture.get("source", webp.get("source"))]
    view = tree["bufferViews"][image["bufferView"]]
    start = view.get("byteOffset", 0)
    with Image.open(BytesIO(binary[start : start + view["byteLength"]])) as picture:
        if picture.width * picture.height > PIXEL_LIMIT:
            raise ValueError("too large")
        return np.array(picture.convert("RGBA" if picture.has_transparency_data else "RGB"))
