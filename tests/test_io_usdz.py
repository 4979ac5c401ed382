"""USDZ: USD's own validators have nothing against it, and what it holds is the scene."""

import io
import json
import struct
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from export_samples import room_scene
from PIL import Image
from pxr import Sdf, Usd, UsdGeom, UsdShade, UsdValidation

from depthfusion import studio
from depthfusion.io.usdz import write_usdz
from depthfusion.scene.build import SceneOptions, build_scene
from depthfusion.scene.meshing import MeshOptions, mesh_scene
from depthfusion.studio.options import ExportOptions
from depthfusion.types import InputError, TexturedMesh
from tests.fixtures.pillars import pillar_room

PLUGINS = {"usdUtilsValidators", "usdMediaValidators", "usdShadeValidators", "usdGeomValidators"}


@pytest.fixture(scope="module")
def meshes() -> tuple[TexturedMesh, ...]:
    layered = build_scene(pillar_room(128), SceneOptions(head_box=0.3))
    return mesh_scene(layered, MeshOptions(error=1.0))


@pytest.fixture(scope="module")
def file(meshes: tuple[TexturedMesh, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("usdz") / "pillar.usdz"
    write_usdz(path, meshes, {"seed": 7})
    return path


def failing(stage: Usd.Stage) -> list[str]:
    """What any validator that is registered says against a stage."""
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    names = {validator.GetMetadata().name.partition(":")[0] for validator in validators}
    assert names >= PLUGINS, "usd-core brings fewer validators than it did"
    found = UsdValidation.ValidationContext(validators).Validate(stage)
    return [f"{error.GetName()}: {error.GetMessage()}" for error in found]


def test_no_validator_fails(file: Path) -> None:
    assert failing(Usd.Stage.Open(str(file))) == []


def test_the_validators_find_faults(file: Path, tmp_path: Path) -> None:
    stage = Usd.Stage.Open(str(file)).Flatten()
    broken = Usd.Stage.Open(stage)
    broken.ClearMetadata("upAxis")
    broken.ClearDefaultPrim()
    assert len(failing(broken)) >= 1


def test_it_stands_in_metres_with_y_up(file: Path) -> None:
    stage = Usd.Stage.Open(str(file))
    assert UsdGeom.GetStageMetersPerUnit(stage) == 1
    assert UsdGeom.GetStageUpAxis(stage) == "Y"
    assert stage.GetDefaultPrim().GetPath() == "/scene"
    recipe = json.loads(stage.GetRootLayer().customLayerData["depthfusion"])
    assert recipe == {"seed": 7}


def prims(stage: Usd.Stage, kind: Any) -> list[Any]:
    return [kind(prim) for prim in stage.Traverse() if prim.IsA(kind)]


def test_every_triangle_is_there_where_it_was(file: Path, meshes: tuple[TexturedMesh, ...]) -> None:
    stage = Usd.Stage.Open(str(file))
    held = prims(stage, UsdGeom.Mesh)
    corners = []
    for mesh in held:
        assert mesh.GetSubdivisionSchemeAttr().Get() == "none"
        assert mesh.GetDoubleSidedAttr().Get()
        assert set(mesh.GetFaceVertexCountsAttr().Get()) == {3}
        points = np.asarray(mesh.GetPointsAttr().Get())
        np.testing.assert_allclose(mesh.GetExtentAttr().Get(), [points.min(0), points.max(0)])
        corners.append(points[np.asarray(mesh.GetFaceVertexIndicesAttr().Get())].reshape(-1, 9))
    now = np.concatenate(corners)
    was = np.concatenate([mesh.vertices[mesh.faces].reshape(-1, 9) for mesh in meshes])
    np.testing.assert_array_equal(now[np.lexsort(now.T)], was[np.lexsort(was.T)])


def test_materials_shine_and_reflect_nothing(file: Path) -> None:
    stage = Usd.Stage.Open(str(file))
    cut = 0
    for mesh in prims(stage, UsdGeom.Mesh):
        material, _ = UsdShade.MaterialBindingAPI(mesh).ComputeBoundMaterial()
        surface = material.ComputeSurfaceSource()[0]
        assert surface.GetIdAttr().Get() == "UsdPreviewSurface"
        assert tuple(surface.GetInput("diffuseColor").Get()) == (0, 0, 0)
        assert tuple(surface.GetInput("specularColor").Get()) == (0, 0, 0)
        (source,) = surface.GetInput("emissiveColor").GetConnectedSources()[0]
        texture = UsdShade.Shader(source.source)
        assert texture.GetInput("sourceColorSpace").Get() == "sRGB"
        if surface.GetInput("opacity"):
            cut += 1
            assert surface.GetInput("opacityThreshold").Get() == 0.5
            assert texture.GetInput("file").Get().path.endswith(".png")
        else:
            assert texture.GetInput("file").Get().path.endswith(".jpg")
    assert 0 < cut < len(prims(stage, UsdGeom.Mesh))


def test_texture_coordinates_count_from_below(tmp_path: Path) -> None:
    texture = np.zeros((4, 4, 3), np.uint8)
    texture[0] = 255  # the top row
    uvs = np.array([[0, 0], [1, 0], [0, 1]], np.float32)
    place = np.array([[-1, 1, -2], [1, 1, -2], [-1, -1, -2]], np.float32)
    face = np.array([[0, 2, 1]], np.int32)
    write_usdz(tmp_path / "t.usdz", [TexturedMesh(place, face, uvs, texture)], texture="png")
    stage = Usd.Stage.Open(str(tmp_path / "t.usdz"))
    (mesh,) = prims(stage, UsdGeom.Mesh)
    st = np.asarray(UsdGeom.PrimvarsAPI(mesh).GetPrimvar("st").Get())
    np.testing.assert_array_equal(st, [[0, 1], [1, 1], [0, 0]])
    with zipfile.ZipFile(tmp_path / "t.usdz") as package:
        picture = np.array(Image.open(io.BytesIO(package.read("textures/00.png"))))
    np.testing.assert_array_equal(picture, texture)


def test_entries_are_unpacked_and_aligned(file: Path) -> None:
    data = file.read_bytes()
    with zipfile.ZipFile(file) as package:
        entries = package.infolist()
    assert entries[0].filename == "scene.usdc"
    for entry in entries:
        assert entry.compress_type == zipfile.ZIP_STORED
        name, extra = struct.unpack("<HH", data[entry.header_offset + 26 :][:4])
        assert (entry.header_offset + 30 + name + extra) % 64 == 0


def test_names_that_usd_cannot_have_are_made_fit(tmp_path: Path) -> None:
    place = np.array([[-1, 1, -2], [1, 1, -2], [-1, -1, -2]], np.float32)
    face, uvs = np.array([[0, 2, 1]], np.int32), np.zeros((3, 2), np.float32)
    texture = np.zeros((4, 4, 3), np.uint8)
    odd = [TexturedMesh(place, face, uvs, texture, name=name) for name in ("1 ü", "1 ü", "1_ _")]
    write_usdz(tmp_path / "odd.usdz", odd)
    stage = Usd.Stage.Open(str(tmp_path / "odd.usdz"))
    assert len(prims(stage, UsdGeom.Mesh)) == 3
    assert failing(stage) == []


def test_what_it_cannot_hold_or_lacks_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = room_scene(tmp_path / "room")
    with pytest.raises(InputError, match="PNG and JPEG"):
        studio.export(room, tmp_path / "r.usdz", ExportOptions(texture="webp"))
    monkeypatch.setattr("depthfusion.studio.formats.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'depthfusion\[usd\]'"):
        studio.export(room, tmp_path / "r.usdz")
    assert sys.modules["pxr"] and not (tmp_path / "r.usdz").exists()


def test_a_scene_for_headsets_is_valid_as_well(tmp_path: Path) -> None:
    room = room_scene(tmp_path / "room")
    outcome = studio.export(room, tmp_path / "r.usdz", ExportOptions.chosen("mobile"))
    stage = Usd.Stage.Open(str(tmp_path / "r.usdz"))
    assert failing(stage) == []
    assert outcome.facts["triangles"] > 100
    assert Sdf.Path("/scene/materials") in [prim.GetPath() for prim in stage.Traverse()]
