"""One order carried out: the noise, the words, the walk and the pictures that come of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from depthfusion.generation.ldm3d import autoencoding, codec, poles, preview
from depthfusion.generation.ldm3d.denoising import Kept, walk
from depthfusion.generation.ldm3d.guidance import Guided
from depthfusion.generation.ldm3d.memory import decoded_at_once, tight
from depthfusion.generation.ldm3d.noise_levels import NoiseLevels
from depthfusion.generation.ldm3d.prompting import conditions
from depthfusion.generation.ldm3d.reference import adapted
from depthfusion.generation.ldm3d.resampling import continued, resized_rgb
from depthfusion.generation.ldm3d.rgbd import RGBD
from depthfusion.generation.ldm3d.safety import flagged
from depthfusion.generation.ldm3d.sampling import LATENT_PIXELS, Sampling
from depthfusion.generation.ldm3d.scheduling import prepare, scheduler_named
from depthfusion.generation.ldm3d.sphere import Sphere
from depthfusion.types import InputError, Progress
from depthfusion.types.arrays import Bool, Float32, UInt8

Preview = Callable[[UInt8, int, int], None]  # rgb uint8 [N, h, w, 3], step, steps


class Drawing:
    """What one call of the pipeline works with.

    Parameters
    ----------
    pipe : the networks.
    sampling, progress, watch : of the call.
    """

    def __init__(
        self, pipe: Any, sampling: Sampling, progress: Progress, watch: Preview | None
    ) -> None:
        self.pipe, self.sampling = pipe, sampling
        self.progress, self.watch = progress, watch
        self.device = pipe._execution_device
        self.generators = [torch.Generator("cpu").manual_seed(seed) for seed in sampling.seeds]
        progress("Reading the words", 0.0)
        self.words = conditions(sampling, pipe.tokenizer, pipe.text_encoder, self.device)
        self.image = self._image()
        self.beside: Tensor | None = None  # [1, 4, h, w], for super-resolution
        self.level: int | None = None

    def noise(self, width: int, height: int) -> Tensor:
        """Draw noise for each seed, [N, 4, height/8, width/8]; on the CPU, alike on any device."""
        shape = (4, height // LATENT_PIXELS, width // LATENT_PIXELS)
        drawn = [torch.randn(shape, generator=chance) for chance in self.generators]
        return torch.stack(drawn).to(self.device)

    def from_noise(self, noise: Tensor, stage: str) -> Tensor:
        """Walk all the way from noise [N, 4, h, w] to latents."""
        scheduler = self._scheduler()
        timesteps = prepare(scheduler, self.sampling.step_count, 1.0, self.device)
        return self._walk(noise * scheduler.init_noise_sigma, timesteps, scheduler, stage)

    def from_latents(
        self,
        latents: Tensor,
        noise: Tensor,
        strength: float,
        stage: str,
        region: Tensor | None = None,
    ) -> Tensor:
        """Walk from a picture with noise.

        Parameters
        ----------
        latents : [N, 4, h, w], or [1, 4, h, w] for all.
        noise : [N, 4, h, w].
        strength : 0 to 1, the share of the steps that are walked.
        region : [1, 1, h, w], 1 where the picture may change; all of it where `None`.
        """
        latents = latents.expand_as(noise)
        scheduler = self._scheduler()
        timesteps = prepare(scheduler, self.sampling.step_count, strength, self.device)
        if not len(timesteps):
            return latents
        start = noise * scheduler.init_noise_sigma
        if strength < 1:
            start = scheduler.add_noise(latents, noise, timesteps[:1])
        kept = None if region is None else Kept(latents, noise, region.to(self.device))
        return self._walk(start, timesteps, scheduler, stage, kept)

    def encoded(self, rgb: UInt8, inverse: Float32) -> Tensor:
        """Give latents [1, 4, h, w] of a picture uint8 [H, W, 3], float32 [H, W]."""
        vae, sampling = self.pipe.vae, self.sampling
        image = torch.from_numpy(codec.pack(rgb[None], inverse[None], vae.config.in_channels))
        told = self._told("Reading the picture")
        latents = autoencoding.encode(
            vae,
            image,
            seamless=sampling.seamless,
            device=self.device,
            whole=self._whole(),
            told=told,
        )
        return latents.to(self.device)

    def pictures(self, latents: Tensor) -> RGBD:
        """Decode latents, close the poles, and ask the safety checker; one picture at a time."""
        done = []
        for index, one in enumerate(latents.split(1)):
            done.append(self._picture(one, index, len(latents)))
        self.progress("Decoding", 1.0)
        pictures = np.stack([rgb for rgb, _ in done])
        inverse = np.stack([depth for _, depth in done])
        notes = (*self.words.notes, *self.pipe.notes)
        return RGBD(pictures, inverse, flagged(pictures, self.pipe.checker), notes)

    def _picture(self, latents: Tensor, index: int, count: int) -> tuple[UInt8, Float32]:
        """Decode latents [1, 4, h, w] to uint8 [H, W, 3] and inverse depth float32 [H, W]."""

        def told(done: float) -> None:
            self.progress("Decoding", (index + done) / count)

        seamless, whole = self.sampling.seamless, self._whole()
        image = autoencoding.decode(
            self.pipe.vae, latents, seamless=seamless, whole=whole, told=told
        )
        rgb, inverse = codec.unpack(image.numpy())
        del image
        if self.sampling.poles:
            rgb, inverse = _closed(rgb, inverse)
        return codec.as_bytes(rgb)[0], inverse[0]

    def _scheduler(self) -> Any:
        return scheduler_named(self.sampling.scheduler, self.pipe.scheduler.config)

    def _walk(
        self,
        start: Tensor,
        timesteps: Tensor,
        scheduler: Any,
        stage: str,
        kept: Kept | None = None,
    ) -> Tensor:
        sampling, steps = self.sampling, len(timesteps)
        levels = NoiseLevels.of(scheduler)
        shown = self._colours() if self.watch else None

        def report(step: int, done: float) -> None:
            self.progress(stage, (step + done) / steps)

        def look(scaled: Tensor, answer: Tensor, timestep: Any, step: int) -> None:
            if self.watch and (step % sampling.preview_every == 0 or step == steps):
                clean = levels.clean(scaled, answer, timestep)
                self.watch(preview.picture_of(clean, shown), step, steps)

        sphere = Sphere(
            self._guided(start), levels, start, sampling, self._away(start), self.beside, report
        )
        with self._adapted():
            latents = walk(
                start, timesteps, sphere.noise, scheduler, self.generators, watch=look, kept=kept
            )
        self.progress(stage, 1.0)
        return latents

    def _colours(self) -> Tensor:
        """The map of the preview, fitted once for a VAE."""
        if self.pipe.colours is None:
            self.pipe.colours = preview.colour_map(self.pipe.vae, self.device)
        return self.pipe.colours

    def _whole(self) -> int:
        """Latents that go through the VAE at once."""
        channels = self.pipe.vae.config.block_out_channels[0]
        return decoded_at_once(str(self.device), autoencoding.WHOLE, channels)

    def _guided(self, start: Tensor) -> Guided:
        """The UNet under the words; one text at a time where memory is short."""
        sampling, unet = self.sampling, self.pipe.unet
        window = sampling.window[0] * sampling.window[1] // LATENT_PIXELS**2
        latents = min(window, start.shape[-1] * start.shape[-2])
        texts = len(self.words.texts) + (sampling.guidance_scale > 1)
        channels = unet.config.block_out_channels[0]
        together = sampling.apart > 0 or sampling.away_from is not None
        single = not together and tight(str(self.device), latents, len(start), texts, channels)
        scale, rescale = sampling.guidance_scale, sampling.rescale
        return Guided(unet, self.words, scale, rescale, single, self.image, self.level)

    def _image(self) -> tuple[Tensor, Tensor] | None:
        """Embeddings of the reference picture."""
        if self.sampling.reference is None:
            return None
        if self.pipe.adapter is None:
            raise InputError(
                "A reference picture needs the weights of an IP-Adapter, and none are loaded; "
                "leave the reference out, or get them (h94/IP-Adapter)."
            )
        return self.pipe.adapter.embeddings(self.sampling.reference, self.device)

    def _adapted(self) -> AbstractContextManager[None]:
        adapter = self.pipe.adapter if self.image is not None else None
        return adapted(self.pipe.unet, adapter, self.sampling.reference_weight)

    def _away(self, start: Tensor) -> Tensor | None:
        """Latents of the picture to keep away from, [1, 4, h, w]; its depth is not known."""
        if self.sampling.away_from is None:
            return None
        height, width = (side * LATENT_PIXELS for side in start.shape[-2:])
        rgb = resized_rgb(self.sampling.away_from, width, height)
        return self.encoded(rgb, np.full((height, width), 0.5, np.float32))

    def _told(self, stage: str) -> Callable[[float], None]:
        return lambda done: self.progress(stage, done)


def handed_over(drawn: RGBD, rgb: UInt8, inverse: Float32, mask: Bool) -> RGBD:
    """Lay what was drawn into the picture, within the mask only, softly at its rim.

    Parameters
    ----------
    drawn : N pictures.
    rgb, inverse, mask : uint8 [H, W, 3], float32 [H, W], bool [H, W].
    """
    share = rim(mask)[None]
    depth = inverse + share * (drawn.inverse - inverse)
    colour = rgb + share[..., None] * (drawn.rgb.astype(np.float32) - rgb)
    return RGBD(np.round(colour).astype(np.uint8), depth, drawn.flagged, drawn.notes)


def rim(mask: Bool) -> Float32:
    """0 outside bool [H, W], rising to 1 within: over H/64 pixels, over the seam and the poles."""
    width = max(2, mask.shape[0] // 64)
    inside = cv2.distanceTransform(continued(mask.astype(np.uint8), width), cv2.DIST_L2, 5)
    return np.clip(inside[width:-width, width:-width] / width, 0, 1).astype(np.float32)


def _closed(rgb: Float32, inverse: Float32) -> tuple[Float32, Float32]:
    """Close the poles of pictures [N, H, W, 3] and [N, H, W], one channel at a time."""
    both = [*np.moveaxis(rgb, -1, 0), inverse]
    done = [poles.closed(torch.from_numpy(np.ascontiguousarray(c))[:, None])[:, 0] for c in both]
    clipped = [channel.clamp(0, 1).numpy() for channel in done]
    return np.stack(clipped[:3], axis=-1), clipped[3]
