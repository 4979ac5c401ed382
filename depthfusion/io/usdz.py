"""Meshes → USDZ, which Vision Pro and iPhones open: unlit by emission, metres, Y up.

The package is written here rather than by USD's own packer, which dates its entries by the clock.
"""

import json
import struct
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from depthfusion.io.atomic import StrPath, replacing
from depthfusion.io.dates import EPOCH
from depthfusion.io.gltf_textures import TextureChoice, encoded_textures, texture_key
from depthfusion.io.library_errors import refusals_understood
from depthfusion.io.mesh_parts import NamedParts, named_parts, wraps
from depthfusion.types import TexturedMesh

ROOT = "/scene"
CUT = 0.5  # opacity from which a texel of a rim is there; Quick Look sorts blended things wrongly
_ALIGNED = 64  # bytes at which the content of each entry begins (USDZ specification)
_QUALITY = 92


def write_usdz(
    path: StrPath,
    meshes: Sequence[TexturedMesh],
    extras: Mapping[str, Any] | None = None,
    *,
    texture: TextureChoice = "auto",
    largest: int | None = None,
    power_of_two: bool = False,
    when: datetime = EPOCH,
) -> None:
    """Write meshes as USDZ, whole or not at all.

    Parameters
    ----------
    path : the file; replaced where it exists.
    meshes : near to far, vertices in metres.
    extras : the recipe, JSON values; becomes `customLayerData["depthfusion"]`.
    texture : "auto" and "jpeg": JPEG where a part is opaque, PNG where it has alpha; "png".
    largest, power_of_two : as for `encode_glb`.
    when : the date of the entries, 1980 or later.

    Raises
    ------
    InputError
        The file can't be written.
    ValueError
        No mesh has a triangle, or WebP is asked for, which USDZ can't hold.
    """
    if texture == "webp":
        raise ValueError("a USDZ file holds PNG and JPEG; got webp")
    named = named_parts(meshes, largest=largest, power_of_two=power_of_two)
    parts = [part for _, group in named for part in group]
    images = encoded_textures(parts, texture, _QUALITY)
    files = {}
    names = {}
    for number, (key, (data, image_format)) in enumerate(images.items()):
        names[key] = f"textures/{number:02d}.{'jpg' if image_format == 'jpeg' else 'png'}"
        files[names[key]] = data
    with replacing(path) as partial:
        recipe = json.dumps(dict(extras or {}), allow_nan=False)
        with refusals_understood(path):
            layer = _layer(named, names, recipe)
        _package(partial, {"scene.usdc": layer, **files}, when)


def _layer(named: NamedParts, textures: Mapping[Any, str], recipe: str) -> bytes:
    """The scene's description in USD's binary form."""
    from pxr import Kind, Sdf, Usd, UsdGeom

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "scene.usdc")
        stage = Usd.Stage.CreateNew(str(place))
        UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
        UsdGeom.SetStageMetersPerUnit(stage, 1.0)
        root = UsdGeom.Xform.Define(stage, ROOT)
        Usd.ModelAPI(root.GetPrim()).SetKind(Kind.Tokens.component)
        stage.SetDefaultPrim(root.GetPrim())
        stage.GetRootLayer().customLayerData = {"depthfusion": recipe}
        parts = [group for _, group in named]
        UsdGeom.Scope.Define(stage, f"{ROOT}/materials")
        for token, group in zip(_tokens([name for name, _ in named]), parts, strict=True):
            for part in group:
                ending = "" if part.alpha_mode == "opaque" else "_rim"
                material = _material(stage, f"{token}{ending}", part, textures[texture_key(part)])
                _mesh(stage, Sdf.Path(f"{ROOT}/{token}{ending}"), part, material)
        stage.Save()
        del stage
        return place.read_bytes()


def _tokens(names: Sequence[str]) -> list[str]:
    """Names as USD allows them, all different."""
    from pxr import Tf

    tokens: list[str] = []
    for number, name in enumerate(names):
        token = Tf.MakeValidIdentifier(name)
        tokens.append(f"{token}_{number}" if token in tokens or token == "materials" else token)
    return tokens


def _mesh(stage: Any, path: Any, part: TexturedMesh, material: Any) -> None:
    from pxr import Sdf, UsdGeom, UsdShade, Vt

    mesh = UsdGeom.Mesh.Define(stage, path)
    points = Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(part.vertices))
    mesh.CreatePointsAttr(points)
    mesh.CreateFaceVertexCountsAttr(Vt.IntArray.FromNumpy(np.full(len(part.faces), 3, np.int32)))
    mesh.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(part.faces.ravel()))
    mesh.CreateExtentAttr(UsdGeom.PointBased.ComputeExtent(points))
    mesh.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    mesh.CreateDoubleSidedAttr(True)
    st = part.uvs.copy()
    st[:, 1] = 1 - st[:, 1]  # USD counts from the picture's lower left corner
    kind = Sdf.ValueTypeNames.TexCoord2fArray
    primvar = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar("st", kind, UsdGeom.Tokens.vertex)
    primvar.Set(Vt.Vec2fArray.FromNumpy(st))
    UsdShade.MaterialBindingAPI.Apply(mesh.GetPrim()).Bind(material)


def _material(stage: Any, name: str, part: TexturedMesh, file: str) -> Any:
    """A surface that shines with its texture's colours and reflects nothing."""
    from pxr import Sdf, UsdShade

    place = f"{ROOT}/materials/{name}"
    material = UsdShade.Material.Define(stage, place)
    types = Sdf.ValueTypeNames

    def shader(kind: str, called: str, **inputs: tuple[Any, Any]) -> Any:
        made = UsdShade.Shader.Define(stage, f"{place}/{called}")
        made.CreateIdAttr(kind)
        for field, (value_type, value) in inputs.items():
            made.CreateInput(field, value_type).Set(value)
        return made

    black = types.Color3f, (0.0, 0.0, 0.0)
    surface = shader(
        "UsdPreviewSurface", "surface",
        diffuseColor=black, useSpecularWorkflow=(types.Int, 1), specularColor=black,
        roughness=(types.Float, 1.0),
    )  # fmt: skip
    reader = shader("UsdPrimvarReader_float2", "st", varname=(types.String, "st"))
    along = "repeat" if wraps(part) else "clamp"
    picture = shader(
        "UsdUVTexture", "texture",
        file=(types.Asset, Sdf.AssetPath(file)), sourceColorSpace=(types.Token, "sRGB"),
        wrapS=(types.Token, along), wrapT=(types.Token, "clamp"),
    )  # fmt: skip
    read = reader.CreateOutput("result", types.Float2)
    picture.CreateInput("st", types.Float2).ConnectToSource(read)
    colour = picture.CreateOutput("rgb", types.Float3)
    surface.CreateInput("emissiveColor", types.Color3f).ConnectToSource(colour)
    if part.alpha_mode != "opaque":
        clear = picture.CreateOutput("a", types.Float)
        surface.CreateInput("opacity", types.Float).ConnectToSource(clear)
        surface.CreateInput("opacityThreshold", types.Float).Set(CUT)
    output = surface.CreateOutput("surface", types.Token)
    material.CreateSurfaceOutput().ConnectToSource(output)
    return material


def _package(path: Path, files: Mapping[str, bytes], when: datetime) -> None:
    """Write entries unpacked, each content at a multiple of 64 bytes, as readers map it."""
    with open(path, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as package:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, when.timetuple()[:6])
            begins = file.tell() + 30 + len(name.encode()) + 4
            padding = -begins % _ALIGNED
            entry.extra = struct.pack("<HH", 0x1986, padding) + bytes(padding)
            package.writestr(entry, data)
