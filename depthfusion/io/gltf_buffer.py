"""The binary part of a glTF file while it grows: stretches of bytes, and what they are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

VERTICES, INDICES = 34962, 34963
_COMPONENTS = {"u1": 5121, "u2": 5123, "u4": 5125, "f4": 5126}
_SHAPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}


class GltfBuffer:
    """Collects bufferViews and accessors of a glTF document with one buffer.

    `views` and `accessors` are the document's lists; `content` is the buffer.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []
        self._chunks: list[bytes] = []
        self.length = 0

    @property
    def content(self) -> bytes:
        """All bytes, each stretch at a multiple of four."""
        return b"".join(self._chunks)

    def place(self, data: bytes) -> int:
        """Append bytes; give their offset, a multiple of four."""
        offset, padded = self.length, data + bytes(-len(data) % 4)
        self._chunks.append(padded)
        self.length += len(padded)
        return offset

    def view(self, data: bytes, target: int | None = None, **more: Any) -> int:
        """Append bytes as a bufferView; give its number.

        Parameters
        ----------
        target : `VERTICES` or `INDICES`, which spares readers a search.
        more : further entries of the view, like `byteStride`.
        """
        entry = {"buffer": 0, "byteOffset": self.place(data), "byteLength": len(data), **more}
        if target is not None:
            entry["target"] = target
        self.views.append(entry)
        return len(self.views) - 1

    def accessor(self, values: NDArray, view: int | None, *, bounds: bool = False) -> int:
        """Describe the numbers of a view; give the accessor's number.

        Parameters
        ----------
        values : [N] or [N, K], of the type that the view holds; whole numbers with K are
            normalised.
        view : `None` where an extension brings the numbers.
        bounds : say the smallest and the largest, which positions must.
        """
        columns = values.shape[1] if values.ndim > 1 else 1
        kind = values.dtype.str[1:]
        entry: dict[str, Any] = {
            "componentType": _COMPONENTS[kind],
            "count": len(values),
            "type": _SHAPES[columns],
        }
        if view is not None:
            entry["bufferView"] = view
        if columns > 1 and kind != "f4":
            entry["normalized"] = True
        if bounds:
            entry["min"], entry["max"] = values.min(axis=0).tolist(), values.max(axis=0).tolist()
        self.accessors.append(entry)
        return len(self.accessors) - 1


def index_type(vertices: int) -> type[np.unsignedinteger]:
    """The smallest type that counts so many vertices; the largest number of each is reserved."""
    return np.uint16 if vertices <= 0xFFFF else np.uint32
