"""What import makes of all that people bring, with and without depth; and what it says first."""

import json
import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from studio_samples import HALF, box_room, imported_room, photo_and_depth, stopping_at, tree

from depthfusion import studio
from depthfusion.cli.program import run
from depthfusion.generation.prior.fitting import fit_prior
from depthfusion.generation.prior.regions import find_regions
from depthfusion.geometry.equirectangular import directions, latitudes, solid_angles
from depthfusion.geometry.vanishing import straight_lines, upright, wall_azimuth
from depthfusion.io.depth_checks import edges_coincide, looks_inverted
from depthfusion.io.depth_files import read_depth
from depthfusion.io.depth_fitting import fit_depth
from depthfusion.io.glb import encode_glb
from depthfusion.io.placement import Placement, camera_from_world, turned
from depthfusion.io.recipes import put_recipe
from depthfusion.io.scene_archive import write_scene_archive
from depthfusion.io.scene_folder import load_scene, read_info
from depthfusion.scene.build import SceneOptions
from depthfusion.scene.ground import flat_floor, floor_height
from depthfusion.scene.meshing import mesh_scene
from depthfusion.studio.options import ImportOptions
from depthfusion.types import Cancelled, InputError


def tiled_room(height: int = 256, yaw: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A box room 1.5 below and above the eye with tiles, as photo and distance; turned by `yaw`."""
    rays = directions(height, 2 * height).astype(np.float64)
    c, s = math.cos(yaw), math.sin(yaw)
    rays = rays @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    with np.errstate(divide="ignore"):
        reach = HALF / np.abs(rays)
    face = reach.argmin(axis=-1)
    distance = reach.min(axis=-1)
    points = rays * distance[..., None]
    side = np.sign(np.take_along_axis(rays, face[..., None], axis=-1)[..., 0])
    tile = (np.floor(points * 2 + 0.01).astype(int).sum(axis=-1) % 2).astype(float)
    base = np.array([[150, 110, 80], [60, 120, 70], [90, 90, 150]], float)[face]
    base = np.where(((face == 1) & (side > 0))[..., None], (100, 100, 100), base)
    rgb = base + np.where((face == 1) & (side < 0), 6, 26)[..., None] * (tile[..., None] - 0.5)
    grain = np.random.default_rng(0).normal(0, 9, rgb.shape) * (face != 1)[..., None]
    return np.clip(rgb + grain, 0, 255).astype(np.uint8), distance.astype(np.float32)


def tilted(rgb: np.ndarray, pitch: float, roll: float) -> np.ndarray:
    height, width = rgb.shape[:2]
    turn = camera_from_world(turned(Placement(height, width), 0.0, pitch, roll))
    rays = directions(height, width) @ turn
    from depthfusion.geometry.equirectangular import pixel_from_direction

    pixel = pixel_from_direction(rays, height, width).astype(np.float32)
    return cv2.remap(rgb, pixel[..., 0], pixel[..., 1], cv2.INTER_LINEAR, None, cv2.BORDER_WRAP)


def saved(path: Path, pixels: np.ndarray) -> Path:
    Image.fromarray(pixels).save(path)
    return path


# --- The geometric prior


def test_the_prior_finds_floor_walls_and_ceiling_of_a_room() -> None:
    rgb, distance = tiled_room(384)
    found = fit_prior(rgb, height=float(HALF[1]))
    assert found.surroundings == "indoors"
    ratio = np.maximum(found.distance / distance, distance / found.distance)
    area = np.broadcast_to(solid_angles(*distance.shape)[:, None], distance.shape)
    assert (area * (ratio < 1.25)).sum() / area.sum() > 0.9
    below = latitudes(len(distance)) < math.radians(-50)
    assert np.median(ratio[below]) < 1.01  # the floor is flat and where it was said to be


@pytest.mark.parametrize("yaw", [0.0, 0.4, 1.2])
def test_walls_stand_along_the_photos_vanishing_directions(yaw: float) -> None:
    azimuth, clarity = wall_azimuth(straight_lines(tiled_room(384, yaw)[0]))
    off = (azimuth + yaw + math.pi / 4) % (math.pi / 2) - math.pi / 4
    assert abs(off) < 0.02 and clarity > 0.2


def test_sky_is_told_from_a_ceiling() -> None:
    rgb, _ = tiled_room()
    lat = np.degrees(latitudes(256))[:, None]
    for sky in ((110, 160, 230), (205, 208, 212)):  # blue, and overcast
        street = np.where((lat > 12)[..., None], sky, rgb).astype(np.uint8)
        found = find_regions(street)
        assert found.outdoors
        assert found.sky[:100].mean() > 0.97 and found.sky[130:].mean() == 0
    white = np.where((lat > 48)[..., None], (228, 228, 226), rgb).astype(np.uint8)
    assert not find_regions(white).outdoors
    assert find_regions(white, place="outdoors").outdoors
    assert not find_regions(street, place="indoors").sky.any()


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (90, 140, 240)])
def test_the_prior_ends_and_holds_where_there_is_nothing_to_see(
    colour: tuple[int, int, int],
) -> None:
    rgb = np.full((64, 128, 3), colour, np.uint8)
    for place in ("indoors", "outdoors"):
        found = fit_prior(rgb, place=place).distance  # type: ignore[arg-type]
        assert (found > 0).all() and np.isfinite(found[40:]).all()


def test_a_street_photo_gives_standing_walls_and_a_flat_floor(shared_data: Path) -> None:
    truth = np.load(shared_data / "truth" / "street" / "pano_depth.npy")[::4, ::4].astype(float)
    with Image.open(shared_data / "truth" / "street" / "pano_rgb.png") as picture:
        rgb = np.array(picture.convert("RGB").resize((1024, 512)))
    found = fit_prior(rgb, height=1.6).distance[::2, ::2].astype(float)
    floor = np.abs(truth * np.sin(-latitudes(256))[:, None] - 1.6) < 0.05
    assert np.median(np.abs(found[floor] / truth[floor] - 1)) < 0.01
    sky, real = np.isinf(found), np.isinf(truth)
    assert (sky & real).sum() / (sky | real).sum() > 0.75
    wall = ~sky & ~real & (latitudes(256)[:, None] > 0)
    ratio = found[wall] / truth[wall]
    assert 0.4 < np.median(ratio) < 1.3


def test_a_prior_is_named_as_one_and_scaled_by_the_cameras_height(tmp_path: Path) -> None:
    photo = saved(tmp_path / "room.png", tiled_room(128)[0])
    options = ImportOptions(depth_source="prior", camera_height=1.5)
    outcome = studio.import_photo(photo, tmp_path / "scene", options)
    scene = load_scene(tmp_path / "scene")
    assert scene.panorama.scale == "metric"
    assert floor_height(scene.panorama.distance) == pytest.approx(1.5, rel=0.02)
    assert scene.info.made["distance.png"].startswith("geometric prior, indoors")
    assert scene.info.options["depth_source"] == "prior" and outcome.facts["depth"] == "prior"
    before = tree(tmp_path)
    for stage in ("Reading the photo", "Fitting floor and walls"):
        with pytest.raises(Cancelled):
            stop = stopping_at(lambda name, fraction, stage=stage: name == stage)
            studio.import_photo(photo, tmp_path / "scene", options, stop)
    assert tree(tmp_path) == before


# --- Level and scale


@pytest.mark.parametrize("tilt", [(0.0, 0.0), (0.1, -0.15), (-0.25, 0.3)])
def test_the_horizon_is_levelled_by_upright_lines(tilt: tuple[float, float]) -> None:
    up = upright(straight_lines(tilted(tiled_room(384)[0], *tilt)))
    assert up is not None
    assert -math.asin(up[2]) == pytest.approx(tilt[0], abs=0.01)
    assert math.atan2(-up[0], up[1]) == pytest.approx(tilt[1], abs=0.01)


def test_noise_has_no_upright_lines() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (256, 512, 3), np.uint8)
    assert upright(straight_lines(noise)) is None
    assert upright(straight_lines(np.zeros((64, 128, 3), np.uint8))) is None


def test_import_levels_photo_and_depth_alike(tmp_path: Path) -> None:
    rgb, distance = tiled_room(256)
    photo = saved(tmp_path / "p.png", tilted(rgb, 0.1, -0.15))
    turn = camera_from_world(turned(Placement(256, 512), 0.0, 0.1, -0.15))
    rays = np.abs(directions(256, 512) @ turn)
    np.save(tmp_path / "d.npy", (HALF / rays).min(axis=-1))
    for said in (
        {"level": "auto"},
        {"pitch_deg": math.degrees(0.1), "roll_deg": math.degrees(-0.15)},
    ):
        options = ImportOptions(tmp_path / "d.npy", "distance", **said)  # type: ignore[arg-type]
        outcome = studio.import_photo(photo, tmp_path / "scene", options)
        assert any(note.startswith("levelled by 5.") for note in outcome.notes)
        scene = load_scene(tmp_path / "scene")
        off = np.abs(scene.panorama.distance / distance - 1)
        assert np.median(off) < 0.01 and np.percentile(off, 90) < 0.04


def test_scale_and_shift_of_inverse_depth_follow_from_a_flat_floor() -> None:
    _, distance = tiled_room()
    relative = 0.3 / distance - 0.05  # an estimator's: up to factor and shift
    fitted = flat_floor(relative, 1.5)
    assert fitted is not None
    assert 1 / (fitted[0] * relative + fitted[1]) == pytest.approx(distance, rel=1e-4)
    assert flat_floor(np.random.default_rng(0).uniform(size=(64, 128)), 1.6) is None
    assert floor_height(distance) == pytest.approx(1.5, rel=0.01)
    assert floor_height(np.full((32, 64), np.inf)) is None


def test_the_cameras_height_makes_inverse_depth_metric_and_leaves_metres_alone(
    tmp_path: Path,
) -> None:
    rgb, distance = tiled_room(128)
    photo = saved(tmp_path / "p.png", rgb)
    inverse = 1 / distance
    np.save(tmp_path / "d.npy", (inverse - inverse.min()) / np.ptp(inverse))
    np.save(tmp_path / "m.npy", distance)
    options = ImportOptions(tmp_path / "d.npy", "inverse", camera_height=1.5)
    outcome = studio.import_photo(photo, tmp_path / "scene", options)
    scene = load_scene(tmp_path / "scene")
    assert scene.panorama.scale == "metric"
    assert scene.panorama.distance == pytest.approx(distance, rel=5e-3)
    assert any("flat floor 1.5 m below" in note for note in outcome.notes)
    metres = ImportOptions(tmp_path / "m.npy", "distance", camera_height=3.0)
    outcome = studio.import_photo(photo, tmp_path / "scene", metres)
    assert any("in metres already and puts the camera 1.5" in note for note in outcome.notes)


# --- Depth files that are odd


def test_depth_that_runs_backwards_is_said_so(tmp_path: Path) -> None:
    rgb, distance = tiled_room(128)
    photo = saved(tmp_path / "p.png", rgb)
    np.save(tmp_path / "d.npy", 1 / distance)
    assert looks_inverted(1 / distance, larger_is_nearer=False)
    assert not looks_inverted(distance, larger_is_nearer=False)
    assert not looks_inverted(np.ones((8, 16)), larger_is_nearer=True)
    options = ImportOptions(tmp_path / "d.npy", "distance")
    found = studio.recognise(photo, options)
    (question,) = found.questions
    assert question.option == "invert_depth" and question.choices[0][0] is True
    outcome = studio.import_photo(photo, tmp_path / "scene", options)
    assert any("--invert-depth, or --depth-kind inverse" in note for note in outcome.notes)
    unsaid = studio.recognise(photo, ImportOptions(tmp_path / "d.npy"))
    assert unsaid.questions[0].option == "depth_kind"
    assert unsaid.questions[0].choices[0][0] == "inverse"  # the likelier first
    right = replace(options, invert_depth=True)
    assert studio.recognise(photo, right).questions == ()


def test_numbers_turned_round_and_units(tmp_path: Path) -> None:
    values = np.linspace(1, 3, 128, dtype=np.float32).reshape(8, 16)
    np.save(tmp_path / "d.npy", values)
    turned_round = read_depth(tmp_path / "d.npy", "distance", invert=True)
    assert turned_round.values == pytest.approx(4 - values)
    per_metre = read_depth(tmp_path / "d.npy", "inverse", unit="metric")
    assert per_metre.kind == "distance" and per_metre.values == pytest.approx(1 / values)
    assert read_depth(tmp_path / "d.npy", "distance", unit="relative").scale == "relative"
    inverse = read_depth(tmp_path / "d.npy", "inverse", invert=True)
    assert inverse.values == pytest.approx(4 / 3 - values / 3)


def test_a_jpeg_is_read_as_depth_with_a_warning(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(20, 240, 64, dtype=np.uint8), (32, 1))
    saved(tmp_path / "d.jpg", ramp)
    found = read_depth(tmp_path / "d.jpg", "inverse")
    assert np.abs(found.values * 255 - ramp).max() < 6
    assert any("JPEG blurs depth" in note for note in found.notes)
    saved(tmp_path / "c.jpg", np.dstack([ramp, ramp[:, ::-1], ramp]))
    with pytest.raises(InputError, match="colour picture"):
        read_depth(tmp_path / "c.jpg", "inverse")


def test_photo_and_depth_of_different_places_are_told(tmp_path: Path) -> None:
    samples = Path(__file__).parents[1] / "assets"
    room = load_scene(samples / "living-room").panorama
    beach = load_scene(samples / "beach").panorama
    assert edges_coincide(room.rgb, room.distance) and edges_coincide(beach.rgb, beach.distance)
    assert not edges_coincide(room.rgb, beach.distance)
    assert not edges_coincide(beach.rgb, room.distance)
    shifted = np.roll(room.distance, room.width // 3, axis=1)
    assert not edges_coincide(room.rgb, shifted)
    photo = saved(tmp_path / "p.png", room.rgb)
    np.save(tmp_path / "d.npy", shifted)
    options = ImportOptions(tmp_path / "d.npy", "distance", scene=SceneOptions(method="sheet"))
    outcome = studio.import_photo(photo, tmp_path / "scene", options)
    assert any("do the two belong together" in note for note in outcome.notes)


def test_a_smaller_depth_map_follows_the_photos_edges() -> None:
    height, width = 128, 256
    edge = (90 + 20 * np.sin(np.arange(height) / 9)).astype(int)[:, None]
    near = (np.arange(width) >= edge) & (np.arange(width) < edge + 77)
    distance = np.where(near, 2.0, 8.0).astype(np.float32)
    rgb = np.where(near[..., None], (200, 60, 40), (50, 90, 160)).astype(np.uint8)
    coarse = distance[2::4, 2::4]
    guided, _ = fit_depth(coarse, height, width, guide=rgb)
    plain, _ = fit_depth(coarse, height, width)
    wrong, before = (np.mean(np.abs(d - distance) > 0.1) for d in (guided, plain))
    assert wrong < 0.25 * before
    assert set(np.unique(guided.round(3))) <= {2.0, 8.0}  # nothing between near and far


# --- What people bring


def test_a_cube_map_with_z_of_its_faces(tmp_path: Path) -> None:
    from depthfusion.geometry.cubemap import CubeMap

    camera = CubeMap(6 * 64, 64)
    rays = camera.exact_rays()[1]
    rays = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
    distance = (HALF / np.maximum(np.abs(rays), 1e-9)).min(axis=-1)
    z = distance * np.abs(rays).max(axis=-1)
    points = rays * distance[..., None]
    rgb = np.rint(127 + 100 * np.sin(2 * points + [0, 1, 2])).astype(np.uint8)
    photo = saved(tmp_path / "room_cube.png", rgb)
    np.save(tmp_path / "z.npy", z.astype(np.float32))
    studio.import_photo(photo, tmp_path / "scene", ImportOptions(tmp_path / "z.npy", "z"))
    found, exact = load_scene(tmp_path / "scene").panorama.distance, box_room(128).distance
    assert found.shape == exact.shape
    assert np.percentile(np.abs(found / exact - 1), 95) < 0.04


def test_depth_of_the_whole_sphere_with_a_part_of_a_photo(tmp_path: Path) -> None:
    room = box_room(128)
    photo = saved(tmp_path / "part.png", room.rgb[32:96])
    np.save(tmp_path / "d.npy", room.distance)
    options = ImportOptions(tmp_path / "d.npy", "distance", hfov_deg=360.0, vfov_deg=90.0)
    studio.import_photo(photo, tmp_path / "scene", options)
    found = load_scene(tmp_path / "scene").panorama
    assert found.distance == pytest.approx(room.distance, rel=1e-3)
    assert np.array_equal(found.rgb[32:96], room.rgb[32:96])


def test_a_scene_comes_back_as_it_is(tmp_path: Path) -> None:
    room = imported_room(tmp_path)
    studio.import_photo(room, tmp_path / "copy")
    assert tree(tmp_path / "copy") == tree(room)
    with pytest.raises(InputError, match="is that scene already"):
        studio.import_photo(room, room)
    with pytest.raises(InputError, match="brings its own depth"):
        studio.import_photo(room, tmp_path / "x", ImportOptions(tmp_path / "in" / "room.npy"))
    write_scene_archive(room, tmp_path / "room.zip", read_info(room))
    studio.import_photo(tmp_path / "room.zip", tmp_path / "unpacked")
    assert tree(tmp_path / "unpacked") == tree(room)
    for carrier in (room, tmp_path / "room.zip", room / "scene.glb"):
        found = studio.recognise(carrier)
        assert found.kind == "scene" and "made by import" in found.words
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04")
    (tmp_path / "bad.glb").write_bytes(b"glTF")
    (tmp_path / "empty").mkdir()
    for wrong, says in (
        ("bad.zip", "bad.zip"),
        ("bad.glb", "bad.glb"),
        ("empty", "lacks the faces"),
    ):
        with pytest.raises(InputError, match=says):
            studio.import_photo(tmp_path / wrong, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_glb_of_ours_is_seen_from_within(tmp_path: Path) -> None:
    room = imported_room(tmp_path)
    outcome = studio.import_photo(room / "scene.glb", tmp_path / "back")
    was, now = load_scene(room), load_scene(tmp_path / "back")
    assert now.panorama.distance.shape == was.panorama.distance.shape
    off = np.abs(now.panorama.distance / was.panorama.distance - 1)
    assert np.percentile(off, 99) < 0.03  # what the mesh was allowed to be off
    assert np.abs(now.panorama.rgb.astype(int) - was.panorama.rgb).mean() < 4
    assert now.info.title == was.info.title and "meshes of scene.glb" in outcome.notes[0]
    data = (room / "scene.glb").read_bytes()
    for content, says in (
        (data[: len(data) // 2], "damaged or cut short"),
        (data.replace(b'"engine"', b'"motor_"'), "not written by DepthFusion"),
        (encode_glb(mesh_scene(was.layered), {"engine": "x"}, compression="meshopt"), "compressed"),
    ):
        (tmp_path / "a.glb").write_bytes(content)
        with pytest.raises(InputError, match=says):
            studio.import_photo(tmp_path / "a.glb", tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_picture_says_how_it_was_made(tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path / "in")
    made = {"engine": "sketch", "prompt": "a room", "seed": 7, "depthfusion": "0.1.0"}
    photo.write_bytes(put_recipe(photo.read_bytes(), made))
    outcome = studio.import_photo(photo, tmp_path / "scene", options)
    assert any("how it was made: made by sketch" in note for note in outcome.notes)


def test_depth_of_both_eyes_gives_the_left_ones(tmp_path: Path) -> None:
    room = box_room(64)
    photo = saved(tmp_path / "room_TB.png", np.concatenate([room.rgb, room.rgb]))
    np.save(tmp_path / "d.npy", np.concatenate([room.distance, 2 * room.distance]))
    outcome = studio.import_photo(
        photo, tmp_path / "scene", ImportOptions(tmp_path / "d.npy", "distance")
    )
    assert load_scene(tmp_path / "scene").panorama.distance == pytest.approx(
        room.distance, rel=1e-3
    )
    assert any("left eye's was taken" in note for note in outcome.notes)


def test_recognise_says_what_is_lacking(tmp_path: Path) -> None:
    photo, options = photo_and_depth(tmp_path)
    alone = studio.recognise(photo)
    assert alone.kind == "panorama" and alone.words == "room.png is a 360° photo, 128×64"
    assert not alone.ready and alone.questions[0].option == "depth_source"
    assert "--depth-source prior" in alone.depth
    given = studio.recognise(photo, options)
    assert given.ready and "room.npy" in given.depth and given.questions == ()
    flat = saved(tmp_path / "flat.png", box_room().rgb[:60, :80])
    asked = studio.recognise(flat, options)
    assert not asked.ready and asked.questions[0].option == "fit"
    assert studio.recognise(flat, replace(options, fit=True)).ready
    assert studio.recognise(imported_room(tmp_path / "made")).kind == "scene"
    (tmp_path / "empty.png").write_bytes(b"")
    with pytest.raises(InputError, match="it is empty"):
        studio.recognise(tmp_path / "empty.png")


def test_the_recognise_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo, _ = photo_and_depth(tmp_path)
    assert run(["recognise", str(photo), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["kind"] == "panorama" and said["ready"] is False
    assert run(["recognise", str(photo), "--depth", str(tmp_path / "room.npy")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "room.png is a 360° photo, 128×64"
    assert any("--depth-kind distance" in line for line in lines)
    assert run(["recognise", str(tmp_path / "none.png")]) == 2
