"""Studios in processes of their own: killed at any moment, and on machines without OpenGL."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import imageio_ffmpeg
import pytest
from studio_samples import tree

from depthfusion import studio
from depthfusion.io.scene_folder import load_scene

TESTS = Path(__file__).resolve().parent

# Makes one scene after the other in the same place, each of another seed, until it is killed.
MAKER = """
import sys
from studio_samples import SHORT, pretend_choice
from depthfusion import studio
from depthfusion.studio import creating

creating.choose_engine = pretend_choice
folder, warm = sys.argv[1:]
for seed in range(1000):
    options = studio.CreateOptions(seed=seed, width=128, height=64, preview=SHORT)
    studio.create("a room", folder if seed else warm, options)
    print(seed, flush=True)
"""

# What a bare machine lacks, importing fails to find.
BARE = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("OpenGL", "pyrender", "open3d", "torch", "gradio"):
            raise ModuleNotFoundError(f"{name} is hidden", name=name)

sys.meta_path.insert(0, Hidden())
from depthfusion import studio

film = studio.VideoOptions(seconds=0.2, size=(64, 36))
options = studio.CreateOptions(seed=1, width=128, height=64, preview=film)
outcome = studio.create("red desert dunes at dusk", sys.argv[1], options)
assert outcome.facts["preview"]["renderer"] == "cpu"
studio.stereo(sys.argv[1], sys.argv[2])
"""


def started(script: str, *arguments: Path) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(TESTS.parent), str(TESTS), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def assert_whole(folder: Path) -> None:
    """Verify that every part of a scene opens, and that all are of one making."""
    scene = load_scene(folder)
    seed = scene.info.seed
    assert f'"seed":{seed}' in (folder / "scene.glb").read_bytes()[:4096].decode("utf-8", "replace")
    frames, _ = imageio_ffmpeg.count_frames_and_secs(str(folder / "preview.mp4"))
    assert frames == 6 and (folder / "thumbnail.webp").stat().st_size > 0


@pytest.mark.parametrize("old", [False, True])
def test_a_kill_at_any_moment_leaves_the_old_scene_the_new_or_none(
    old: bool, tmp_path: Path
) -> None:
    chance = random.Random(20 + old)
    home = tmp_path / "scenes"
    home.mkdir()
    for _ in range(3):
        maker = started(MAKER, home / "room", tmp_path / "warm")
        assert maker.stdout is not None
        for _ in range(2 if old else 1):  # the first makes it warm, the second leaves a scene
            assert maker.stdout.readline(), maker.communicate()[1]
        time.sleep(chance.uniform(0, 0.6))
        maker.kill()
        maker.communicate()
        if old or (home / "room").exists():
            assert_whole(home / "room")
        assert [entry.problem for entry in studio.list_scenes(home)] in ([], [None])
    clean_up_after_the_dead(home)


def clean_up_after_the_dead(home: Path) -> None:
    """The next that writes there removes what a killed one left."""
    if not (home / "room").exists():
        return
    options = studio.CreateOptions(seed=1, width=64, height=32, preview=None)
    studio.create("red desert dunes", home / "room", options)
    assert {name.partition("/")[0] for name in tree(home)} == {"room"}


def test_a_bare_machine_goes_from_words_to_glb_and_film(tmp_path: Path) -> None:
    bare = started(BARE, tmp_path / "dunes", tmp_path / "pair.png")
    _, said = bare.communicate(timeout=300)
    assert bare.returncode == 0, said
    assert (tmp_path / "dunes" / "scene.glb").read_bytes()[:4] == b"glTF"
    frames, _ = imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "dunes" / "preview.mp4"))
    assert frames == 6
