"""The diffusion pipeline: words, or a panorama with depth, to a panorama with depth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import DiffusionPipeline
from torch import Tensor

from depthfusion.generation.ldm3d import autoencoding, codec
from depthfusion.generation.ldm3d.denoising import walk
from depthfusion.generation.ldm3d.guidance import Guided
from depthfusion.generation.ldm3d.loading import load_parts
from depthfusion.generation.ldm3d.prompting import conditions
from depthfusion.generation.ldm3d.rgbd import RGBD
from depthfusion.generation.ldm3d.sampling import LATENT_PIXELS, Sampling
from depthfusion.generation.ldm3d.scheduling import prepare, scheduler_named
from depthfusion.generation.ldm3d.wrapping import wrapped
from depthfusion.types import Progress, silent
from depthfusion.types.arrays import UInt8

Preview = Callable[[UInt8, int, int], None]  # rgb uint8 [N, h, w, 3], step, steps


class Ldm3dPipeline(DiffusionPipeline):
    """LDM3D (arXiv 2305.10853) and LDM3D-pano (arXiv 2311.03226) on diffusers' own networks.

    Parameters
    ----------
    vae : AutoencoderKL with 4 or 6 channels, float32.
    text_encoder, tokenizer : CLIP's.
    unet : UNet2DConditionModel.
    scheduler : whose configuration says how the model was trained.
    """

    model_cpu_offload_seq = "text_encoder->unet->vae"

    def __init__(
        self, vae: Any, text_encoder: Any, tokenizer: Any, unet: Any, scheduler: Any
    ) -> None:
        super().__init__()
        self.register_modules(
            vae=vae,
            text_encoder=text_encoder,
            tokenizer=tokenizer,
            unet=unet,
            scheduler=scheduler,
        )

    @classmethod
    def from_pretrained(  # type: ignore[override]
        cls, folder: str | Path, *, device: str = "auto", dtype: str = "auto"
    ) -> Ldm3dPipeline:
        """Load a model from a folder in diffusers' layout; nothing is fetched.

        Parameters
        ----------
        device : "auto", "cpu", "cuda", "mps"…
        dtype : "auto", "float32", "float16" or "bfloat16", of UNet and text encoder.

        Raises
        ------
        InputError
            The folder is no LDM3D model, says what is missing; or its weights are pickled.
        """
        return cls(**load_parts(Path(folder), torch.float32))

    @torch.no_grad()
    def text(
        self, sampling: Sampling, progress: Progress = silent, watch: Preview | None = None
    ) -> RGBD:
        """Draw panoramas from words.

        Parameters
        ----------
        progress : called at every step; may raise `Cancelled`, which stops within one step.
        watch : given a small preview, uint8 [N, h, w, 3], with the steps done and their number,
            every `sampling.preview_every` steps.

        Raises
        ------
        InputError
            Memory is short; the sentence says what to change.
        """
        generators = [torch.Generator("cpu").manual_seed(seed) for seed in sampling.seeds]
        shape = (4, sampling.height // LATENT_PIXELS, sampling.width // LATENT_PIXELS)
        noise = torch.stack([torch.randn(shape, generator=g) for g in generators])
        scheduler = scheduler_named(sampling.scheduler, self.scheduler.config)
        timesteps = prepare(scheduler, sampling.step_count, 1.0, self._execution_device)
        start = noise.to(self._execution_device) * scheduler.init_noise_sigma
        words = conditions(sampling, self.tokenizer, self.text_encoder, self._execution_device)
        guided = Guided(self.unet, words, sampling.guidance_scale, sampling.rescale)
        with wrapped(self.unet, on=sampling.seamless):
            latents = walk(
                start,
                timesteps,
                lambda latents, timestep, step: guided.noise(latents, timestep),
                scheduler,
                generators,
                stage="Denoising",
                progress=progress,
            )
        return self._pictures(latents, sampling, words.notes)

    @torch.no_grad()
    def image(
        self,
        rgb: UInt8,
        inverse: np.ndarray,
        strength: float,
        sampling: Sampling,
        progress: Progress = silent,
        watch: Preview | None = None,
    ) -> RGBD:
        """Draw panoramas that start from one: colour and depth of the layout, look of the words.

        Parameters
        ----------
        rgb : uint8 [H, W, 3] of any 2:1 size; brought to the size of `sampling`.
        inverse : float32 [H, W], relative inverse depth, 0 to 1, 1 nearest.
        strength : 0 (as it was) to 1 (only the words count).
        """
        raise NotImplementedError  # in the next commit

    @torch.no_grad()
    def inpaint(
        self,
        rgb: UInt8,
        inverse: np.ndarray,
        mask: np.ndarray,
        sampling: Sampling,
        progress: Progress = silent,
        watch: Preview | None = None,
        *,
        strength: float = 1.0,
    ) -> RGBD:
        """Draw a region anew, colour and depth together; outside it nothing changes.

        Parameters
        ----------
        rgb, inverse : as for `image`, of the size of `sampling`.
        mask : bool [H, W], True where to draw.
        """
        raise NotImplementedError  # in the next commit

    def _pictures(self, latents: Tensor, sampling: Sampling, notes: tuple[str, ...]) -> RGBD:
        image = autoencoding.decode(self.vae, latents, seamless=sampling.seamless)
        rgb, inverse = codec.unpack(image.numpy())
        return RGBD(codec.as_bytes(rgb), inverse, (False,) * len(rgb), notes)
