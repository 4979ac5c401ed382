"""What every piece of work gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Outcome:
    """What was made, how long each stage took, and everything a person should be told.

    Parameters
    ----------
    paths : what was written: a short word → file or folder.
    seconds : stage → wall time.
    chosen : what "auto" chose and why: option → sentence.
    notes : sentences: what was assumed, repaired or left out.
    facts : numbers and words about the result, JSON values.
    """

    paths: Mapping[str, Path]
    seconds: Mapping[str, float] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give JSON values only: paths as text, seconds to the millisecond, sizes in bytes."""
        return {
            "paths": {name: str(path) for name, path in self.paths.items()},
            "bytes": {n: p.stat().st_size for n, p in self.paths.items() if p.is_file()},
            "seconds": {stage: round(spent, 3) for stage, spent in self.seconds.items()},
            "chosen": dict(self.chosen),
            "notes": list(self.notes),
            "facts": jsonable(self.facts),
        }


def jsonable(value: Any) -> Any:
    """Turn options and facts into JSON values: paths and sizes, NumPy's scalars, infinities."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(inner) for inner in value]
    if isinstance(value, np.generic):
        return jsonable(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value
