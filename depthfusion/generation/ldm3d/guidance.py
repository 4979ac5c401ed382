"""From the UNet's answers to the noise that is taken away: guidance, rescaling, directions."""

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
    unet : called once for the negative prompt and once for each text, or with all of them at once.
    conditions : the embedded texts.
    scale : classifier-free guidance; 1 or less leaves the negative prompt out.
    rescale : 0 to 1 (arXiv 2305.08891, equations 15 and 16).
    one_by_one : call the UNet for one text at a time; slower, least memory.
    extra : further arguments of the UNet for (negative, texts) alike, such as image embeddings.
    """

    unet: Any
    conditions: Conditions
    scale: float
    rescale: float = 0.0
    one_by_one: bool = False

    def noise(self, latents: Tensor, timestep: Any, weights: Tensor | None = None) -> Tensor:
        """Predict the noise in `latents`.

        Parameters
        ----------
        latents : [N, 4, h, w], scaled for the UNet.
        weights : [N, R, h, w], the share of each text at each place, summing to 1; `None` where
            there is only the main prompt.
        """
        texts = list(self.conditions.texts.split(1))
        if self.scale > 1:
            texts.insert(0, self.conditions.negative)
        answers = self._answers(latents, timestep, texts)
        wanted = answers[-len(self.conditions.texts) :]
        text = wanted[0] if weights is None else _blended(wanted, weights)
        if self.scale <= 1:
            return text
        guided = answers[0] + self.scale * (text - answers[0])
        return rescaled(guided, text, self.rescale) if self.rescale > 0 else guided

    def _answers(self, latents: Tensor, timestep: Any, texts: list[Tensor]) -> list[Tensor]:
        """The noise under each text, a list of [N, 4, h, w]."""
        count = len(latents)
        if self.one_by_one:
            return [
                torch.cat([self._call(one[None], timestep, text) for one in latents])
                for text in texts
            ]
        states = torch.cat([text.expand(count, -1, -1) for text in texts])
        answer = self._call(torch.cat([latents] * len(texts)), timestep, states)
        return list(answer.split(count))

    def _call(self, latents: Tensor, timestep: Any, states: Tensor) -> Tensor:
        dtype = self.unet.dtype
        answer = self.unet(
            latents.to(dtype),
            timestep,
            encoder_hidden_states=states.to(dtype),
            return_dict=False,
        )[0]
        return answer.to(latents.dtype)


def rescaled(guided: Tensor, text: Tensor, share: float) -> Tensor:
    """Bring the contrast of `guided` back towards that of `text` by `share`."""
    axes = tuple(range(1, guided.ndim))
    factor = text.std(dim=axes, keepdim=True) / guided.std(dim=axes, keepdim=True)
    return guided * (share * factor + 1 - share)


def _blended(answers: list[Tensor], weights: Tensor) -> Tensor:
    """Mix the answers [N, 4, h, w] by weights [N, R, h, w]."""
    return sum(answer * weights[:, i : i + 1] for i, answer in enumerate(answers))  # type: ignore[return-value]
