import io
import json
import struct

import DracoPy
import gltf_validation
import numpy as np
import pytest
import trimesh
from gltf_validation import assert_valid_glb, gltf_report
from PIL import Image

from depthfusion.io import gltf_geometry
from depthfusion.io.glb import encode_glb
from depthfusion.types import InputError, TexturedMesh


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
    dtype = {5123: "<u2", 5125: "<u4", 5126: "<f4"}[accessor["componentType"]]
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
    assert indices.dtype == np.uint16
    assert np.array_equal(indices.reshape(-1, 3), mesh.faces)


def test_another_reader_sees_the_same_surface():
    mesh = quad()
    read = trimesh.load_scene(io.BytesIO(encode_glb([mesh])), file_type="glb")
    (geometry,) = read.geometry.values()
    assert np.array_equal(geometry.vertices, mesh.vertices)
    assert geometry.bounds.tolist() == [[-1, -1, -2], [1, 1, -2]]
    assert geometry.visual.uv[:, 1].tolist() == [1, 1, 0, 0]  # trimesh counts from the bottom


LOOKS = {
    "opaque": [("leaves", "OPAQUE", None)],
    "mask": [("leaves rim", "MASK", 0.5)],
    "blend": [("leaves rim", "MASK", 0.75), ("leaves fringe", "BLEND", None)],
}


@pytest.mark.parametrize("mode", ["opaque", "mask", "blend"])
def test_materials_are_unlit_double_sided_and_know_their_alpha(mode):
    tree, _ = parsed(encode_glb([quad("leaves", mode, 4)]))
    looks = [(m["name"], m["alphaMode"], m.get("alphaCutoff")) for m in tree["materials"]]
    assert looks == LOOKS[mode]
    for material in tree["materials"]:
        assert material["extensions"] == {"KHR_materials_unlit": {}}
        assert material["doubleSided"] is True
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
        expected = meshes[1 if material["name"] == "far" else 0].texture
        assert pixels.shape == expected.shape
        assert np.abs(pixels.astype(int) - expected)[5:, :6].max() < 25
    assert formats == {"near rim": clear, "near fringe": clear, "far": opaque}
    assert ("EXT_texture_webp" in tree.get("extensionsRequired", ())) == (choice == "webp")


def test_each_mesh_is_one_named_node_far_to_near():
    meshes = [quad("near", depth=1), quad("sheet", depth=2), quad("sheet", depth=3)]
    tree, _ = parsed(encode_glb(meshes))
    names = [tree["nodes"][index]["name"] for index in tree["scenes"][0]["nodes"]]
    assert names == ["sheet", "sheet 2", "near"]
    assert [tree["meshes"][node["mesh"]]["name"] for node in tree["nodes"]] == names
    assert all("matrix" not in node for node in tree["nodes"])


def sheet(alpha, mode="blend", height=64):
    """A wall 2 m ahead in cells of 2 × 2 texels, its texture noise, its alpha as given."""
    width = 2 * height
    colour = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    texture = np.dstack([colour, alpha.astype(np.uint8)])
    v, u = np.mgrid[0 : height // 2 + 1, 0 : width // 2 + 1] * 2
    uvs = np.stack([u / width, v / height], axis=-1).reshape(-1, 2).astype(np.float32)
    place = np.dstack([4 * u / width - 2, 1 - 2 * v / height, np.full(u.shape, -2.0)])
    row = width // 2 + 1
    corner = (v[:-1, :-1] // 2 * row + u[:-1, :-1] // 2).ravel()
    faces = np.concatenate(
        [
            np.stack([corner, corner + row, corner + 1], axis=-1),
            np.stack([corner + 1, corner + row, corner + row + 1], axis=-1),
        ]
    )
    vertices = place.reshape(-1, 3).astype(np.float32)
    return TexturedMesh(vertices, faces.astype(np.int32), uvs, texture, mode, "wall")


def soft_alpha(height=64):
    alpha = np.zeros((height, 2 * height))
    alpha[10:50, 20:90] = 128
    alpha[12:48, 22:88] = 255
    return alpha


@pytest.mark.parametrize("choice", ["auto", "webp"])
def test_another_reader_finds_every_part_with_its_picture(choice):
    data = encode_glb([sheet(soft_alpha())], texture=choice)
    read = trimesh.load_scene(io.BytesIO(data), file_type="glb")
    held = {geometry.visual.material.alphaMode: geometry for geometry in read.geometry.values()}
    assert list(held) == ["OPAQUE", "MASK", "BLEND"]
    assert len(held["OPAQUE"].faces) + len(held["MASK"].faces) == 2 * 32 * 64
    assert len(held["BLEND"].faces) == len(held["MASK"].faces)
    assert read.bounds.tolist() == [[-2, -1, -2], [2, 1, -2]]
    picture = held["MASK"].visual.material.baseColorTexture
    assert picture.mode == "RGBA" and np.array(picture)[..., 3].max() == 255


def test_what_is_solid_is_not_blended_and_rims_are_cut_and_then_blended():
    tree, binary = parsed(encode_glb([sheet(soft_alpha())], texture="png"))
    (written,) = tree["meshes"]
    solid, rim, fringe = written["primitives"]
    modes = [tree["materials"][p["material"]]["alphaMode"] for p in written["primitives"]]
    assert modes == ["OPAQUE", "MASK", "BLEND"]
    assert rim["attributes"] == fringe["attributes"] and rim["indices"] == fringe["indices"]
    corners = array(tree, binary, solid["indices"]), array(tree, binary, rim["indices"])
    assert sum(map(len, corners)) == 3 * 2 * 32 * 64
    places = array(tree, binary, solid["attributes"]["POSITION"])[corners[0]]
    # The solid part of the texture, less the texel that filtering reaches out.
    assert 4 * 23 / 128 - 2 <= places[:, 0].min() and places[:, 0].max() <= 4 * 87 / 128 - 2
    assert len(corners[0]) > 0.7 * 3 * 2 * 18 * 33


def test_compressed_triangles_are_the_same_to_what_an_eye_can_tell():
    mesh = sheet(soft_alpha(), "mask")
    plain = encode_glb([mesh], texture="png")
    packed = encode_glb([mesh], texture="png", compression="draco")
    tree, binary = parsed(packed)
    assert tree["extensionsRequired"] == ["KHR_draco_mesh_compression"]
    faces = 0
    for written in tree["meshes"][0]["primitives"]:
        draco = written["extensions"]["KHR_draco_mesh_compression"]
        view = tree["bufferViews"][draco["bufferView"]]
        at = view["byteOffset"]
        back = DracoPy.decode(bytes(binary[at : at + view["byteLength"]]))
        numbers = {entry["unique_id"]: entry["num_components"] for entry in back.attributes}
        assert {name: numbers[n] for name, n in draco["attributes"].items()} == {
            "POSITION": 3, "TEXCOORD_0": 2
        }  # fmt: skip
        accessor = tree["accessors"][written["attributes"]["POSITION"]]
        assert accessor["count"] == len(back.points)
        assert np.abs(np.abs(back.points).max(axis=0) - [2, 1, 2]).max() < 1.2
        faces += len(back.faces)
    assert faces == len(mesh.faces)
    assert len(packed) < len(plain)
    tree, _ = parsed(encode_glb([mesh], texture="png", compression="meshopt"))
    assert tree["extensionsRequired"] == ["EXT_meshopt_compression"]
    own, stand_in = tree["buffers"]
    assert stand_in["extensions"] == {"EXT_meshopt_compression": {"fallback": True}}
    assert "uri" not in stand_in and own["byteLength"] < stand_in["byteLength"]


def test_draco_that_is_missing_is_named_with_its_extra(monkeypatch):
    monkeypatch.setattr(gltf_geometry, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'depthfusion\[draco\]'"):
        encode_glb([quad()], compression="draco")


def test_textures_are_made_small_and_given_sides_of_powers_of_two():
    meshes = [sheet(soft_alpha(96), height=96), quad("far", depth=9)]
    tree, binary = parsed(encode_glb(meshes, largest=64, power_of_two=True))
    sizes = [picture(tree, binary, k)[1].shape[:2] for k in range(len(tree["images"]))]
    assert max(map(max, sizes)) == 64
    assert all(side & (side - 1) == 0 for size in sizes for side in size)


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
    assert report["info"]["totalTriangleCount"] == 10  # the fringe is drawn twice
    assert report["info"]["materialCount"] == 5


@pytest.mark.parametrize("mode", ["opaque", "mask", "blend"])
@pytest.mark.parametrize("compression", ["none", "meshopt", "draco"])
def test_no_variant_has_an_error_or_a_warning(tmp_path, mode, compression):
    mesh = sheet(soft_alpha() if mode != "mask" else 255.0 * (soft_alpha() > 0), mode)
    for choice in ("auto", "webp"):
        data = encode_glb([mesh, quad()], {"seed": 1}, texture=choice, compression=compression)
        issues = gltf_report(data, tmp_path)["issues"]
        assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), issues["messages"]


def test_the_validator_finds_faults(tmp_path):
    data = encode_glb([quad()])
    report = gltf_report(data.replace(b'"max":[1.0,', b'"max":[0.5,'), tmp_path)
    assert report["issues"]["numErrors"] > 0


def test_a_missing_validator_fails_under_ci_and_is_told_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(gltf_validation, "TOOLS", tmp_path)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="npm ci"):
        gltf_report(b"", tmp_path)
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="npm ci"):
        gltf_report(b"", tmp_path)
