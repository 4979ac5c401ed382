"""Words → what the UNet attends to; what did not fit is said, not swallowed."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from depthfusion.generation.ldm3d.sampling import Sampling


@dataclass(frozen=True, eq=False)
class Conditions:
    """Embeddings of every text that steers a picture.

    Parameters
    ----------
    texts : [R, L, C], the main prompt first, then one for each direction that was given.
    negative : [1, L, C].
    directions : names of the further texts, R − 1 of them.
    notes : one sentence for each prompt that was cut.
    """

    texts: Tensor
    negative: Tensor
    directions: tuple[str, ...]
    notes: tuple[str, ...]


def conditions(sampling: Sampling, tokenizer: Any, text_encoder: Any, device: Any) -> Conditions:
    """Encode the prompts of `sampling`.

    What a direction shows is put before the main prompt, which keeps the place and the style one.
    """
    directions = tuple(sampling.around)
    texts = [sampling.prompt, *(f"{sampling.around[d]}, {sampling.prompt}" for d in directions)]
    names = ["prompt", *(f"prompt to the {d}" for d in directions), "negative prompt"]
    cut = [cut_off(text, tokenizer) for text in (*texts, sampling.negative)]
    notes = tuple(
        f'The {name} is longer than the model reads; left out: "{lost}".'
        for name, lost in zip(names, cut, strict=True)
        if lost
    )
    embedded = [embed(t, tokenizer, text_encoder, device) for t in (*texts, sampling.negative)]
    return Conditions(torch.cat(embedded[:-1]), embedded[-1], directions, notes)


def embed(text: str, tokenizer: Any, text_encoder: Any, device: Any) -> Tensor:
    """Encode one text, [1, L, C]."""
    ids = tokenizer(
        text,
        padding="max_length",
        max_length=tokenizer.model_max_length,
        truncation=True,
        return_tensors="pt",
    ).input_ids
    return text_encoder(ids.to(device))[0]


def cut_off(text: str, tokenizer: Any) -> str:
    """Give the end of `text` that does not fit in the model's tokens; empty where all does."""
    ids = tokenizer(text, padding=False, truncation=False, verbose=False).input_ids
    return str(tokenizer.decode(ids[tokenizer.model_max_length - 1 : -1])).strip()
