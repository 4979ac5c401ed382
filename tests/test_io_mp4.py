"""A film's index is changed, and everything it points at is still where it says."""

import struct

import pytest
from films import boxes, chunk_offsets, contents, film, frame_digests, without_faststart
from hypothesis import given
from hypothesis import strategies as st

from depthfusion.io import mp4
from depthfusion.io.film_tags import COMMENT, TITLE, tag, tags
from depthfusion.io.mp4 import Box, read_index, rewrite_index
from depthfusion.types import InputError


def longer(index):
    index.boxes.append(Box(b"uuid", bytes(5000)))


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return film(tmp_path_factory.mktemp("films") / "plain.mp4")


@pytest.mark.parametrize("index_first", [True, False])
def test_a_longer_index_leaves_every_frame_as_it_was(plain, tmp_path, index_first):
    path = tmp_path / "film.mp4"
    if index_first:
        path.write_bytes(plain.read_bytes())
    else:
        without_faststart(plain, path)
    before = path.read_bytes()
    rewrite_index(path, longer)
    after = path.read_bytes()
    kinds = [kind for kind, _, _ in boxes(after)]
    assert kinds.index("moov") < kinds.index("mdat"), "playing starts at once"
    assert frame_digests(path) == frame_digests(plain) and len(frame_digests(path)) == 12
    for old, new in zip(chunk_offsets(before), chunk_offsets(after), strict=True):
        assert before[old : old + 64] == after[new : new + 64]
    assert contents(before, "mdat") == contents(after, "mdat")
    assert list(path.parent.iterdir()) == [path]


def test_an_index_that_is_not_changed_comes_out_as_it_went_in(plain, tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(plain.read_bytes())
    rewrite_index(path, lambda index: None)
    moov = contents(plain.read_bytes(), "moov")
    assert len(contents(path.read_bytes(), "moov")) == len(moov)
    rewritten = path.read_bytes()
    rewrite_index(path, lambda index: None)
    assert path.read_bytes() == rewritten


def test_offsets_beyond_four_gigabytes_get_eight_bytes():
    table = Box(b"stco", struct.pack(">III", 0, 1, 2**32 - 20))
    stbl = Box(b"stbl", boxes=[table])
    index = Box(b"moov", boxes=[Box(b"trak", boxes=[Box(b"mdia", boxes=[
        Box(b"minf", boxes=[stbl])])])])  # fmt: skip
    kept = [mp4.Stretch(b"ftyp", 0, 32), mp4.Stretch(b"mdat", 32, 2**32)]
    data = mp4._relocated(index, kept)
    assert table.kind == b"co64"
    assert struct.unpack(">IIQ", table.own) == (0, 1, 2**32 - 20 + len(data))


def test_a_fragmented_film_and_a_damaged_one_are_refused(plain, tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(plain.read_bytes() + struct.pack(">I4s", 8, b"moof"))
    with pytest.raises(InputError, match="fragmented"):
        rewrite_index(path, longer)
    path.write_bytes(plain.read_bytes()[:-100])
    with pytest.raises(InputError, match="damaged or cut short"):
        rewrite_index(path, longer)
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_on_the_way_leaves_the_film_as_it_was(plain, tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(plain.read_bytes())

    def fail(index):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        rewrite_index(path, fail)
    assert path.read_bytes() == plain.read_bytes() and list(tmp_path.iterdir()) == [path]


@given(data=st.binary(max_size=300), at=st.integers(0, 900))
def test_damage_anywhere_is_an_input_error_or_harmless(plain, tmp_path_factory, data, at):
    path = tmp_path_factory.getbasetemp() / "damaged.mp4"
    whole = plain.read_bytes()
    path.write_bytes(whole[:at] + data + whole[at + len(data) :])
    try:
        tags(read_index(path))
        rewrite_index(path, longer)
    except InputError:
        pass


def test_tags_stand_where_they_are_read(plain, tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(plain.read_bytes())
    rewrite_index(path, tag({TITLE: "une forêt", COMMENT: "{}"}))
    rewrite_index(path, tag({TITLE: "eine Höhle — 洞窟"}))
    found = tags(read_index(path))
    assert found[TITLE] == "eine Höhle — 洞窟" and COMMENT not in found
