"""A small place with exact distances, an engine that gives it at once, and looks at disks."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from depthfusion.generation.engines import Generated, GenerateOptions, Preview
from depthfusion.geometry.equirectangular import directions
from depthfusion.studio.importing import import_photo
from depthfusion.studio.options import ImportOptions, VideoOptions
from depthfusion.types import Cancelled, Progress, RGBDPanorama, SceneInfo, silent

HALF = np.array([2.0, 1.5, 3.0])  # of the room, metres
SHORT = VideoOptions(seconds=0.2, size=(96, 54))


def box_room(height: int = 64) -> RGBDPanorama:
    """A room seen from its middle: distances in closed form, colours smooth along the walls."""
    rays = directions(height, 2 * height).astype(np.float64)
    with np.errstate(divide="ignore"):
        distance = (HALF / np.abs(rays)).min(axis=-1)
    points = rays * distance[..., None] / HALF
    rgb = np.rint(127.5 + 100 * np.sin(2 * points + [0, 1, 2])).astype(np.uint8)
    return RGBDPanorama(rgb, distance.astype(np.float32))


class PretendEngine:
    """Gives the room for any words, with the steps and the record of a real engine."""

    name = "sketch"
    takes = frozenset({"seed"})

    def generate_many(
        self, options: GenerateOptions, seeds: Sequence[int], progress: Progress = silent,
        preview: Preview | None = None,
    ) -> tuple[Generated, ...]:  # fmt: skip
        return tuple(self.generate(replace(options, seed=seed), progress) for seed in seeds)

    def generate(
        self, options: GenerateOptions, progress: Progress = silent, preview: Preview | None = None
    ) -> Generated:
        for step in ("reading the prompt", "drawing", "smoothing"):
            progress(step, 0.0)
            progress(step, 1.0)
        info = SceneInfo(
            title=options.prompt,
            engine=self.name,
            prompt=options.prompt,
            seed=options.seed,
            options={"width": options.width},
            made={"rgb": "drawn", "distance": "exact"},
        )
        panorama = box_room(options.height)
        return Generated(panorama, info, ("room (place)",), ("purple",), ("a note",), 0.0)


def pretend_choice(name: str = "auto", model: str | None = None) -> tuple[PretendEngine, str]:
    return PretendEngine(), "pretend: it was at hand"


def photo_and_depth(folder: Path, height: int = 64) -> tuple[Path, ImportOptions]:
    """The room as a photo and a file of distances."""
    room = box_room(height)
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(room.rgb).save(folder / "room.png")
    np.save(folder / "room.npy", room.distance)
    return folder / "room.png", ImportOptions(folder / "room.npy", "distance")


def imported_room(folder: Path) -> Path:
    """The room as a scene."""
    photo, options = photo_and_depth(folder / "in", height=128)
    import_photo(photo, folder / "room", options)
    return folder / "room"


def tree(folder: Path) -> dict[str, str]:
    """Everything under a folder, hidden things too: path → digest, or "folder"."""
    found = {}
    for path in sorted(folder.rglob("*")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        found[path.relative_to(folder).as_posix()] = digest
    return found


class Recorder:
    """A progress that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []

    def __call__(self, stage: str, fraction: float) -> None:
        self.told.append((stage, fraction))

    @property
    def stages(self) -> list[str]:
        return list(dict.fromkeys(stage for stage, _ in self.told))


def stopping_at(wanted: Callable[[str, float], bool]) -> Progress:
    """A progress that stops the work at the first moment that `wanted` picks."""

    def progress(stage: str, fraction: float) -> None:
        if wanted(stage, fraction):
            raise Cancelled

    return progress
