"""A scene's scorecard: what was measured, and what it means."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from depthfusion.io.atomic import StrPath
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.rendering.inspection import RUBBER, Scorecard, inspect_scene
from depthfusion.scene.detail import PRESETS
from depthfusion.studio.loading import open_scene
from depthfusion.studio.options import DESKTOP
from depthfusion.studio.outcome import jsonable
from depthfusion.studio.stages import Stages
from depthfusion.types import Progress, Scale, silent

CLOSED = 1e-6  # of the nearest distance; a gap that narrow is no gap


@dataclass(frozen=True)
class Finding:
    """One line of a scorecard.

    Parameters
    ----------
    name : what was measured.
    value : the figure with its unit, as people read it.
    meaning : what that says, in a few words.
    good : the verdict; `None` where more is neither better nor worse.
    """

    name: str
    value: str
    meaning: str
    good: bool | None = None


@dataclass(frozen=True)
class Inspection:
    """What a look at a scene from its whole head box has shown.

    Parameters
    ----------
    card : the figures.
    scale : of the scene's unit.
    seconds : stage → wall time.
    """

    card: Scorecard
    scale: Scale
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every figure with its meaning and verdict."""
        return (*_room(self.card, self.scale), *_surface(self.card, self.scale))

    @property
    def sound(self) -> bool:
        """Whether no verdict is against it."""
        return all(finding.good is not False for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Figures, verdicts by name, and the verdict on the whole, JSON values only."""
        verdicts = {finding.name: finding.good for finding in self.findings}
        figures = jsonable(self.card.as_json())
        return {**figures, "verdicts": verdicts, "sound": self.sound}


def inspect(scene: StrPath, progress: Progress = silent) -> Inspection:
    """Look a scene over as its visitors would: from the middle, and leaning to every side.

    Parameters
    ----------
    scene : a scene's folder, or its name in the library; inspected as meshed for a desktop.
    progress : told each stage; may raise `Cancelled`.

    Raises
    ------
    InputError
        There is none, it is damaged, or a newer version wrote it.
    """
    stages = Stages(progress)
    opened, meshes = open_scene(scene, stages, DESKTOP)
    with stages.stage("Inspecting") as inside, CpuRenderer() as renderer:
        card = inspect_scene(opened.layered, meshes, renderer, inside)
    return Inspection(card, opened.layered.scale, stages.seconds)


def _room(card: Scorecard, scale: Scale) -> Iterator[Finding]:
    """What a visitor may do and will see."""
    unit = " m" if scale == "metric" else " of the scene's units"
    yield Finding(
        "holes",
        f"{card.hole_share:.2%}",
        "of the view shows nothing when leaning to the head box's rim",
        card.hole_share == 0,
    )
    yield Finding(
        "safe head box",
        f"{card.safe_head_box:.2g}{unit}",
        f"room to lean without holes or rubber; built for {card.head_box:.2g}{unit}",
        card.safe_head_box >= card.head_box,
    )
    yield Finding(
        "stretched",
        f"{card.stretched_share:.2%}",
        f"of that view is drawn out to twice its width or more ({card.stretched_triangles} "
        "triangles)",
        card.stretched_share <= RUBBER,
    )
    yield Finding(
        "nearest",
        f"{card.nearest:.2g}{unit}",
        "away is what comes closest; it should lie outside the head box",
        card.nearest > card.head_box,
    )


def _surface(card: Scorecard, scale: Scale) -> Iterator[Finding]:
    """What the meshes are like."""
    unit = " m" if scale == "metric" else " of the scene's units"
    closed = CLOSED * card.nearest
    for name, gap, place in (
        ("seam", card.seam_error, "where the panorama's sides meet"),
        ("poles", card.pole_error, "straight up and down"),
    ):
        yield Finding(name, f"{gap:.2g}{unit}", f"apart at most {place}", gap <= closed)
    yield Finding(
        "open edges",
        f"{card.boundary_edges:,}",
        "edges of triangles where a sheet ends; in layers they end over what lies behind",
        None if card.layers > 1 else card.boundary_edges == 0,
    )
    kept = [name for name, limit in PRESETS.items() if limit is None or card.triangles <= limit]
    yield Finding("triangles", f"{card.triangles:,}", f"as many as the preset {kept[0]} allows")
    layers = ", ".join(f"{name} {count:,}" for name, count in card.triangles_by_layer.items())
    yield Finding("layers", f"{card.layers}", f"near to far, in triangles: {layers}")
