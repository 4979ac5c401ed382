"""What to ask of the diffusion model: the only home of its defaults, checked once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from depthfusion.types import InputError
from depthfusion.types.arrays import UInt8

SCHEDULERS = ("dpm++ 2m", "ddim", "euler a", "lcm")
DIRECTIONS = ("front", "right", "back", "left", "up", "down")
USUAL_STEPS = {"dpm++ 2m": 30, "ddim": 50, "euler a": 30, "lcm": 6}
USUAL_GUIDANCE = {"dpm++ 2m": 7.0, "ddim": 7.0, "euler a": 7.0, "lcm": 1.5}
LCM_STEPS = 50  # it was distilled from that many
LATENT_PIXELS = 8  # what the VAE makes one latent of, in x and in y


@dataclass(frozen=True)
class Sampling:
    """How a panorama is drawn from noise.

    Parameters
    ----------
    prompt : what should be there; not empty.
    negative : what should not.
    around : for some of `DIRECTIONS`, what should be there; blended over the sphere.
    seeds : one picture for each. A seed gives the same picture whatever others come with it,
        unless `apart` is above 0, which makes pictures of one batch look at each other.
    width, height : pixels, 2:1, multiples of 8.
    steps : of the sampler; `None` is what suits `scheduler`.
    guidance : how strongly the prompt counts (classifier-free guidance); `None` likewise. 1 or
        less leaves the negative prompt out and takes half the time.
    rescale : 0 to 1, how far guidance's contrast is taken back (arXiv 2305.08891, section 3.4).
    scheduler : one of `SCHEDULERS`; "lcm" wants its LoRA, 4 to 8 steps and little guidance.
    seamless : x wraps in every convolution, and the latents turn at each step.
    poles : rows near the poles keep only the detail that the sphere has room for there.
    window : pixels (width, height); larger panoramas are denoised in such windows, which overlap
        and wrap (MultiDiffusion, arXiv 2302.08113).
    layout_strength : larger panoramas are first drawn at `window` size, then enlarged and drawn
        again this far (0 to 1), so that the windows agree on one place; 1 leaves that out.
    apart : negative token merging between the pictures of a batch, 0 (off) to about 1
        (arXiv 2412.01339).
    away_from : uint8 [h, w, 3], a picture whose look to avoid by the same means.
    reference : uint8 [h, w, 3], a picture whose look to take; needs IP-Adapter weights.
    reference_weight : how much it counts, 0 to 1.
    preview_every : steps between two previews.

    Raises
    ------
    InputError
        A value is out of its range, or the size is none that the model can draw.
    """

    prompt: str
    negative: str = ""
    around: Mapping[str, str] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)
    width: int = 1024
    height: int = 512
    steps: int | None = None
    guidance: float | None = None
    rescale: float = 0.0
    scheduler: str = "dpm++ 2m"
    seamless: bool = True
    poles: bool = True
    window: tuple[int, int] = (1024, 512)
    layout_strength: float = 0.6
    apart: float = 0.0
    away_from: UInt8 | None = None
    reference: UInt8 | None = None
    reference_weight: float = 0.6
    preview_every: int = 5

    def __post_init__(self) -> None:
        """Verify every range; sizes name the nearest that works."""
        if not self.prompt.strip():
            raise InputError("The prompt is empty; say in a few words what should be there.")
        if self.scheduler not in SCHEDULERS:
            raise InputError(
                f'There is no scheduler "{self.scheduler}"; there are: {", ".join(SCHEDULERS)}.'
            )
        unknown = sorted(set(self.around) - set(DIRECTIONS))
        if unknown:
            raise InputError(
                f'There is no direction "{unknown[0]}"; there are: {", ".join(DIRECTIONS)}.'
            )
        check_size(self.width, self.height)
        if not self.seeds:
            raise InputError("At least one seed is needed; give a whole number.")
        if self.steps is not None and not 1 <= self.steps <= 1000:
            raise InputError(f"The number of steps must be 1 to 1000; got {self.steps}.")
        if self.scheduler == "lcm" and self.step_count > LCM_STEPS:
            raise InputError(
                f"LCM takes at most {LCM_STEPS} steps, and 4 to 8 do; got {self.steps}."
            )
        for name in ("rescale", "layout_strength", "reference_weight"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} must be between 0 and 1; got {getattr(self, name)}.")
        for name, value in (("guidance", self.guidance or 0.0), ("apart", self.apart)):
            if not 0 <= value <= 50:
                raise InputError(f"{name} must be between 0 and 50; got {value}.")

    @property
    def step_count(self) -> int:
        """Steps that will be taken."""
        return self.steps or USUAL_STEPS[self.scheduler]

    @property
    def guidance_scale(self) -> float:
        """The guidance in force."""
        return USUAL_GUIDANCE[self.scheduler] if self.guidance is None else self.guidance


def nearest_size(width: int, height: int) -> tuple[int, int]:
    """Give the nearest panorama size, 2:1 in multiples of 8, that the model can draw."""
    rows = max(8, round((width / 2 + height) / 2 / LATENT_PIXELS)) * LATENT_PIXELS
    return 2 * rows, rows


def check_size(width: int, height: int) -> None:
    """Raise `InputError`, naming the nearest size, unless 2:1 in multiples of 8, from 128×64."""
    if width == 2 * height and height % LATENT_PIXELS == 0 and height >= 64:
        return
    near = nearest_size(width, height)
    raise InputError(
        f"A diffusion panorama is twice as wide as high, in multiples of 8, from 128x64; "
        f"{width}x{height} is not: take {near[0]}x{near[1]}."
    )


def check_strength(strength: float) -> None:
    """Raise `InputError` unless 0 to 1."""
    if not 0 <= strength <= 1:
        raise InputError(f"Strength must be between 0 and 1; got {strength}.")
