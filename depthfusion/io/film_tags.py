"""Title, maker and recipe in a film's `udta`, where players, ffprobe and exiftool look for them."""

import struct
from collections.abc import Callable, Mapping

from depthfusion.io.mp4 import Box, split
from depthfusion.types import InputError
from depthfusion.version import __version__

TITLE, MAKER, COMMENT, DESCRIPTION = b"\xa9nam", b"\xa9too", b"\xa9cmt", b"desc"
_UTF8 = 1  # of the well-known types of QuickTime's metadata
_HANDLER = bytes(8) + b"mdirappl" + bytes(9)


def tag(words: Mapping[bytes, str]) -> Callable[[Box], None]:
    """A change for `io.mp4.rewrite_index`: these tags stand in the film in place of all others.

    Parameters
    ----------
    words : tag → text; empty texts are left out.
    """
    said = {MAKER: f"DepthFusion {__version__}"} | {k: v for k, v in words.items() if v}

    def change(index: Box) -> None:
        listed = [
            Box(name, boxes=[Box(b"data", struct.pack(">II", _UTF8, 0) + text.encode())])
            for name, text in said.items()
        ]
        meta = Box(b"meta", bytes(4), [Box(b"hdlr", _HANDLER), Box(b"ilst", boxes=listed)])
        index.remove(b"udta")
        index.boxes = [*(index.boxes or ()), Box(b"udta", boxes=[meta])]

    return change


def tags(index: Box) -> dict[bytes, str]:
    """The texts that a film's `udta` holds; none where it holds them some other way."""
    found: dict[bytes, str] = {}
    try:
        for udta in index.all(b"udta"):
            for meta in (box for box in split(udta.own)[0] if box.kind == b"meta"):
                for listed in (box for box in split(meta.own, 4)[0] if box.kind == b"ilst"):
                    found |= _texts(listed.own)
    except InputError:
        return {}
    return found


def _texts(listed: bytes) -> dict[bytes, str]:
    texts = {}
    for item in split(listed)[0]:
        for data in split(item.own)[0]:
            if data.kind == b"data" and data.own[:4] == struct.pack(">I", _UTF8):
                texts[item.kind] = data.own[8:].decode(errors="replace")
    return texts
