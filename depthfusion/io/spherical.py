"""What players need to know to wrap a film round the viewer: Spherical Video V2 and V1.

V2 stands in the description of the pictures: `st3d` for two eyes, `sv3d` for the projection. V1,
which V2 replaced, is XML in a `uuid` box of the track; old players read only that. Sources:
"Spherical Video V2 RFC", "Spherical Video RFC" and "VR180 Video Format", github.com/google/
spatial-media, docs/.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from depthfusion.io.mp4 import Box, descriptions, is_video
from depthfusion.types import InputError
from depthfusion.version import __version__

Layout = Literal["mono", "tb", "lr"]

SOFTWARE = f"DepthFusion {__version__}"
V1_UUID = UUID("ffcc8263-f855-4a93-8814-587a02521fdd").bytes
_STEREO_MODES: dict[str, tuple[int, str]] = {
    "mono": (0, "mono"),
    "tb": (1, "top-bottom"),
    "lr": (2, "left-right"),
}
QUARTER = 0x3FFFFFFF  # of the sphere, in 0.32 fixed point: what half a turn leaves out a side
_RINGS, _SPOKES = 24, 48  # of the mesh that unfolds a fisheye
_NAMESPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:GSpherical="http://ns.google.com/videos/1.0/spherical/"'
)


@dataclass(frozen=True)
class Spherical:
    """How a film's frames lie on the sphere.

    Parameters
    ----------
    layout : "mono", "tb" (left eye above right) or "lr" (left beside right).
    half : the frames span 180° instead of 360°.
    fisheye : an equidistant fisheye of 180° instead of an equirectangular picture.
    """

    layout: Layout = "mono"
    half: bool = False
    fisheye: bool = False


def spherical_boxes(film: Spherical) -> tuple[Box, Box]:
    """The boxes `st3d` and `sv3d` of V2."""
    mode = _STEREO_MODES[film.layout][0]
    projection = Box(b"mshp", _fisheye_mesh()) if film.fisheye else _equirectangular(film.half)
    head = Box(b"prhd", struct.pack(">Iiii", 0, 0, 0, 0))
    maker = Box(b"svhd", bytes(4) + SOFTWARE.encode() + b"\0")
    sphere = Box(b"sv3d", boxes=[maker, Box(b"proj", boxes=[head, projection])])
    return Box(b"st3d", struct.pack(">IB", 0, mode)), sphere


def spherical_xml(film: Spherical, width: int, height: int) -> str | None:
    """The XML of V1; `None` for a fisheye, which V1 can't say.

    Parameters
    ----------
    film : how its frames lie on the sphere.
    width, height : of a frame, pixels.
    """
    if film.fisheye:
        return None
    facts = {
        "Spherical": "true",
        "Stitched": "true",
        "StitchingSoftware": SOFTWARE,
        "ProjectionType": "equirectangular",
        "StereoMode": _STEREO_MODES[film.layout][1],
    }
    if film.half:
        eye_width = width // 2 if film.layout == "lr" else width
        eye_height = height // 2 if film.layout == "tb" else height
        facts |= {
            "CroppedAreaImageWidthPixels": str(eye_width),
            "CroppedAreaImageHeightPixels": str(eye_height),
            "FullPanoWidthPixels": str(2 * eye_width),
            "FullPanoHeightPixels": str(eye_height),
            "CroppedAreaLeftPixels": str(eye_width // 2),
            "CroppedAreaTopPixels": "0",
        }
    inner = "".join(
        f"<GSpherical:{name}>{escape(value)}</GSpherical:{name}>" for name, value in facts.items()
    )
    return f'<?xml version="1.0"?><rdf:SphericalVideo {_NAMESPACES}>{inner}</rdf:SphericalVideo>'


def make_spherical(film: Spherical) -> Callable[[Box], None]:
    """A change for `io.mp4.rewrite_index`: every track of pictures gets what V2 and V1 say."""

    def change(index: Box) -> None:
        tracks = [track for track in index.all(b"trak") if is_video(track)]
        if not tracks:
            raise InputError("the film holds no pictures that could be wrapped round a viewer")
        for track in tracks:
            _mark(track, film)

    return change


def _mark(track: Box, film: Spherical) -> None:
    size = (0, 0)
    for entry in descriptions(track):
        size = struct.unpack_from(">HH", entry.own, 24)
        entry.remove(b"st3d", b"sv3d")
        boxes = entry.boxes or []
        # After what describes the codec, before what is optional at the end (V2, "Definition").
        after = [k for k, box in enumerate(boxes) if box.kind in (b"pasp", b"clap")]
        place = min(after, default=len(boxes))
        entry.boxes = boxes[:place] + list(spherical_boxes(film)) + boxes[place:]
    track.boxes = [
        box for box in track.boxes or () if not (box.kind == b"uuid" and box.own[:16] == V1_UUID)
    ]
    words = spherical_xml(film, *size)
    if words:
        track.boxes.append(Box(b"uuid", V1_UUID + words.encode()))


def _equirectangular(half: bool) -> Box:
    side = QUARTER if half else 0
    return Box(b"equi", struct.pack(">IIIII", 0, 0, 0, side, side))


def _fisheye_mesh() -> bytes:
    """Content of `mshp`: the same mesh for either eye, since both lenses are the ideal one."""
    mesh = _mesh_box(*fisheye_mesh()).encoded()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"dfl8" + packer.compress(mesh + mesh) + packer.flush()
    return struct.pack(">II", 0, zlib.crc32(packed)) + packed


def fisheye_mesh() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Where the pixels of an equidistant 180° fisheye lie on the unit sphere.

    Returns
    -------
    float32 [V, 5], x y z (−Z forward, +Y up) and u v (0 … 1, v up) of each vertex; and int64
    [2R(S + 1), R rings of S spokes], strips of triangles, anticlockwise seen from the middle.
    """
    ring = np.arange(_RINGS + 1)[:, None] / _RINGS
    turn = np.arange(_SPOKES + 1) / _SPOKES * 2 * np.pi
    across, up = np.cos(turn), np.sin(turn)
    across[-1], up[-1] = across[0], up[0]
    angle = ring * np.pi / 2
    columns = [
        np.sin(angle) * across,
        np.sin(angle) * up,
        -np.cos(angle) * np.ones_like(turn),
        (1 + ring * across) / 2,
        (1 + ring * up) / 2,
    ]
    vertices = np.stack(columns, axis=-1).reshape(-1, 5).astype(np.float32)
    grid = np.arange(len(vertices)).reshape(_RINGS + 1, _SPOKES + 1)
    strips = np.stack([grid[:-1], grid[1:]], axis=-1).reshape(_RINGS, -1)
    return vertices, strips


def _mesh_box(vertices: NDArray[np.float32], strips: NDArray[np.int64]) -> Box:
    numbers, places = np.unique(vertices, return_inverse=True)
    parts = [struct.pack(">I", len(numbers)), numbers.astype(">f4").tobytes()]
    parts += [struct.pack(">I", len(vertices))]
    steps = np.diff(places.reshape(vertices.shape), axis=0, prepend=0)
    parts += [_packed(_zigzag(steps), len(numbers)), struct.pack(">I", len(strips))]
    for strip in strips:
        parts.append(struct.pack(">BBI", 0, 1, len(strip)))
        parts.append(_packed(_zigzag(np.diff(strip, prepend=0)), len(vertices)))
    return Box(b"mesh", b"".join(parts))


def _zigzag(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(numbers < 0, -2 * numbers - 1, 2 * numbers)


def _packed(numbers: NDArray[np.int64], count: int) -> bytes:
    """Numbers one after the other, each as long as an index into twice `count`, bits only."""
    bits = int(np.ceil(np.log2(2 * count)))
    places = np.arange(bits - 1, -1, -1)
    return np.packbits((numbers.reshape(-1, 1) >> places & 1).astype(np.uint8)).tobytes()
