"""Gaussians lie on the surface, as large as what they stand for; files that others read."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from depthfusion import studio
from depthfusion.io.ply import write_points
from depthfusion.io.scene_folder import load_scene
from depthfusion.io.splats import SH0, write_splat_ply, write_spz
from depthfusion.scene.splats import SPREAD, Splats, splat_scene
from depthfusion.studio.options import ExportOptions
from depthfusion.types import Layer, LayeredScene
from tests.export_samples import room_scene
from tests.fixtures.pillars import field
from tests.studio_samples import HALF

HEIGHT = 128


def one_layer(rgb: NDArray, distance: NDArray, alpha: NDArray | int = 255) -> LayeredScene:
    plane = np.broadcast_to(np.asarray(alpha, np.uint8), distance.shape)
    return LayeredScene((Layer(np.dstack([rgb, plane]), distance),), 0.3)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return room_scene(tmp_path_factory.mktemp("splats") / "room", HEIGHT)


@pytest.fixture(scope="module")
def room(place: Path) -> Splats:
    return splat_scene(load_scene(place).layered)


def turned(splats: Splats, axis: int) -> NDArray:
    """An own axis of each Gaussian in the scene's axes, [N, 3]."""
    w, x, y, z = splats.rotations.T.astype(np.float64)
    columns = (
        (1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)),
        (2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)),
        (2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)),
    )
    return np.stack(columns[axis], axis=-1)


def test_they_lie_on_the_walls_and_face_inwards(room: Splats) -> None:
    share = np.abs(room.positions) / HALF
    wall = share.argmax(axis=1)
    np.testing.assert_allclose(share.max(axis=1), 1, atol=0.03)
    # Away from corners, where two walls share a block, the normal is the wall's.
    inner = np.sort(share, axis=1)[:, 1] < 0.9
    inwards = -np.sign(room.positions[np.arange(len(room)), wall])
    along = room.normals[np.arange(len(room)), wall] * inwards
    assert (along[inner] > 0.98).mean() > 0.99
    assert ((room.normals * room.positions).sum(axis=1) < 0).all()


def test_rotations_carry_the_third_axis_to_the_normal(room: Splats) -> None:
    np.testing.assert_allclose(np.linalg.norm(room.rotations, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(turned(room, 2), room.normals, atol=1e-4)
    assert (np.abs((turned(room, 0) * room.normals).sum(axis=1)) < 1e-4).all()


def test_together_they_are_as_large_as_the_walls(room: Splats) -> None:
    area = (room.scales[:, 0] * room.scales[:, 1]).sum()
    x, y, z = 2 * HALF
    wall = 2 * (x * y + y * z + z * x)
    assert 0.98 * SPREAD[0] ** 2 < area / wall < 1.02 * SPREAD[1] ** 2
    assert (room.scales > 0).all() and (room.scales[:, 2] < room.scales[:, 1]).all()


def test_a_tilted_one_is_as_long_as_it_is_seen_slanted() -> None:
    """On a sphere about the eye, all are round where pixels are square."""
    distance = np.full((HEIGHT, 2 * HEIGHT), 3, np.float32)
    rgb = np.random.default_rng(0).integers(0, 256, (*distance.shape, 3), dtype=np.uint8)
    made = splat_scene(one_layer(rgb, distance))
    level = np.abs(made.positions[:, 1]) < 0.2
    pixel = 3 * np.pi / HEIGHT * SPREAD[0]
    np.testing.assert_allclose(made.scales[level, :2], pixel, rtol=0.02)
    # Pixels crowd towards the poles; Gaussians don't, much.
    assert len(made) < 0.85 * distance.size


def test_smooth_places_take_few_and_every_edge_is_kept() -> None:
    panorama = field(HEIGHT)
    layered = one_layer(panorama.rgb, panorama.distance)
    made = splat_scene(layered)
    each = splat_scene(layered, merge=False)
    assert len(made) < 0.4 * len(each)
    red = np.all(made.colours == (200, 30, 30), axis=1)
    sky = np.all(made.colours == (90, 150, 230), axis=1)
    ground = np.all(made.colours == (90, 120, 60), axis=1)
    assert (red | sky | ground).all()  # nothing mixes two surfaces where all is solid
    reach = np.linalg.norm(made.positions, axis=1)
    assert reach[red].max() < 3 < 100 < reach[sky].min()
    assert len(splat_scene(layered, sky=False)) == (~sky).sum()


def test_what_is_clear_is_left_out_and_rims_are_faint() -> None:
    distance = np.full((HEIGHT, 2 * HEIGHT), 3, np.float32)
    rgb = np.full((*distance.shape, 3), 80, np.uint8)
    alpha = np.zeros(distance.shape, np.uint8)
    alpha[40:80, 60:120], alpha[40:80, 120:122] = 255, 102
    made = splat_scene(one_layer(rgb, distance, alpha))
    assert {round(float(o), 2) for o in made.opacities} == {1.0, 0.4}
    assert (made.positions[:, 0] < 0).all() and (made.colours == 80).all()


def table(path: Path) -> tuple[list[str], NDArray[np.float32]]:
    head, _, body = path.read_bytes().partition(b"end_header\n")
    lines = head.decode("ascii").splitlines()
    names = [line.split()[-1] for line in lines if line.startswith("property float")]
    return lines, np.frombuffer(body, "<f4").reshape(-1, len(names))


def test_the_ply_is_laid_out_as_splat_programs_expect(room: Splats, tmp_path: Path) -> None:
    write_splat_ply(tmp_path / "room.ply", room, "a comment")
    lines, rows = table(tmp_path / "room.ply")
    assert lines[:3] == ["ply", "format binary_little_endian 1.0", "comment a comment"]
    assert f"element vertex {len(room)}" in lines
    names = [line.split()[-1] for line in lines if line.startswith("property float")]
    column = dict(zip(names, rows.T, strict=True))
    assert names[:6] == ["x", "y", "z", "nx", "ny", "nz"] and names[-1] == "rot_3"
    # Half a turn about X: right stays, up becomes down.
    np.testing.assert_array_equal(column["x"], room.positions[:, 0])
    np.testing.assert_array_equal(column["y"], -room.positions[:, 1])
    np.testing.assert_array_equal(column["nz"], -room.normals[:, 2])
    for k in range(3):
        shade = (0.5 + SH0 * column[f"f_dc_{k}"]) * 255
        np.testing.assert_allclose(shade, room.colours[:, k], atol=1e-3)
        np.testing.assert_allclose(np.exp(column[f"scale_{k}"]), room.scales[:, k], rtol=1e-5)
    opacity = 1 / (1 + np.exp(-column["opacity"]))
    np.testing.assert_allclose(opacity, room.opacities, atol=2e-3)
    flipped = Splats(
        **{**vars(room), "rotations": np.stack([column[f"rot_{k}"] for k in range(4)], 1)}
    )
    np.testing.assert_allclose(turned(flipped, 2), room.normals * (1, -1, -1), atol=1e-4)


def test_the_spz_says_the_same_in_a_tenth(room: Splats, tmp_path: Path) -> None:
    write_spz(tmp_path / "room.spz", room)
    write_splat_ply(tmp_path / "room.ply", room)
    assert (tmp_path / "room.spz").stat().st_size < (tmp_path / "room.ply").stat().st_size / 5
    data = gzip.decompress((tmp_path / "room.spz").read_bytes())
    magic, version, count, degree, fraction, flags, _ = struct.unpack("<4sIIBBBB", data[:16])
    assert (magic, version, count, degree, flags) == (b"NGSP", 2, len(room), 0, 0)
    body = np.frombuffer(data[16:], np.uint8)
    assert len(body) == 19 * count
    ends = np.cumsum([9 * count, count, 3 * count, 3 * count])
    place, opacity, colour, scale, turn = np.split(body, ends)
    wide = np.zeros((count, 3, 4), np.uint8)
    wide[..., 1:] = place.reshape(count, 3, 3)
    fixed = (wide.reshape(-1, 4).view("<i4").reshape(count, 3) >> 8) / 2.0**fraction
    np.testing.assert_allclose(fixed, room.positions, atol=2.0**-fraction)
    np.testing.assert_allclose(opacity / 255, room.opacities, atol=0.003)
    shade = (colour.reshape(-1, 3) / 255 - 0.5) / 0.15 * SH0 + 0.5
    np.testing.assert_allclose(shade * 255, room.colours, atol=1.0)
    sizes = np.exp(scale.reshape(-1, 3) / 16 - 10)
    np.testing.assert_allclose(sizes, room.scales, rtol=0.04)
    np.testing.assert_allclose(turn.reshape(-1, 3) / 127.5 - 1, room.rotations[:, 1:], atol=0.005)


def test_a_wide_place_still_fits_into_24_bits(tmp_path: Path) -> None:
    panorama = field(32)
    made = splat_scene(one_layer(panorama.rgb, panorama.distance * 1000))
    write_spz(tmp_path / "wide.spz", made)
    data = gzip.decompress((tmp_path / "wide.spz").read_bytes())
    wide = np.zeros((len(made), 3, 4), np.uint8)
    wide[..., 1:] = np.frombuffer(data[16:], np.uint8)[: 9 * len(made)].reshape(-1, 3, 3)
    fixed = (wide.reshape(-1, 4).view("<i4").reshape(-1, 3) >> 8) / 2.0 ** data[13]
    np.testing.assert_allclose(fixed, made.positions, atol=2.0 ** -data[13])


def test_open3d_reads_the_points(place: Path, tmp_path: Path) -> None:
    import open3d

    outcome = studio.export(place, tmp_path / "room.ply")
    cloud = open3d.io.read_point_cloud(str(tmp_path / "room.ply"))
    points, normals = np.asarray(cloud.points), np.asarray(cloud.normals)
    assert len(points) == outcome.facts["points"] > 15_000
    np.testing.assert_allclose((np.abs(points) / HALF).max(axis=1), 1, atol=0.02)
    assert ((normals * points).sum(axis=1) < 0).all()
    expected = 127.5 + 100 * np.sin(2 * points / HALF + [0, 1, 2])
    assert np.median(np.abs(np.asarray(cloud.colors) * 255 - expected)) < 3


def test_open3d_reads_what_is_written_bit_by_bit(tmp_path: Path) -> None:
    import open3d

    chance = np.random.default_rng(1)
    places = chance.normal(size=(300, 3)).astype(np.float32)
    colours = chance.integers(0, 256, (300, 3), dtype=np.uint8)
    write_points(tmp_path / "p.ply", places, places[::-1], colours, "one comment")
    cloud = open3d.io.read_point_cloud(str(tmp_path / "p.ply"))
    np.testing.assert_array_equal(np.asarray(cloud.points), places)
    np.testing.assert_array_equal(np.asarray(cloud.normals), places[::-1])
    np.testing.assert_array_equal(np.rint(np.asarray(cloud.colors) * 255), colours)


def test_exports_say_how_many_there_are_and_which_way_is_up(place: Path, tmp_path: Path) -> None:
    ply = studio.export(place, tmp_path / "room.ply", ExportOptions(kind="splats"))
    spz = studio.export(place, tmp_path / "room.spz")
    assert ply.facts["splats"] == spz.facts["splats"] > 1000
    assert "+Y down" in ply.notes[0] and not spz.notes
    assert b'"seed": 5' in (tmp_path / "room.ply").read_bytes()[:2000]
