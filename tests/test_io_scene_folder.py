import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scene_samples import small_scene

from depthfusion.geometry.depth import encode_distance16
from depthfusion.io.scene_folder import (
    SCHEMA,
    is_scene,
    load_scene,
    read_info,
    save_scene,
    scenes_in,
    staged_scene,
    write_scene,
)
from depthfusion.types import InputError, LayeredScene, RGBDPanorama


def edit_record(folder, **changes):
    path = folder / "scene.json"
    document = json.loads(path.read_text())
    document.update(changes)
    path.write_text(json.dumps({k: v for k, v in document.items() if v != "absent"}))


@pytest.fixture
def saved(tmp_path):
    folder = tmp_path / "scene"
    save_scene(small_scene(), folder)
    return folder


def test_what_is_read_is_what_was_written(saved):
    scene, read = small_scene(), load_scene(saved)
    assert np.array_equal(read.panorama.rgb, scene.panorama.rgb)
    assert len(read.layered.layers) == len(scene.layered.layers)
    for ours, theirs in zip(scene.layered.layers, read.layered.layers, strict=True):
        assert np.array_equal(ours.rgba, theirs.rgba)
    assert read.layered.head_box == 0.3
    assert read.panorama.scale == read.layered.scale == "metric"
    named = replace(scene.info, id=read.info.id, created=read.info.created)
    assert read.info == named
    assert len(read.info.id) == 32
    assert read.info.created.endswith("+00:00")


def test_distance_is_kept_to_half_a_step_of_the_code(saved):
    scene, read, record = small_scene(), load_scene(saved), read_info(saved)
    half_step = (1 / record["near"] - 1 / record["far"]) / 65535 / 2
    pairs = [(scene.panorama.distance, read.panorama.distance)]
    pairs += [
        (ours.distance, theirs.distance)
        for ours, theirs in zip(scene.layered.layers, read.layered.layers, strict=True)
    ]
    for ours, theirs in pairs:
        assert np.array_equal(np.isinf(ours), np.isinf(theirs))
        error = np.abs(1 / ours.astype(float) - 1 / theirs.astype(float))
        assert error.max() <= half_step * 1.01


def test_writing_what_was_read_changes_nothing_more(saved, tmp_path):
    once = load_scene(saved)
    save_scene(once, tmp_path / "again")
    twice = load_scene(tmp_path / "again")
    assert np.array_equal(once.panorama.distance, twice.panorama.distance)
    for ours, theirs in zip(once.layered.layers, twice.layered.layers, strict=True):
        assert np.array_equal(ours.distance, theirs.distance)
    assert twice.info == once.info


def test_a_sphere_of_one_distance_keeps_its_radius_exactly(tmp_path):
    scene = small_scene()
    constant = np.full((32, 64), 3.0, np.float32)
    layer = replace(scene.layered.layers[0], distance=constant)
    scene = replace(
        scene,
        panorama=RGBDPanorama(scene.panorama.rgb, constant),
        layered=LayeredScene((layer,), 0.0),
    )
    save_scene(scene, tmp_path / "sphere")
    assert (load_scene(tmp_path / "sphere").panorama.distance == 3.0).all()


def test_the_folder_holds_what_the_design_says(saved):
    names = {str(path.relative_to(saved)) for path in saved.rglob("*")}
    assert names == {
        "scene.json",
        "rgb.png",
        "distance.png",
        "thumbnail.webp",
        "exports",
        "layers",
        "layers/00_rgba.png",
        "layers/00_distance.png",
        "layers/01_rgba.png",
        "layers/01_distance.png",
    }
    record = read_info(saved)
    assert record["schema"] == SCHEMA
    with Image.open(saved / "distance.png") as picture:
        codes = np.array(picture)
    expected = encode_distance16(small_scene().panorama.distance, record["near"], record["far"])
    assert picture.mode == "I;16"
    assert np.array_equal(codes, expected)
    assert np.array_equal(codes == 0, np.isinf(small_scene().panorama.distance))


def test_arrays_given_are_not_changed(tmp_path):
    scene = small_scene()
    save_scene(scene, tmp_path / "a")
    assert np.array_equal(scene.panorama.distance, small_scene().panorama.distance)


def test_a_scene_is_replaced_whole_and_leaves_nothing_beside(saved):
    (saved / "exports" / "old.glb").write_bytes(b"old")
    save_scene(small_scene(1, layers=1, title="new"), saved)
    assert load_scene(saved).info.title == "new"
    assert not (saved / "layers" / "01_rgba.png").exists()
    assert list((saved / "exports").iterdir()) == []
    assert [path.name for path in saved.parent.iterdir()] == ["scene"]


def test_files_that_belong_together_land_together(tmp_path):
    source = tmp_path / "made.glb"
    source.write_bytes(b"glb")
    folder = tmp_path / "deep" / "down" / "scene"
    save_scene(small_scene(), folder, extra={"scene.glb": source})
    assert (folder / "scene.glb").read_bytes() == b"glb"
    assert is_scene(folder)


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, InputError])
def test_a_failing_body_changes_nothing(saved, failure):
    before = {p: p.read_bytes() for p in saved.rglob("*") if p.is_file()}
    with pytest.raises(failure), staged_scene(saved) as stage:
        write_scene(small_scene(3), stage)
        raise failure("stop")
    assert {p: p.read_bytes() for p in saved.rglob("*") if p.is_file()} == before
    assert [path.name for path in saved.parent.iterdir()] == ["scene"]


def test_a_failing_body_leaves_no_new_folder(tmp_path):
    with pytest.raises(RuntimeError), staged_scene(tmp_path / "a" / "b" / "scene"):
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


def test_a_body_that_writes_no_scene_is_a_defect(tmp_path):
    with pytest.raises(RuntimeError, match="without write_scene"), staged_scene(tmp_path / "s"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_link_to_a_scene_stays_a_link(saved, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(saved)
    save_scene(small_scene(1, title="new"), link)
    assert link.is_symlink()
    assert load_scene(saved).info.title == load_scene(link).info.title == "new"


@pytest.mark.parametrize("kind", ["file", "folder", "empty folder", "damaged record"])
def test_a_path_that_is_no_scene_is_refused_and_kept(tmp_path, kind):
    target = tmp_path / "thing"
    if kind == "file":
        target.write_text("mine")
    else:
        target.mkdir()
        if kind != "empty folder":
            name = "scene.json" if kind == "damaged record" else "mine.txt"
            (target / name).write_text("mine")
    with pytest.raises(InputError, match="exists and is no scene"), staged_scene(target):
        pytest.fail("the body must not start")
    assert target.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["thing"]


def test_a_newer_schema_is_refused_by_name_and_number(saved):
    edit_record(saved, schema=SCHEMA + 1, written_by="depthfusion 9.1")
    for read in (load_scene, read_info):
        with pytest.raises(InputError, match=r"schema 2, written by depthfusion 9\.1.*update"):
            read(saved)
    assert is_scene(saved)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"schema": "1"}, "no schema number"),
        ({"schema": True}, "no schema number"),
        ({"title": 3}, "title can't be 3"),
        ({"title": "absent"}, "title is missing"),
        ({"seed": 1.5}, "seed can't be"),
        ({"near": 0}, "near 0.0 must be above 0"),
        ({"near": 50, "far": 2}, "below far"),
        ({"near": float("nan")}, "not valid JSON"),
        ({"far": 10**400}, "far is not finite"),
        ({"head_box": -1}, "head_box -1.0 is below 0"),
        ({"scale": "feet"}, "scale must be"),
        ({"width": 65}, "not 2:1"),
        ({"width": 128, "height": 64}, "64×32, but scene.json says 128×64"),
        ({"layers": []}, "no layer"),
        ({"layers": [3]}, "a layer is 3"),
        ({"layers": [{"rgba": "../../x.png", "distance": "d.png"}]}, "outside the scene"),
        ({"layers": [{"rgba": "/etc/passwd", "distance": "d.png"}]}, "outside the scene"),
        ({"layers": [{"rgba": "layers/09.png", "distance": "distance.png"}]}, "no such file"),
        ({"layers": [{"rgba": "rgb.png", "distance": "distance.png"}]}, "RGBA pixels; got RGB"),
    ],
)
def test_a_damaged_record_is_told_in_one_sentence(saved, changes, says):
    edit_record(saved, **changes)
    with pytest.raises(InputError) as caught:
        load_scene(saved)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["rgb.png", "distance.png", "layers/00_rgba.png"])
@pytest.mark.parametrize("damage", ["cut", "missing", "text", "flipped"])
def test_damaged_pictures_are_told_by_name(saved, name, damage):
    path = saved / name
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "flipped":
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes(b ^ 0xFF for b in data[middle:]))
    else:
        path.write_bytes(b"hello" if damage == "text" else data[: len(data) // 2])
    with pytest.raises(InputError, match=name.rpartition("/")[2]):
        load_scene(saved)


def test_sky_everywhere_is_damage(saved):
    Image.fromarray(np.zeros((32, 64), np.uint16)).save(saved / "distance.png")
    with pytest.raises(InputError, match="sky everywhere"):
        load_scene(saved)


def test_what_is_no_scene_says_so(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        load_scene(tmp_path / "none")
    with pytest.raises(InputError, match=r"holds no scene\.json"):
        load_scene(tmp_path)
    assert not is_scene(tmp_path)
    assert not is_scene(tmp_path / "none")


def test_a_library_lists_its_scenes(saved):
    library = saved.parent
    shutil.copytree(saved, library / "another")
    (library / "notes").mkdir()
    (library / ".scene.1-00000000.partial").mkdir()
    assert [path.name for path in scenes_in(library)] == ["another", "scene"]


def test_layers_must_match_the_panorama(tmp_path):
    scene, smaller = small_scene(), small_scene(height=16)
    with pytest.raises(ValueError, match="layers must match"):
        save_scene(replace(scene, layered=smaller.layered), tmp_path / "s")
    relative = replace(scene.layered, scale="relative")
    with pytest.raises(ValueError, match="scale must be"):
        save_scene(replace(scene, layered=relative), tmp_path / "s")
    assert list(tmp_path.iterdir()) == []
