"""The depth of a panorama by a network that knows only ordinary photos."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from depthfusion.generation.estimation.merging import merge_views
from depthfusion.generation.estimation.network import DepthNetwork
from depthfusion.generation.estimation.views import View, covering_views
from depthfusion.generation.models import DEFAULT, Located, locate
from depthfusion.generation.stereo_depth.sky import find_sky
from depthfusion.types import InputError, Progress, RGBDPanorama, silent
from depthfusion.types.arrays import Bool, Float32, UInt8

LARGEST_MERGE = 1024  # rows; networks show nothing finer
SKY_FROM = 30.0  # times the median distance, beyond which a smooth region may be sky
USUAL = 3.0  # units that the median distance becomes where there are no metres


class Predictor(Protocol):
    """What gives depth for one view; `DepthNetwork`, or a stand-in."""

    name: str
    size: int

    @property
    def metric(self) -> bool:
        """Whether it gives metres along the optical axis; else inverse depth."""

    def __call__(self, picture: UInt8) -> Float32:
        """Depth float32 [S, S] of a square view of 90°, uint8 [S, S, 3]."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """A panorama with estimated distance, and what estimated it.

    Parameters
    ----------
    panorama : metric where the network gives metres, else relative, of median 3.
    model, revision, licence : of the network; `None` where not known.
    sky : share of the sphere taken for sky.
    notes : sentences for the person.
    """

    panorama: RGBDPanorama
    model: str
    revision: str | None
    licence: str | None
    sky: float
    notes: tuple[str, ...]


def estimate_distance(
    rgb: UInt8, model: str | None = None, progress: Progress = silent
) -> Estimate:
    """Estimate the distance of each pixel of a panorama.

    Parameters
    ----------
    rgb : uint8 [H, 2H, 3], sRGB.
    model : a depth model's id, known name or folder; Depth Anything V2 Small where `None`.
    progress : told view by view; may raise `Cancelled`.

    Raises
    ------
    InputError
        The model is not here, can't be loaded, or is not for depth.
    """
    found = locate(model or DEFAULT["depth"], purpose="depth")
    progress("Loading the model", 0.0)
    network = DepthNetwork(found.folder, found.id)
    distance, sky = estimate_with(network, rgb, progress)
    scale = "metric" if network.metric else "relative"
    return Estimate(
        RGBDPanorama(rgb, distance, scale),  # type: ignore[arg-type]
        found.id,
        found.revision,
        _licence(found),
        float(sky.mean()),
        (_said(found, network),),
    )


def estimate_with(
    predictor: Predictor, rgb: UInt8, progress: Progress = silent
) -> tuple[Float32, Bool]:
    """Ask a predictor for every view and merge what it says.

    Parameters
    ----------
    predictor : a network.
    rgb : uint8 [H, 2H, 3].

    Returns
    -------
    Distance float32 [H, 2H] along the ray, +inf in the sky; and where sky is, bool [H, 2H].
    """
    views = covering_views(predictor.size)
    predicted = _ask(predictor, rgb, views, progress)
    height = min(rgb.shape[0], LARGEST_MERGE)
    meaning = "metric" if predictor.metric else "inverse"
    distance = merge_views(predicted, views, meaning, height, progress)  # type: ignore[arg-type]
    if meaning == "inverse":
        distance = distance * np.float32(USUAL / np.median(distance))
    if rgb.shape[0] != height:
        logs = cv2.resize(np.log(distance), rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        distance = np.exp(logs)
    near = distance < SKY_FROM * np.median(distance)
    sky = find_sky(rgb.astype(np.float32), near, np.ones(near.shape, bool))
    return np.where(sky, np.inf, distance).astype(np.float32), sky


def _ask(
    predictor: Callable[[UInt8], Float32], rgb: UInt8, views: tuple[View, ...], progress: Progress
) -> list[Float32]:
    predicted = []
    for k, view in enumerate(views):
        progress("Estimating depth", k / len(views))
        depth = predictor(view.cut(rgb))
        if not np.isfinite(depth).mean() > 0.5:
            raise InputError("the depth model gave no numbers for this picture; try another model")
        predicted.append(depth)
    return predicted


def _licence(found: Located) -> str | None:
    return found.licence.name if found.licence else None


def _said(found: Located, network: DepthNetwork) -> str:
    what = "metres" if network.metric else "inverse depth without a unit"
    licence = found.licence
    if licence is None:
        terms = "its licence is not known here: read its page before you use the result"
    else:
        terms = f"its licence is {licence.name}"
        terms += f" ({licence.restricts})" if licence.restricts else ""
    return f"depth was estimated by {found.id} ({what}) on 12 overlapping views; {terms}"
