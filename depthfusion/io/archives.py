"""ZIP files: written in pieces, and the same bytes for the same content."""

import shutil
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

_PIECE = 2**20
_PACKED = (".png", ".webp", ".jpg", ".jpeg", ".mp4", ".glb", ".usdz", ".spz", ".zip")
_FIRST, _LAST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, tzinfo=UTC)


class ArchiveWriter:
    """A ZIP file whose bytes hang on nothing but what is put in, in which order, and one date.

    Parameters
    ----------
    path : the file.
    when : what every entry is dated; ZIP knows even seconds from 1980 to 2107.
    """

    def __init__(self, path: Path, when: datetime) -> None:
        """Open the file."""
        when = min(max(when.astimezone(UTC), _FIRST), _LAST)
        self._date = (when.year, when.month, when.day, when.hour, when.minute, when.second)
        self._zip = zipfile.ZipFile(path, "w", allowZip64=True)

    def __enter__(self) -> "ArchiveWriter":
        """Close at the end of the block."""
        return self

    def __exit__(self, *error: object) -> None:
        """Write the directory at the end of the file."""
        self._zip.close()

    def put(self, name: str, data: bytes | str) -> None:
        """Put in a file of a few megabytes."""
        content = data.encode() if isinstance(data, str) else data
        with self._opened(name, len(content)) as out:
            out.write(content)

    def put_file(self, name: str, source: Path) -> None:
        """Put in a file of any size, in pieces."""
        size = source.stat().st_size
        with source.open("rb") as file, self._opened(name, size) as out:
            shutil.copyfileobj(file, out, _PIECE)

    def _opened(self, name: str, size: int) -> IO[bytes]:
        entry = zipfile.ZipInfo(name, self._date)
        packed = name.lower().endswith(_PACKED)
        entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        entry.external_attr = (stat.S_IFREG | 0o644) << 16
        entry.create_system = 3  # Unix, wherever it is written
        entry.file_size = size
        return self._zip.open(entry, "w", force_zip64=size >= 2**31)
