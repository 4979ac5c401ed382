"""How much noise a timestep stands for, whichever scheduler walks: x = a · clean + s · noise."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from depthfusion.types.arrays import Float64


@dataclass(frozen=True, eq=False)
class NoiseLevels:
    """The noise schedule a model was trained with.

    Parameters
    ----------
    sigmas : float64 [T], s/a at each training timestep.
    predicts : what the UNet gives: "epsilon" (the noise) or "v_prediction" (arXiv 2202.00512).
    """

    sigmas: Float64
    predicts: str = "epsilon"

    @classmethod
    def of(cls, scheduler: Any) -> "NoiseLevels":
        """Read the schedule of a scheduler of diffusers."""
        kept = scheduler.alphas_cumprod.double().cpu().numpy()
        return cls(np.sqrt((1 - kept) / kept), scheduler.config.prediction_type)

    def shares(self, timestep: Any) -> tuple[float, float]:
        """Give (a, s) at a timestep, which may lie between two; a² + s² = 1."""
        sigma = np.interp(float(timestep), np.arange(len(self.sigmas)), self.sigmas)
        clean = 1 / float(np.sqrt(1 + sigma**2))
        return clean, float(sigma) * clean

    def clean(self, latents: Tensor, answer: Tensor, timestep: Any) -> Tensor:
        """Guess the clean latents from noisy ones (scaled for the UNet) and the UNet's answer."""
        a, s = self.shares(timestep)
        if self.predicts == "v_prediction":
            return a * latents - s * answer
        return (latents - s * answer) / a

    def answer(self, latents: Tensor, clean: Tensor, timestep: Any) -> Tensor:
        """Give the answer of the UNet that stands for a guess of the clean latents."""
        a, s = self.shares(timestep)
        if self.predicts == "v_prediction":
            return (a * latents - clean) / s
        return (latents - a * clean) / s
