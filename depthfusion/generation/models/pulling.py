"""Downloads from the hub that go on where they ended.

huggingface_hub itself begins a broken download anew (2.4), which hurts at gigabytes, so the bytes
are fetched here: into its cache, under the name it would give them, through its session. A file
counts as here once its digest is the one that the hub names.
"""

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from depthfusion.generation.models.offering import (
    TIMEOUT,
    Offer,
    RemoteFile,
    endpoint,
    hub_errors_explained,
    part_of,
)
from depthfusion.generation.models.store import Located, cache_folder, locate, storage_of
from depthfusion.types import InputError, Progress, silent

STAGE = "Downloading"
ATTEMPTS = 5  # without a new byte
PAUSE = 1.0  # seconds before the second attempt, twice as long each time
SPARE = 2**28  # bytes of disk to leave free

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


def pull(offered: Offer, progress: Progress = silent) -> Located:
    """Fetch what is missing. What has come stays, also where the body is stopped or killed.

    Parameters
    ----------
    offered : of `offer`.
    progress : told "Downloading" with the share of all bytes; may raise `Cancelled`.

    Raises
    ------
    InputError
        The network broke and stayed so, the disk is too small, or what came is not what the hub
        named.
    """
    _verify_room(offered)
    done = offered.bytes - offered.missing_bytes
    total = max(offered.bytes, 1)

    def fetched(count: int) -> None:
        nonlocal done
        done += count
        progress(STAGE, min(max(done, 0) / total, 1.0))

    fetched(0)
    for file in offered.missing:
        with hub_errors_explained(offered.id):
            _fetch(offered, file, fetched)
    _remember_branch(offered)
    located = locate(
        f"{offered.id}@{offered.revision}", offered.model.purpose if offered.model else None
    )
    progress(STAGE, 1.0)
    return located


def _fetch(offered: Offer, file: RemoteFile, fetched: Callable[[int], None]) -> None:
    """Bring one file into the cache."""
    from huggingface_hub import hf_hub_download

    part = part_of(offered.id, file)
    blob = part.with_name(file.digest)
    if not blob.exists():
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("ab+") as stream, _held(stream, file):
            _fill(stream, offered, file, fetched)
            stream.flush()
            os.fsync(stream.fileno())
            os.replace(part, blob)
    else:
        fetched(file.bytes)
    # The blob is there, so that this only links the snapshot to it.
    hf_hub_download(
        offered.id, file.path, revision=offered.revision, cache_dir=cache_folder(),
        endpoint=endpoint(),
    )  # fmt: skip


def _fill(
    stream: BinaryIO, offered: Offer, file: RemoteFile, fetched: Callable[[int], None]
) -> None:
    """Append what is missing of a file, over as many connections as it takes."""
    import httpx2

    failures, before = 0, -1
    while (have := stream.seek(0, os.SEEK_END)) < file.bytes:
        failures = 0 if have > before else failures + 1
        before = have
        if failures == ATTEMPTS:
            raise InputError(
                f"the connection broke at {have} of {file.bytes} bytes of {file.path}; the same "
                "command goes on from there"
            )
        if failures:
            time.sleep(PAUSE * 2 ** (failures - 1))
        with contextlib.suppress(httpx2.TransportError):
            _receive(stream, have, offered, file, fetched)
    if _digest(stream, file) != file.digest:
        fetched(-file.bytes)
        stream.truncate(0)
        raise InputError(f"{file.path} of {offered.id} came damaged; run the same command again")


def _receive(
    stream: BinaryIO, have: int, offered: Offer, file: RemoteFile, fetched: Callable[[int], None]
) -> None:
    """Read one connection to its end or to where it breaks."""
    from huggingface_hub import hf_hub_url
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

    url = hf_hub_url(offered.id, file.path, revision=offered.revision, endpoint=endpoint())
    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with get_session().stream("GET", url, headers=headers, timeout=TIMEOUT) as response:
        if response.status_code >= 400:
            response.read()
        hf_raise_for_status(response)
        if have and response.status_code != 206:
            # Whoever ignores the range sends everything again.
            fetched(-have)
            stream.truncate(0)
        for chunk in response.iter_bytes():
            stream.write(chunk)
            fetched(len(chunk))


def _digest(stream: BinaryIO, file: RemoteFile) -> str:
    """SHA-256 as LFS counts it, or git's SHA-1, by the length of the hub's own."""
    stream.seek(0)
    if len(file.digest) == 64:
        return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    return hashlib.sha1(f"blob {file.bytes}\0".encode() + stream.read()).hexdigest()


@contextmanager
def _held(stream: BinaryIO, file: RemoteFile) -> Iterator[None]:
    """Hold a part against other processes; the lock ends with the process."""
    if fcntl is not None:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                f"another process is fetching {file.path} at this moment; wait for it"
            ) from error
        except OSError:
            pass  # no locks on this disk; the digest tells in the end
    yield


def _verify_room(offered: Offer) -> None:
    place = cache_folder()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if offered.missing_bytes + SPARE > free:
        raise InputError(
            f"{offered.id} needs {offered.missing_bytes / 1e9:.1f} GB, and {place} has "
            f"{free / 1e9:.1f} GB free; make room, or set HF_HOME to another disk"
        )


def _remember_branch(offered: Offer) -> None:
    """Note which commit the branch was, as huggingface_hub does."""
    if offered.branch == offered.revision:
        return
    reference = storage_of(offered.id) / "refs" / offered.branch
    reference.parent.mkdir(parents=True, exist_ok=True)
    reference.write_text(offered.revision, "utf-8")
