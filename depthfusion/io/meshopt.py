"""Vertices and triangles → the codes of EXT_meshopt_compression.

Written from the extension's own description of the bit streams (Khronos, Vendor/
EXT_meshopt_compression); decoders are in three.js, Babylon.js and most engines.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from depthfusion.types.arrays import Float32, Int32, UInt8

Int64 = NDArray[np.int64]

MANTISSA_BITS = 16  # of a position, with its sign: 2⁻¹⁵ of the distance, a hundredth of a texel
_GROUP = 16  # values that share a width
_BLOCK_BYTES, _MOST_IN_BLOCK = 8192, 256
_TAIL = 32  # bytes, at least
# Usual pairs of codes for the second and third corner of a triangle that starts anew.
_PAIRS = np.array(
    [0x00, 0x76, 0x87, 0x56, 0x67, 0x78, 0xA9, 0x86, 0x65, 0x89, 0x68, 0x98, 0x01, 0x69, 0, 0],
    np.uint8,
)


def in_order_of_use(faces: Int32, vertices: int) -> tuple[Int32, Int32]:
    """Number vertices as triangles first meet them.

    Returns
    -------
    The vertices in that order, and the faces that count them so.
    """
    used, first = np.unique(faces.ravel(), return_index=True)
    order = used[np.argsort(first, kind="stable")]
    number = np.zeros(vertices, np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    return order, number[faces]


def encode_exponential(vectors: Float32) -> NDArray[np.int32]:
    """Code vectors [N, 3] by whole mantissas of 24 bits and one exponent a vector, int32 [N, 3]."""
    largest = np.abs(vectors).max(axis=1)
    exponent = np.frexp(np.maximum(largest, 1e-30))[1] - (MANTISSA_BITS - 1)
    mantissa = np.rint(np.ldexp(vectors.astype(np.float64), -exponent[:, None])).astype(np.int64)
    return ((exponent[:, None] << 24) | (mantissa & 0xFFFFFF)).astype("<i4")


def decoded_exponential(coded: NDArray[np.int32]) -> Float32:
    """The vectors that readers get, float32 [N, 3]."""
    mantissa = (coded << 8) >> 8
    return np.ldexp(mantissa.astype(np.float64), coded >> 24).astype("<f4")


def encode_attributes(values: NDArray) -> bytes:
    """Code rows of numbers [N, K]; a row's bytes are a multiple of four."""
    rows = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)
    stride = rows.shape[1]
    out = np.empty(64 + rows.size * 2, np.uint8)
    length = _attributes(rows, min(_BLOCK_BYTES // stride & ~15, _MOST_IN_BLOCK), out)
    return out[:length].tobytes()


@numba.njit(cache=True, nogil=True)
def _attributes(rows: UInt8, block: int, out: UInt8) -> int:
    count, stride = rows.shape
    out[0] = 0xA0
    at = 1
    before = rows[0].copy()
    deltas = np.zeros(_MOST_IN_BLOCK, np.uint8)
    for first in range(0, count, block):
        held = min(block, count - first)
        padded = (held + _GROUP - 1) // _GROUP * _GROUP
        for k in range(stride):
            last = before[k]
            for n in range(held):
                step = np.int8(np.uint8(rows[first + n, k] - last))
                deltas[n] = np.uint8((step << 1) ^ (step >> 7))
                last = rows[first + n, k]
            deltas[held:padded] = 0
            at = _write_groups(deltas, padded // _GROUP, out, at)
        before = rows[first + held - 1].copy()
    for _ in range(max(_TAIL - stride, 0)):
        out[at] = 0
        at += 1
    out[at : at + stride] = rows[0]
    return at + stride


@numba.njit(cache=True, nogil=True)
def _write_groups(deltas: UInt8, groups: int, out: UInt8, at: int) -> int:
    """Write groups of 16 bytes, each in 0, 2, 4 or 8 bits a value, their widths before them."""
    head = at
    at += (groups + 3) // 4
    out[head:at] = 0
    for group in range(groups):
        part = deltas[group * _GROUP : (group + 1) * _GROUP]
        most = part.max()
        two = 4 + (part >= 3).sum()
        four = 8 + (part >= 15).sum()
        if most == 0:
            mode, bits = 0, 0
        elif two <= four and two < _GROUP:
            mode, bits = 1, 2
        elif four < _GROUP:
            mode, bits = 2, 4
        else:
            mode, bits = 3, 8
        out[head + group // 4] |= np.uint8(mode << (2 * (group % 4)))
        if mode == 3:
            out[at : at + _GROUP] = part
            at += _GROUP
        elif mode:
            at = _write_narrow(part, bits, out, at)
    return at


@numba.njit(cache=True, nogil=True)
def _write_narrow(part: UInt8, bits: int, out: UInt8, at: int) -> int:
    """Write 16 values in few bits, the first in the highest; those too large follow whole."""
    full = (1 << bits) - 1
    each = 8 // bits
    for n in range(_GROUP // each):
        byte = 0
        for k in range(each):
            byte = (byte << bits) | min(part[n * each + k], full)
        out[at] = byte
        at += 1
    for value in part:
        if value >= full:
            out[at] = value
            at += 1
    return at


def encode_triangles(faces: Int32) -> bytes:
    """Code triangles [F, 3]; short where each shares an edge with one just before.

    Corners may come back rotated, never reordered.
    """
    out = np.empty(32 + len(faces) * 17, np.uint8)
    length = _triangles(np.ascontiguousarray(faces, np.int64), out)
    return out[:length].tobytes() + _PAIRS.tobytes()


@numba.njit(cache=True, nogil=True)
def _triangles(faces: Int64, out: UInt8) -> int:
    edges = np.full((16, 2), -1, np.int64)
    corners = np.full(16, -1, np.int64)
    edge_end = corner_end = upcoming = last = 0
    out[0] = 0xE1
    data = 1 + len(faces)
    for n in range(len(faces)):
        place, turn = _known_edge(edges, edge_end, faces[n])
        if 0 <= place < 15:
            a, b, c = faces[n, turn], faces[n, (turn + 1) % 3], faces[n, (turn + 2) % 3]
            held = _known_corner(corners, corner_end, c)
            code = 15
            if 1 <= held < 13:
                code = held
            elif c == upcoming:
                code = 0
                upcoming += 1
            elif c == last - 1:
                code = 13
                last = c
            elif c == last + 1:
                code = 14
                last = c
            out[1 + n] = place << 4 | code
            if code == 15:
                data = _write_number(out, data, c - last)
                last = c
            if code == 0 or code >= 13:
                corners[corner_end] = c
                corner_end = (corner_end + 1) & 15
            edge_end = _push_edge(edges, edge_end, c, b)
            edge_end = _push_edge(edges, edge_end, a, c)
            continue
        turn = 1 if faces[n, 1] == upcoming else 2 if faces[n, 2] == upcoming else 0
        a, b, c = faces[n, turn], faces[n, (turn + 1) % 3], faces[n, (turn + 2) % 3]
        restart = a == 0 and b == 1 and c == 2 and upcoming > 0
        if restart:
            upcoming = 0
            corners[:] = -1
        held_b = _known_corner(corners, corner_end, b)
        held_c = _known_corner(corners, corner_end, c)
        first = 15
        if a == upcoming:
            first = 0
            upcoming += 1
        second = 15
        if 0 <= held_b < 14:
            second = held_b + 1
        elif b == upcoming:
            second = 0
            upcoming += 1
        third = 15
        if 0 <= held_c < 14:
            third = held_c + 1
        elif c == upcoming:
            third = 0
            upcoming += 1
        pair = second << 4 | third
        usual = 15
        for k in range(14):
            if _PAIRS[k] == pair:
                usual = k
                break
        if first == 0 and usual < 14 and not restart:
            out[1 + n] = 0xF0 | usual
        else:
            out[1 + n] = 0xFE if first == 0 else 0xFF
            out[data] = pair
            data += 1
        for code, corner in ((first, a), (second, b), (third, c)):
            if code == 15:
                data = _write_number(out, data, corner - last)
                last = corner
        for code, corner in ((first, a), (second, b), (third, c)):
            if code in (0, 15):
                corners[corner_end] = corner
                corner_end = (corner_end + 1) & 15
        edge_end = _push_edge(edges, edge_end, b, a)
        edge_end = _push_edge(edges, edge_end, c, b)
        edge_end = _push_edge(edges, edge_end, a, c)
    return data


@numba.njit(cache=True, nogil=True)
def _known_edge(edges: Int64, end: int, face: Int64) -> tuple[int, int]:
    """How many edges ago one of the triangle's was met, and which corner it starts at."""
    for ago in range(16):
        e, f = edges[(end - 1 - ago) & 15]
        for turn in range(3):
            if e == face[turn] and f == face[(turn + 1) % 3]:
                return ago, turn
    return -1, 0


@numba.njit(cache=True, nogil=True)
def _known_corner(corners: Int64, end: int, corner: int) -> int:
    for ago in range(16):
        if corners[(end - 1 - ago) & 15] == corner:
            return ago
    return -1


@numba.njit(cache=True, nogil=True)
def _push_edge(edges: Int64, end: int, a: int, b: int) -> int:
    edges[end, 0], edges[end, 1] = a, b
    return (end + 1) & 15


@numba.njit(cache=True, nogil=True)
def _write_number(out: UInt8, at: int, step: int) -> int:
    """Write a signed number, seven bits a byte, the lowest first."""
    value = (step << 1) ^ (step >> 31)
    while value > 127:
        out[at] = 0x80 | (value & 127)
        value >>= 7
        at += 1
    out[at] = value
    return at + 1
