"""Pictures, pairs and exports of a scene: whole, named rightly, never with a hole."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from studio_samples import box_room, imported_room, stopping_at, tree

from depthfusion import studio
from depthfusion.geometry.cameras import VR180, Camera, Equirectangular, Perspective
from depthfusion.io.scene_folder import save_scene
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.rendering.renderer import Frame
from depthfusion.rendering.stereo import StereoOptions
from depthfusion.scene.detail import MeshOptions
from depthfusion.scene.meshing import mesh_scene
from depthfusion.studio.drawing import (
    COARSE_FILM,
    COARSE_STILL,
    Artist,
    filled_from_nearest,
    pixel_angle,
)
from depthfusion.studio.options import ExportOptions, RenderOptions
from depthfusion.types import (
    Cancelled,
    InputError,
    Layer,
    LayeredScene,
    Pose,
    Scene,
    SceneInfo,
    TexturedMesh,
)

HERE = np.eye(4).tolist()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported_room(tmp_path_factory.mktemp("drawing"))


def holed_scene(hole: slice) -> Scene:
    """The room with nothing in some rows."""
    panorama = box_room(64)
    alpha = np.full((64, 128, 1), 255, np.uint8)
    alpha[hole] = 0
    layer = Layer(np.concatenate([panorama.rgb, alpha], axis=-1), panorama.distance)
    return Scene(SceneInfo("holed", "sketch"), panorama, LayeredScene((layer,), 0.3))


def cameras(folder: Path, *frames: dict[str, Any], **shared: Any) -> Path:
    pinhole = {"w": 64, "h": 48, "fl_x": 40, "fl_y": 40, "cx": 32, "cy": 24}
    whole = [{"transform_matrix": HERE, **frame} for frame in frames]
    path = folder / "transforms.json"
    path.write_text(json.dumps({**pinhole, **shared, "frames": whole}))
    return path


def pixels(path: Path) -> NDArray:
    with Image.open(path) as picture:
        return np.array(picture.convert("RGB"))


def psnr(one: NDArray, other: NDArray) -> float:
    error = np.mean((one.astype(float) - other) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def test_frames_take_their_names_and_show_the_scene(room: Path, tmp_path: Path) -> None:
    file = cameras(
        tmp_path,
        {"file_path": "a/ahead.jpg"},
        {"file_path": "pano", "camera_model": "EQUIRECTANGULAR", "w": 256, "h": 128},
        {"file_path": "l.png", "camera_model": "OMNIDIRECTIONALSTEREO_L", "w": 256, "h": 128},
        {"file_path": "r.png", "camera_model": "VR180_R", "w": 64, "h": 64},
        ipd=0.06,
    )
    outcome = studio.render(room, file, tmp_path / "out")
    files = {name for name, digest in tree(tmp_path / "out").items() if digest != "folder"}
    assert files == {"a/ahead.png", "pano.png", "l.png", "r.png"}
    assert psnr(pixels(tmp_path / "out" / "pano.png"), box_room(128).rgb) > 38
    assert outcome.facts["count"] == 4 and outcome.facts["filled_share"] == 0
    assert [row["width"] for row in outcome.facts["frames"]] == [64, 256, 256, 64]
    assert outcome.notes == []
    json.dumps(outcome.as_json(), allow_nan=False)


def test_a_hole_is_filled_and_counted(tmp_path: Path) -> None:
    save_scene(holed_scene(slice(28, 36)), tmp_path / "holed")
    file = cameras(
        tmp_path,
        {"file_path": "pano.png", "camera_model": "EQUIRECTANGULAR", "w": 128, "h": 64},
    )
    outcome = studio.render(tmp_path / "holed", file, tmp_path / "out")
    (row,) = outcome.facts["frames"]
    assert 0.05 < row["filled_share"] < 0.2
    assert "nearest colour" in outcome.notes[0]
    assert (pixels(tmp_path / "out" / "pano.png").max(axis=-1) > 0).all()


def test_holes_take_the_nearest_colour_over_the_seam_too() -> None:
    rgb = np.arange(8, dtype=np.uint8)[None, :, None].repeat(3, axis=2)
    holes = np.zeros((1, 8), bool)
    holes[0, :3] = True
    assert filled_from_nearest(rgb, holes)[0, :, 0].tolist() == [3, 3, 3, 3, 4, 5, 6, 7]
    around = filled_from_nearest(rgb, holes, periodic=True)[0, :, 0].tolist()
    assert around[0] == 7 and around[2] == 3 and around[3:] == [3, 4, 5, 6, 7]


def test_where_nothing_shows_at_all_the_panorama_does() -> None:
    scene = holed_scene(slice(0, 64))
    nothing = TexturedMesh(
        np.array([[50, 0, 50], [51, 0, 50], [50, 1, 50]], np.float32),
        np.array([[0, 1, 2]], np.int32),
        np.zeros((3, 2), np.float32),
        np.zeros((1, 1, 3), np.uint8),
    )
    with Artist([nothing], scene, RenderOptions("cpu", 1)) as artist:
        picture = artist.draw(Perspective.from_fov(32, 32, 1.0), Pose.at((0, 0, 0)))
        assert picture.filled == 32 * 32
        assert psnr(picture.rgb[16, 16], scene.panorama.rgb[32, 64]) > 30


def test_a_pixel_has_its_angle() -> None:
    assert pixel_angle(Equirectangular(360, 180)) == pytest.approx(np.radians(1))
    assert pixel_angle(VR180(180, 180, "left")) == pytest.approx(np.radians(1))
    narrow = Perspective.from_fov(1000, 10, 0.1)
    assert pixel_angle(narrow) == pytest.approx(1e-4, rel=1e-2)
    assert pixel_angle(Equirectangular(1, 1)) > 1


def test_more_samples_go_to_coarse_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    drawn = CpuRenderer.render

    def render(self: CpuRenderer, camera: Camera, pose: Pose, samples: int = 1) -> Frame:
        asked.append(samples)
        return drawn(self, camera, pose, samples)

    monkeypatch.setattr(CpuRenderer, "render", render)
    scene = holed_scene(slice(0, 0))  # 128 wide
    meshes = mesh_scene(scene.layered)
    for coarse in (COARSE_STILL, COARSE_FILM):
        with Artist(meshes, scene, RenderOptions("cpu"), coarse) as artist:
            for width in (64, 128, 256):
                artist.draw(Equirectangular(width, width // 2), Pose.at((0, 0, 0)))
    with Artist(meshes, scene, RenderOptions("cpu", samples=3)) as artist:
        artist.draw(Equirectangular(64, 32), Pose.at((0, 0, 0)))
    assert asked == [3, 2, 1, 2, 1, 1, 3]


def test_a_stopped_render_leaves_whole_pictures_only(room: Path, tmp_path: Path) -> None:
    file = cameras(tmp_path, *({"file_path": f"{n}.png"} for n in range(5)))
    with pytest.raises(Cancelled):
        progress = stopping_at(lambda stage, done: stage == "Rendering" and done >= 0.5)
        studio.render(room, file, tmp_path / "out", progress=progress)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["0.png", "1.png", "2.png"]
    assert all(pixels(tmp_path / "out" / name).shape == (48, 64, 3) for name in names)


def test_what_a_render_cannot_do_is_said_before_it_begins(room: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "taken" / "a.png").mkdir(parents=True)
    file = cameras(tmp_path, {"file_path": "a.png"})
    before = tree(tmp_path)
    stop = stopping_at(lambda *_: True)
    for scene, listing, out, options in (
        (tmp_path / "none", file, "out", RenderOptions()),
        (room, tmp_path / "file", "out", RenderOptions()),
        (room, file, "file", RenderOptions()),
        (room, file, "file/below", RenderOptions()),
        (room, file, "taken", RenderOptions()),
        (room, file, "out", RenderOptions("vulkan")),
    ):
        with pytest.raises(InputError):
            studio.render(scene, listing, tmp_path / out, options, stop)
    assert tree(tmp_path) == before


def test_opengl_draws_no_panorama(room: Path, tmp_path: Path) -> None:
    file = cameras(tmp_path, {"file_path": "a", "camera_model": "EQUIRECTANGULAR"}, w=64, h=32)
    with pytest.raises(InputError, match="perspective views only"):
        studio.render(room, file, tmp_path / "out", RenderOptions("opengl"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        (StereoOptions(size=(64, 48)), (48, 128)),
        (StereoOptions("ods", "tb", size=(128, 64)), (128, 128)),
        (StereoOptions("vr180", "lr", size=(64, 64)), (64, 128)),
        (StereoOptions(layout="anaglyph", size=(64, 48)), (48, 64)),
    ],
)
def test_pairs(options: StereoOptions, shape: tuple[int, int], room: Path, tmp_path: Path) -> None:
    outcome = studio.stereo(room, tmp_path / "pair.png", options)
    assert pixels(tmp_path / "pair.png").shape[:2] == shape
    assert outcome.facts["filled_share"] == 0
    same = replace(options, ipd=0.0)
    if options.layout == "lr":
        studio.stereo(room, tmp_path / "same.png", same)
        left, right = np.split(pixels(tmp_path / "same.png"), 2, axis=1)
        np.testing.assert_array_equal(left, right)


def test_an_export_is_the_glb_of_the_scene(room: Path, tmp_path: Path) -> None:
    outcome = studio.export(room, tmp_path / "a" / "room.glb")
    data = (tmp_path / "a" / "room.glb").read_bytes()
    assert data[:4] == b"glTF" and len(data) == outcome.facts["bytes"]
    png = studio.export(room, tmp_path / "b.glb", ExportOptions("png"))
    assert png.facts["bytes"] != outcome.facts["bytes"]
    assert png.facts["triangles"] == outcome.facts["triangles"] > 1000
    fewest = ExportOptions(mesh=MeshOptions(triangles=1000))
    coarse = studio.export(room, tmp_path / "c.glb", fewest)
    assert coarse.facts["triangles"] < outcome.facts["triangles"] / 2


def test_what_an_export_cannot_be_is_said(room: Path, tmp_path: Path) -> None:
    for name in ("x.obj", "x"):
        with pytest.raises(InputError, match=r"\.glb"):
            studio.export(room, tmp_path / name)
    with pytest.raises(InputError, match="auto, png, jpeg, webp"):
        ExportOptions("gif")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="1000 or more"):
        ExportOptions(mesh=MeshOptions(triangles=10))
    assert list(tmp_path.iterdir()) == []


def test_one_artist_serves_all_cameras(room: Path) -> None:
    scene = holed_scene(slice(0, 0))
    with Artist(mesh_scene(scene.layered), scene, RenderOptions("cpu")) as artist:
        views = [Equirectangular(64, 32), Perspective.from_fov(32, 24, 1.0)]
        assert [artist.draw(camera, Pose.at((0, 0, 0))).filled for camera in views] == [0, 0]


def test_a_pair_is_reported_and_made_comfortable(room: Path, tmp_path: Path) -> None:
    options = StereoOptions("vr180", size=(64, 64), ipd=0.5)
    plain = studio.stereo(room, tmp_path / "a.png", options)
    assert "comfort" not in plain.facts
    told = studio.stereo(room, tmp_path / "b.png", options, report=True).facts["comfort"]
    assert told["beyond_share"] > 0.5
    assert 1 < told["nearest"] < 2
    assert told["disparity_deg"]["0 to 30"] > 1
    eased = studio.stereo(room, tmp_path / "c.png", options, ease=True)
    assert eased.facts["comfort"]["beyond_share"] <= 0.02
    assert eased.facts["ipd"] < 0.1
    assert "the baseline was scaled by" in eased.notes[0]


def test_a_fisheye_pair_and_a_cube_map(room: Path, tmp_path: Path) -> None:
    options = StereoOptions("vr180", size=(64, 64), lens="fisheye")
    studio.stereo(room, tmp_path / "fish.png", options)
    fish = np.asarray(Image.open(tmp_path / "fish.png"))
    assert fish.shape == (64, 128, 3)
    assert not fish[:8, :8].any() and fish[32].any(axis=-1).all()
    file = cameras(tmp_path, {"file_path": "cube", "camera_model": "CUBEMAP"}, w=96, h=16)
    outcome = studio.render(room, file, tmp_path / "out")
    assert outcome.facts["filled_share"] == 0
    assert np.asarray(Image.open(tmp_path / "out/cube.png")).shape == (16, 96, 3)
    file = cameras(tmp_path, {"file_path": "cube", "camera_model": "CUBEMAP"}, w=96, h=17)
    with pytest.raises(InputError, match="6:1"):
        studio.render(room, file, tmp_path / "out")
