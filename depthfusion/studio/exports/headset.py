"""A headset pack: one ZIP with what each player takes, and a text that says which is for which."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from depthfusion.io.archives import ArchiveWriter
from depthfusion.io.atomic import replacing
from depthfusion.io.dates import moment
from depthfusion.studio.drawing import COARSE_FILM, Artist
from depthfusion.studio.exports.order import Order, Written
from depthfusion.studio.film import Film
from depthfusion.studio.formats import find_format, suffixes
from depthfusion.studio.labelling import player_name
from depthfusion.studio.loading import open_scene
from depthfusion.studio.options import ExportOptions, Projection, VideoOptions
from depthfusion.studio.recipe import recipe
from depthfusion.types import Scene
from depthfusion.version import __version__

SECONDS = 5.0
MOVE = "sway"  # small and slow: the head is moved by somebody else
LARGEST_EYE = 4096  # columns all round; two such eyes are what headsets' H.264 decoders end at
_HEAD = """{title}

One place in the forms that headsets and their players take. From DepthFusion {version}.

"""
_TAIL = """
How to get them there: connect the headset by USB and copy the files into its Movies, Pictures or
Download folder; or put them on a web server or in a cloud folder that its browser opens.

The films and the 360° picture say inside how they lie round you (spherical video, GPano). Players
that go by names need the endings _360, _360_TB and _180_LR: keep them when you rename a file.
"""

_FILMS: tuple[tuple[Projection, str, str], ...] = (
    ("ods", "tb", "film, all round, for two eyes; Skybox, DeoVR, Pigasus, YouTube"),
    ("vr180", "lr", "film, the half ahead, for two eyes; the same players, slower headsets too"),
)


@dataclass(frozen=True)
class _Part:
    """One file of the pack.

    Parameters
    ----------
    name : with its extension.
    words : what it is and where it opens, for the text.
    """

    name: str
    words: str


def write(order: Order) -> Written:
    """Make each file, put it into the pack, and go on to the next."""
    parts: list[_Part] = []
    with (
        TemporaryDirectory(prefix="depthfusion-pack-") as made,
        replacing(order.target) as partial,
    ):
        scene, files = _made(order, Path(made))
        with ArchiveWriter(partial, moment(scene.info.created)) as out, closing(files):
            for part in files:
                out.put_file(part.name, Path(made, part.name))
                Path(made, part.name).unlink()
                parts.append(part)
            out.put("READ ME.txt", _read_me(scene, parts))
    return Written({"files": [part.name for part in parts]})


def _made(order: Order, folder: Path) -> tuple[Scene, Generator[_Part]]:
    """The scene, and its files as they are made in `folder`."""
    stem = order.target.stem
    scene, meshes = open_scene(order.scene, order.stages, VideoOptions.mesh)
    facts = recipe(scene.info, scene.layered)

    def files() -> Generator[_Part]:
        with Artist(meshes, scene, coarse=COARSE_FILM) as artist:
            for projection, layout, words in _FILMS:
                name = player_name(stem, projection, layout)
                _film(order, artist, scene, folder / f"{name}.mp4", projection, facts)
                yield _Part(f"{name}.mp4", words)
        yield from _exported(order, folder, stem)

    return scene, files()


def _film(
    order: Order,
    artist: Artist,
    scene: Scene,
    out: Path,
    projection: Projection,
    facts: Mapping[str, Any],
) -> None:
    width = min(scene.panorama.width, LARGEST_EYE)
    side = width // 4 * 2  # of a VR180 eye, which must be even to stay square
    size = (width, width // 2) if projection == "ods" else (side, side)
    options = VideoOptions(path=MOVE, seconds=SECONDS, size=size, projection=projection)
    film = Film(options, scene.layered.head_box, scene.info.forward_yaw)
    words = "Filming 360°" if projection == "ods" else "Filming VR180"
    with order.stages.stage(words) as inside:
        film.shoot(artist, out, inside, recipe=facts)


def _exported(order: Order, folder: Path, stem: str) -> Iterator[_Part]:
    """Other exports, each by the function of its own row."""
    wanted = [
        (f"{player_name(stem, 'ods', 'tb')}.jpg", "stereo", "picture, all round, for two eyes"),
        (f"{player_name(stem, 'equirectangular')}.jpg", None, "picture, all round; photo sites"),
        (f"{stem}.glb", None, "the place in 3D, to lean about in; headset homes, game engines"),
        (f"{stem}.html", None, "a page for any browser, the headset's too: look round and lean"),
    ]
    for name, kind, words in wanted:
        if Path(name).suffix not in suffixes():
            continue
        row = find_format(Path(name), kind)
        options = ExportOptions.chosen("headset")
        target = folder / name
        row.load()(replace(order, target=target, options=options, format=row))
        yield _Part(name, words)


def _read_me(scene: Scene, parts: list[_Part]) -> str:
    width = max(len(part.name) for part in parts)
    lines = "".join(f"{part.name:<{width}}  {part.words}\n" for part in parts)
    return _HEAD.format(title=scene.info.title, version=__version__) + lines + _TAIL
