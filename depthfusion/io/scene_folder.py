"""The scene folder, the one durable format (DESIGN.md, section 4): whole or not, and checked.

scene.json  rgb.png  distance.png  layers/NN_rgba.png  layers/NN_distance.png  thumbnail.webp
exports/
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthfusion.geometry.depth import CODE_MAX, code_range, encode_distance16
from depthfusion.io.atomic import StrPath
from depthfusion.io.encoding import encode_image
from depthfusion.io.file_errors import os_errors_explained
from depthfusion.io.placement import resize_wrapped
from depthfusion.io.scene_pictures import read_distance, read_pixels
from depthfusion.io.scene_record import (
    RECORD_NAME,
    SCHEMA,
    LayerFiles,
    SceneRecord,
    encode_record,
    named,
    parse_record,
    read_any_schema,
    read_document,
)
from depthfusion.io.staging import restore, restore_all, staged_folder
from depthfusion.types import InputError, Layer, LayeredScene, RGBDPanorama, Scene
from depthfusion.types.arrays import UInt8

__all__ = [
    "SCHEMA",
    "is_scene",
    "load_scene",
    "read_info",
    "save_scene",
    "scenes_in",
    "staged_scene",
    "write_scene",
]

THUMBNAIL_SIZE = (256, 512)  # rows, columns
_READ_ATTEMPTS = 3


def save_scene(
    scene: Scene,
    folder: StrPath,
    *,
    thumbnail: UInt8 | None = None,
    extra: Mapping[str, Path] | None = None,
) -> None:
    """Write a scene: the whole of it or, whatever happens, what was there before.

    Parameters
    ----------
    scene : what to write; id and created are given where empty.
    folder : a new path, or a scene, which is then replaced with everything in it.
    thumbnail : uint8 [h, w, 3]; the panorama made small where absent.
    extra : more files that belong to it: name within the folder → file to copy.

    Raises
    ------
    InputError
        `folder` is something else than a scene, or can't be written.
    """
    with staged_scene(folder) as stage:
        write_scene(scene, stage, thumbnail=thumbnail)
        for name, source in (extra or {}).items():
            with os_errors_explained("write", name):
                (stage / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, stage / name)


@contextmanager
def staged_scene(folder: StrPath) -> Iterator[Path]:
    """Yield a temporary folder for a scene; it becomes `folder` in one step when the body ends.

    Whatever is put into it lands together: `write_scene`, scene.glb, preview.mp4. Where the body
    fails, is cancelled or killed, `folder` is as it was; a killed one's leftovers are removed by
    the next that writes there.

    Raises
    ------
    InputError
        `folder` is something else than a scene, or can't be written. This is found out before the
        body starts.
    RuntimeError
        The body ended without writing a scene.
    """
    target = Path(folder)
    with staged_folder(target, _verify_replaceable) as stage:
        yield stage
        if not (stage / RECORD_NAME).is_file():
            raise RuntimeError("the body of staged_scene ended without write_scene")


def write_scene(scene: Scene, folder: Path, *, thumbnail: UInt8 | None = None) -> SceneRecord:
    """Write a scene's files into an existing folder, scene.json last; for use in `staged_scene`.

    Raises
    ------
    InputError
        A file can't be written.
    ValueError
        Panorama and layers differ in size or scale.
    """
    record = _record_of(scene)
    small = scene.panorama.rgb if thumbnail is None else thumbnail
    if thumbnail is None and small.shape[0] > THUMBNAIL_SIZE[0]:
        small = resize_wrapped(small, *THUMBNAIL_SIZE)

    def coded(distance: NDArray) -> bytes:
        return encode_image(encode_distance16(distance, record.near, record.far))

    files: dict[str, Callable[[], bytes]] = {
        "rgb.png": lambda: encode_image(scene.panorama.rgb),
        "distance.png": lambda: coded(scene.panorama.distance),
        "thumbnail.webp": lambda: encode_image(small, "webp", quality=80),
    }
    for layer, names in zip(scene.layered.layers, record.layers, strict=True):
        files[names.rgba] = partial(encode_image, layer.rgba)
        files[names.distance] = partial(coded, layer.distance)
    with os_errors_explained("write", f"the scene's files in {folder.parent}"):
        for name in ("layers", "exports"):
            (folder / name).mkdir(exist_ok=True)
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            jobs = [pool.submit(_write, folder / name, make) for name, make in files.items()]
            for job in jobs:
                job.result()
        (folder / RECORD_NAME).write_bytes(encode_record(record))
    return record


def load_scene(folder: StrPath) -> Scene:
    """Read a scene and check it: schema, sizes, ranges, finiteness.

    Raises
    ------
    InputError
        No scene, damaged, or written by a newer version; one sentence says what is wrong.
    """
    place = Path(folder)
    with os_errors_explained("read", folder):
        restore(place)
    for attempt in range(_READ_ATTEMPTS):
        before = _identity(place)
        try:
            scene = _load(place)
        except InputError:
            if attempt == _READ_ATTEMPTS - 1 or _identity(place) == before:
                raise
        else:
            if _identity(place) == before:
                return scene
    raise InputError(f"{folder} is being replaced over and over; try again")


def read_info(folder: StrPath) -> dict[str, Any]:
    """Read scene.json only, checked, for lists.

    Returns
    -------
    The document as it stands in the file.

    Raises
    ------
    InputError
        As `load_scene`, as far as scene.json shows it.
    """
    place = Path(folder)
    with os_errors_explained("read", folder):
        restore(place)
    document = read_document(place)
    parse_record(document, place / RECORD_NAME)
    return document


def is_scene(folder: StrPath) -> bool:
    """Whether a scene of any schema lies there; its pictures are not looked at."""
    place = Path(folder)
    try:
        restore(place)
        read_any_schema(place)
    except (OSError, InputError):
        return False
    return True


def scenes_in(library: StrPath) -> list[Path]:
    """Folders directly in `library` that hold a scene, by name.

    Raises
    ------
    InputError
        `library` can't be read.
    """
    place = Path(library)
    with os_errors_explained("read", library):
        restore_all(place)
        names = sorted(name for name in os.listdir(place) if not name.startswith("."))
    return [place / name for name in names if is_scene(place / name)]


def _verify_replaceable(target: Path) -> None:
    if not is_scene(target):
        raise InputError(
            f"{target} exists and is no scene; choose another name, or remove it first"
        )


def _identity(folder: Path) -> tuple[int, int]:
    try:
        found = folder.stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def _write(path: Path, make: Callable[[], bytes]) -> None:
    path.write_bytes(make())


def _record_of(scene: Scene) -> SceneRecord:
    height, width = scene.panorama.distance.shape
    layers = scene.layered.layers
    if layers[0].distance.shape != (height, width):
        raise ValueError(
            f"layers must match the panorama [{height}, {width}]; "
            f"got {list(layers[0].distance.shape)}"
        )
    if scene.layered.scale != scene.panorama.scale:
        raise ValueError(
            f"scale must be the panorama's, {scene.panorama.scale!r}; got {scene.layered.scale!r}"
        )
    near, far = _code_range([scene.panorama.distance, *(layer.distance for layer in layers)])
    names = (f"layers/{number:02d}_" for number in range(len(layers)))
    return SceneRecord(
        info=named(scene.info),
        scale=scene.panorama.scale,
        width=width,
        height=height,
        near=near,
        far=far,
        head_box=float(scene.layered.head_box),
        layers=tuple(LayerFiles(f"{name}rgba.png", f"{name}distance.png") for name in names),
    )


def _code_range(distances: list[NDArray]) -> tuple[float, float]:
    """Near and far such that the farthest finite distance has code 1 exactly, the nearest 65535.

    Then writing what was read changes nothing more.
    """
    spans = [code_range(distance) for distance in distances if np.isfinite(distance).any()]
    near, farthest = min(span[0] for span in spans), max(span[1] for span in spans)
    rest = 1 / farthest - 1 / (CODE_MAX * near)
    return near, (CODE_MAX - 1) / CODE_MAX / rest if rest > 0 else farthest


def _load(folder: Path) -> Scene:
    record = parse_record(read_document(folder), folder / RECORD_NAME)
    size = (record.height, record.width)

    def distance(name: str) -> NDArray:
        return read_distance(folder / name, size, record.near, record.far)

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        rgb = pool.submit(read_pixels, folder / "rgb.png", size, "RGB")
        whole = pool.submit(distance, "distance.png")
        sheets = [
            (
                pool.submit(read_pixels, folder / names.rgba, size, "RGBA"),
                pool.submit(distance, names.distance),
            )
            for names in record.layers
        ]
        layers = tuple(Layer(rgba.result(), far.result()) for rgba, far in sheets)
        pixels, measured = rgb.result(), whole.result()
    if not np.isfinite(measured).any():
        raise InputError(f"{folder / 'distance.png'} is damaged: it is sky everywhere")
    return Scene(
        info=record.info,
        panorama=RGBDPanorama(pixels, measured, record.scale),
        layered=LayeredScene(layers, record.head_box, record.scale),
    )
