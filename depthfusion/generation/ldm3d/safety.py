"""What the model's safety checker says of a panorama. It is told, and never turned into black."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from torch.nn import functional

from depthfusion.generation.ldm3d.clip_pictures import clip_input
from depthfusion.types.arrays import UInt8


def load_checker(folder: Path) -> Any:
    """Load the safety checker of a model folder; `None` where it has none in safetensors."""
    if not any((folder / "safety_checker").glob("*.safetensors")):
        return None
    return StableDiffusionSafetyChecker.from_pretrained(
        folder / "safety_checker", local_files_only=True, use_safetensors=True
    ).eval()


def flagged(pictures: UInt8, checker: Any) -> tuple[bool, ...]:
    """Say for each of uint8 [N, H, W, 3] whether the checker objects to any side of it.

    The checker sees squares, so it is shown four: forward, right, back and left.
    """
    if checker is None:
        return (False,) * len(pictures)
    return tuple(_objects(checker, _sides(picture)) for picture in pictures)


def _sides(picture: UInt8) -> UInt8:
    """Four squares [4, H, H, 3] around the panorama."""
    height, width = picture.shape[:2]
    start = (width - height) // 2
    columns = [(start + i * width // 4 + np.arange(height)) % width for i in range(4)]
    return np.stack([picture[:, c] for c in columns])


@torch.no_grad()
def _objects(checker: Any, squares: UInt8) -> bool:
    """The checker's own rule: a picture near to a concept by more than the concept's threshold.

    Its `forward` does the same and then blackens what it was given, which nobody wants here.
    """
    size = checker.config.vision_config.image_size
    seen = checker.vision_model(clip_input(squares, size))[1]
    seen = functional.normalize(checker.visual_projection(seen))
    special = seen @ functional.normalize(checker.special_care_embeds).T
    concept = seen @ functional.normalize(checker.concept_embeds).T
    careful = (special > checker.special_care_embeds_weights).any(dim=1, keepdim=True)
    limit = checker.concept_embeds_weights - 0.01 * careful
    return bool((concept > limit).any())
