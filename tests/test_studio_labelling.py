"""Films as the studio writes them: wrapped round the viewer, with their recipe and a name."""

import json
from pathlib import Path

import pytest
from export_samples import room_scene
from films import boxes, contents, entry, frame_digests, told

from depthfusion import studio
from depthfusion.io.recipes import take_recipe


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return room_scene(tmp_path_factory.mktemp("scenes") / "room")


@pytest.mark.parametrize(
    ("options", "stereo", "mapping", "seconds"),
    [
        ({"projection": "equirectangular", "size": (64, 32)}, "2D", "equirectangular", 0.5),
        # Longer ones are joined from parts.
        ({"projection": "ods", "size": (64, 32)}, "top and bottom", "equirectangular", 2.5),
        ({"projection": "ods", "size": (64, 32), "layout": "lr"}, "side by side", "equirect", 0.5),
        (
            {"projection": "ods", "size": (64, 32), "layout": "anaglyph"},
            "2D",
            "equirectangular",
            0.5,
        ),
        ({"projection": "vr180", "size": (64, 64)}, "side by side", "tiled equirectangular", 2.5),
    ],
)
def test_films_that_surround_say_so(options, stereo, mapping, seconds, room, tmp_path) -> None:
    out = tmp_path / "film.mp4"
    film = studio.VideoOptions(seconds=seconds, path="sway", **options)
    outcome = studio.video(room, out, film)
    said = told(out)
    assert f"Stereo 3D: {stereo}," in said and f"Spherical Mapping: {mapping}" in said
    kinds = [kind for kind, _, _ in boxes(out.read_bytes())]
    assert kinds.index("moov") < kinds.index("mdat")
    assert len(frame_digests(out)) == seconds * 30
    assert [note for note in outcome.notes if "players that go by names know it as film_" in note]
    assert take_recipe(out)["film"]["projection"] == options["projection"]
    assert list(tmp_path.iterdir()) == [out]


def test_a_fisheye_film_has_its_mesh(room, tmp_path) -> None:
    out = tmp_path / "room_F180_LR.mp4"
    film = studio.VideoOptions(projection="vr180", lens="fisheye", size=(64, 64), seconds=0.2)
    assert studio.video(room, out, film).notes == []
    mesh = contents(entry(out.read_bytes())["sv3d"], "proj", "mshp")
    assert mesh[8:12] == b"dfl8"


def test_a_flat_film_says_only_how_it_was_made(room, tmp_path) -> None:
    out = tmp_path / "film.mp4"
    keys = tmp_path / "keys.json"
    frames = [{"time": 0.2 * k, "position": [0, 0, 0.1 * k]} for k in range(2)]
    keys.write_text(json.dumps({"keyframes": frames}))
    film = studio.VideoOptions(size=(64, 36), path=str(keys))
    outcome = studio.video(room, out, film)
    assert "Spherical" not in told(out) and "Stereo 3D" not in told(out)
    assert not [note for note in outcome.notes if "players" in note]
    assert take_recipe(out)["film"]["path"] == "keys.json", "where it lay is nobody's business"
