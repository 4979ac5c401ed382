"""Depth by a network, as `import` wants it."""

from importlib.util import find_spec

from depthfusion.generation.models import DEFAULT, MODELS, find
from depthfusion.studio.depth_sources import SourcedDepth
from depthfusion.studio.import_options import ImportOptions
from depthfusion.types import Progress
from depthfusion.types.arrays import UInt8

HOW_TO_GET = f"get a depth model once with `depthfusion models pull {DEFAULT['depth']}`"


def model_at_hand(name: str | None) -> str | None:
    """Find a depth model that can be loaded now, without a network; its id, or `None`.

    Parameters
    ----------
    name : the one asked for; `None` takes the usual one, else the first known one that is here.
    """
    if find_spec("torch") is None or find_spec("transformers") is None:
        return None
    if name is not None:
        found = find(name)
        return found.id if found else None
    known = [model.id for model in MODELS if model.purpose == "depth"]
    return next((id for id in known if find(id)), None)


def depth_from_model(rgb: UInt8, options: ImportOptions, progress: Progress) -> SourcedDepth:
    """Estimate distance by the model asked for, or the usual one.

    Parameters
    ----------
    rgb : uint8 [H, 2H, 3], sRGB.
    options : for `depth_model`.
    progress : may raise `Cancelled`.

    Raises
    ------
    InputError
        The model is not here, can't be loaded, or is not for depth.
    """
    from depthfusion.generation.estimation import estimate_distance

    name = options.depth_model or model_at_hand(None)
    found = estimate_distance(rgb, name, progress)
    relative = found.panorama.scale == "relative"
    return SourcedDepth(
        found.panorama,
        "model",
        f"estimated by {found.model} on 12 overlapping views, merged on the sphere",
        found.notes,
        model=found.model,
        revision=found.revision,
        licence=found.licence,
        facts={"model": found.model, "licence": found.licence, "sky": round(found.sky, 3)},
        affine=relative,
    )
