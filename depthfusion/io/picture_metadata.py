"""XMP and texts into the bytes of JPEG, PNG and WebP files, and out of them; pixels stay untouched.

Sources: ITU T.81, annex B.1 (JPEG segments); XMP specification, part 3 (where a packet stands);
W3C PNG, section 11.3.3 (iTXt); Google, "WebP Container Specification".
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import BinaryIO

from PIL.WebPImagePlugin import WebPImageFile

from depthfusion.io.xmp import Xmp, digest

_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_PIECE = 65_400
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_XMP = "XML:com.adobe.xmp"
_TEXT_LIMIT = 2**24  # bytes of metadata that are read
_WEBP_ALPHA, _WEBP_XMP = 0x10, 0x04


def is_jpeg(head: bytes) -> bool:
    """Whether a file begins as JPEG does."""
    return head.startswith(b"\xff\xd8\xff")


def is_png(head: bytes) -> bool:
    """Whether a file begins as PNG does."""
    return head.startswith(_PNG)


def is_webp(head: bytes) -> bool:
    """Whether a file begins as WebP does."""
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def with_metadata(data: bytes, xmp: Xmp, texts: Mapping[str, str] | None = None) -> bytes:
    """Give a picture's file an XMP packet.

    Parameters
    ----------
    data : a JPEG, PNG or WebP file without XMP.
    xmp : the packet; its extension goes into JPEG only.
    texts : keyword → text, for PNG.

    Raises
    ------
    ValueError
        The file is none of them, or has an extension where only JPEG takes one.
    """
    if is_jpeg(data):
        return _jpeg_with(data, xmp)
    if xmp.extension:
        raise ValueError("only JPEG takes an extension of its XMP")
    if is_png(data):
        wanted = {**(texts or {}), _PNG_XMP: xmp.packet.decode()}
        chunks = b"".join(_png_text(name, text) for name, text in wanted.items())
        end = 8 + 25  # signature and IHDR
        return data[:end] + chunks + data[end:]
    if is_webp(data):
        return _webp_with(data, xmp.packet)
    raise ValueError("data must be a JPEG, PNG or WebP file")


def xmp_of(file: BinaryIO) -> bytes:
    """All XMP that a picture's file holds, packet and extension one after the other."""
    head = file.read(12)
    file.seek(0)
    if is_jpeg(head):
        pieces = list(_jpeg_segments(file))
        packets = [piece[len(_XMP) :] for piece in pieces if piece.startswith(_XMP)]
        skip = len(_EXTENSION) + 40
        packets += [piece[skip:] for piece in pieces if piece.startswith(_EXTENSION)]
        return b"".join(packets)
    if is_png(head):
        return texts_of(file).get(_PNG_XMP, "").encode()
    if is_webp(head):
        return b"".join(content for kind, content in _webp_chunks(file) if kind == b"XMP ")
    return b""


def texts_of(file: BinaryIO) -> dict[str, str]:
    """The iTXt texts of a PNG file that stand before its pixels."""
    found: dict[str, str] = {}
    file.seek(8)
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind in (b"IDAT", b"IEND") or length > _TEXT_LIMIT:
            break
        content = file.read(length)
        file.read(4)
        if kind == b"iTXt":
            name, _, rest = content.partition(b"\0")
            if rest[:1] == b"\0":  # not compressed
                text = rest[2:].split(b"\0", 2)[-1]
                found[name.decode("latin-1")] = text.decode(errors="replace")
    return found


def _jpeg_with(data: bytes, xmp: Xmp) -> bytes:
    at = 2
    while data[at : at + 2] in (b"\xff\xe0", b"\xff\xe1"):  # after JFIF and EXIF
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    pieces = [_XMP + xmp.packet]
    name = digest(xmp.extension).encode()
    for start in range(0, len(xmp.extension), _PIECE):
        place = struct.pack(">II", len(xmp.extension), start)
        pieces.append(_EXTENSION + name + place + xmp.extension[start : start + _PIECE])
    segments = (b"\xff\xe1" + struct.pack(">H", len(piece) + 2) + piece for piece in pieces)
    return data[:at] + b"".join(segments) + data[at:]


def _jpeg_segments(file: BinaryIO) -> Iterator[bytes]:
    """The contents of the APP1 segments before the pixels."""
    file.seek(2)
    while len(head := file.read(4)) == 4 and head[0] == 0xFF and head[1] != 0xDA:
        content = file.read(max(struct.unpack_from(">H", head, 2)[0] - 2, 0))
        if head[1] == 0xE1:
            yield content


def _png_text(name: str, text: str) -> bytes:
    content = name.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
    sum_ = zlib.crc32(b"iTXt" + content)
    return struct.pack(">I", len(content)) + b"iTXt" + content + struct.pack(">I", sum_)


def _webp_chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    file.seek(12)
    while len(head := file.read(8)) == 8:
        kind, length = struct.unpack("<4sI", head)
        if kind in (b"VP8 ", b"VP8L", b"ALPH", b"ANMF") or length > _TEXT_LIMIT:
            file.seek(length + length % 2, 1)
            continue
        yield kind, file.read(length)
        file.read(length % 2)


def _webp_with(data: bytes, packet: bytes) -> bytes:
    body = data[12:]
    if body[:4] == b"VP8X":
        flags, chunks = body[8], body[18:]
        canvas = body[12:18]
    else:
        picture = WebPImageFile(BytesIO(data))
        flags = _WEBP_ALPHA if picture.mode == "RGBA" else 0
        canvas = b"".join(struct.pack("<I", side - 1)[:3] for side in picture.size)
        chunks = body
    extended = struct.pack("<4sIB3x", b"VP8X", 10, flags | _WEBP_XMP) + canvas
    last = struct.pack("<4sI", b"XMP ", len(packet)) + packet + bytes(len(packet) % 2)
    content = b"WEBP" + extended + chunks + last
    return struct.pack("<4sI", b"RIFF", len(content)) + content
