"""Jobs on disk, so that they are found again after a restart, and the files they work from."""

import json
import logging
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from depthfusion.io.atomic import write_bytes
from depthfusion.types import InputError

log = logging.getLogger(__name__)

Standing = Literal["waiting", "running", "done", "failed", "stopped", "interrupted"]
OLD = timedelta(days=30)
MANY = 200
"""Jobs of the past that are kept."""


@dataclass(frozen=True)
class Record:
    """What is known of a job for good; JSON values only.

    Parameters
    ----------
    id : a name that nobody guesses.
    kind : a key of `app.tasks.TASKS`.
    title : for people: a prompt, a file's name.
    owner : the visitor's, as `app.visitors` names them.
    arguments : all that its task needs to do it, or to do it again.
    state : where it is; "interrupted" where the app ended first.
    created, ended : moments, ISO 8601; `ended` empty before.
    reason : why it failed or was interrupted, a sentence.
    result : what its task gave back.
    seconds : that it took.
    """

    id: str
    kind: str
    title: str
    owner: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    state: Standing = "waiting"
    created: str = ""
    ended: str = ""
    reason: str = ""
    result: Mapping[str, Any] | None = None
    seconds: float = 0.0

    @property
    def over(self) -> bool:
        """Whether it has come to an end."""
        return self.state not in ("waiting", "running")

    @property
    def resumable(self) -> bool:
        """Whether the app ended before it did, so that it can be taken up again."""
        return self.state == "interrupted"


class Ledger:
    """A folder with one JSON file for each job, and a folder of files for some.

    Parameters
    ----------
    folder : made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, record: Record) -> None:
        """Keep `record` in place of what was known of the job before."""
        write_bytes(self._file(record.id), json.dumps(asdict(record)).encode())

    def files(self, job: str) -> Path:
        """Where a job's own files lie."""
        return self.folder / job

    def adopt(self, job: str, name: str, file: Path) -> Path:
        """Keep `file` for a job, so that it outlives the page that sent it; gives its new place."""
        place = self.files(job) / name / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, place)
        except OSError:
            shutil.copyfile(file, place)
        return place

    def clear(self, job: str) -> None:
        """Remove a job's files."""
        shutil.rmtree(self.files(job), ignore_errors=True)

    def forget(self, job: str) -> None:
        """Remove all that is known of a job."""
        self._file(job).unlink(missing_ok=True)
        self.clear(job)

    def recover(self) -> list[Record]:
        """Read what an earlier run of the app left, oldest first; drop what is long past.

        What was waiting or running then is "interrupted" now.
        """
        if not self.folder.is_dir():
            return []
        found = [self._read(file) for file in self.folder.glob("*.json")]
        records = sorted((record for record in found if record), key=lambda one: one.created)
        limit = (datetime.now(UTC) - OLD).isoformat(timespec="seconds")
        kept = [record for record in records if record.created >= limit][-MANY:]
        for record in records:
            if record not in kept:
                self.forget(record.id)
        return [self._interrupted(record) for record in kept]

    def _interrupted(self, record: Record) -> Record:
        if record.over:
            return record
        changed = replace(record, state="interrupted", ended=now(), reason="The app was closed.")
        try:
            self.write(changed)
        except InputError as error:
            log.warning("%s", error)
        return changed

    def _file(self, job: str) -> Path:
        return self.folder / f"{job}.json"

    def _read(self, file: Path) -> Record | None:
        try:
            given = json.loads(file.read_text("utf-8"))
            known = {one.name for one in fields(Record)}
            return Record(**{name: given[name] for name in given if name in known})
        except (OSError, ValueError, TypeError):
            return None


def now() -> str:
    """The moment it is, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
