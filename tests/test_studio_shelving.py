"""A library put in order: nothing is lost by a slip of the hand."""

import json
import shutil
from pathlib import Path

import pytest

from depthfusion.studio.library import list_scenes
from depthfusion.studio.shelving import (
    BIN,
    discard_scene,
    duplicate_scene,
    empty_bin,
    recover_scene,
    rename_scene,
)
from depthfusion.types import InputError

BEACH = Path(__file__).parents[1] / "assets" / "beach"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    shutil.copytree(BEACH, tmp_path / "beach")
    return tmp_path


def record(place: Path) -> dict:
    return json.loads((place / "scene.json").read_text())


def titles(library: Path) -> list[str]:
    return [entry.title for entry in list_scenes(library)]


def test_a_new_title_changes_nothing_else(library: Path) -> None:
    before = record(library / "beach")
    rename_scene(library / "beach", "  Our   bay ")
    assert record(library / "beach") == before | {"title": "Our bay"}


@pytest.mark.parametrize("title", ["", "  ", "x" * 201])
def test_a_title_must_say_something(library: Path, title: str) -> None:
    with pytest.raises(InputError, match="1 to 200 characters"):
        rename_scene(library / "beach", title)


def test_a_copy_is_whole_and_another(library: Path) -> None:
    copy = duplicate_scene(library / "beach", library)
    first, second = record(library / "beach"), record(copy)
    assert first["id"] != second["id"] and second["created"] > first["created"]
    names = {path.relative_to(BEACH) for path in BEACH.rglob("*") if path.is_file()}
    assert names == {path.relative_to(copy) for path in copy.rglob("*") if path.is_file()}
    assert (copy / "rgb.png").read_bytes() == (BEACH / "rgb.png").read_bytes()


def test_thrown_away_and_fetched_back(library: Path) -> None:
    before = record(library / "beach")
    token = discard_scene(library / "beach")
    assert titles(library) == [] and not (library / "beach").exists()
    assert recover_scene(library, token) == library / "beach"
    assert record(library / "beach") == before
    with pytest.raises(InputError, match="for good"):
        recover_scene(library, token)


def test_fetched_back_beside_another_of_its_name(library: Path) -> None:
    token = discard_scene(library / "beach")
    shutil.copytree(BEACH, library / "beach")
    assert recover_scene(library, token) != library / "beach"
    assert len(titles(library)) == 2


@pytest.mark.parametrize("token", ["../beach", "1-../../beach", "", "5-nothing"])
def test_nothing_but_the_bin_is_fetched_from(library: Path, token: str) -> None:
    with pytest.raises(InputError, match="for good"):
        recover_scene(library, token)
    assert (library / "beach").is_dir()


def test_the_bin_is_emptied_of_what_is_old(library: Path) -> None:
    discard_scene(library / "beach")
    assert empty_bin(library) == 0
    assert empty_bin(library, days=0) == 1
    assert not (library / BIN).exists()
