"""From the size that the model draws to the size that was asked for."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2

from depthfusion.generation.ldm3d.rgbd import RGBD
from depthfusion.generation.ldm3d.sampling import Sampling
from depthfusion.generation.models import DEFAULT, Located, find, locate
from depthfusion.generation.options import GenerateOptions
from depthfusion.types import Progress
from depthfusion.types.arrays import Float32, UInt8

if TYPE_CHECKING:
    from depthfusion.generation.ldm3d.engine import Plan

UPSCALER = DEFAULT["upscaling"]


@dataclass(frozen=True, eq=False)
class Enlarged:
    """A picture at the size that was asked for, and how it came to it.

    Parameters
    ----------
    rgb : uint8 [H, W, 3]; inverse : float32 [H, W], 0 to 1.
    how : a few words for the record.
    notes : sentences for the person.
    """

    rgb: UInt8
    inverse: Float32
    how: str
    notes: tuple[str, ...] = ()


def enlarged(
    drawn: RGBD, plan: "Plan", options: GenerateOptions, progress: Progress
) -> list[Enlarged]:
    """Bring every picture of a batch to its size.

    Raises
    ------
    InputError
        "sr" was asked for and its weights are not here.
    """
    height, width = drawn.inverse.shape[1:]
    pairs = list(zip(drawn.rgb, drawn.inverse, strict=True))
    if (width, height) == (plan.width, plan.height):
        return [Enlarged(rgb, inverse, "at the size it was drawn") for rgb, inverse in pairs]
    if plan.width < width:
        return [_reduced(rgb, inverse, plan) for rgb, inverse in pairs]
    located = _upscaler(options)
    if located is not None:
        return _by_model(pairs, located, plan, progress)
    from depthfusion.generation.ldm3d.upscaling import upscale

    how = f"resized from {width}×{height} by Lanczos"
    return [
        Enlarged(*upscale(rgb, inverse, plan.width, plan.height, progress), how)
        for rgb, inverse in pairs
    ]


def _upscaler(options: GenerateOptions) -> Located | None:
    """The model that enlarges, where it is asked for or is here."""
    name = options.upscale_model or UPSCALER
    if options.upscale == "sr" or (options.upscale == "auto" and options.upscale_model):
        return locate(name)
    return find(name) if options.upscale == "auto" else None


def _by_model(
    pairs: list[tuple[UInt8, Float32]], located: Located, plan: "Plan", progress: Progress
) -> list[Enlarged]:
    """Load LDM3D-SR once, raise every picture, and give its memory back."""
    from depthfusion.generation.ldm3d.upscaler import Ldm3dUpscaler

    height, width = pairs[0][1].shape
    how = f"enlarged from {width}×{height} by {located.id} {located.revision or ''}".strip()
    upscaler = Ldm3dUpscaler.from_pretrained(located.folder)
    try:
        larger = []
        for (rgb, inverse), seed in zip(pairs, plan.sampling.seeds, strict=True):
            own = replace(plan.sampling, seeds=(seed,))
            if own.scheduler == "lcm":  # wants a LoRA that this model has not
                own = replace(own, scheduler=Sampling.scheduler, steps=None, guidance=None)
            raised = upscaler.upscale(rgb, inverse, plan.width, plan.height, own, progress)
            larger.append(Enlarged(raised.rgb[0], raised.inverse[0], how, raised.notes))
        return larger
    finally:
        upscaler.close()


def _reduced(rgb: UInt8, inverse: Float32, plan: "Plan") -> Enlarged:
    size = (plan.width, plan.height)
    how = f"made smaller from {rgb.shape[1]}×{rgb.shape[0]}"
    smaller = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return Enlarged(smaller, cv2.resize(inverse, size, interpolation=cv2.INTER_NEAREST), how)
