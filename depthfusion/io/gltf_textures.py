"""Textures → the pictures of a glTF file, each encoded once, all cores at once."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

from depthfusion.io.encoding import ImageFormat, encode_image
from depthfusion.io.gltf_buffer import GltfBuffer
from depthfusion.types import TexturedMesh
from depthfusion.types.arrays import UInt8

TextureChoice = Literal["auto", "png", "jpeg", "webp"]
WEBP = "EXT_texture_webp"
_PNG_LEVEL = 4  # as small as 6 for rims, in half the time
# glTF's codes. Columns of a whole panorama wrap, rows end at the poles; nothing else wraps.
_WRAPPED = {"magFilter": 9729, "minFilter": 9987, "wrapS": 10497, "wrapT": 33071}
_CLAMPED = {"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}

Encoded = tuple[bytes, ImageFormat]
Key = tuple[int, tuple[int, ...], bool]


def texture_key(mesh: TexturedMesh) -> Key:
    """What tells a mesh's picture from others."""
    return mesh.texture.ctypes.data, mesh.texture.shape, mesh.alpha_mode == "opaque"


def encoded_textures(
    meshes: Sequence[TexturedMesh], choice: TextureChoice, quality: int
) -> dict[Key, Encoded]:
    """Encode every texture once, however many meshes share it.

    Parameters
    ----------
    meshes : whose textures; where one is opaque its alpha is left out.
    choice, quality : as for `encode_glb`.
    """
    different = {texture_key(mesh): mesh for mesh in meshes}

    def encoded(mesh: TexturedMesh) -> Encoded:
        pixels = mesh.texture[..., :3] if mesh.alpha_mode == "opaque" else mesh.texture
        image_format = _image_format(pixels, choice)
        data = encode_image(pixels, image_format, quality=quality, compress_level=_PNG_LEVEL)
        return data, image_format

    # The largest first, so that no core is left with it at the end.
    order = sorted(different, key=lambda key: -different[key].texture.size)
    with ThreadPoolExecutor() as pool:
        made = dict(zip(order, pool.map(encoded, (different[key] for key in order)), strict=True))
    return {key: made[key] for key in different}


def _image_format(pixels: UInt8, choice: TextureChoice) -> ImageFormat:
    if choice in ("png", "webp"):
        return choice
    return "jpeg" if pixels.shape[-1] == 3 else "png"


def add_textures(
    buffer: GltfBuffer, images: Mapping[Key, Encoded], whole: set[Key]
) -> tuple[dict[str, Any], dict[Key, int]]:
    """Put encoded pictures into the buffer.

    Parameters
    ----------
    images : of `encoded_textures`.
    whole : those that go all the way round, and wrap.

    Returns
    -------
    The document's lists `samplers`, `images` and `textures`, and the texture's number for each.
    """
    pictures, textures = [], []
    for number, (key, (data, image_format)) in enumerate(images.items()):
        pictures.append({"bufferView": buffer.view(data), "mimeType": f"image/{image_format}"})
        source: dict[str, Any] = {"source": number}
        if image_format == "webp":
            source = {"extensions": {WEBP: {"source": number}}}
        textures.append({"sampler": 0 if key in whole else 1, **source})
    used = {entry["sampler"] for entry in textures}
    samplers = [_WRAPPED, _CLAMPED] if len(used) == 2 else [(_WRAPPED, _CLAMPED)[used.pop()]]
    for entry in textures:
        entry["sampler"] = min(entry["sampler"], len(samplers) - 1)
    tree = {"samplers": samplers, "images": pictures, "textures": textures}
    return tree, {key: number for number, key in enumerate(images)}
