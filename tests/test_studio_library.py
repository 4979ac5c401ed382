"""Scenes found, listed and shown."""

import json
from pathlib import Path

import pytest
from scene_samples import small_scene

from depthfusion import studio
from depthfusion.io.scene_folder import save_scene
from depthfusion.types import InputError


def test_the_library_lies_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEPTHFUSION_HOME", str(tmp_path))
    assert studio.library_folder() == tmp_path / "scenes"
    monkeypatch.delenv("DEPTHFUSION_HOME")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert studio.library_folder() == tmp_path / "xdg" / "depthfusion" / "scenes"
    assert list(tmp_path.iterdir()) == []


def test_a_library_that_is_not_there_yet_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEPTHFUSION_HOME", str(tmp_path / "none"))
    assert studio.list_scenes() == []
    with pytest.raises(InputError, match="elsewhere"):
        studio.list_scenes(tmp_path / "elsewhere")


def test_a_scene_is_found_by_folder_and_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEPTHFUSION_HOME", str(tmp_path))
    save_scene(small_scene(), tmp_path / "scenes" / "kept")
    save_scene(small_scene(), tmp_path / "own")
    assert studio.find_scene(tmp_path / "own") == tmp_path / "own"
    assert studio.find_scene("kept") == tmp_path / "scenes" / "kept"
    for outside in ("../own", ".", "..", ""):
        with pytest.raises(InputError):
            studio.find_scene(outside)


def test_what_is_no_scene_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "scene.json").write_text("{")
    for name, says in (
        ("empty", "holds no scene.json"),
        ("file", "is a file"),
        ("nowhere", "there is no scene"),
        ("broken", "not valid JSON"),
    ):
        with pytest.raises(InputError, match=says):
            studio.find_scene(tmp_path / name)


def test_a_list_is_newest_first_and_says_what_cannot_be_opened(tmp_path: Path) -> None:
    for number, name in enumerate(("old", "new", "newer-schema")):
        save_scene(small_scene(title=name), tmp_path / name)
        record = json.loads((tmp_path / name / "scene.json").read_text("utf-8"))
        record["created"] = f"2026-01-0{number + 1}T00:00:00+00:00"
        record["schema"] = 1 if number < 2 else 99
        (tmp_path / name / "scene.json").write_text(json.dumps(record), "utf-8")
    (tmp_path / "no-scene").mkdir()
    entries = studio.list_scenes(tmp_path)
    assert [entry.name for entry in entries] == ["new", "old", "newer-schema"]
    assert [entry.problem is None for entry in entries] == [True, True, False]
    assert "update depthfusion" in (entries[-1].problem or "")
    first = entries[0]
    assert (first.title, first.engine, first.size) == ("new", "sketch", (64, 32))
    assert first.thumbnail == tmp_path / "new" / "thumbnail.webp"


def test_show_tells_record_path_and_files(tmp_path: Path) -> None:
    save_scene(small_scene(), tmp_path / "s")
    said = studio.show(tmp_path / "s")
    assert said["path"] == str(tmp_path / "s") and said["prompt"] == "a misty forest — at dawn"
    assert said["files"]["rgb.png"] == (tmp_path / "s" / "rgb.png").stat().st_size
    assert "layers/00_rgba.png" in said["files"]


def test_new_folders_are_free_and_fit_for_addresses(tmp_path: Path) -> None:
    assert studio.new_scene_folder("A misty  Pine forest!", tmp_path).name == "a-misty-pine-forest"
    assert studio.new_scene_folder("Überall Zürich", tmp_path).name == "uberall-zurich"
    assert studio.new_scene_folder("森", tmp_path).name == "scene"
    (tmp_path / "scene").mkdir()
    again = studio.new_scene_folder("…", tmp_path)
    assert again.name.startswith("scene-") and not again.exists()
