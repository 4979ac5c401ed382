"""Hidden parts painted by diffusion: LDM3D's inpainting as a `scene.refilling.Filler`."""

from dataclasses import dataclass

from depthfusion.generation.ldm3d.engine import Ldm3dEngine
from depthfusion.generation.options import GenerateOptions, Start
from depthfusion.types import Progress, silent
from depthfusion.types.arrays import Bool, Float32, UInt8

# Enough to draw texture and lines anew, not so much that the first guess of what is there is lost.
STRENGTH = 0.8
NO_WORDS = "the background of a place, nothing in front"


@dataclass(frozen=True)
class Ldm3dFiller:
    """Paints a region by RGBD inpainting.

    Parameters
    ----------
    engine : with its weights.
    prompt : what the place is; empty where nobody said.
    seed : the same seed paints the same.
    steps : of the sampler; `None` is its own.
    """

    engine: Ldm3dEngine
    prompt: str = ""
    seed: int = 0
    steps: int | None = None

    def __call__(
        self, rgb: UInt8, distance: Float32, hidden: Bool, progress: Progress = silent
    ) -> UInt8:
        """Paint, as `scene.refilling.Filler` says."""
        options = GenerateOptions(
            prompt=self.prompt or NO_WORDS,
            seed=self.seed,
            start=Start(rgb, distance, mask=hidden),
            strength=STRENGTH,
            steps=self.steps,
            upscale="lanczos",
        )
        return self.engine.generate(options, progress).panorama.rgb


def has_graphics_card() -> bool:
    """Whether diffusion would run on something quicker than the CPU; loads torch."""
    from depthfusion.generation.ldm3d.memory import place

    return place("auto", "auto", 0).device != "cpu"
