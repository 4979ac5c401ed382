"""What a writer of one format gets, and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from depthfusion.studio.formats import Format
from depthfusion.studio.options import ExportOptions
from depthfusion.studio.stages import Stages


@dataclass(frozen=True)
class Order:
    """One export that was asked for; everything in it was verified.

    Parameters
    ----------
    scene : the scene's folder.
    target : the file to write; atomically (`io.atomic`), what stood there stays until then.
    options : what was chosen.
    stages : told what is under way; a stop arrives from there.
    format : the row in `FORMATS`.
    """

    scene: Path
    target: Path
    options: ExportOptions
    stages: Stages
    format: Format


@dataclass(frozen=True)
class Written:
    """What a writer says about its file.

    Parameters
    ----------
    facts : numbers and words, JSON values; the file's size and format are added by `export`.
    notes : sentences: what was assumed or left out.
    beside : files written beside the target: a short word → path.
    chosen : what "auto" chose and why: option → sentence.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()
    beside: Mapping[str, Path] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)


Writer = Callable[[Order], Written]
