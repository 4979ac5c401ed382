"""Archives: a data set whose views agree, a pack for headsets, a scene that comes back."""

import io
import json
import zipfile

import numpy as np
import pytest
from export_samples import room_scene
from films import entry, told
from PIL import Image
from scipy.ndimage import map_coordinates
from studio_samples import HALF, stopping_at, tree

from depthfusion import studio
from depthfusion.io import scene_archive
from depthfusion.io.recipes import take_recipe
from depthfusion.io.scene_archive import is_scene_archive, read_scene_archive
from depthfusion.io.scene_folder import load_scene
from depthfusion.studio.exports import headset
from depthfusion.types import Cancelled, InputError


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    return room_scene(tmp_path_factory.mktemp("scenes") / "room", height=128)


def exported(room, path, kind):
    return studio.export(room, path, studio.ExportOptions(kind=kind))


class DataSet:
    """A nerfstudio data set as its documentation says, read without any code of ours."""

    def __init__(self, path):
        self.archive = zipfile.ZipFile(path)
        self.document = json.loads(self.archive.read("transforms.json"))

    def picture(self, name):
        return np.array(Image.open(io.BytesIO(self.archive.read(name))))

    def view(self, number):
        """Colours [H, W, 3], depth [H, W] in metres, camera to world [4, 4]."""
        frame = self.document["frames"][number]
        depth = self.picture(frame["depth_file_path"]).astype(float) * 1e-3
        colours = self.picture(frame["file_path"]).astype(float)
        return colours, depth, np.array(frame["transform_matrix"])

    def points(self, depth, matrix):
        """World points of all pixels, whose centres lie at half numbers."""
        top = self.document
        x, y = np.meshgrid(np.arange(top["w"]) + 0.5, np.arange(top["h"]) + 0.5)
        ahead = [(x - top["cx"]) / top["fl_x"], -(y - top["cy"]) / top["fl_y"], -np.ones_like(x)]
        return (np.stack(ahead, -1) * depth[..., None]) @ matrix[:3, :3].T + matrix[:3, 3]

    def pixels(self, points, matrix):
        """Where world points are seen, x and y from pixel centres, and how deep."""
        top = self.document
        inner = (points - matrix[:3, 3]) @ matrix[:3, :3]
        deep = -inner[..., 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            x = top["fl_x"] * inner[..., 0] / deep + top["cx"] - 0.5
            y = -top["fl_y"] * inner[..., 1] / deep + top["cy"] - 0.5
        return x, y, deep

    def cloud(self):
        """Points [N, 3] and colours [N, 3] of the PLY file that it names."""
        data = self.archive.read(self.document["ply_file_path"])
        head, _, body = data.partition(b"end_header\n")
        lines = head.decode().splitlines()
        count = int(next(line for line in lines if line.startswith("element vertex")).split()[2])
        kinds = {"float": "<f4", "uchar": "u1"}
        fields = [line.split()[1:] for line in lines if line.startswith("property")]
        rows = np.frombuffer(body, [(name, kinds[kind]) for kind, name in fields])
        assert lines[1] == "format binary_little_endian 1.0" and len(rows) == count
        stacked = [np.stack([rows[n] for n in names], -1).astype(float)
                   for names in (("x", "y", "z"), ("red", "green", "blue"))]  # fmt: skip
        return stacked


def at(picture, x, y):
    """Colours between pixel centres, bilinear."""
    return np.stack([map_coordinates(picture[..., c], [y, x], order=1) for c in range(3)], -1)


def psnr(errors):
    return 10 * np.log10(255**2 / np.mean(np.square(errors)))


def test_a_data_sets_views_agree_with_each_other(room, tmp_path):
    outcome = exported(room, tmp_path / "data.zip", None)
    data = DataSet(tmp_path / "data.zip")
    assert outcome.facts["kind"] == "nerfstudio"
    assert len(data.document["frames"]) == outcome.facts["views"] == 54
    assert data.document["camera_model"] == "OPENCV"
    places = np.array([frame["transform_matrix"] for frame in data.document["frames"]])[:, :3, 3]
    assert len(np.unique(places.round(6), axis=0)) == 9
    assert 0.2 < np.linalg.norm(places, axis=1).max() <= load_scene(room).layered.head_box
    compared = 0
    for first, second in ((0, 6), (7, 49), (12, 19), (4, 28), (53, 5), (30, 31), (24, 42), (1, 2)):
        colours, depth, matrix = data.view(first)
        others, other_depth, other_matrix = data.view(second)
        x, y, deep = data.pixels(data.points(depth, matrix), other_matrix)
        inside = (deep > 0.1) & (depth > 0) & (x > 0) & (y > 0)
        inside &= (x < depth.shape[1] - 1) & (y < depth.shape[0] - 1)
        seen = map_coordinates(other_depth, [y[inside], x[inside]], order=1)
        same = np.abs(seen - deep[inside]) < 0.02 * deep[inside]  # nothing stands between
        if same.sum() < 500:
            continue
        compared += 1
        assert same.mean() > 0.9
        errors = at(others, x[inside][same], y[inside][same]) - colours[inside][same]
        assert psnr(errors) >= 30, (first, second)
    assert compared >= 5


def test_a_data_sets_points_lie_where_its_views_see_them(room, tmp_path):
    exported(room, tmp_path / "data.zip", "nerfstudio")
    data = DataSet(tmp_path / "data.zip")
    points, hues = data.cloud()
    assert 20_000 < len(points) == len(np.unique(points, axis=0))  # a room has no sky
    np.testing.assert_allclose((np.abs(points) / HALF).max(axis=1), 1, atol=0.005)  # on its walls
    colours, depth, matrix = data.view(0)
    x, y, deep = data.pixels(points, matrix)
    inside = (deep > 0.1) & (x > 0) & (y > 0) & (x < depth.shape[1] - 1) & (y < depth.shape[0] - 1)
    seen = map_coordinates(depth, [y[inside], x[inside]], order=1)
    assert np.median(np.abs(seen / deep[inside] - 1)) < 0.01
    assert psnr(at(colours, x[inside], y[inside]) - hues[inside]) >= 30


def test_a_data_set_draws_itself_again(room, tmp_path):
    exported(room, tmp_path / "data.zip", "nerfstudio")
    with zipfile.ZipFile(tmp_path / "data.zip") as archive:
        document = json.loads(archive.read("transforms.json"))
        document["frames"] = document["frames"][:8:3]
        (tmp_path / "cameras.json").write_text(json.dumps(document))
        studio.render(room, tmp_path / "cameras.json", tmp_path / "drawn")
        for frame in document["frames"]:
            drawn = (tmp_path / "drawn" / frame["file_path"]).read_bytes()
            errors = np.array(Image.open(io.BytesIO(drawn)), int) - np.array(
                Image.open(io.BytesIO(archive.read(frame["file_path"]))), int
            )
            assert psnr(errors + 1e-9) >= 40


def test_a_headset_pack_says_which_file_is_for_which_player(room, tmp_path, monkeypatch):
    monkeypatch.setattr(headset, "SECONDS", 0.2)
    outcome = exported(room, tmp_path / "room.zip", "headset")
    with zipfile.ZipFile(tmp_path / "room.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        words = archive.read("READ ME.txt").decode()
        archive.extractall(tmp_path / "pack")
    films = ["room_360_TB.mp4", "room_180_LR.mp4"]
    assert {*films, "room_360_TB.jpg", "room_360.jpg", "room.glb", "READ ME.txt"} <= set(names)
    assert all(name in words for name in names if name != "READ ME.txt")
    assert outcome.facts["files"] == names[:-1]
    for name, stereo in zip(films, ("top and bottom", "side by side"), strict=True):
        path = tmp_path / "pack" / name
        assert f"Stereo 3D: {stereo}" in told(path) and "Spherical Mapping" in told(path)
        assert "sv3d" in entry(path.read_bytes())
        assert take_recipe(path)["film"]["path"] == headset.MOVE
    assert (tmp_path / "pack" / "room.glb").read_bytes()[:4] == b"glTF"


def test_a_scene_comes_back_out_of_its_archive(room, tmp_path):
    (room / "exports").mkdir(exist_ok=True)
    (room / "exports" / "old.glb").write_bytes(b"made of the scene")
    (room / "paths").mkdir(exist_ok=True)
    (room / "paths" / "fly.json").write_text("{}")
    exported(room, tmp_path / "room.zip", "scene")
    assert is_scene_archive(tmp_path / "room.zip")
    read_scene_archive(tmp_path / "room.zip", tmp_path / "back")
    before = {name: sum_ for name, sum_ in tree(room).items() if not name.startswith("exports/")}
    assert tree(tmp_path / "back") == before


def archive(path, entries):
    with zipfile.ZipFile(path, "w") as out:
        for name, content in entries:
            out.writestr(name, content)
    return path


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archives_of_strangers_do_no_harm(room, tmp_path):
    whole = [(f"scene/{name}", (room / name).read_bytes()) for name, what in tree(room).items()
             if what != "folder"]  # fmt: skip
    link = zipfile.ZipInfo("scene/link")
    link.external_attr = 0o120777 << 16
    faults = {
        "leads out": [*whole, ("scene/../../evil", b"x")],
        "or is locked": [*whole, (link, b"/etc/passwd")],
        "twice": [*whole, whole[0]],
        "no scene.json": [("scene/rgb.png", b"x")],
        "scene.json": [("scene/scene.json", b"{")],
        "layers": [entry for entry in whole if "layers" not in entry[0]],
    }
    for words, entries in faults.items():
        path = archive(tmp_path / "bad.zip", entries)
        with pytest.raises(InputError, match=words):
            read_scene_archive(path, tmp_path / "out")
        assert not (tmp_path / "out").exists() and not (tmp_path / "evil").exists()
    path.write_bytes(b"PK\3\4 and no more")
    with pytest.raises(InputError, match="no ZIP"):
        read_scene_archive(path, tmp_path / "out")
    data = archive(tmp_path / "cut.zip", whole).read_bytes()
    middle = data.index(b"rgb.png") + 500
    (tmp_path / "cut.zip").write_bytes(data[:middle] + b"\xff" * 64 + data[middle + 64 :])
    with pytest.raises(InputError, match="damaged"):
        read_scene_archive(tmp_path / "cut.zip", tmp_path / "out")


def test_what_is_too_large_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    tall = [("scene.json", b"{}"), *((f"f{k}", b"") for k in range(10_001))]
    with pytest.raises(InputError, match="too large"):
        read_scene_archive(archive(tmp_path / "tall.zip", tall), tmp_path / "out")
    monkeypatch.setattr(scene_archive, "SIZE_LIMIT", 1000)
    wide = [("scene.json", b"{}"), ("rgb.png", bytes(2000))]
    with pytest.raises(InputError, match="too large"):
        read_scene_archive(archive(tmp_path / "wide.zip", wide), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_stop_leaves_the_old_archive(room, tmp_path):
    for kind in ("nerfstudio", "scene", "headset"):
        (tmp_path / "room.zip").write_bytes(b"old")
        stop = stopping_at(lambda stage, done: done > 0)
        with pytest.raises(Cancelled):
            studio.export(room, tmp_path / "room.zip", studio.ExportOptions(kind=kind), stop)
        assert tree(tmp_path).keys() == {"room.zip"}
        assert (tmp_path / "room.zip").read_bytes() == b"old"
