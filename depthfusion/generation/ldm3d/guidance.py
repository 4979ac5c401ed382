"""From the UNet's answers to the one that counts: guidance, rescaling, prompts by direction."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from depthfusion.generation.ldm3d.prompting import Conditions


@dataclass(frozen=True, eq=False)
class Guided:
    """The UNet under a prompt, a negative prompt, and prompts by direction.

    Parameters
    ----------
    unet : called with all texts at once, or one by one.
    conditions : the embedded texts.
    scale : classifier-free guidance (arXiv 2207.12598); 1 or less leaves the negative prompt out.
    rescale : 0 to 1 (arXiv 2305.08891, equations 15 and 16).
    one_by_one : call the UNet for one text and one picture at a time: slower, least memory.
    image : embeddings of a reference picture and of none, [1, 1, …] each, where the UNet has an
        IP-Adapter.
    level : the class of noise level, where the UNet has such (super-resolution).
    """

    unet: Any
    conditions: Conditions
    scale: float
    rescale: float = 0.0
    one_by_one: bool = False
    image: tuple[Tensor, Tensor] | None = None
    level: int | None = None

    def noise(self, latents: Tensor, timestep: Any, weights: Tensor | None = None) -> Tensor:
        """Predict the noise in `latents`.

        Parameters
        ----------
        latents : [N, 4, h, w], scaled for the UNet.
        weights : [N, R, h, w], the share of each text at each place, summing to 1; `None` where
            there is only the main prompt.
        """
        used = list(range(len(self.conditions.texts)))
        if weights is not None:  # in a window, most directions have no part
            used = [i for i in used if weights[:, i].max() > 0]
        wanted = self._answers(latents, timestep, [self.conditions.texts[i : i + 1] for i in used])
        plain = wanted.pop(0) if self.scale > 1 else None
        text = wanted[0] if weights is None else _blended(wanted, weights[:, used])
        if plain is None:
            return text
        guided = plain + self.scale * (text - plain)
        return rescaled(guided, text, self.rescale) if self.rescale > 0 else guided

    def _answers(self, latents: Tensor, timestep: Any, texts: list[Tensor]) -> list[Tensor]:
        """Predict under the negative prompt (where it counts) and each text: [N, 4, h, w] each."""
        negative = [self.conditions.negative] if self.scale > 1 else []
        images = [self.image[0]] * len(texts) if self.image else []
        if self.image and negative:
            images.insert(0, self.image[1])
        texts = negative + texts
        if self.one_by_one:
            pairs = [(text, images[i : i + 1]) for i, text in enumerate(texts)]
            return [
                torch.cat([self._call(one[None], timestep, [t], i) for one in latents])
                for t, i in pairs
            ]
        return list(self._call(latents, timestep, texts, images).split(len(latents)))

    def _call(
        self, latents: Tensor, timestep: Any, texts: list[Tensor], images: list[Tensor]
    ) -> Tensor:
        """Run the UNet once, on every picture under every text."""
        count, dtype = len(latents), self.unet.dtype
        states = torch.cat([text.expand(count, -1, -1) for text in texts]).to(dtype)
        batch = torch.cat([latents] * len(texts)).to(dtype)
        more: dict[str, Any] = {}
        if images:
            each = torch.cat([image.repeat_interleave(count, 0) for image in images])
            more["added_cond_kwargs"] = {"image_embeds": [each.to(dtype)]}
        if self.level is not None:
            more["class_labels"] = torch.full((len(batch),), self.level, device=batch.device)
        answer = self.unet(
            batch, timestep, encoder_hidden_states=states, return_dict=False, **more
        )[0]
        return answer.to(latents.dtype)


def rescaled(guided: Tensor, text: Tensor, share: float) -> Tensor:
    """Bring the contrast of `guided` back towards that of `text` by `share`."""
    axes = tuple(range(1, guided.ndim))
    factor = text.std(dim=axes, keepdim=True) / guided.std(dim=axes, keepdim=True)
    return guided * (share * factor + 1 - share)


def _blended(answers: list[Tensor], weights: Tensor) -> Tensor:
    """Mix the answers [N, 4, h, w] by weights [N, R, h, w]."""
    mixed = torch.zeros_like(answers[0])
    for index, answer in enumerate(answers):
        mixed += answer * weights[:, index : index + 1]
    return mixed
