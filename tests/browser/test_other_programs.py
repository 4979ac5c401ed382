"""Exports opened by three.js and by a splat viewer: the same pictures as our own renderer's."""

import io
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import serving
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from numpy.typing import NDArray
from PIL import Image
from viewing import Visit

from depthfusion import studio
from depthfusion.geometry.cameras import Perspective
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.io.scene_folder import load_scene
from depthfusion.scene.meshing import MeshOptions, mesh_scene
from depthfusion.studio.drawing import Artist
from depthfusion.studio.exports import cubemap
from depthfusion.studio.options import ExportOptions, RenderOptions
from depthfusion.types import Pose

pytestmark = pytest.mark.browser

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parents[1] / "assets" / "living-room"
SIZE, FOV = (320, 240), 60  # the latter upright, degrees
MESH = MeshOptions(triangles=60_000)
VIEWS = [(0, 0, 0, 0, 0), (1.2, -0.3, 0.06, 0.03, 0.06), (3.0, 0.2, -0.08, 0, 0.05)]
SPARK_TURNS = 8


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exported")


@pytest.fixture(scope="module")
def address(exported: Path) -> Iterator[str]:
    modules = HERE.parent / "tools" / "node_modules"
    assert (modules / "three").is_dir(), "npm ci --prefix tests/tools"
    app = FastAPI()
    app.mount("/modules", StaticFiles(directory=modules))
    app.mount("/exported", StaticFiles(directory=exported))
    app.mount("/", StaticFiles(directory=HERE))
    with serving(app) as place:
        yield place


@pytest.fixture(scope="module")
def ours() -> list[NDArray[np.uint8]]:
    """The views by our CPU renderer."""
    scene = load_scene(SAMPLE)
    focal = SIZE[1] / 2 / np.tan(np.radians(FOV / 2))
    camera = Perspective(*SIZE, focal, focal, SIZE[0] / 2, SIZE[1] / 2)
    pictures = []
    meshes = mesh_scene(scene.layered, MESH)
    with Artist(meshes, scene, RenderOptions("cpu", samples=1)) as artist:
        for yaw, pitch, *place in VIEWS:
            pose = np.array(yaw_pitch(yaw, pitch).world_from_camera)
            pose[:3, 3] = place
            pictures.append(artist.draw(camera, Pose(pose)).rgb)
    return pictures


def shown(page: Any, view: tuple[float, ...], turns: int = 1) -> NDArray[np.uint8]:
    data = page.evaluate("([view, turns]) => shoot(view, turns)", [list(view), turns])
    with Image.open(io.BytesIO(b64decode(data.partition(",")[2]))) as picture:
        return np.array(picture.convert("RGB"))


def likeness(one: NDArray, other: NDArray) -> float:
    """Peak signal to noise, dB."""
    return float(-10 * np.log10(np.mean((one.astype(float) - other) ** 2) / 255**2))


def opened(visit: Visit, address: str, name: str, way: str, more: str = "") -> Any:
    query = f"as={way}&fov={FOV}&file=/exported/{name}{more}"
    page = visit(
        f"{address}/other_programs.html?{query}",
        viewport={"width": SIZE[0], "height": SIZE[1]},
    )
    return page


@pytest.mark.parametrize(
    "options",
    [
        ExportOptions(mesh=MESH),
        ExportOptions("webp", mesh=MESH, compress="meshopt"),
        ExportOptions("png", mesh=MESH, compress="draco"),
    ],
    ids=lambda options: f"{options.texture} {options.compress}",
)
def test_three_js_shows_a_glb_as_we_do(
    options: ExportOptions, exported: Path, address: str, ours: list[NDArray], visit: Visit
) -> None:
    name = f"{options.texture}-{options.compress}.glb"
    studio.export(SAMPLE, exported / name, options)
    page = opened(visit, address, name, "meshes")
    assert page.evaluate("opened")["seed"] == 1
    found = [likeness(shown(page, view), mine) for view, mine in zip(VIEWS, ours, strict=True)]
    assert min(found) >= 30, found


def test_three_js_shows_a_usdz_by_its_own_light(
    exported: Path, address: str, ours: list[NDArray], visit: Visit
) -> None:
    studio.export(SAMPLE, exported / "room.usdz", ExportOptions(mesh=MESH))
    page = opened(visit, address, "room.usdz", "usdz")
    page.evaluate("opened")
    # three.js takes opacity from the diffuse texture alone, so rims stand whole: views with few.
    some = zip(VIEWS[1:], ours[1:], strict=True)
    found = [likeness(shown(page, view), mine) for view, mine in some]
    assert min(found) >= 27, found


@pytest.mark.parametrize("name", ["splats.ply", "splats.spz"])
def test_a_splat_viewer_shows_gaussians_much_as_we_show_meshes(
    name: str, exported: Path, address: str, ours: list[NDArray], visit: Visit
) -> None:
    outcome = studio.export(SAMPLE, exported / name, ExportOptions(kind="splats"))
    page = opened(visit, address, name, "splats")
    assert page.evaluate("opened")["splats"] == outcome.facts["splats"]
    found = [
        likeness(shown(page, view, SPARK_TURNS), mine)
        for view, mine in zip(VIEWS, ours, strict=True)
    ]
    assert min(found) >= 24, found


def test_the_faces_of_a_cube_map_go_where_its_text_says(
    exported: Path, address: str, ours: list[NDArray], visit: Visit
) -> None:
    studio.export(SAMPLE, exported / "cube.zip", ExportOptions(kind="cubemap"))
    with zipfile.ZipFile(exported / "cube.zip") as pack:
        pack.extractall(exported)
    listed = cubemap.READ_ME.partition("[")[2].partition("]")[0]
    faces = ",".join(name.strip().strip('"') for name in listed.split(","))
    page = opened(visit, address, "", "cube", f"&faces={faces}")
    page.evaluate("opened")
    assert likeness(shown(page, VIEWS[0]), ours[0]) >= 27
    turned = shown(page, (np.pi / 2, 0, 0, 0, 0))
    with Image.open(exported / "right.png") as right:
        face = np.array(right.convert("RGB"))
    middle = turned[100:140, 140:180].mean(axis=(0, 1))
    side = len(face)
    near = slice(round(side * 0.45), round(side * 0.55))
    np.testing.assert_allclose(middle, face[near, near].mean(axis=(0, 1)), atol=12)
