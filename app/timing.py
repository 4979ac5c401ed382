"""How long work takes, by how it went the last time: remembered over a restart."""

import json
import logging
import threading
from collections.abc import Mapping
from pathlib import Path

from depthfusion.io.atomic import write_bytes
from depthfusion.types import InputError

log = logging.getLogger(__name__)


class Usual:
    """Kind of job → stage → seconds.

    A kind like "create:sketch:2048" that was never seen to its end is judged as "create".

    Parameters
    ----------
    first : to judge by as long as nothing was seen.
    file : where to keep what was learnt; nowhere if `None`.
    """

    def __init__(
        self, first: Mapping[str, Mapping[str, float]] | None = None, file: Path | None = None
    ) -> None:
        self._first = dict(first or {})
        self._seen: dict[str, dict[str, float]] = {}
        self._file = file
        self._lock = threading.Lock()
        if file is not None and file.is_file():
            self._seen = read_times(file)

    def learn(self, kind: str, seconds: Mapping[str, float]) -> None:
        """Remember how long each stage took."""
        with self._lock:
            self._seen[kind] = dict(seconds)
            if self._file is None:
                return
            try:
                write_bytes(self._file, json.dumps(self._seen).encode())
            except InputError as error:
                log.warning("how long jobs take is not kept: %s", error)

    def last(self, kind: str) -> float | None:
        """Seconds that the last job of exactly this kind took; `None` where there was none."""
        seen = self._seen.get(kind)
        return sum(seen.values()) if seen else None

    def judge(
        self, kind: str, past: Mapping[str, float], stage: str, fraction: float, spent: float
    ) -> tuple[float | None, float | None]:
        """How much of the whole is done, 0 to 1, and the seconds left; `None` where unknown.

        Parameters
        ----------
        kind : of the job.
        past : stage → seconds of the stages that are over.
        stage, fraction, spent : the stage under way, how much of it is done, and its seconds.
        """
        usual = self._stages(kind)
        if not usual or stage not in usual:
            return None, None
        names = list(usual)
        later = sum(usual[name] for name in names[names.index(stage) + 1 :])
        by_fraction = spent / fraction if fraction > 0.02 else usual[stage]
        this = max(usual[stage] * (1 - fraction) + by_fraction * fraction, spent)
        left = max(this - spent, 0.0) + later
        done = sum(past.values()) + spent
        return min(done / max(done + left, 1e-9), 1.0), left

    def _stages(self, kind: str) -> Mapping[str, float]:
        return self._seen.get(kind) or self._first.get(kind.partition(":")[0], {})


def read_times(file: Path) -> dict[str, dict[str, float]]:
    """What `Usual` wrote; empty where it cannot be read: it is only a memory."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        str(kind): {str(stage): float(seconds) for stage, seconds in stages.items()}
        for kind, stages in found.items()
        if isinstance(stages, dict)
        and all(isinstance(seconds, int | float) for seconds in stages.values())
    }
