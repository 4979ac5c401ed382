"""What an engine is asked for: the only home of these defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from depthfusion.types import InputError, RGBDPanorama, Scale
from depthfusion.types.arrays import Bool, Float32, UInt8, frozen

Upscale = Literal["auto", "tiles", "sr", "lanczos"]


@dataclass(frozen=True)
class Lora:
    """Weights that turn a model towards a style or a subject.

    Parameters
    ----------
    file : in safetensors.
    weight : how much they count; 1 is as they were trained.
    """

    file: Path
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class DiffusionOptions:
    """What only diffusion engines take; `None` is the engine's own default.

    Parameters
    ----------
    steps : of the sampler.
    guidance : how strongly the words count.
    rescale : how far guidance's contrast is taken back, 0 to 1.
    scheduler : the sampler's name, as `ldm3d.SCHEDULERS` lists them.
    seamless : whether left and right meet, and the poles close; off is the plain model.
    around : prompts by direction ("front", "right", "back", "left", "up", "down").
    lora : several add up.
    upscale : how a size beyond the model's own is reached: "tiles" draws all of it in overlapping
        windows, "sr" enlarges by LDM3D-SR, "lanczos" without a model; "auto" is "sr" where its
        weights are here, else "lanczos".
    upscale_model : an id or a folder of LDM3D-SR's layout, in place of Intel's.
    strength : how far to leave the panorama to start from, 0 to 1.
    reference_weight : how much the reference picture counts, 0 to 1.
    adapter : an id or a folder of an IP-Adapter, in place of the usual.
    near, far : metres that the nearest and the farthest depth stand for; both make the scale
        metric.
    apart : how far the pictures of one batch are pushed apart (NegToMe).

    Raises
    ------
    InputError
        A value is out of range.
    """

    steps: int | None = None
    guidance: float | None = None
    rescale: float | None = None
    scheduler: str | None = None
    seamless: bool = True
    around: Mapping[str, str] = field(default_factory=dict)
    lora: tuple[Lora, ...] = ()
    upscale: Upscale = "auto"
    upscale_model: str | None = None
    strength: float | None = None
    reference_weight: float | None = None
    adapter: str | None = None
    near: float | None = None
    far: float | None = None
    apart: float | None = None

    def __post_init__(self) -> None:
        """Verify ranges that hold whatever the engine."""
        if self.upscale not in get_args(Upscale):
            known = ", ".join(get_args(Upscale))
            raise InputError(f"upscale must be one of {known}; got {self.upscale!r}")
        for name in ("strength", "reference_weight", "rescale"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise InputError(f"{name.replace('_', ' ')} must be 0 to 1; got {value:g}")


@dataclass(frozen=True, eq=False)
class Start:
    """A panorama to start from.

    Parameters
    ----------
    rgb : uint8 [H, W, 3], W = 2H.
    distance : float32 [H, W], above 0; +inf is sky.
    scale : the distances' unit.
    mask : bool [H, W], True where to draw anew; `None` draws all of it, leaning on what is there.
    """

    rgb: UInt8
    distance: Float32
    scale: Scale = "relative"
    mask: Bool | None = None

    def __post_init__(self) -> None:
        """Verify shapes and ranges."""
        whole = RGBDPanorama(self.rgb, self.distance, self.scale)
        object.__setattr__(self, "rgb", whole.rgb)
        object.__setattr__(self, "distance", whole.distance)
        if self.mask is not None:
            mask = frozen("mask", self.mask, np.bool_, whole.distance.shape)
            object.__setattr__(self, "mask", mask)
            if not mask.any():
                raise InputError("the mask is black all over: paint white what is to be drawn anew")


@dataclass(frozen=True, eq=False)
class Reference:
    """A picture whose look is wanted: uint8 [h, w, 3]."""

    rgb: UInt8

    def __post_init__(self) -> None:
        """Verify the shape."""
        object.__setattr__(self, "rgb", frozen("rgb", self.rgb, np.uint8, (None, None, 3)))


@dataclass(frozen=True)
class GenerateOptions(DiffusionOptions):
    """What to make.

    Parameters
    ----------
    prompt : what should be there.
    negative : what should not.
    seed : the same seed and options give the same panorama.
    width, height : pixels, 2:1.
    engine : one of `ENGINES`.
    model : of an engine that has models: an id or a folder.
    start : a panorama to start from.
    reference : a picture whose look is wanted.
    away_from : a picture whose look is to be kept away from.
    """

    prompt: str
    negative: str = ""
    seed: int = 0
    width: int = 2048
    height: int = 1024
    engine: str = "auto"
    model: str | None = None
    start: Start | None = None
    reference: Reference | None = None
    away_from: Reference | None = None


def given(options: DiffusionOptions) -> tuple[str, ...]:
    """The names of the diffusion options that differ from their defaults."""
    return tuple(
        field.name
        for field in fields(DiffusionOptions)
        if getattr(options, field.name) != getattr(DiffusionOptions(), field.name)
    )
