"""The panorama as the UNet sees it at a step: turned, whole or by windows, with closed poles."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from depthfusion.generation.ldm3d import poles
from depthfusion.generation.ldm3d.directions import shares
from depthfusion.generation.ldm3d.guidance import Guided
from depthfusion.generation.ldm3d.merging import Apart, pushing
from depthfusion.generation.ldm3d.noise_levels import NoiseLevels
from depthfusion.generation.ldm3d.sampling import LATENT_PIXELS, Sampling
from depthfusion.generation.ldm3d.spans import windows
from depthfusion.generation.ldm3d.turning import anchors, turn_of, turned
from depthfusion.generation.ldm3d.wrapping import wrapped


@dataclass(frozen=True, eq=False)
class Sphere:
    """Predicts the noise of panoramas.

    Parameters
    ----------
    guided : the UNet under its prompts.
    levels : the noise schedule.
    start : [N, 4, h, w], the latents that the walk begins with; they choose where grids begin.
    sampling : `seamless`, `poles`, `window` and `apart` are read.
    away : [1, 4, h, w], latents of a picture to keep away from.
    beside : [1, 4, h, w], latents that the UNet sees beside the noisy ones (super-resolution).
    report : called with (step, share of it that is done) before each call of the UNet; may raise
        `Cancelled`.
    """

    guided: Guided
    levels: NoiseLevels
    start: Tensor
    sampling: Sampling
    away: Tensor | None = None
    beside: Tensor | None = None
    report: Callable[[int, float], None] = lambda step, done: None

    def noise(self, latents: Tensor, timestep: Any, step: int) -> Tensor:
        """Predict for latents [N, 4, h, w], scaled for the UNet, at the walk's step `step`."""
        width, count = latents.shape[-1], len(latents)
        by = [0] * count
        if self.sampling.seamless:
            by = [(turn_of(step, width) - at) % width for at in anchors(self.start)]
        seen = latents
        if self.beside is not None:
            seen = torch.cat([latents, self.beside.expand(count, -1, -1, -1)], dim=1)
        seen = turned(seen, by)
        if self.away is not None:
            seen = torch.cat([seen, self._noisy(self.away, timestep)])
        apart = self._apart(len(seen))
        if apart is not None:
            apart.at(timestep)
        with pushing(self.guided.unet, apart):
            answer = self._whole_or_windows(seen, timestep, step, by)[:count]
        answer = turned(answer, [-columns for columns in by])
        if not self.sampling.poles:
            return answer
        clean = self.levels.clean(latents, answer, timestep)
        return self.levels.answer(latents, poles.closed(clean), timestep)

    def _whole_or_windows(self, latents: Tensor, timestep: Any, step: int, by: list[int]) -> Tensor:
        """Predict for latents that have been turned by `by` columns each."""
        height, width = latents.shape[-2:]
        weights = self._weights(latents, by)
        size = (self.sampling.window[1] // LATENT_PIXELS, self.sampling.window[0] // LATENT_PIXELS)
        around = self.sampling.seamless and size[1] >= width
        if size[0] >= height and size[1] >= width:
            self.report(step, 0.0)
            with wrapped(self.guided.unet, on=around):
                return self.guided.noise(latents, timestep, weights)
        overlap = (size[0] // 4, size[1] // 4)
        cover = windows((height, width), size, overlap, wrap=self.sampling.seamless)
        total = torch.zeros_like(latents[:, : self.start.shape[1]])
        for index, window in enumerate(cover):
            self.report(step, index / len(cover))
            rows = slice(window.down.positions[0], window.down.positions[-1] + 1)
            columns = torch.as_tensor(window.across.positions, device=latents.device)
            part = weights[..., rows, :][..., columns] if weights is not None else None
            with wrapped(self.guided.unet, on=around):
                answer = self.guided.noise(latents[..., rows, :][..., columns], timestep, part)
            share = torch.as_tensor(window.weights, device=latents.device)
            total[..., rows, :].index_add_(-1, columns, answer * share)
        return total

    def _weights(self, like: Tensor, by: list[int]) -> Tensor | None:
        """Shares of the texts, [N, R, h, w], turned as the latents are."""
        names = self.guided.conditions.directions
        if not names:
            return None
        share = torch.as_tensor(shares(names, *like.shape[-2:]), device=like.device)
        more = [0] * (len(like) - len(by))
        return turned(share.to(like).expand(len(like), -1, -1, -1), [*by, *more])

    def _noisy(self, picture: Tensor, timestep: Any) -> Tensor:
        """A clean picture's latents with the noise of a timestep."""
        clean, noise = self.levels.shares(timestep)
        chance = torch.Generator("cpu").manual_seed(0)
        return clean * picture + noise * torch.randn(picture.shape, generator=chance).to(picture)

    def _apart(self, pictures: int) -> Apart | None:
        """What pushes pictures apart, where asked for."""
        if self.away is not None:
            return Apart(self.sampling.apart or AWAY_AMOUNT, pictures, from_last=True)
        if self.sampling.apart > 0 and pictures > 1:
            return Apart(self.sampling.apart, pictures, from_last=False)
        return None


AWAY_AMOUNT = 0.9  # from a picture to avoid, where `apart` says nothing
