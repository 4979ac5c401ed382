"""Meshes → one binary glTF file: unlit, textures inside, metres, provenance in `asset.extras`."""

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from depthfusion.io.gltf_buffer import GltfBuffer
from depthfusion.io.gltf_geometry import EXTENSION, MESHOPT, Compression, primitive
from depthfusion.io.gltf_textures import (
    WEBP,
    TextureChoice,
    add_textures,
    encoded_textures,
    texture_key,
)
from depthfusion.io.mesh_parts import NamedParts, named_parts, wraps
from depthfusion.types import TexturedMesh
from depthfusion.version import __version__

QUALITY = 92
SOLID = 0.75  # alpha from which a soft rim hides what lies behind it, whoever sorts the rest
_UNLIT = "KHR_materials_unlit"
_JSON, _BINARY = 0x4E4F534A, 0x004E4942  # kinds of chunk


def encode_glb(
    meshes: Sequence[TexturedMesh],
    extras: Mapping[str, Any] | None = None,
    *,
    texture: TextureChoice = "auto",
    quality: int = QUALITY,
    compression: Compression = "none",
    largest: int | None = None,
    power_of_two: bool = False,
) -> bytes:
    """Encode meshes as GLB.

    A mesh with alpha becomes several primitives: what is solid, its rim cut where it is no longer
    solid, and, where it is soft, the same rim once more, blended. So nothing that hides another
    thing is blended, and programs that sort it wrongly, as they do with what lies round one middle,
    show it right all the same. Textures hold only what shows.

    Parameters
    ----------
    meshes : near to far, vertices in metres or the scene's own unit. The file holds them far to
        near, the order in which programs that blend without sorting have to draw them.
    extras : the recipe, JSON values; becomes `asset.extras`.
    texture : "auto" and "jpeg": JPEG where a part is opaque, PNG where it has alpha; "png": PNG;
        "webp": WebP, half of the size, which needs a program that knows EXT_texture_webp.
    quality : of JPEG and WebP, 1 to 100.
    compression : "none"; "meshopt" or "draco", which need a program that knows the extension.
    largest : longest side of a texture, pixels; `None` for no limit.
    power_of_two : give textures sides that are powers of two, for graphics chips of phones.

    Returns
    -------
    The file's content, glTF 2.0.

    Raises
    ------
    ValueError
        No mesh has a triangle, or `extras` holds no JSON values.
    InputError
        `compression` asks for a package that is not installed.
    """
    recipe = json.loads(json.dumps(dict(extras or {}), allow_nan=False))
    named = named_parts(meshes, largest=largest, power_of_two=power_of_two)
    buffer = GltfBuffer()
    tree = _tree(buffer, named, recipe, texture, quality, compression)
    return _assembled(tree, buffer)


def _tree(
    buffer: GltfBuffer,
    named: NamedParts,
    recipe: dict[str, Any],
    texture: TextureChoice,
    quality: int,
    compression: Compression,
) -> dict[str, Any]:
    """The JSON document; fills the buffer that it describes."""
    parts = [part for _, group in named for part in group]
    meshes: list[dict[str, Any]] = [
        {"name": name, "primitives": [primitive(buffer, part, compression) for part in group]}
        for name, group in named
    ]
    images = encoded_textures(parts, texture, quality)
    whole = {texture_key(part) for part in parts if wraps(part)}
    pictures, numbers = add_textures(buffer, images, whole)
    materials: list[dict[str, Any]] = []
    for (name, group), mesh in zip(named, meshes, strict=True):
        shapes = mesh["primitives"]
        mesh["primitives"] = []
        for part, shape in zip(group, shapes, strict=True):
            for material in _materials(name, part, numbers[texture_key(part)]):
                mesh["primitives"].append({**shape, "material": len(materials)})
                materials.append(material)
    used = {_UNLIT}
    required = set()
    if any(kind == "webp" for _, kind in images.values()):
        required.add(WEBP)
    if compression != "none":
        required.add(EXTENSION[compression])
    return {
        "asset": {"version": "2.0", "generator": f"DepthFusion {__version__}", "extras": recipe},
        "extensionsUsed": sorted(used | required),
        **({"extensionsRequired": sorted(required)} if required else {}),
        "scene": 0,
        "scenes": [{"nodes": list(range(len(named)))}],
        "nodes": [{"name": name, "mesh": number} for number, (name, _) in enumerate(named)],
        "meshes": meshes,
        "materials": materials,
        **pictures,
        "accessors": buffer.accessors,
        "bufferViews": buffer.views,
        "buffers": _buffers(buffer),
    }


def _materials(name: str, part: TexturedMesh, texture: int) -> Iterator[dict[str, Any]]:
    """The ways in which a part is drawn, one after the other."""
    look = {
        "doubleSided": True,
        "pbrMetallicRoughness": {
            "baseColorTexture": {"index": texture},
            "metallicFactor": 0.0,
            "roughnessFactor": 1.0,
        },
        "extensions": {_UNLIT: {}},
    }
    match part.alpha_mode:
        case "opaque":
            yield {"name": name, "alphaMode": "OPAQUE", **look}
        case "mask":
            yield {"name": f"{name} rim", "alphaMode": "MASK", "alphaCutoff": 0.5, **look}
        case "blend":
            cut = {"alphaMode": "MASK", "alphaCutoff": SOLID}
            yield {"name": f"{name} rim", **cut, **look}
            yield {"name": f"{name} fringe", "alphaMode": "BLEND", **look}


def _buffers(buffer: GltfBuffer) -> list[dict[str, Any]]:
    """The file's own buffer, and the one that meshopt's views stand for once unpacked."""
    unpacked = sum(
        view["byteLength"] + -view["byteLength"] % 4 for view in buffer.views if view["buffer"] == 1
    )
    stand_in = {"byteLength": unpacked, "extensions": {MESHOPT: {"fallback": True}}}
    return [{"byteLength": buffer.length}, *([stand_in] if unpacked else [])]


def _assembled(tree: dict[str, Any], buffer: GltfBuffer) -> bytes:
    text = json.dumps(tree, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    binary = buffer.content
    length = 12 + 8 + len(text) + 8 + len(binary)
    return b"".join(
        [
            struct.pack("<4sII", b"glTF", 2, length),
            struct.pack("<II", len(text), _JSON),
            text,
            struct.pack("<II", len(binary), _BINARY),
            binary,
        ]
    )
