import io
import json
import struct

import gltf_validation
import numpy as np
import pytest
import trimesh
from gltf_validation import assert_valid_glb, gltf_report
from PIL import Image

from depthfusion.io.glb import encode_glb
from depthfusion.types import TexturedMesh


def quad(name="sheet", alpha_mode="opaque", channels=3, depth=2.0, texture=None):
    """Return a square facing the origin, its texture different in each quarter."""
    vertices = np.array([[-1, 1, -depth], [1, 1, -depth], [-1, -1, -depth], [1, -1, -depth]])
    if texture is None:
        texture = np.full((8, 16, channels), 255, np.uint8)
        texture[:4, :8, :3], texture[4:, 8:, :3] = (250, 10, 10), (10, 10, 250)
        texture[:2, :, 3:] = 0
    return TexturedMesh(
        vertices.astype(np.float32),
        np.array([[0, 2, 1], [1, 2, 3]], np.int32),
        np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32),
        texture,
        alpha_mode,
        name,
    )


def parsed(data):
    """Return a GLB's JSON and its binary chunk."""
    magic, version, length = struct.unpack("<4sII", data[:12])
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size = struct.unpack("<I", data[12:16])[0]
    return json.loads(data[20 : 20 + size]), data[28 + size :]


def array(tree, binary, index):
    accessor = tree["accessors"][index]
    view = tree["bufferViews"][accessor["bufferView"]]
    at = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    dtype = {5125: "<u4", 5126: "<f4"}[accessor["componentType"]]
    width = {"SCALAR": 1, "VEC2": 2, "VEC3": 3}[accessor["type"]]
    flat = np.frombuffer(binary, dtype, accessor["count"] * width, at)
    return flat.reshape(-1, width) if width > 1 else flat


def picture(tree, binary, index):
    view = tree["bufferViews"][tree["images"][index]["bufferView"]]
    at = view.get("byteOffset", 0)
    with Image.open(io.BytesIO(binary[at : at + view["byteLength"]])) as image:
        return image.format, np.array(image)


def test_geometry_is_written_as_it_is():
    mesh = quad()
    tree, binary = parsed(encode_glb([mesh]))
    primitive = tree["meshes"][0]["primitives"][0]
    assert set(primitive["attributes"]) == {"POSITION", "TEXCOORD_0"}
    assert np.array_equal(array(tree, binary, primitive["attributes"]["POSITION"]), mesh.vertices)
    assert np.array_equal(array(tree, binary, primitive["attributes"]["TEXCOORD_0"]), mesh.uvs)
    indices = array(tree, binary, primitive["indices"])
    assert indices.dtype == np.uint32
    assert np.array_equal(indices.reshape(-1, 3), mesh.faces)


def test_another_reader_sees_the_same_surface():
    mesh = quad()
    read = trimesh.load_scene(io.BytesIO(encode_glb([mesh])), file_type="glb")
    (geometry,) = read.geometry.values()
    assert np.array_equal(geometry.vertices, mesh.vertices)
    assert geometry.bounds.tolist() == [[-1, -1, -2], [1, 1, -2]]
    assert geometry.visual.uv[:, 1].tolist() == [1, 1, 0, 0]  # trimesh counts from the bottom


@pytest.mark.parametrize("mode", ["opaque", "mask", "blend"])
def test_materials_are_unlit_double_sided_and_know_their_alpha(mode):
    tree, _ = parsed(encode_glb([quad("leaves", mode, 4)]))
    (material,) = tree["materials"]
    assert material["name"] == "leaves"
    assert material["extensions"] == {"KHR_materials_unlit": {}}
    assert material["doubleSided"] is True
    assert material["alphaMode"] == mode.upper()
    assert material.get("alphaCutoff") == (0.5 if mode == "mask" else None)
    assert material["pbrMetallicRoughness"]["baseColorTexture"] == {"index": 0}
    assert tree["extensionsUsed"] == ["KHR_materials_unlit"]
    assert "extensionsRequired" not in tree


@pytest.mark.parametrize(
    ("choice", "opaque", "clear"),
    [
        ("auto", "JPEG", "PNG"),
        ("jpeg", "JPEG", "PNG"),
        ("png", "PNG", "PNG"),
        ("webp", "WEBP", "WEBP"),
    ],
)
def test_textures_lie_inside_in_the_format_that_was_chosen(choice, opaque, clear):
    meshes = [quad("near", "blend", 4), quad("far", "opaque", 3, 4.0)]
    tree, binary = parsed(encode_glb(meshes, texture=choice))
    formats = {}
    for material in tree["materials"]:
        entry = tree["textures"][material["pbrMetallicRoughness"]["baseColorTexture"]["index"]]
        webp = entry.get("extensions", {}).get("EXT_texture_webp", {})
        form, pixels = picture(tree, binary, entry.get("source", webp.get("source")))
        formats[material["name"]] = form
        near = material["name"] == "near"
        expected = meshes[0 if near else 1].texture
        assert pixels.shape == expected.shape
        assert np.abs(pixels.astype(int) - expected)[5:, :6].max() < 25
    assert formats == {"near": clear, "far": opaque}
    assert ("EXT_texture_webp" in tree.get("extensionsRequired", ())) == (choice == "webp")


def test_each_mesh_is_one_named_node_far_to_near():
    meshes = [quad("near", depth=1), quad("sheet", depth=2), quad("sheet", depth=3)]
    tree, _ = parsed(encode_glb(meshes))
    names = [tree["nodes"][index]["name"] for index in tree["scenes"][0]["nodes"]]
    assert names == ["sheet", "sheet 2", "near"]
    assert [tree["meshes"][node["mesh"]]["name"] for node in tree["nodes"]] == names
    assert all("matrix" not in node for node in tree["nodes"])


def test_a_shared_texture_is_stored_once_and_different_ones_apart():
    stack = np.random.default_rng(0).integers(0, 256, (2, 8, 16, 3), dtype=np.uint8)
    meshes = [
        quad("a", texture=stack[0], depth=1),
        quad("b", texture=stack[0], depth=2),
        quad("c", texture=stack[1], depth=3),
    ]
    tree, binary = parsed(encode_glb(meshes, texture="png"))
    assert len(tree["images"]) == 2
    for material in tree["materials"]:
        index = material["pbrMetallicRoughness"]["baseColorTexture"]["index"]
        pixels = picture(tree, binary, tree["textures"][index]["source"])[1]
        assert np.array_equal(pixels, stack[1 if material["name"] == "c" else 0])


def test_one_texture_opaque_here_and_clear_there_is_two():
    texture = np.random.default_rng(0).integers(0, 256, (8, 16, 4), dtype=np.uint8)
    meshes = [quad("a", "blend", texture=texture), quad("b", "opaque", texture=texture)]
    tree, binary = parsed(encode_glb(meshes, texture="png"))
    assert sorted(picture(tree, binary, k)[1].shape[-1] for k in range(2)) == [3, 4]


def test_the_recipe_is_in_the_asset():
    recipe = {"prompt": "a forest — at dawn", "seed": 7, "options": {"steps": None}}
    tree, _ = parsed(encode_glb([quad()], recipe))
    assert tree["asset"]["extras"] == recipe
    assert tree["asset"]["generator"].startswith("DepthFusion ")
    assert tree["asset"]["version"] == "2.0"


def test_what_cannot_be_written_is_a_defect_of_the_caller():
    empty = TexturedMesh(
        np.zeros((0, 3), np.float32),
        np.zeros((0, 3), np.int32),
        np.zeros((0, 2), np.float32),
        np.zeros((2, 2, 3), np.uint8),
    )
    with pytest.raises(ValueError, match="at least one triangle"):
        encode_glb([empty])
    with pytest.raises(ValueError, match="JSON"):
        encode_glb([quad()], {"near": float("inf")})
    tree, _ = parsed(encode_glb([empty, quad()]))
    assert len(tree["meshes"]) == 1


def test_the_same_meshes_give_the_same_bytes():
    assert encode_glb([quad()], {"a": 1}) == encode_glb([quad()], {"a": 1})


@pytest.mark.parametrize("choice", ["auto", "png", "webp"])
def test_the_khronos_validator_has_nothing_to_say(tmp_path, choice):
    meshes = [
        quad("near", "blend", 4, 1.0),
        quad("leaves", "mask", 4, 2.0),
        quad("leaves", "opaque", 4, 3.0),
        quad("world", "opaque", 3, 4.0),
    ]
    report = assert_valid_glb(encode_glb(meshes, {"prompt": "x"}, texture=choice), tmp_path)
    assert report["info"]["totalTriangleCount"] == 8
    assert report["info"]["materialCount"] == 4


def test_the_validator_finds_faults(tmp_path):
    data = encode_glb([quad()])
    report = gltf_report(data.replace(b'"max":[3]', b'"max":[2]'), tmp_path)
    assert report["issues"]["numErrors"] > 0


def test_a_missing_validator_fails_under_ci_and_is_told_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(gltf_validation, "TOOLS", tmp_path)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="npm ci"):
        gltf_report(b"", tmp_path)
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="npm ci"):
        gltf_report(b"", tmp_path)
