"""Triangles → a glTF primitive: as they are, or compressed by meshopt or Draco."""

from importlib.util import find_spec
from typing import Any, Literal

import numpy as np

from depthfusion.io.gltf_buffer import INDICES, VERTICES, GltfBuffer, index_type
from depthfusion.types import InputError, TexturedMesh
from depthfusion.types.arrays import Float32

Compression = Literal["none", "meshopt", "draco"]
MESHOPT, DRACO = "EXT_meshopt_compression", "KHR_draco_mesh_compression"
EXTENSION: dict[str, str] = {"meshopt": MESHOPT, "draco": DRACO}
EXACT = 0.05  # texels by which Draco may move what is nearest
_DRACO_POSITION, _DRACO_TEXTURE = 0, 3  # its kinds of attributes
_FEWEST_BITS, _MOST_BITS = 12, 22
_FINEST_UV = 4096  # pixels of a texture's side up to which 16 bits place a vertex well


def primitive(buffer: GltfBuffer, mesh: TexturedMesh, compression: Compression) -> dict[str, Any]:
    """Append a mesh's numbers to `buffer`; give the primitive without its material.

    Raises
    ------
    InputError
        Draco is asked for and not installed.
    """
    if compression == "meshopt":
        return _meshopt(buffer, mesh)
    return _draco(buffer, mesh) if compression == "draco" else _plain(buffer, mesh)


def _plain(buffer: GltfBuffer, mesh: TexturedMesh) -> dict[str, Any]:
    vertices = mesh.vertices.astype("<f4")
    uvs = mesh.uvs.astype("<f4")
    faces = mesh.faces.ravel().astype(index_type(len(vertices)))
    position = buffer.view(vertices.tobytes(), VERTICES)
    texture = buffer.view(uvs.tobytes(), VERTICES)
    index = buffer.view(faces.tobytes(), INDICES)
    return {
        "attributes": {
            "POSITION": buffer.accessor(vertices, position, bounds=True),
            "TEXCOORD_0": buffer.accessor(uvs, texture),
        },
        "indices": buffer.accessor(faces, index),
    }


def _meshopt(buffer: GltfBuffer, mesh: TexturedMesh) -> dict[str, Any]:
    from depthfusion.io.meshopt import (
        decoded_exponential,
        encode_attributes,
        encode_exponential,
        encode_triangles,
        in_order_of_use,
    )

    order, faces = in_order_of_use(mesh.faces, len(mesh.vertices))
    coded = encode_exponential(mesh.vertices[order])
    vertices = decoded_exponential(coded)
    uvs = _short_uvs(mesh.uvs[order], max(mesh.texture.shape[:2]))
    index = faces.ravel().astype(index_type(len(vertices)))

    def view(data: bytes, target: int, stride: int, count: int, **how: Any) -> int:
        """Give a view of bytes that are there only once a reader has unpacked them."""
        packed = buffer.place(data)
        buffer.views.append(
            {
                "buffer": 1,
                "byteOffset": sum(v["byteLength"] + -v["byteLength"] % 4 for v in buffer.views
                                  if v["buffer"] == 1),
                "byteLength": stride * count,
                "target": target,
                **({"byteStride": stride} if target == VERTICES else {}),
                "extensions": {
                    MESHOPT: {
                        "buffer": 0,
                        "byteOffset": packed,
                        "byteLength": len(data),
                        "byteStride": stride,
                        "count": count,
                        **how,
                    }
                },
            }
        )  # fmt: skip
        return len(buffer.views) - 1

    count = len(vertices)
    position = view(
        encode_attributes(coded), VERTICES, 12, count, mode="ATTRIBUTES", filter="EXPONENTIAL"
    )
    wide = uvs.dtype.itemsize * 2
    texture = view(encode_attributes(uvs), VERTICES, wide, count, mode="ATTRIBUTES")
    corners = view(
        encode_triangles(faces), INDICES, index.dtype.itemsize, len(index), mode="TRIANGLES"
    )
    return {
        "attributes": {
            "POSITION": buffer.accessor(vertices, position, bounds=True),
            "TEXCOORD_0": buffer.accessor(uvs, texture),
        },
        "indices": buffer.accessor(index, corners),
    }


def _short_uvs(uvs: Float32, side: int) -> np.ndarray:
    """Texture coordinates in 16 bits where that is fine enough and they lie within the picture."""
    if side > _FINEST_UV or uvs.min(initial=0) < 0 or uvs.max(initial=0) > 1:
        return uvs.astype("<f4")
    return np.rint(uvs * 65535.0).astype("<u2")


def _draco(buffer: GltfBuffer, mesh: TexturedMesh) -> dict[str, Any]:
    if find_spec("DracoPy") is None:
        raise InputError("Draco needs DracoPy: pip install 'depthfusion[draco]'")
    import DracoPy

    data = DracoPy.encode(
        mesh.vertices,
        faces=mesh.faces,
        quantization_bits=_draco_bits(mesh),
        compression_level=7,
        create_metadata=False,
        preserve_order=False,
        tex_coord=mesh.uvs.astype(np.float64),
    )
    back = DracoPy.decode(data)
    vertices = np.asarray(back.points, "<f4")
    uvs = np.asarray(back.tex_coord, "<f4").reshape(-1, 2)
    faces = np.asarray(back.faces).ravel().astype(index_type(len(vertices)))
    number = {entry["attribute_type"]: entry["unique_id"] for entry in back.attributes}
    names = {"POSITION": number[_DRACO_POSITION], "TEXCOORD_0": number[_DRACO_TEXTURE]}
    return {
        "attributes": {
            "POSITION": buffer.accessor(vertices, None, bounds=True),
            "TEXCOORD_0": buffer.accessor(uvs, None),
        },
        "indices": buffer.accessor(faces, None),
        "extensions": {DRACO: {"bufferView": buffer.view(data), "attributes": names}},
    }


def _draco_bits(mesh: TexturedMesh) -> int:
    """Bits a coordinate, so that what is nearest stays where it is seen to `EXACT` texels."""
    span = float(np.ptp(mesh.vertices, axis=0).max())
    nearest = float(np.sqrt((mesh.vertices.astype(np.float64) ** 2).sum(axis=1).min()))
    step = EXACT * nearest * 2 * np.pi / 4096
    bits = int(np.ceil(np.log2(max(span / step, 2))))
    return min(max(bits, _FEWEST_BITS), _MOST_BITS)
