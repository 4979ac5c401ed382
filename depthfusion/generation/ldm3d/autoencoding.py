"""Pictures ↔ latents, always in float32: in half precision the depth keeps some 3,000 levels.

Large panoramas go tile by tile: tiles overlap, wrap, share one set of statistics, and begin at a
column that the content chooses, so that turning the latents turns the picture through tiles too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from depthfusion.generation.ldm3d.sampling import LATENT_PIXELS
from depthfusion.generation.ldm3d.spans import Window, windows
from depthfusion.generation.ldm3d.statistics import applied, recorded
from depthfusion.generation.ldm3d.turning import anchors, turned
from depthfusion.generation.ldm3d.wrapping import wrapped

WHOLE = 64 * 128  # latents that go at once: a panorama of the published size
Told = Callable[[float], None]  # given the share that is done; may raise `Cancelled`


def decode(
    vae: Any,
    latents: Tensor,
    *,
    seamless: bool,
    whole: int = WHOLE,
    told: Told = lambda done: None,
) -> Tensor:
    """Give the pictures of latents.

    Parameters
    ----------
    vae : AutoencoderKL in float32.
    latents : [N, 4, h, w], as the UNet has them.
    seamless : x wraps.
    whole : most latents (h · w) that are decoded at once; more go by tiles.
    told : given the share that is done, before each tile.

    Returns
    -------
    float32 [N, 4 or 6, 8h, 8w], about −1 to 1, on the CPU.
    """

    def network(part: Tensor) -> Tensor:
        ready = part.float() / vae.config.scaling_factor
        return vae.decode(ready, return_dict=False)[0].cpu()

    half = Half(vae, vae.decoder, network, vae.config.out_channels, 1, LATENT_PIXELS)
    return half.run(latents, seamless, whole, told)


def encode(
    vae: Any,
    images: Tensor,
    *,
    seamless: bool,
    device: Any = "cpu",
    whole: int = WHOLE,
    told: Told = lambda done: None,
) -> Tensor:
    """Give the latents of pictures: the middle of what the VAE holds possible.

    Parameters
    ----------
    images : float32 [N, 4 or 6, 8h, 8w], −1 to 1.
    vae, seamless, whole, told : as for `decode`.
    device : where the VAE runs.

    Returns
    -------
    float32 [N, 4, h, w], as the UNet has them, on the CPU.
    """

    def network(part: Tensor) -> Tensor:
        spread = vae.encode(part.to(device), return_dict=False)[0]
        return (spread.mode() * vae.config.scaling_factor).cpu()

    half = Half(vae, vae.encoder, network, vae.config.latent_channels, LATENT_PIXELS, 1)
    return half.run(images, seamless, whole, told)


@dataclass(frozen=True, eq=False)
class Half:
    """One half of a VAE, whole or by tiles.

    Parameters
    ----------
    vae, norms : the VAE, and the part of it whose group norms run.
    network : the half itself, [1, C, h, w] to [1, channels, …] on the CPU.
    channels : of what it gives.
    taken, given : positions of its input and of its output to one latent.
    """

    vae: Any
    norms: Any
    network: Callable[[Tensor], Tensor]
    channels: int
    taken: int
    given: int

    def run(self, inputs: Tensor, seamless: bool, whole: int, told: Told) -> Tensor:
        """Run on each of inputs [N, C, h, w]."""
        done = []
        for index, one in enumerate(inputs.split(1)):
            if one.shape[-1] * one.shape[-2] <= whole * self.taken**2:
                told(index / len(inputs))
                with wrapped(self.vae, on=seamless):
                    done.append(self.network(one))
                continue
            at = anchors(one)[0] // self.taken if seamless else 0  # in latents
            ready = turned(one, [-at * self.taken])
            part = lambda share, base=index: told((base + share) / len(inputs))  # noqa: E731
            done.append(turned(self._tiled(ready, seamless, whole, part), [at * self.given]))
        return torch.cat(done)

    def _tiled(self, one: Tensor, seamless: bool, whole: int, told: Told) -> Tensor:
        shape = (one.shape[-2] // self.taken, one.shape[-1] // self.taken)
        told(0.0)
        with recorded(self.norms) as statistics, wrapped(self.vae, on=seamless):
            self.network(self._small(one, shape, whole))
        tile = max(8, int(0.88 * whole**0.5) // 8 * 8)
        cover = windows(shape, (tile, tile), (tile // 5,) * 2, wrap=seamless, finer=self.given)
        result = torch.zeros(1, self.channels, shape[0] * self.given, shape[1] * self.given)
        with applied(statistics):
            for index, window in enumerate(cover):
                told(index / len(cover))
                rows, columns = _places(window, self.taken)
                picture = self.network(one[..., rows, :][..., columns])
                rows, columns = _places(window, self.given)
                result[..., rows[0] : rows[-1] + 1, :].index_add_(
                    -1, columns, picture * torch.from_numpy(window.weights)
                )
        return result

    def _small(self, one: Tensor, shape: tuple[int, int], whole: int) -> Tensor:
        """The whole of `one`, made small enough to go at once.

        Latents are picked, not averaged: averaging would take their variance away.
        """
        every = int(np.ceil((shape[0] * shape[1] / whole) ** 0.5))
        if self.taken == 1:
            return one[..., ::every, ::every]
        size = (shape[0] // every * self.taken, shape[1] // every * self.taken)
        return functional.interpolate(one, size, mode="area")


def _places(window: Window, each: int) -> tuple[Tensor, Tensor]:
    """Rows and columns of a window, at `each` positions to one latent."""

    def fine(positions: np.ndarray) -> Tensor:
        return torch.from_numpy((positions[:, None] * each + np.arange(each)).ravel())

    return fine(window.down.positions), fine(window.across.positions)
