"""The walk from noise to latents, one scheduler step at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from depthfusion.generation.ldm3d.scheduling import step_options
from depthfusion.types import Progress

Predict = Callable[[Tensor, Any, int], Tensor]  # scaled latents, timestep, step → noise
Watch = Callable[[Tensor, int], None]  # the guess of the clean latents, steps done


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
    stage: str,
    progress: Progress,
    watch: Watch | None = None,
    kept: Kept | None = None,
) -> Tensor:
    """Denoise `latents` along `timesteps`.

    Parameters
    ----------
    latents : [N, 4, h, w], at the noise level of the first timestep.
    predict : gives the noise in the latents.
    generators : one for each picture, for schedulers that draw noise on the way.
    stage : what `progress` is told; it is called before each step and may raise `Cancelled`.
    watch : told the guess of the clean latents after each step.
    """
    options = step_options(scheduler, generators)
    count = len(timesteps)
    for step, timestep in enumerate(timesteps):
        progress(stage, step / count)
        scaled = scheduler.scale_model_input(latents, timestep)
        noise = predict(scaled, timestep, step)
        latents = scheduler.step(noise, timestep, latents, return_dict=False, **options)[0]
        if kept is not None:
            latents = kept.region * latents + (1 - kept.region) * _at_level(
                kept, scheduler, timesteps, step + 1
            )
        if watch is not None:
            watch(latents, step + 1)
    progress(stage, 1.0)
    return latents


def _at_level(kept: Kept, scheduler: Any, timesteps: Tensor, step: int) -> Tensor:
    """The kept picture with as much noise as the walk has left after `step` steps."""
    if step == len(timesteps):
        return kept.latents
    return scheduler.add_noise(kept.latents, kept.noise, timesteps[step : step + 1])
