"""Stages of a piece of work: named, timed, and weighted for who wants one bar over all of them."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from depthfusion.types import Progress

# Seconds on two cores, warm; only their proportions count.
USUAL: Mapping[str, Mapping[str, float]] = {
    "create": {
        "Generating the panorama": 12.0,
        "Building layers": 3.0,
        "Meshing": 2.0,
        "Verifying the head box": 0.5,
        "Writing GLB": 0.5,
        "Drawing the thumbnail": 0.4,
        "Filming the preview": 12.0,
        "Saving the scene": 1.0,
    },
    "import": {
        "Reading the photo": 0.02,
        "Reading the depth": 0.05,
        "Matching the eyes": 0.3,
        "Estimating the depth": 0.3,
        "Fitting floor and walls": 0.1,
        "Building layers": 0.6,
        "Meshing": 0.5,
        "Verifying the head box": 0.2,
        "Writing GLB": 0.1,
        "Drawing the thumbnail": 0.3,
        "Saving the scene": 0.2,
    },
    "render": {"Reading the scene": 0.3, "Meshing": 0.3, "Rendering": 4.0},
    "stereo": {
        "Reading the scene": 0.3,
        "Meshing": 0.3,
        "Drawing both eyes": 1.0,
        "Writing the picture": 0.3,
    },
    "video": {"Reading the scene": 0.3, "Meshing": 0.3, "Filming": 15.0},
    "export": {"Reading the scene": 0.3, "Meshing": 0.3, "Writing the file": 0.3},
    "fetch": {"Downloading": 60.0},
    "inspect": {"Reading the scene": 0.3, "Meshing": 0.5, "Inspecting": 2.0},
}


class Stages:
    """Tells progress which stage has begun, and notes how long each took.

    Parameters
    ----------
    progress : who is told; a stop arrives from there, as `Cancelled`.
    """

    def __init__(self, progress: Progress) -> None:
        """Start with nothing done."""
        self.seconds: dict[str, float] = {}
        self._progress = progress

    @contextmanager
    def stage(self, words: str, *, steps: bool = False) -> Iterator[Progress]:
        """Time the body; yield a progress that keeps these words whatever the body calls its steps.

        Parameters
        ----------
        words : for the person who waits; the key in `seconds` too.
        steps : the body names several steps, each from 0 to 1, and nobody knows how many.
        """
        self._progress(words, 0.0)
        began = time.perf_counter()
        joined = _Steps()

        def inside(stage: str, fraction: float) -> None:
            self._progress(words, joined.reached(stage, fraction) if steps else fraction)

        try:
            yield inside
        finally:
            spent = time.perf_counter() - began
            self.seconds[words] = self.seconds.get(words, 0.0) + spent
        self._progress(words, 1.0)

    def took(self, *stages: str) -> str:
        """Say how long stages took together."""
        return f"{sum(self.seconds[stage] for stage in stages):.2f} s"


class _Steps:
    """Joins steps of unknown number into one that never goes back: each takes most of the rest."""

    share = 0.6

    def __init__(self) -> None:
        self._name = ""
        self._start = self._reached = 0.0

    def reached(self, name: str, fraction: float) -> float:
        """Give the fraction of all that `fraction` of the step `name` is taken for."""
        if name != self._name:
            self._name, self._start = name, self._reached
        here = self._start + (1 - self._start) * self.share * fraction
        self._reached = max(self._reached, here)
        return self._reached


def overall(kind: str, stage: str, fraction: float) -> float | None:
    """How much of the whole is done, 0 to 1.

    Parameters
    ----------
    kind : "create", "import", "render", "stereo", "video", "export" or "inspect".
    stage, fraction : what progress was told last.

    Returns
    -------
    `None` where the kind or the stage is unknown.
    """
    usual = USUAL.get(kind, {})
    if stage not in usual:
        return None
    names = list(usual)
    before = sum(usual[name] for name in names[: names.index(stage)])
    return (before + usual[stage] * min(max(fraction, 0.0), 1.0)) / sum(usual.values())
