"""The app driven by `gradio_client`, as scripts do; many at once; each with files of their own."""

import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pretend_studio
import pytest
from app_serving import serving
from fastapi.testclient import TestClient
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from viewer_sample import panorama

from app.options import ServeOptions
from app.server import build_app

BEACH = Path(__file__).parents[1] / "assets" / "beach"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("library")
    shutil.copytree(BEACH, library / "bay")
    return library


@pytest.fixture(scope="module")
def address(library: Path) -> Iterator[str]:
    app = build_app(ServeOptions(library=library), pretend_studio.PretendStudio())
    with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Client:
    return Client(address, verbose=False)


def test_every_endpoint_is_named_and_documented(client: Client) -> None:
    told = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    names = {"create", "bring", "reshape", "film", "still", "export", "inspect", "scenes",
             "rename", "duplicate", "delete", "undo", "jobs", "stop", "resume", "engines",
             "formats", "recognise", "recipe"}  # fmt: skip
    assert set(told) == {f"/{name}" for name in names}
    assert all(len(one["description"]) > 10 for one in told.values())
    given = {one["parameter_name"] for one in told["/create"]["parameters"]}
    assert {"prompt", "seed", "width", "engine", "variations"} <= given


def test_a_script_makes_films_exports_and_puts_in_order(client: Client, library: Path) -> None:
    made = client.predict("a still lake", seed=5, api_name="/create")
    key = made["scenes"][0]["key"]
    assert (made["state"], made["scenes"][0]["title"]) == ("done", "a still lake")
    assert (library / key / "scene.json").is_file()
    film = client.predict(key, "orbit", "360-tb", 2, 24, api_name="/film")
    assert film["file"] == "exports/orbit_360_TB.mp4"
    wanted = [row for row in client.predict(api_name="/formats") if row["suffix"] == ".glb"]
    file = client.predict(key, ".glb", wanted[0]["kind"], api_name="/export")["file"]
    assert (library / key / file).is_file()
    assert client.predict(key, api_name="/inspect")["findings"][0][0] == "holes"
    assert client.predict(key, "A lake", api_name="/rename")["title"] == "A lake"
    assert client.predict("lake", api_name="/scenes")[0]["key"] == key
    token = client.predict(key, api_name="/delete")
    assert client.predict("lake", api_name="/scenes") == []
    assert client.predict(token, api_name="/undo")["key"] == key
    listed = client.predict(api_name="/jobs")
    assert [job["kind"] for job in listed][:2] == ["inspect", "export"]


def test_a_script_brings_a_photo_that_is_recognised_first(client: Client, tmp_path: Path) -> None:
    photo, depth = tmp_path / "hall.png", tmp_path / "hall.npy"
    Image.fromarray(panorama(64)).save(photo)
    np.save(depth, np.full((64, 128), 2, np.float32))
    assert not client.predict(handle_file(photo), api_name="/recognise")["ready"]
    made = client.predict(handle_file(photo), handle_file(depth), "distance", api_name="/bring")
    assert made["scenes"][0]["title"] == "hall"
    recipe = client.predict(handle_file(BEACH / "scene.glb"), api_name="/recipe")
    assert recipe["prompt"] == "a quiet beach with palms at sunset"


def test_what_cannot_be_done_is_an_error_of_a_sentence(client: Client) -> None:
    with pytest.raises(AppError, match="no scene nowhere"):
        client.predict("nowhere", "x", api_name="/rename")
    with pytest.raises(AppError, match="This scene is gone"):
        client.predict("nowhere", api_name="/film")
    with pytest.raises(AppError, match="Samples stay as they are"):
        client.predict("sample:beach", api_name="/delete")
    with pytest.raises(AppError, match="the <b>engine</b> broke"):
        client.predict("break", api_name="/create")


def test_progress_is_told_and_a_stop_stops(address: str, library: Path) -> None:
    slow = pretend_studio.PretendStudio(seconds=30)
    home = library.parent / "slow"
    with serving(build_app(ServeOptions(library=home), slow)) as there:
        client = Client(there, verbose=False)
        work = client.submit("a desert", api_name="/create")
        until(lambda: any(one["state"] == "running" for one in work.outputs()))
        job = client.predict(api_name="/jobs")[0]
        assert Client(there, verbose=False).predict(api_name="/jobs") == []  # another's list
        assert client.predict(job["id"], api_name="/stop") is True
        with pytest.raises(AppError, match="Stopped"):
            work.result(timeout=20)
        assert [path.name for path in home.iterdir()] == [".jobs"]


def test_twenty_at_once_all_see_their_place_in_the_line(library: Path) -> None:
    quick = pretend_studio.PretendStudio(seconds=0.1)
    with serving(build_app(ServeOptions(library=library.parent / "many"), quick)) as there:
        clients = [Client(there, verbose=False) for _ in range(20)]
        with ThreadPoolExecutor(20) as people:
            told = list(people.map(press_create, clients, range(20)))
    assert all(steps[-1]["state"] == "done" for steps in told)
    places = sorted(max(step["ahead"] for step in steps if "ahead" in step) for steps in told[:])
    assert places[-1] >= 15 and places == sorted(places)


def press_create(client: Client, number: int) -> list[dict[str, Any]]:
    return list(client.submit(f"place {number}", api_name="/create"))


def test_an_upload_is_for_the_one_who_sent_it(library: Path, tmp_path: Path) -> None:
    photo = tmp_path / "mine.png"
    Image.fromarray(panorama(64)).save(photo)
    app = build_app(ServeOptions(library=library), pretend_studio.PretendStudio())
    with TestClient(app) as ann, TestClient(app) as ben:
        for person in (ann, ben):
            assert "depthfusion-visitor" in person.get("/", headers={"accept": "text/html"}).cookies
        sent = ann.post("/gradio_api/upload", files={"files": photo.read_bytes()}).json()[0]
        assert ann.get(f"/gradio_api/file={sent}").status_code == 200
        assert ben.get(f"/gradio_api/file={sent}").status_code == 404
        assert ben.get(f"/gradio_api/file={sent.replace('/', '%2F')}").status_code in (403, 404)
        given = {"data": [{"path": sent, "meta": {"_type": "gradio.FileData"}}, None]}
        for person, said in ((ann, "process_completed"), (ben, "sent by somebody else")):
            call = person.post("/gradio_api/call/recognise", json=given)
            events = person.get(f"/gradio_api/call/recognise/{call.json()['event_id']}").text
            assert ("panorama" in events) == (person is ann), events
            assert said in events or person is ann


def until(condition: Any, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
