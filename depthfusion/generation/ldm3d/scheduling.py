"""Schedulers by the names people know, made from a model's own noise schedule."""

import inspect
from typing import Any

from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    LCMScheduler,
)

CLASSES = {
    "dpm++ 2m": DPMSolverMultistepScheduler,
    "ddim": DDIMScheduler,
    "euler a": EulerAncestralDiscreteScheduler,
    "lcm": LCMScheduler,
}
# The published models name PNDM or DDIM, whose settings these would otherwise miss.
SETTINGS: dict[str, dict[str, Any]] = {
    "dpm++ 2m": {"algorithm_type": "dpmsolver++", "solver_order": 2},
    "ddim": {"clip_sample": False, "set_alpha_to_one": False},
    "euler a": {},
    "lcm": {"clip_sample": False, "set_alpha_to_one": False},
}


def scheduler_named(name: str, config: Any) -> Any:
    """Make the scheduler called `name` (one of `sampling.SCHEDULERS`).

    Parameters
    ----------
    config : of the model's own scheduler: the betas it was trained with.
    """
    return CLASSES[name].from_config(config, **SETTINGS[name])


def prepare(scheduler: Any, steps: int, strength: float, device: Any) -> Any:
    """Set the timesteps and give those to walk.

    Parameters
    ----------
    strength : 0 to 1, the share of `steps` to walk, counted from the end.

    Returns
    -------
    tensor [n], decreasing; empty where strength · steps is below 1.
    """
    scheduler.set_timesteps(steps, device=device)
    walked = min(int(steps * strength + 1e-6), steps)
    first = (len(scheduler.timesteps) * (steps - walked)) // steps
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(first)
    return scheduler.timesteps[first:]


def step_options(scheduler: Any, generators: list[Any]) -> dict[str, Any]:
    """Give `scheduler.step` the generators, where it draws noise of its own."""
    takes = inspect.signature(scheduler.step).parameters
    return {"generator": generators} if "generator" in takes else {}
