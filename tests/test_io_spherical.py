"""Spherical metadata, read by ffmpeg, by exiftool and by a parser written from the RFC here."""

import struct
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from films import boxes, contents, entry, exif, film, frame_digests, told

from depthfusion.geometry.cameras import VR180Fisheye
from depthfusion.io.mp4 import Box, rewrite_index
from depthfusion.io.spherical import Spherical, fisheye_mesh, make_spherical
from depthfusion.types import InputError

GSPHERICAL = "{http://ns.google.com/videos/1.0/spherical/}"
V1 = bytes.fromhex("ffcc8263f8554a938814587a02521fdd")
KINDS = {
    "mono": Spherical(),
    "tb": Spherical("tb"),
    "lr": Spherical("lr"),
    "180": Spherical("lr", half=True),
    "fisheye": Spherical("lr", half=True, fisheye=True),
}


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spherical")
    plain = film(folder / "plain.mp4")
    made = {"plain": plain}
    for name, kind in KINDS.items():
        made[name] = folder / f"{name}.mp4"
        made[name].write_bytes(plain.read_bytes())
        rewrite_index(made[name], make_spherical(kind))
    return made


@pytest.mark.parametrize(
    ("name", "stereo", "mapping"),
    [
        ("mono", "2D", "equirectangular"),
        ("tb", "top and bottom", "equirectangular"),
        ("lr", "side by side", "equirectangular"),
        ("180", "side by side", "tiled equirectangular [64, 0, 63, 0]"),
        ("fisheye", "side by side", None),  # ffmpeg reads no meshes
    ],
)
def test_ffmpeg_says_how_the_film_lies(films, name, stereo, mapping):
    said = told(films[name])
    assert f"Stereo 3D: {stereo}," in said
    assert mapping is None or f"Spherical Mapping: {mapping}" in said
    assert frame_digests(films[name]) == frame_digests(films["plain"])


def test_a_flat_film_says_nothing(films):
    assert "Spherical" not in told(films["plain"]) and "Stereo 3D" not in told(films["plain"])


@pytest.mark.parametrize(("name", "mode"), [("mono", 0), ("tb", 1), ("lr", 2), ("180", 2)])
def test_v2_as_the_rfc_lays_it_out(films, name, mode):
    inside = entry(films[name].read_bytes())
    order = list(inside)
    assert order.index("avcC") < order.index("st3d") == order.index("sv3d") - 1
    assert order.index("sv3d") < order.index("pasp")
    assert inside["st3d"] == bytes(4) + bytes([mode])
    sphere = inside["sv3d"]
    assert [kind for kind, _, _ in boxes(sphere)] == ["svhd", "proj"]
    assert contents(sphere, "svhd").startswith(b"\0\0\0\0DepthFusion ")
    assert contents(sphere, "svhd").endswith(b"\0")
    assert [kind for kind, _, _ in boxes(contents(sphere, "proj"))] == ["prhd", "equi"]
    assert contents(sphere, "proj", "prhd") == bytes(16)
    bounds = struct.unpack(">IIIII", contents(sphere, "proj", "equi"))
    side = 0x3FFFFFFF if name == "180" else 0
    assert bounds == (0, 0, 0, side, side)


@pytest.mark.parametrize(
    ("name", "mode"), [("mono", "mono"), ("tb", "top-bottom"), ("180", "left-right")]
)
def test_v1_is_xml_in_the_track(films, name, mode):
    track = contents(films[name].read_bytes(), "moov", "trak")
    found = [track[s:e] for kind, s, e in boxes(track) if kind == "uuid"]
    assert len(found) == 1 and found[0][:16] == V1
    facts = {e.tag.removeprefix(GSPHERICAL): e.text for e in ElementTree.fromstring(found[0][16:])}
    assert facts["Spherical"] == facts["Stitched"] == "true"
    assert facts["ProjectionType"] == "equirectangular" and facts["StereoMode"] == mode
    if name == "180":  # the eyes of 64×64 each are half of a panorama of 128×64
        crop = [
            facts[f"CroppedArea{n}Pixels"] for n in ("ImageWidth", "ImageHeight", "Left", "Top")
        ]
        assert crop == ["64", "64", "32", "0"]
        assert [facts["FullPanoWidthPixels"], facts["FullPanoHeightPixels"]] == ["128", "64"]


def test_marking_twice_is_marking_once(films, tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(films["180"].read_bytes())
    rewrite_index(path, make_spherical(KINDS["tb"]))
    assert path.read_bytes() == films["tb"].read_bytes()


@pytest.mark.parametrize(
    ("codec", "suffix", "kind"), [("hevc", "mp4", "hvcC"), ("prores", "mov", None)]
)
def test_other_codecs_carry_it_too(tmp_path, codec, suffix, kind):
    def finish(partial):
        rewrite_index(partial, make_spherical(KINDS["tb"]))

    path = film(tmp_path / f"film.{suffix}", codec=codec, finish=finish)
    inside = list(entry(path.read_bytes()))
    assert kind is None or inside.index(kind) < inside.index("st3d")
    assert "Stereo 3D: top and bottom" in told(path)
    assert "Spherical Mapping: equirectangular" in told(path)
    assert len(frame_digests(path)) == 12


def test_exiftool_reads_both(films):
    said = exif(films["180"])
    assert said["Track1:Stereoscopic3D"] == 2
    assert said["Track1:ProjectionBoundsLeft"] == pytest.approx(0.25, abs=1e-8)
    assert said["XMP-GSpherical:ProjectionType"] == "equirectangular"
    assert said["XMP-GSpherical:CroppedAreaLeftPixels"] == 32


def test_a_film_without_pictures_is_refused():
    with pytest.raises(InputError, match="no pictures"):
        make_spherical(Spherical())(Box(b"moov", boxes=[]))


class Bits:
    """Whole numbers out of bytes, bit by bit, as the RFC's Mesh Box packs them."""

    def __init__(self, data):
        self.bits, self.at = np.unpackbits(np.frombuffer(data, np.uint8)), 0

    def take(self, count):
        self.at += count
        return int("".join(map(str, self.bits[self.at - count : self.at])), 2)

    def signed(self, count):
        n = self.take(count)
        return -(n // 2 + 1) if n % 2 else n // 2

    def align(self):
        self.at = -(-self.at // 8) * 8


def read_mesh(data):
    bits = Bits(data)
    count = bits.take(32)
    numbers = [struct.unpack(">f", struct.pack(">I", bits.take(32)))[0] for _ in range(count)]
    vertices, width = bits.take(32), int(np.ceil(np.log2(2 * count)))
    places, found = [0] * 5, []
    for _ in range(vertices):
        places = [place + bits.signed(width) for place in places]
        found.append([numbers[place] for place in places])
    bits.align()
    width, strips = int(np.ceil(np.log2(2 * vertices))), []
    for _ in range(bits.take(32)):
        assert (bits.take(8), bits.take(8)) == (0, 1), "texture 0, a strip"
        index, strip = 0, []
        for _ in range(bits.take(32)):
            index += bits.signed(width)
            strip.append(index)
        bits.align()
        strips.append(strip)
    assert bits.at == len(bits.bits)
    return np.array(found), strips


def test_a_fisheye_is_unfolded_by_a_mesh_for_each_eye(films):
    content = contents(entry(films["fisheye"].read_bytes())["sv3d"], "proj", "mshp")
    head, checksum, coding = struct.unpack(">II4s", content[:12])
    assert (head, coding) == (0, b"dfl8") and checksum == zlib.crc32(content[8:])
    unpacked = zlib.decompress(content[12:], -15)
    meshes = [read_mesh(unpacked[s:e]) for kind, s, e in boxes(unpacked) if kind == "mesh"]
    assert len(meshes) == 2
    vertices, strips = meshes[1]
    np.testing.assert_array_equal(vertices, meshes[0][0])
    np.testing.assert_array_equal(vertices.astype(np.float32), fisheye_mesh()[0])
    np.testing.assert_allclose(np.linalg.norm(vertices[:, :3], axis=1), 1, atol=1e-6)
    # Where our own camera sees each vertex is where the mesh says its pixel is.
    camera = VR180Fisheye(1000, 1000, "left", 0.0)
    inner = vertices[vertices[:, 2] < -1e-3]
    seen = (camera.project(inner[:, :3]) + 0.5) / 1000
    np.testing.assert_allclose(seen, np.stack([inner[:, 3], 1 - inner[:, 4]], -1), atol=1e-5)
    for strip in strips:  # every second triangle of a strip runs the other way round
        for k in range(len(strip) - 2):
            a, b, c = vertices[[strip[k], strip[k + 1], strip[k + 2]], :3]
            towards = np.dot(np.cross(b - a, c - a), -(a + b + c)) * (-1) ** k
            assert towards > -1e-9, "anticlockwise seen from the middle"


def test_v1_has_no_word_for_a_fisheye(films):
    track = contents(films["fisheye"].read_bytes(), "moov", "trak")
    assert "uuid" not in [kind for kind, _, _ in boxes(track)]
