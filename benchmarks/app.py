"""How soon the app answers, what it keeps in memory after many rounds, and twenty people at once.

    python benchmarks/app.py [--parts start,memory,crowd] [--rounds 50] [--people 20]

- start: `launch.py` in a ready environment until the page is answered, seconds by the wall clock,
  the best of three.
- memory: rounds of create, import and export over the real studio, as small as they go; resident
  memory of the server after the tenth round and after the last.
- crowd: people who press create at the same moment, over the real studio; every one of them has to
  be told a place in the line and to get a scene.
"""

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROOM = ROOT / "assets" / "living-room"
PARTS = ("start", "memory", "crowd")
SMALL = 128  # columns of a panorama
BARS = "bars: answering within 6 s; memory within 10 % of the tenth round; 20 people, no error"


def main() -> None:
    """Measure the parts that were asked for and print one JSON line last."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--people", type=int, default=20)
    asked = parser.parse_args()
    print(heading())
    figures: dict[str, Any] = {}
    for part in asked.parts.split(","):
        if part == "start":
            figures[part] = start()
        elif part == "memory":
            figures[part] = memory(asked.rounds)
        elif part == "crowd":
            figures[part] = crowd(asked.people)
        else:
            parser.error(f"there is no part {part!r}; there are {', '.join(PARTS)}")
        print(part, figures[part], flush=True)
    print(json.dumps(figures))


def heading() -> str:
    """Date, machine, commit and versions."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("gradio", "fastapi", "numpy"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}, commit {commit or 'unknown'}, {libraries}\n{BARS}"
    )


@contextlib.contextmanager
def running(home: Path) -> Iterator[tuple[str, int]]:
    """The app as a person starts it; gives its address and process."""
    line = [sys.executable, str(ROOT / "launch.py"), "--port", "0", "--library", str(home)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        try:
            assert server.stdout is not None
            words = server.stdout.readline()
            address = next(word for word in words.split() if word.startswith("http"))
            yield address, server.pid
        finally:
            server.terminate()


def start() -> dict[str, Any]:
    """Seconds until the page is there."""
    took = []
    for _ in range(3):
        with TemporaryDirectory() as home:
            began = time.perf_counter()
            with running(Path(home)) as (address, _pid):
                urllib.request.urlopen(address, timeout=60).read()
                took.append(round(time.perf_counter() - began, 2))
    return {"seconds": min(took), "each": took}


def memory(rounds: int) -> dict[str, Any]:
    """Resident megabytes of the server after rounds of small work."""
    from gradio_client import Client, handle_file

    with TemporaryDirectory() as home, running(Path(home)) as (address, pid):
        photo, depth = small_room(Path(home))
        client, seen = Client(address, verbose=False), []
        for number in range(rounds):
            made = client.predict(
                "a red desert", engine="sketch", seed=number, width=SMALL, preview=False,
                api_name="/create",
            )  # fmt: skip
            brought = client.predict(
                handle_file(photo), handle_file(depth), "distance", api_name="/bring"
            )
            for scene in (*made["scenes"], *brought["scenes"]):
                client.predict(scene["key"], ".glb", api_name="/export")
                client.predict(scene["key"], api_name="/delete")
            seen.append(resident(pid))
            print(f"  round {number + 1}: {seen[-1]:.0f} MB", file=sys.stderr, flush=True)
    tenth = seen[min(9, len(seen) - 1)]
    return {
        "tenth_mb": round(tenth, 1),
        "last_mb": round(seen[-1], 1),
        "growth": round(seen[-1] / tenth - 1, 4),
        "rounds": rounds,
    }


def crowd(people: int) -> dict[str, Any]:
    """What each of many people is told who press create at once."""
    from gradio_client import Client

    with TemporaryDirectory() as home, running(Path(home)) as (address, _pid):
        clients = [Client(address, verbose=False) for _ in range(people)]

        def press(number: int) -> list[dict[str, Any]]:
            work = clients[number].submit(
                "a red desert", engine="sketch", seed=number, width=SMALL, preview=False,
                api_name="/create",
            )  # fmt: skip
            return list(work)

        began = time.perf_counter()
        with ThreadPoolExecutor(people) as pool:
            told = list(pool.map(press, range(people)))
        seconds = time.perf_counter() - began
    places = sorted(max(step.get("ahead", -1) for step in steps) for steps in told)
    done = sum(bool(steps) and steps[-1]["state"] == "done" for steps in told)
    return {
        "people": people,
        "got_a_scene": done,
        "saw_a_place": sum(place >= 0 for place in places),
        "places": places,
        "seconds": round(seconds, 1),
    }


def small_room(folder: Path) -> tuple[Path, Path]:
    """A photo and its distances, a few pixels of the sample."""
    import numpy as np
    from PIL import Image

    from depthfusion.io.scene_folder import load_scene

    panorama = load_scene(ROOM).panorama
    step = panorama.width // SMALL
    photo, depth = folder / "small.png", folder / "small.npy"
    Image.fromarray(panorama.rgb[::step, ::step]).save(photo)
    np.save(depth, panorama.distance[::step, ::step])
    return photo, depth


def resident(pid: int) -> float:
    """Megabytes that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(row for row in status.splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


if __name__ == "__main__":
    main()
