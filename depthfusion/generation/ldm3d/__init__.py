"""LDM3D: latent diffusion of colour and depth together, on the maintained parts of diffusers.

Importing this loads neither torch nor diffusers; `pipeline` and `upscaler` do.
"""

from depthfusion.generation.ldm3d.rgbd import RGBD
from depthfusion.generation.ldm3d.sampling import DIRECTIONS, SCHEDULERS, Sampling, nearest_size

__all__ = ["DIRECTIONS", "RGBD", "SCHEDULERS", "Sampling", "nearest_size"]
