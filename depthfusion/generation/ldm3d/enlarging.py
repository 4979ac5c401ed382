"""From the size that the model draws to the size that was asked for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2

from depthfusion.generation.ldm3d.rgbd import RGBD
from depthfusion.generation.models import DEFAULT, find, locate
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
    drawn: RGBD, number: int, plan: "Plan", options: GenerateOptions, progress: Progress
) -> Enlarged:
    """Bring one picture of a batch to its size.

    Raises
    ------
    InputError
        "sr" was asked for and its weights are not here.
    """
    rgb, inverse = drawn.rgb[number], drawn.inverse[number]
    height, width = inverse.shape
    if (width, height) == (plan.width, plan.height):
        return Enlarged(rgb, inverse, "at the size it was drawn")
    if plan.width < width:
        size = (plan.width, plan.height)
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
        inverse = cv2.resize(inverse, size, interpolation=cv2.INTER_NEAREST)
        return Enlarged(rgb, inverse, f"made smaller from {width}×{height}")
    located = locate(UPSCALER) if options.upscale == "sr" else None
    if options.upscale == "auto":
        located = find(UPSCALER)
    if located is None:
        from depthfusion.generation.ldm3d.upscaling import upscale

        rgb, inverse = upscale(rgb, inverse, plan.width, plan.height, progress)
        return Enlarged(rgb, inverse, f"resized from {width}×{height} by Lanczos")
    from depthfusion.generation.ldm3d.upscaler import Ldm3dUpscaler

    finer = Ldm3dUpscaler.from_pretrained(located.folder).upscale(
        rgb, inverse, plan.width, plan.height, plan.sampling, progress
    )
    how = f"enlarged from {width}×{height} by {located.id} {located.revision or ''}".strip()
    return Enlarged(finer.rgb[0], finer.inverse[0], how, finer.notes)
