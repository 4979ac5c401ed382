"""The page that holds viewer and scene: what lies in it, and what it may never hold."""

import base64
import gzip
import json
import re
from pathlib import Path

import pytest

from depthfusion.io.viewer_page import Shown, encode_page
from depthfusion.studio.exports.html import viewer_files

GLB = b"glTF" + bytes(range(256)) * 40


@pytest.fixture(scope="module")
def viewer() -> dict[str, bytes]:
    return viewer_files()


def element(page: str, name: str) -> str:
    found = re.search(rf'<script type="[^"]*" id="{name}">(.*?)</script>', page, re.DOTALL)
    assert found
    return found.group(1)


def test_the_scene_comes_back_byte_for_byte(viewer: dict[str, bytes]) -> None:
    page = encode_page(viewer, Shown(GLB, {"title": "Six"}, b"RIFF", low=b"small")).decode()
    assert gzip.decompress(base64.b64decode(element(page, "scene-glb"))) == GLB
    assert gzip.decompress(base64.b64decode(element(page, "scene-low"))) == b"small"
    assert element(page, "scene-thumbnail") == "data:image/webp;base64,UklGRg=="


def test_every_module_is_inside_and_nothing_is_fetched(viewer: dict[str, bytes]) -> None:
    page = encode_page(viewer, Shown(GLB)).decode()
    found = re.search(r'<script type="importmap">(.*?)</script>', page, re.DOTALL)
    assert found
    imports = json.loads(found.group(1))["imports"]
    wanted = {"three"}
    for name, data in viewer.items():
        if name.endswith(".js") and "vendor/" not in name:
            wanted |= set(re.findall(r"import\b.*?['(]'?([\w./-]+)'", data.decode()))
            assert base64.b64decode(imports[f"viewer/{name}"].partition(",")[2]) == data
    assert wanted <= set(imports)
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", page)
    assert not re.findall(r"url\('(?!data:)", page)
    assert "default-src 'none'" in page


def test_words_of_people_stay_words(viewer: dict[str, bytes]) -> None:
    title = "</script><script>alert(1)</script>"
    page = encode_page(viewer, Shown(GLB, {"title": title})).decode()
    assert "<script>alert" not in page
    assert json.loads(element(page, "scene-info"))["title"] == title


def test_the_same_scene_gives_the_same_page(viewer: dict[str, bytes]) -> None:
    assert encode_page(viewer, Shown(GLB)) == encode_page(viewer, Shown(GLB))


def test_a_viewer_of_another_build_is_told_apart(viewer: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match=r"index\.html must hold"):
        encode_page(viewer | {"index.html": b"<html></html>"}, Shown(GLB))
    with pytest.raises(ValueError, match=r"needs icon\.svg"):
        encode_page({k: v for k, v in viewer.items() if k != "icon.svg"}, Shown(GLB))


def test_without_the_app_a_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from depthfusion.studio.exports import html
    from depthfusion.types import InputError

    monkeypatch.setattr(html, "VIEWER", tmp_path)
    with pytest.raises(InputError, match="needs the viewer"):
        html.viewer_files()
