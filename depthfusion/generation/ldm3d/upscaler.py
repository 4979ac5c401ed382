"""LDM3D-SR (arXiv 2311.03226): colour and depth raised together by diffusion.

The published layout: a UNet that takes the noisy latents beside those of the picture, stretched to
its new size (4 + 4 channels), and a noise level as a class; the VAE of LDM3D-4c; and the schedule
of the noise that was put on the picture in training.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from diffusers import DiffusionPipeline

from depthfusion.generation.ldm3d.drawing import Drawing, Preview
from depthfusion.generation.ldm3d.loading import check_folder, load_parts, load_scheduler
from depthfusion.generation.ldm3d.memory import Place, enough_memory, give_back, place, weights_of
from depthfusion.generation.ldm3d.rgbd import RGBD
from depthfusion.generation.ldm3d.sampling import Sampling
from depthfusion.generation.ldm3d.upscaling import upscale
from depthfusion.types import InputError, Progress, silent
from depthfusion.types.arrays import Float32, UInt8

NOISE_LEVEL = 20  # as published; of 1000
SIDE = 1024  # pixels; what the published model was trained to give
ADVICE = "enlarge without the model, or take a smaller size"


class Ldm3dUpscaler(DiffusionPipeline):
    """Raises a panorama and its depth, by windows, with the model `Intel/ldm3d-sr`.

    Parameters
    ----------
    vae, text_encoder, tokenizer, unet, scheduler : as for `Ldm3dPipeline`; the UNet has 8
        channels in and noise levels as classes.
    low_res_scheduler : how noise is put on the picture that is raised.
    """

    model_cpu_offload_seq = "text_encoder->unet->vae"

    def __init__(
        self,
        vae: Any,
        text_encoder: Any,
        tokenizer: Any,
        unet: Any,
        scheduler: Any,
        low_res_scheduler: Any,
    ) -> None:
        super().__init__()
        self.register_modules(
            vae=vae,
            text_encoder=text_encoder,
            tokenizer=tokenizer,
            unet=unet,
            scheduler=scheduler,
            low_res_scheduler=low_res_scheduler,
        )
        self.place = Place("cpu", torch.float32)
        self.adapter = self.checker = self.colours = None  # Drawing asks for them
        self.notes: tuple[str, ...] = ()

    @classmethod
    def from_pretrained(
        cls, folder: str | Path, *, device: str = "auto", dtype: str = "auto"
    ) -> Ldm3dUpscaler:
        """Load the model from a folder in diffusers' layout; nothing is fetched.

        Raises
        ------
        InputError
            The folder is no such model (says what is missing), or memory is short.
        """
        folder = Path(folder)
        check_folder(folder)
        if not (folder / "low_res_scheduler").is_dir():
            raise InputError(f"{folder} is no LDM3D-SR model: it lacks low_res_scheduler.")
        with enough_memory("close other programs, or load the model on another device"):
            parts = load_parts(folder, torch.float32)
            latents, taken = parts["vae"].config.latent_channels, parts["unet"].config.in_channels
            if taken != 2 * latents:
                raise InputError(
                    f"{folder} is no LDM3D-SR model: its UNet takes {taken} channels, not "
                    f"{2 * latents}."
                )
            low = load_scheduler(folder / "low_res_scheduler")
            pipe = cls(**parts, low_res_scheduler=low)
            pipe.place = place(device, dtype, weights_of(parts))
            if pipe.place.dtype != torch.float32:
                for network in (pipe.unet, pipe.text_encoder):
                    torch.nn.Module.to(network, pipe.place.dtype)
            if pipe.place.offload:
                pipe.enable_model_cpu_offload(device=pipe.place.device)
            else:
                pipe.to(pipe.place.device)
        return pipe

    def upscale(
        self,
        rgb: UInt8,
        inverse: Float32,
        width: int,
        height: int,
        sampling: Sampling,
        progress: Progress = silent,
        watch: Preview | None = None,
    ) -> RGBD:
        """Raise a panorama to a new size.

        Parameters
        ----------
        rgb, inverse : uint8 [H, W, 3] and float32 [H, W], 0 to 1.
        width, height : the new size, 2:1 in multiples of 8.
        sampling : its words, first seed, steps, guidance, scheduler, `seamless` and `poles`.

        Raises
        ------
        InputError
            The size is none that the model can draw, or memory is short.
        """
        sampling = replace(
            sampling,
            width=width,
            height=height,
            seeds=sampling.seeds[:1],
            window=(min(SIDE, width), min(SIDE, height)),
            apart=0.0,
            away_from=None,
            reference=None,
        )
        with torch.no_grad(), enough_memory(ADVICE):
            stretched = upscale(rgb, inverse, width, height, progress)
            drawing = Drawing(self, sampling, progress, watch)
            drawing.beside, drawing.level = drawing.encoded(*stretched), NOISE_LEVEL
            noise = drawing.noise(width, height)
            latents = drawing.from_noise(noise, "Raising the resolution")
            raised = drawing.pictures(latents)
        self.maybe_free_model_hooks()
        return raised

    def close(self) -> None:
        """Let go of the networks and give their memory back."""
        self.remove_all_hooks()
        for name in self.config:
            if not name.startswith("_"):
                setattr(self, name, None)
        give_back()
