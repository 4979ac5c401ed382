"""The boxes of an MP4 or QuickTime file: its index (`moov`) is read, changed and written anew.

Source: ISO/IEC 14496-12, sections 4.2 (boxes), 8.5.2 (sample descriptions), 8.7.5 (chunk offsets).
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from depthfusion.types import InputError

# Boxes that hold boxes and nothing else.
_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_DESCRIPTIONS = (b"mdia", b"minf", b"stbl", b"stsd")
_PICTURE_FIELDS = 78  # bytes of a VisualSampleEntry before its boxes
_INDEX_LIMIT = 2**28  # bytes; an index of hours of film is a few megabytes
_PIECE = 2**20


@dataclass
class Box:
    """A box: four letters, bytes of its own, and the boxes within.

    Parameters
    ----------
    kind : four bytes.
    own : what comes before the boxes within; all there is where `boxes` is `None`.
    boxes : in their order; `None` for a box that holds none.
    rest : bytes after the last box, which QuickTime leaves in places.
    """

    kind: bytes
    own: bytes = b""
    boxes: "list[Box] | None" = None
    rest: bytes = b""

    def encoded(self) -> bytes:
        """The box as it stands in a file."""
        content = self.own + b"".join(box.encoded() for box in self.boxes or ()) + self.rest
        return struct.pack(">I4s", len(content) + 8, self.kind) + content

    def all(self, *kinds: bytes) -> "list[Box]":
        """Boxes at the end of a way: each kind one step further in."""
        found = [self]
        for kind in kinds:
            found = [box for one in found for box in one.boxes or () if box.kind == kind]
        return found

    def first(self, *kinds: bytes) -> "Box | None":
        """The first such box."""
        return next(iter(self.all(*kinds)), None)

    def remove(self, *kinds: bytes) -> None:
        """Take out the boxes directly within that are of these kinds."""
        self.boxes = [box for box in self.boxes or () if box.kind not in kinds]


@dataclass(frozen=True)
class Stretch:
    """Where a top-level box lies in a file."""

    kind: bytes
    start: int
    size: int


@dataclass
class _Layout:
    """Where each stretch of the old file comes to lie in the new one."""

    moves: list[tuple[Stretch, int]] = field(default_factory=list)

    def moved(self, offset: int) -> int:
        for stretch, start in self.moves:
            if stretch.start <= offset < stretch.start + stretch.size:
                return offset - stretch.start + start
        raise _damaged()


def read_index(path: Path) -> Box:
    """Read the index of a file.

    Raises
    ------
    InputError
        There is none, or it is damaged.
    """
    with path.open("rb") as file:
        return _index(file, stretches(file))


def rewrite_index(path: Path, change: Callable[[Box], None]) -> None:
    """Change a file's index; it comes before the pictures, so that playing starts at once.

    The file is copied in pieces to a sibling, which takes its name at the end.

    Parameters
    ----------
    path : MP4 or QuickTime, not fragmented.
    change : is given `moov` and changes it; chunk offsets are corrected afterwards.

    Raises
    ------
    InputError
        It is no such file, or damaged.
    OSError
        It can't be written; the file is as it was.
    """
    sibling = path.with_name(f".{path.stem.lstrip('.')}.index.partial{path.suffix}")
    with path.open("rb") as file:
        found = stretches(file)
        index = _index(file, found)
        if any(stretch.kind == b"moof" for stretch in found):
            raise InputError(f"{path} is a fragmented film, whose index is in many places")
        kept = [stretch for stretch in found if stretch.kind not in (b"moov", b"free", b"skip")]
        change(index)
        new = _relocated(index, kept)
        try:
            with sibling.open("wb") as out:
                for stretch in kept:
                    if stretch.kind in (b"mdat", b"wide") and new:
                        out.write(new)
                        new = b""
                    _copy(file, out, stretch)
                out.write(new)
            sibling.replace(path)
        finally:
            sibling.unlink(missing_ok=True)


def stretches(file: BinaryIO) -> list[Stretch]:
    """The top-level boxes of a file, in order.

    Raises
    ------
    InputError
        It is no sequence of boxes, or cut short.
    """
    end = file.seek(0, 2)
    found, at = [], 0
    while at < end:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            raise _damaged()
        size, kind = struct.unpack(">I4s", head[:8])
        if size == 1 and len(head) == 16:
            size = struct.unpack(">Q", head[8:])[0]
        elif size == 0:
            size = end - at
        if size < 8 or at + size > end:
            raise _damaged()
        found.append(Stretch(kind, at, size))
        at += size
    return found


def descriptions(track: Box) -> list[Box]:
    """How the pictures of a track are coded: its sample entries."""
    return [entry for table in track.all(*_DESCRIPTIONS) for entry in table.boxes or ()]


def is_video(track: Box) -> bool:
    """Whether a `trak` holds pictures."""
    handler = track.first(b"mdia", b"hdlr")
    return handler is not None and handler.own[8:12] == b"vide"


def split(data: bytes, own: int = 0) -> tuple[list[Box], bytes]:
    """The boxes that follow `own` bytes of `data`, and what is left after the last.

    Raises
    ------
    InputError
        They reach beyond the end.
    """
    boxes, at = [], own
    while len(data) - at >= 8:
        size, kind = struct.unpack_from(">I4s", data, at)
        if size == 0:
            break  # QuickTime ends some lists by four zero bytes
        if size < 8 or at + size > len(data):
            raise _damaged()
        boxes.append(Box(kind, data[at + 8 : at + size]))
        at += size
    return boxes, data[at:]


def _index(file: BinaryIO, found: list[Stretch]) -> Box:
    stretch = next((one for one in found if one.kind == b"moov"), None)
    if stretch is None or stretch.size > _INDEX_LIMIT:
        raise _damaged()
    file.seek(stretch.start)
    index = split(file.read(stretch.size))[0][0]
    _unpack(index)
    for track in index.all(b"trak"):
        if is_video(track):
            for table in track.all(*_DESCRIPTIONS):
                _unpack_descriptions(table)
    return index


def _unpack(box: Box, depth: int = 0) -> None:
    if box.kind not in _CONTAINERS:
        return
    if depth > len(_CONTAINERS):
        raise _damaged()
    boxes, box.rest = split(box.own)
    box.boxes, box.own = boxes, b""
    for inner in boxes:
        _unpack(inner, depth + 1)


def _unpack_descriptions(table: Box) -> None:
    boxes, table.rest = split(table.own, 8)
    table.boxes, table.own = boxes, table.own[:8]
    for entry in boxes:
        if len(entry.own) < _PICTURE_FIELDS:
            raise _damaged()
        entry.boxes, entry.rest = split(entry.own, _PICTURE_FIELDS)
        entry.own = entry.own[:_PICTURE_FIELDS]


def _relocated(index: Box, kept: list[Stretch]) -> bytes:
    """The index with offsets into the new file; they hang on its length, and it may on them."""
    tables = [
        table
        for stbl in index.all(b"trak", b"mdia", b"minf", b"stbl")
        for table in stbl.boxes or ()
        if table.kind in (b"stco", b"co64")
    ]
    old = [_offsets(table) for table in tables]
    length = 0
    while True:
        layout, at = _Layout(), 0
        placed = False
        for stretch in kept:
            if stretch.kind in (b"mdat", b"wide") and not placed:
                at, placed = at + length, True
            layout.moves.append((stretch, at))
            at += stretch.size
        for table, offsets in zip(tables, old, strict=True):
            _set_offsets(table, [layout.moved(offset) for offset in offsets])
        data = index.encoded()
        if len(data) == length:
            return data
        length = len(data)


def _offsets(table: Box) -> list[int]:
    letter, width = ("I", 4) if table.kind == b"stco" else ("Q", 8)
    count = struct.unpack_from(">I", table.own, 4)[0] if len(table.own) >= 8 else 0
    if len(table.own) != 8 + count * width:
        raise _damaged()
    return list(struct.unpack_from(f">{count}{letter}", table.own, 8))


def _set_offsets(table: Box, offsets: list[int]) -> None:
    long = table.kind == b"co64" or max(offsets, default=0) >= 2**32
    table.kind = b"co64" if long else b"stco"
    table.own = struct.pack(f">II{len(offsets)}{'Q' if long else 'I'}", 0, len(offsets), *offsets)


def _copy(file: BinaryIO, out: BinaryIO, stretch: Stretch) -> None:
    file.seek(stretch.start)
    left = stretch.size
    while left:
        piece = file.read(min(left, _PIECE))
        if not piece:
            raise _damaged()
        out.write(piece)
        left -= len(piece)


def _damaged() -> InputError:
    return InputError("the film is damaged or cut short: its boxes don't fit each other")
