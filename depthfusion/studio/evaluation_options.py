"""What can be chosen when depth or panoramas are evaluated; light, because help pages read it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from depthfusion.studio.import_options import DepthKind

Alignment = Literal["affine", "scale", "none"]


@dataclass(frozen=True)
class DepthEvaluation:
    """How a depth map is compared.

    Parameters
    ----------
    kind, truth_kind : what the numbers of either file are; a scene's folder needs none.
    alignment : "affine" (scale and shift of inverse depth, as for networks without metres),
        "scale", or "none" (metres against metres).
    """

    kind: DepthKind = "distance"
    truth_kind: DepthKind = "distance"
    alignment: Alignment = "affine"


@dataclass(frozen=True)
class PanoramaEvaluation:
    """What panoramas are compared with.

    Parameters
    ----------
    against : real pictures (a folder) for FID.
    prompts : the words of each picture, in their order, or one for all; for CLIP similarity.
    inception : whether the inception score is wanted; with `against` it is given in any case.
    clip : a CLIP model's id or folder; `None` leaves CLIP similarity out.
    """

    against: Path | None = None
    prompts: tuple[str, ...] = ()
    inception: bool = False
    clip: str | None = None
