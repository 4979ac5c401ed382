"""What faults leave behind: kills at every step, full disks, places that can't be written."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from scene_samples import small_scene

from depthfusion.io import staging
from depthfusion.io.scene_folder import (
    is_scene,
    load_scene,
    save_scene,
    scenes_in,
    staged_scene,
    write_scene,
)
from depthfusion.types import InputError

HERE = Path(__file__).parent

KILLS = """
import os, random, signal, sys, time
from pathlib import Path
from depthfusion.io import staging
from depthfusion.io.scene_folder import load_scene, save_scene
from scene_samples import small_scene

way, portable, folder = sys.argv[1], sys.argv[2] == "portable", Path(sys.argv[3])
if portable:
    staging._renameat2 = lambda *_: False
scenes = [small_scene(k, height=8, title=f"scene {k}") for k in range(2)]
pixels = {s.info.title: (s.panorama.rgb.tobytes(), len(s.layered.layers)) for s in scenes}
COUNTED = ("open", "os.", "shutil.", "ctypes.dlsym")


def die_at(step):
    left = [step]
    def hook(event, _):
        if event.startswith(COUNTED):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)


def child(work):
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


def verify(may_be_missing):
    if may_be_missing and not folder.exists():
        return
    scene = load_scene(folder)  # puts back what was set aside
    assert (scene.panorama.rgb.tobytes(), len(scene.layered.layers)) == pixels[scene.info.title]


def every_step(existing):
    for step in range(1, 1000):
        if existing:
            save_scene(scenes[0], folder)
        pid = child(lambda: (die_at(step), save_scene(scenes[1], folder)))
        killed = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
        verify(not existing)
        if not killed:
            return step
        if not existing and folder.exists():
            folder.rename(folder.with_name(f"moved {step}"))


def any_moment(count):
    save_scene(scenes[0], folder)
    rng = random.Random(1)
    for _ in range(count):
        def forever():
            while True:
                for scene in scenes:
                    save_scene(scene, folder)
        pid = child(forever)
        time.sleep(rng.uniform(0.002, 0.05))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        verify(False)
    return count


steps = any_moment(40) if way == "moment" else every_step(way == "existing")
save_scene(scenes[0], folder)
left = [p.name for p in folder.parent.iterdir() if p.name.startswith(".")]
assert left == [], left
print(steps)
"""


def run_script(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(HERE.parent), str(HERE)])
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills need POSIX processes")
@pytest.mark.parametrize("system", ["exchange", "portable"])
@pytest.mark.parametrize("way", ["existing", "new", "moment"])
def test_a_kill_leaves_the_old_scene_the_new_one_or_none(tmp_path, way, system):
    done = run_script(KILLS, way, system, str(tmp_path / "a scene"))
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30


@pytest.mark.skipif(sys.platform != "linux", reason="renameat2 is Linux's")
def test_linux_exchanges_in_one_step(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    (one / "was one").touch()
    assert staging.exchange(one, other)
    assert (other / "was one").exists()
    with pytest.raises(FileExistsError):
        staging.rename_new(one, other)


@pytest.mark.skipif(os.name == "nt", reason="limits on the size of a file are POSIX")
def test_a_file_system_that_takes_no_more_keeps_the_old_scene(tmp_path):
    folder = tmp_path / "scene"
    save_scene(small_scene(), folder)
    done = run_script(
        "import resource, sys\n"
        "from depthfusion.io.scene_folder import save_scene\n"
        "from depthfusion.types import InputError\n"
        "from scene_samples import small_scene\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\n"
        "try:\n    save_scene(small_scene(1), sys.argv[1])\n"
        "except InputError as error:\n    print(error)\n",
        str(folder),
    )
    assert "cannot write" in done.stdout, done.stderr
    assert "larger than this system allows" in done.stdout
    assert load_scene(folder).panorama.rgb.tobytes() == small_scene().panorama.rgb.tobytes()
    assert [path.name for path in tmp_path.iterdir()] == ["scene"]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permission is denied"),
    ],
)
@pytest.mark.parametrize("after", [0, 3])
def test_refusals_are_one_sentence_and_leave_nothing(tmp_path, monkeypatch, code, says, after):
    written = []
    write = Path.write_bytes

    def failing(path, data):
        written.append(path)
        if len(written) > after:
            raise OSError(code, os.strerror(code), str(path))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", failing)
    with pytest.raises(InputError, match=f"cannot write .*{says}") as caught:
        save_scene(small_scene(), tmp_path / "new" / "scene")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_place_within_a_file_is_refused_before_the_work(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="cannot"):
        save_scene(small_scene(), tmp_path / "file" / "scene")
    assert (tmp_path / "file").read_text() == "mine"


def test_names_that_are_too_long_are_refused(tmp_path):
    with pytest.raises(InputError, match="too long"):
        save_scene(small_scene(), tmp_path / ("n" * 300))
    assert list(tmp_path.iterdir()) == []


def test_a_scene_that_was_set_aside_comes_back_when_looked_for(tmp_path):
    save_scene(small_scene(), tmp_path / "scene")
    aside = tmp_path / ".scene.4242-0badcafe.old"
    (tmp_path / "scene").rename(aside)
    assert [path.name for path in scenes_in(tmp_path)] == ["scene"]
    (tmp_path / "scene").rename(aside)
    assert is_scene(tmp_path / "scene")
    assert not aside.exists()


def test_a_reader_who_looks_between_two_renames_does_no_harm(tmp_path, monkeypatch):
    save_scene(small_scene(), tmp_path / "scene")
    monkeypatch.setattr(staging, "exchange", lambda *_: False)
    rename, seen = os.rename, []

    def watched(source, target):
        rename(source, target)
        if str(target).endswith(".old") and len(seen) < 2:
            seen.append(is_scene(tmp_path / "scene"))

    monkeypatch.setattr(os, "rename", watched)
    save_scene(small_scene(1, title="new"), tmp_path / "scene")
    assert seen == [True, True]
    assert load_scene(tmp_path / "scene").info.title == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["scene"]


def test_only_dead_leftovers_of_the_same_place_are_removed(tmp_path):
    dead = tmp_path / ".scene.4242-0badcafe.partial"
    other = tmp_path / ".other.4242-0badcafe.partial"
    foreign = tmp_path / ".scene.notes.partial"
    for folder in (dead, other, foreign):
        folder.mkdir()
    with staging.staged_folder(tmp_path / "scene", lambda _: None) as alive:
        (alive / "content").touch()
        with staging.staged_folder(tmp_path / "scene", lambda _: None) as second:
            (second / "content").touch()
            assert not dead.exists()
            assert alive.exists()
    assert other.exists()
    assert foreign.exists()


def test_nobody_is_replaced_who_came_in_between(tmp_path):
    target = tmp_path / "scene"
    with (
        pytest.raises(InputError, match="exists and is no scene"),
        staged_scene(target) as stage,
    ):
        write_scene(small_scene(), stage)
        target.mkdir()
        (target / "mine").touch()
    assert (target / "mine").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["scene"]
