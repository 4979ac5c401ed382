"""Camera paths kept with a scene: what is taken, what is refused, and that films read it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pretend_studio
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import paths
from app.paths import LARGEST, path_routes
from depthfusion.scene.paths import PathOptions, camera_path

WAY = {
    "keyframes": [
        {"time": 0, "position": [0, 0, 0], "yaw_deg": 0, "pitch_deg": 0},
        {"time": 2, "position": [0.1, 0, 0], "yaw_deg": 30, "pitch_deg": -5},
    ],
    "closed": False,
}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    pretend_studio.write_scene_folder(tmp_path / "six")
    pretend_studio.write_scene_folder(tmp_path / "samples" / "beach")
    return tmp_path


@pytest.fixture
def client(library: Path) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(path_routes(library, library / "samples"))
    with TestClient(app) as client:
        yield client


def detail(answer: Any) -> str:
    return answer.json()["detail"]


def test_a_path_is_kept_listed_read_filmed_and_deleted(client: TestClient, library: Path) -> None:
    at = "/scenes/six/paths/fly in.json"
    assert client.get("/scenes/six/paths").json() == {"paths": []}
    assert client.post(at, json=WAY).status_code == 201
    listed = {"name": "fly in", "seconds": 2.0, "keyframes": 2}
    assert client.get("/scenes/six/paths").json() == {"paths": [listed]}
    assert client.get(at).json() == WAY
    way = camera_path(PathOptions(str(library / "six" / "paths" / "fly in.json")), 0.3)
    assert len(way.poses) == 60
    assert way.poses[-1].position == pytest.approx([0.1, 0, 0])
    assert client.delete(at).status_code == 204
    assert client.get(at).status_code == 404


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"keyframes": []}', b'{"keyframes": [{}]}'])
def test_what_is_no_path_leaves_the_old_one(client: TestClient, library: Path, body: bytes) -> None:
    at = "/scenes/six/paths/a.json"
    client.post(at, json=WAY)
    answer = client.post(at, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert detail(answer).startswith("This is no camera path: the path")
    assert str(library) not in detail(answer)
    assert client.get(at).json() == WAY
    assert [file.name for file in (library / "six" / "paths").iterdir()] == ["a.json"]


def test_strangers_forms_samples_and_floods_are_refused(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = "/scenes/six/paths/a.json"
    assert client.post(at, json=WAY, headers={"origin": "http://evil.example"}).status_code == 403
    assert client.post(at, json=WAY, headers={"origin": "http://testserver"}).status_code == 201
    assert client.delete(at, headers={"origin": "null"}).status_code == 403
    form = {"content-type": "text/plain"}
    assert client.post(at, content=json.dumps(WAY), headers=form).status_code == 415
    sample = client.post("/scenes/sample:beach/paths/a.json", json=WAY)
    assert sample.status_code == 403 and "Samples" in detail(sample)
    big = {"content-type": "application/json"}
    assert client.post(at, content=b" " * (LARGEST + 1), headers=big).status_code == 413
    monkeypatch.setattr(paths, "MANY", 1)
    assert client.post("/scenes/six/paths/b.json", json=WAY).status_code == 409


@pytest.mark.parametrize("name", ["..%2fscene", ".hidden", "%2e%2e", "a%5cb"])
def test_nothing_outside_the_folder_is_reached(client: TestClient, name: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = client.request(method, f"/scenes/six/paths/{name}.json", json=WAY)
        assert answer.status_code in (404, 405)
    assert client.get("/scenes/nowhere/paths").status_code == 404
