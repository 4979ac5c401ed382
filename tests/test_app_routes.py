"""What the server hands out, what it refuses, and who may ask."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pretend_studio
import pytest
from fastapi.testclient import TestClient

from app.options import ServeOptions
from app.server import build_app, listen
from app.sign_in import COOKIE
from depthfusion.types import InputError

PAGE = {"accept": "text/html"}
GUARDED = [
    "/", "/config", "/theme.css", "/gradio_api/info", "/gradio_api/queue/data?session_hash=x",
    "/gradio_api/file=/etc/hostname", "/viewer/", "/viewer/main.js", "/viewer/vendor/three.js",
    "/jobs", "/jobs/1234/picture.webp", "/examples/forest.webp", "/scenes/six/paths",
    "/scenes/six/scene.glb", "/scenes/six/thumbnail.webp", "/scenes/six/exports/walk.mp4",
]  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("library")
    scene = pretend_studio.write_scene_folder(library / "six")
    (scene / "exports").mkdir()
    (scene / "exports" / "walk.mp4").write_bytes(b"film")
    (scene / "exports" / "page.html").write_text("<script>1</script>")
    (scene / "exports" / "key.pem").write_text("secret")
    (scene / "notes.txt").write_text("secret")
    (scene / "distance.png").write_bytes(b"secret")
    (library.parent / "outside.glb").write_text("secret")
    (scene / "exports" / "link.glb").symlink_to(library.parent / "outside.glb")
    (library / "no scene").mkdir()
    (library / "no scene" / "scene.glb").write_text("secret")
    pretend_studio.write_scene_folder(library / "Räume & more")
    return library


@pytest.fixture(scope="module")
def client(library: Path) -> Iterator[TestClient]:
    app = build_app(ServeOptions(library=library), pretend_studio.PretendStudio())
    with TestClient(app) as client:
        yield client


@pytest.fixture(scope="module")
def locked(library: Path) -> Iterator[TestClient]:
    options = ServeOptions(library=library, auth=("ann", "pass:word"))
    app = build_app(options, pretend_studio.PretendStudio())
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("scene.glb", "model/gltf-binary"),
        ("scene.json", "application/json"),
        ("thumbnail.webp", "image/webp"),
        ("rgb.png", "image/png"),
        ("exports/walk.mp4", "video/mp4"),
    ],
)
def test_scene_files_come_with_their_type(client: TestClient, name: str, kind: str) -> None:
    answer = client.get(f"/scenes/six/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_name_with_spaces_and_letters_of_other_tongues(client: TestClient) -> None:
    assert client.get("/scenes/R%C3%A4ume%20&%20more/scene.glb").status_code == 200


def test_a_part_of_a_file(client: TestClient) -> None:
    answer = client.get("/scenes/six/scene.glb", headers={"range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (206, b"glTF")


def test_saved_under_a_name_of_ones_own(client: TestClient) -> None:
    answer = client.get("/scenes/six/scene.glb", params={"save": 'a"\r\n/../forest.glb'})
    assert answer.headers["content-disposition"] == 'attachment; filename="a..forest.glb"'


def test_exports_are_never_shown_as_a_page(client: TestClient) -> None:
    answer = client.get("/scenes/six/exports/page.html")
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "path",
    [
        "/scenes/six/notes.txt",
        "/scenes/six/distance.png",
        "/scenes/six/exports/key.pem",
        "/scenes/six/exports/link.glb",
        "/scenes/six/exports/..%2f..%2fsix%2fscene.glb",
        "/scenes/six/exports/",
        "/scenes/six/",
        "/scenes/..%2f..%2foutside.glb",
        "/scenes/%2e%2e/outside.glb",
        "/scenes/..%5c..%5coutside.glb/scene.glb",
        "/scenes/no%20scene/scene.glb",
        "/scenes/six%00/scene.glb",
        "/scenes/.hidden/scene.glb",
        "/viewer/..%2f..%2f__init__.py",
        "/viewer/%2e%2e/__init__.py",
    ],
)
def test_nothing_else_is_handed_out(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (400, 404), answer.text
    assert "secret" not in answer.text


def test_gradio_does_not_hand_out_the_library_or_the_program(
    client: TestClient, library: Path
) -> None:
    for path in (library / "six" / "notes.txt", Path("app/server.py").resolve(), "/etc/hostname"):
        answer = client.get(f"/gradio_api/file={path}")
        assert answer.status_code in (403, 404), path


def test_the_viewer_talks_to_nobody_else(client: TestClient) -> None:
    answer = client.get("/viewer/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "'sha256-" in policy
    assert "frame-ancestors 'self'" in policy
    for text in (answer.text, client.get("/viewer/viewer.css").text):
        assert "http://" not in text and "https://" not in text


def test_nothing_is_open_without_signing_in(locked: TestClient) -> None:
    for path in GUARDED:
        answer = locked.get(path)
        assert answer.status_code == 401, path
        assert b"secret" not in answer.content
    assert locked.post("/gradio_api/upload", files={"files": b"x"}).status_code == 401
    assert locked.post("/gradio_api/queue/join", json={}).status_code == 401
    assert locked.post("/gradio_api/call/create", json={"data": []}).status_code == 401
    assert locked.post("/jobs/1234/stop").status_code == 401


def test_every_route_there_is_asks_who_comes(locked: TestClient, library: Path) -> None:
    """Also routes that nobody has thought of here."""
    tried = 0
    app = build_app(ServeOptions(library=library), pretend_studio.PretendStudio())
    for route in all_routes(app):
        if route.rstrip("/").endswith(("/login", "/logout")):
            continue
        path = re.sub(r"\{[^}]*\}", "x", route)
        for answer in (locked.get(path), locked.post(path)):
            assert answer.status_code == 401, path
        tried += 1
    assert tried > 40


def all_routes(app: Any) -> set[str]:
    """The paths of an app's routes and of those mounted in it."""
    while not hasattr(app, "routes"):
        app = app._app
    found = set()
    for route in app.routes:
        path = getattr(route, "path", None) or ""
        inner = getattr(route, "original_router", None) or getattr(route, "app", None)
        if hasattr(inner, "routes"):
            found |= {path + deeper for deeper in all_routes(inner)}
        found.add(path or "/")
    return found


def test_another_site_may_not_stop_a_job(client: TestClient) -> None:
    answer = client.post("/jobs/1234/stop", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert client.post("/jobs/1234/stop").status_code == 404


def test_a_browser_is_led_to_the_sign_in_page_and_back(locked: TestClient) -> None:
    led = locked.get("/viewer/?scene=../scenes/six/", headers=PAGE)
    assert led.status_code == 303
    page = locked.get(led.headers["location"], headers=PAGE)
    assert page.status_code == 200 and "<form" in page.text
    wrong = {"username": "ann", "password": "<b>"}
    answer = locked.post(led.headers["location"], data=wrong, headers=PAGE)
    assert answer.status_code == 401 and "not right" in answer.text and "<b>" not in answer.text
    right = {"username": "ann", "password": "pass:word"}
    answer = locked.post(led.headers["location"], data=right, headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/viewer/?scene=../scenes/six/",
    )
    assert "httponly" in answer.headers["set-cookie"].lower()
    for path in GUARDED:
        if not any(word in path for word in ("queue/data", "file=", "/jobs/1234")):
            assert locked.get(path).status_code == 200, path
    locked.get("/logout")
    assert COOKIE not in locked.cookies
    assert locked.get("/scenes/six/scene.glb").status_code == 401


@pytest.mark.parametrize("place", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_signing_in_leads_nowhere_else(locked: TestClient, place: str) -> None:
    right = {"username": "ann", "password": "pass:word"}
    answer = locked.post("/login", params={"next": place}, data=right, headers=PAGE)
    assert answer.headers["location"] == "/"
    locked.get("/logout")


def test_a_script_signs_in_as_gradio_client_does_or_by_basic(locked: TestClient) -> None:
    assert locked.get("/config", auth=("ann", "pass:word")).status_code == 200
    assert locked.get("/config", auth=("ann", "wrong")).status_code == 401
    assert locked.get("/config", headers={"authorization": "Basic ???"}).status_code == 401
    answer = locked.post("/login", data={"username": "ann", "password": "pass:word"})
    assert answer.json() == {"success": True}
    assert locked.get("/config").status_code == 200
    locked.get("/logout")


def test_others_come_in_only_where_that_is_meant() -> None:
    with pytest.raises(InputError, match="--auth"):
        ServeOptions(host="0.0.0.0")
    with pytest.raises(InputError, match="not in this version"):
        ServeOptions(share=True)
    with pytest.raises(InputError, match="NAME:PASSWORD"):
        ServeOptions(auth=("ann", ""))
    ServeOptions(host="0.0.0.0", auth=("ann", "word"))
    ServeOptions(host="::", insecure=True)
    for host in ("localhost", "127.0.0.2", "::1"):
        ServeOptions(host=host)


def test_a_port_that_is_taken_is_said() -> None:
    with listen(ServeOptions(port=0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"{port}.*--port"):
            listen(ServeOptions(port=port))
