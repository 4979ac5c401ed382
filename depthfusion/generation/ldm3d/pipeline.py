"""The diffusion pipeline: words, or a panorama with depth, to a panorama with depth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import DiffusionPipeline
from torch.nn import functional

from depthfusion.generation.ldm3d import lora
from depthfusion.generation.ldm3d.drawing import Drawing, Preview, handed_over
from depthfusion.generation.ldm3d.loading import load_parts
from depthfusion.generation.ldm3d.memory import Place, enough_memory, give_back, place, weights_of
from depthfusion.generation.ldm3d.reference import Adapter, load_adapter
from depthfusion.generation.ldm3d.resampling import resized_depth, resized_rgb
from depthfusion.generation.ldm3d.rgbd import RGBD
from depthfusion.generation.ldm3d.safety import load_checker
from depthfusion.generation.ldm3d.sampling import LATENT_PIXELS, Sampling, check_strength
from depthfusion.generation.ldm3d.upscaling import upscale
from depthfusion.types import InputError, Progress, silent
from depthfusion.types.arrays import Bool, Float32, UInt8

SMALLER = "take a smaller size, fewer pictures at once, or another device"


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
        self.place = Place("cpu", torch.float32)
        self.adapter: Adapter | None = None
        self.checker: Any = None
        self.notes: tuple[str, ...] = ()  # what every picture is to say of this model
        self.colours: torch.Tensor | None = None  # of the preview, fitted when first wanted

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        *,
        device: str = "auto",
        dtype: str = "auto",
        loras: tuple[str, ...] = (),
        adapter: str | Path | None = None,
    ) -> Ldm3dPipeline:
        """Load a model from a folder in diffusers' layout; nothing is fetched.

        Parameters
        ----------
        device : "auto", "cpu", "cuda", "cuda:1", "mps", "xpu".
        dtype : "auto", "float32", "float16" or "bfloat16", of UNet and text encoder; the VAE
            stays float32.
        loras : "FILE[:weight]", .safetensors; added to the weights.
        adapter : folder of an IP-Adapter, for `Sampling.reference`.

        Raises
        ------
        InputError
            The folder is no LDM3D model (says what is missing), weights are pickled or damaged, a
            LoRA does not fit, the device is not here, or memory is short.
        """
        with enough_memory("close other programs, or load the model on another device"):
            parts = load_parts(Path(folder), torch.float32)
            notes = [lora.apply(text, parts) for text in loras]
            pipe = cls(**parts)
            pipe.notes = tuple(note for note in notes if note)
            pipe.checker = load_checker(Path(folder))
            if adapter is not None:
                pipe.adapter = load_adapter(Path(adapter))
            pipe.settle(place(device, dtype, weights_of(parts)))
        return pipe

    def settle(self, where: Place) -> None:
        """Move the networks to where they run."""
        self.place = where
        if where.dtype != torch.float32:
            for network in (self.unet, self.text_encoder):
                torch.nn.Module.to(network, where.dtype)  # diffusers' own warns of nothing
        if where.offload:
            self.enable_model_cpu_offload(device=where.device)
        else:
            self.to(where.device)

    def text(
        self, sampling: Sampling, progress: Progress = silent, watch: Preview | None = None
    ) -> RGBD:
        """Draw panoramas from words.

        Larger ones than `sampling.window` are first drawn at its size, enlarged, and drawn again
        by windows to `sampling.layout_strength`, which keeps one horizon and one sun.

        Parameters
        ----------
        progress : called at every step and window; may raise `Cancelled`, which stops there.
        watch : given a small preview, uint8 [N, h, w, 3], with the steps done and their number,
            every `sampling.preview_every` steps.

        Raises
        ------
        InputError
            Memory is short; the sentence says what to change.
        """
        with self._at_work():
            drawing = Drawing(self, sampling, progress, watch)
            wide, high = sampling.window
            if sampling.height <= high or sampling.layout_strength >= 1:
                noise = drawing.noise(sampling.width, sampling.height)
                return drawing.pictures(drawing.from_noise(noise, "Denoising"))
            latents = drawing.from_noise(drawing.noise(wide, wide // 2), "Drawing the layout")
            small = drawing.pictures(latents)
            large = [
                drawing.encoded(*upscale(rgb, inverse, sampling.width, sampling.height, progress))
                for rgb, inverse in zip(small.rgb, small.inverse, strict=True)
            ]
            noise = drawing.noise(sampling.width, sampling.height)
            strength = sampling.layout_strength
            latents = drawing.from_latents(torch.cat(large), noise, strength, "Refining")
            return drawing.pictures(latents)

    def image(
        self,
        rgb: UInt8,
        inverse: Float32,
        strength: float,
        sampling: Sampling,
        progress: Progress = silent,
        watch: Preview | None = None,
    ) -> RGBD:
        """Draw panoramas that start from one: its layout in colour and depth, the words' look.

        Parameters
        ----------
        rgb : uint8 [H, W, 3] of any 2:1 size; brought to the size of `sampling`.
        inverse : float32 [H, W], relative inverse depth, 0 to 1, 1 nearest.
        strength : 0 (as it was, through the VAE) to 1 (only the words count).
        sampling, progress, watch : as for `text`.

        Raises
        ------
        InputError
            Strength is outside 0 to 1, or memory is short.
        """
        check_strength(strength)
        with self._at_work():
            drawing = Drawing(self, sampling, progress, watch)
            colour, depth = fitted(rgb, inverse, sampling)
            noise = drawing.noise(sampling.width, sampling.height)
            latents = drawing.encoded(colour, depth)
            return drawing.pictures(drawing.from_latents(latents, noise, strength, "Denoising"))

    def inpaint(
        self,
        rgb: UInt8,
        inverse: Float32,
        mask: Bool,
        sampling: Sampling,
        progress: Progress = silent,
        watch: Preview | None = None,
        *,
        strength: float = 1.0,
    ) -> RGBD:
        """Draw a region anew, colour and depth together; outside it not a pixel changes.

        Parameters
        ----------
        rgb, inverse : as for `image`.
        mask : bool [H, W], True where to draw.
        strength : 0 to 1, how far the region leaves what was there.
        sampling, progress, watch : as for `text`.

        Raises
        ------
        InputError
            The mask is empty or of another size, strength is outside 0 to 1, or memory is short.
        """
        check_strength(strength)
        if np.shape(mask) != rgb.shape[:2] or not np.any(mask):
            raise InputError("The mask marks no pixel of this picture; paint where to draw anew.")
        with self._at_work():
            drawing = Drawing(self, sampling, progress, watch)
            colour, depth = fitted(rgb, inverse, sampling)
            area = resized_depth(mask.astype(np.float32), sampling.width, sampling.height) > 0
            whole = torch.from_numpy(area)[None, None].float()
            region = functional.max_pool2d(whole, LATENT_PIXELS)
            noise = drawing.noise(sampling.width, sampling.height)
            latents = drawing.encoded(colour, depth)
            latents = drawing.from_latents(latents, noise, strength, "Denoising", region)
            return handed_over(drawing.pictures(latents), colour, depth, area)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Draw without gradients; say shortage of memory in a sentence; free the device after."""
        try:
            with torch.no_grad(), enough_memory(SMALLER):
                yield
        finally:
            self.maybe_free_model_hooks()

    def save_pretrained(self, folder: str | Path, **options: Any) -> None:
        """Write networks, tokenizer and scheduler, so that plain diffusers loads them as well.

        The safety checker is not written.
        """
        super().save_pretrained(folder, **{"safe_serialization": True, **options})
        index = Path(folder) / "model_index.json"
        named = json.loads(index.read_text("utf-8"))
        named["_class_name"] = "StableDiffusionLDM3DPipeline"
        index.write_text(json.dumps(named, indent=2, sort_keys=True) + "\n", "utf-8")

    def close(self) -> None:
        """Let go of the networks and give their memory back."""
        self.remove_all_hooks()
        for name in (*self.config, "adapter", "checker"):
            if not name.startswith("_"):
                setattr(self, name, None)
        give_back()

    @property
    def device_words(self) -> str:
        """Where it runs, for the record: "cpu, float32"."""
        return self.place.words


def fitted(rgb: UInt8, inverse: Float32, sampling: Sampling) -> tuple[UInt8, Float32]:
    """Bring a panorama to the size of `sampling`; upwards its depth keeps its edges."""
    wide, high = sampling.width, sampling.height
    if np.shape(inverse) != rgb.shape[:2]:
        raise InputError("The picture to start from and its depth must have one size.")
    if rgb.shape[0] < high:
        return upscale(rgb, inverse, wide, high)
    return resized_rgb(rgb, wide, high), resized_depth(inverse, wide, high)
