"""Meshes → one binary glTF file: unlit, textures inside, metres, provenance in `asset.extras`."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import trimesh
from trimesh.exchange.gltf import export_glb
from trimesh.visual.material import PBRMaterial
from trimesh.visual.texture import TextureVisuals

from depthfusion.io.encoding import ImageFormat, encode_image
from depthfusion.types import TexturedMesh
from depthfusion.types.arrays import UInt8
from depthfusion.version import __version__

TextureChoice = Literal["auto", "png", "jpeg", "webp"]
QUALITY = 92
_UNLIT, _WEBP = "KHR_materials_unlit", "EXT_texture_webp"
_VERTICES, _INDICES = 34962, 34963
# glTF's codes: columns wrap as a panorama does, rows end at the poles.
_SAMPLER = {"magFilter": 9729, "minFilter": 9987, "wrapS": 10497, "wrapT": 33071}

Encoded = tuple[bytes, ImageFormat]
TextureKey = tuple[int, tuple[int, ...], bool]


def encode_glb(
    meshes: Sequence[TexturedMesh],
    extras: Mapping[str, Any] | None = None,
    *,
    texture: TextureChoice = "auto",
    quality: int = QUALITY,
) -> bytes:
    """Encode meshes as GLB.

    Parameters
    ----------
    meshes : near to far, vertices in metres or the scene's own unit. The file holds them far to
        near, the order in which programs that blend without sorting have to draw them.
    extras : the recipe, JSON values; becomes `asset.extras`.
    texture : "auto" and "jpeg": JPEG where a mesh is opaque, PNG where it has alpha; "png": PNG;
        "webp": WebP, a third of the size, which needs a program that knows EXT_texture_webp.
    quality : of JPEG and WebP, 1 to 100.

    Returns
    -------
    The file's content, glTF 2.0.

    Raises
    ------
    ValueError
        No mesh has a triangle, or `extras` holds no JSON values.
    """
    recipe = json.loads(json.dumps(dict(extras or {}), allow_nan=False))
    shown = _uniquely_named([mesh for mesh in reversed(meshes) if len(mesh.faces)])
    if not shown:
        raise ValueError("meshes must hold at least one triangle; got none")
    images = _encoded_textures(list(shown.values()), texture, quality)

    def complete(buffers: Any, tree: dict[str, Any]) -> None:
        tree["asset"] |= {"generator": f"DepthFusion {__version__}", "extras": recipe}
        sources = _add_images(images, buffers, tree)
        _complete_materials(shown, sources, tree)

    scene = trimesh.Scene()
    for name, mesh in shown.items():
        scene.add_geometry(_geometry(name, mesh), node_name=name, geom_name=name)
    return export_glb(
        scene,
        include_normals=False,
        buffer_postprocessor=complete,
        tree_postprocessor=_say_what_views_hold,
    )


def _uniquely_named(meshes: Sequence[TexturedMesh]) -> dict[str, TexturedMesh]:
    named: dict[str, TexturedMesh] = {}
    for mesh in meshes:
        name, number = mesh.name, 1
        while name in named or name == "world":  # trimesh's name for the root
            number += 1
            name = f"{mesh.name} {number}"
        named[name] = mesh
    return named


def _geometry(name: str, mesh: TexturedMesh) -> trimesh.Trimesh:
    uv = mesh.uvs.copy()
    uv[:, 1] = 1 - uv[:, 1]  # trimesh counts v from the bottom and turns it back
    visual = TextureVisuals(uv=uv, material=PBRMaterial(name=name))
    return trimesh.Trimesh(mesh.vertices, mesh.faces, visual=visual, process=False)


def _pixels(mesh: TexturedMesh) -> UInt8:
    """The texture, without an alpha channel that has no meaning."""
    return mesh.texture[..., :3] if mesh.alpha_mode == "opaque" else mesh.texture


def _image_format(pixels: UInt8, choice: TextureChoice) -> ImageFormat:
    if choice in ("png", "webp"):
        return choice
    return "jpeg" if pixels.shape[-1] == 3 else "png"


def _encoded_textures(
    meshes: Sequence[TexturedMesh], choice: TextureChoice, quality: int
) -> dict[TextureKey, Encoded]:
    """Encode every texture once, however many meshes share it; keys are `_texture_key`'s."""

    def encoded(mesh: TexturedMesh) -> Encoded:
        pixels = _pixels(mesh)
        image_format = _image_format(pixels, choice)
        return encode_image(pixels, image_format, quality=quality), image_format

    different = {_texture_key(mesh): mesh for mesh in meshes}
    with ThreadPoolExecutor() as pool:
        return dict(zip(different, pool.map(encoded, different.values()), strict=True))


def _texture_key(mesh: TexturedMesh) -> TextureKey:
    return mesh.texture.ctypes.data, mesh.texture.shape, mesh.alpha_mode == "opaque"


def _add_images(
    images: Mapping[TextureKey, Encoded], buffers: Any, tree: dict[str, Any]
) -> dict[TextureKey, int]:
    """Put encoded pictures into the file's buffer; return the texture's index for each."""
    tree["samplers"] = [_SAMPLER]
    used = {_UNLIT}
    for number, (data, image_format) in enumerate(images.values()):
        key = f"image {number}"
        buffers[key] = data + bytes(-len(data) % 4)
        view = {"bufferView": buffers.index(key), "mimeType": f"image/{image_format}"}
        tree["images"].append(view)
        entry: dict[str, Any] = {"sampler": 0, "source": number}
        if image_format == "webp":
            entry = {"sampler": 0, "extensions": {_WEBP: {"source": number}}}
            used.add(_WEBP)
        tree["textures"].append(entry)
    tree["extensionsUsed"] = sorted(used)
    if _WEBP in used:
        tree["extensionsRequired"] = [_WEBP]
    return {key: number for number, key in enumerate(images)}


def _complete_materials(
    meshes: Mapping[str, TexturedMesh],
    textures: Mapping[TextureKey, int],
    tree: dict[str, Any],
) -> None:
    """Turn the materials that trimesh made, one a mesh, into unlit textured ones."""
    for written in tree["meshes"]:
        mesh = meshes[written["name"]]
        written.pop("extras", None)
        index = textures[_texture_key(mesh)]
        material = {
            "name": written["name"],
            "doubleSided": True,
            "alphaMode": mesh.alpha_mode.upper(),
            "pbrMetallicRoughness": {
                "baseColorTexture": {"index": index},
                "metallicFactor": 0.0,
                "roughnessFactor": 1.0,
            },
            "extensions": {_UNLIT: {}},
        }
        if mesh.alpha_mode == "mask":
            material["alphaCutoff"] = 0.5
        tree["materials"][written["primitives"][0]["material"]] = material


def _say_what_views_hold(tree: dict[str, Any]) -> None:
    """Mark each stretch of the buffer as vertices or indices, which spares readers a search."""
    for mesh in tree["meshes"]:
        for primitive in mesh["primitives"]:
            views = [(primitive["indices"], _INDICES)]
            views += [(accessor, _VERTICES) for accessor in primitive["attributes"].values()]
            for accessor, target in views:
                view = tree["accessors"][accessor]["bufferView"]
                tree["bufferViews"][view]["target"] = target
