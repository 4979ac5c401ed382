"""The walk from noise to latents, one scheduler step at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from depthfusion.generation.ldm3d.scheduling import step_options

Predict = Callable[[Tensor, Any, int], Tensor]  # scaled latents, timestep, step → UNet's answer
Watch = Callable[[Tensor, Tensor, Any, int], None]  # the same, the answer, and the steps done


@dataclass(frozen=True, eq=False)
class Kept:
    """What inpainting holds on to.

    Parameters
    ----------
    latents : [N, 4, h, w], the picture as it was.
    noise : [N, 4, h, w], with which it is brought to each step's level.
    region : [1, 1, h, w], 1 where the picture is drawn anew, 0 where it is kept.
    """

    latents: Tensor
    noise: Tensor
    region: Tensor


def walk(
    latents: Tensor,
    timesteps: Tensor,
    predict: Predict,
    scheduler: Any,
    generators: list[Any],
    *,
    watch: Watch,
    kept: Kept | None = None,
) -> Tensor:
    """Denoise `latents` along `timesteps`.

    Parameters
    ----------
    latents : [N, 4, h, w], at the noise level of the first timestep.
    predict : the network; it may raise `Cancelled`, and nothing is left half-done.
    generators : one for each picture, for schedulers that draw noise on the way.
    watch : told what each step saw.
    kept : what stays as it is.
    """
    options = step_options(scheduler, generators)
    for step, timestep in enumerate(timesteps):
        scaled = scheduler.scale_model_input(latents, timestep)
        answer = predict(scaled, timestep, step)
        latents = scheduler.step(answer, timestep, latents, return_dict=False, **options)[0]
        if kept is not None:
            same = _at_level(kept, scheduler, timesteps, step + 1)
            latents = kept.region * latents + (1 - kept.region) * same
        watch(scaled, answer, timestep, step + 1)
    return latents


def _at_level(kept: Kept, scheduler: Any, timesteps: Tensor, step: int) -> Tensor:
    """The kept picture with as much noise as the walk has left after `step` steps."""
    if step == len(timesteps):
        return kept.latents
    return scheduler.add_noise(kept.latents, kept.noise, timesteps[step : step + 1])
