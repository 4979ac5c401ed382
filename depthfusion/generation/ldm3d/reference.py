"""A reference picture as a condition: IP-Adapter (arXiv 2308.06721), where its weights are here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from transformers import CLIPVisionModelWithProjection

from depthfusion.generation.ldm3d.clip_pictures import clip_input
from depthfusion.types import InputError
from depthfusion.types.arrays import UInt8

USUAL = ("ip-adapter_sd15.safetensors", "ip-adapter-plus_sd15.safetensors")


@dataclass(frozen=True, eq=False)
class Adapter:
    """Weights of an IP-Adapter and its picture encoder.

    Parameters
    ----------
    weights : tensors by "image_proj" and "ip_adapter".
    encoder : CLIPVisionModelWithProjection.
    """

    weights: dict[str, dict[str, Tensor]]
    encoder: Any

    @property
    def reads_patches(self) -> bool:
        """Whether it is a "plus" adapter, which looks at patches and not at the picture as one."""
        return "latents" in self.weights["image_proj"]

    def embeddings(self, picture: UInt8, device: Any) -> tuple[Tensor, Tensor]:
        """Embed a picture uint8 [h, w, 3], and no picture: [1, 1, …] each."""
        encoder = self.encoder.to(device)
        pixels = clip_input(picture[None], encoder.config.image_size).to(device, encoder.dtype)
        if not self.reads_patches:
            embedded = encoder(pixels).image_embeds[None]
            return embedded, torch.zeros_like(embedded)
        pair = [
            encoder(one, output_hidden_states=True).hidden_states[-2][None]
            for one in (pixels, torch.zeros_like(pixels))
        ]
        return pair[0], pair[1]


def load_adapter(folder: Path) -> Adapter:
    """Load an adapter from a folder with its .safetensors file and `image_encoder/`.

    Raises
    ------
    InputError
        A part is missing or damaged.
    """
    places = [folder, folder / "models"]
    files = [f for place in places for f in sorted(place.glob("*.safetensors"))]
    files.sort(key=lambda file: file.name not in USUAL)
    encoders = [p / "image_encoder" for p in places if (p / "image_encoder").is_dir()]
    if not files or not encoders:
        lacks = "its .safetensors file" if not files else "the folder image_encoder"
        raise InputError(f"{folder} is no IP-Adapter: it lacks {lacks}.")
    try:
        tensors = load_file(files[0])
        encoder = CLIPVisionModelWithProjection.from_pretrained(
            encoders[0], local_files_only=True, use_safetensors=True
        )
    except (OSError, ValueError, SafetensorError) as error:
        raise InputError(f"The IP-Adapter in {folder} cannot be loaded; get it again.") from error
    weights: dict[str, dict[str, Tensor]] = {"image_proj": {}, "ip_adapter": {}}
    for key, tensor in tensors.items():
        part, _, name = key.partition(".")
        if part in weights:
            weights[part][name] = tensor
    if not all(weights.values()):
        raise InputError(f"{files[0]} is no IP-Adapter for Stable Diffusion 1; get another file.")
    return Adapter(weights, encoder.eval())


@contextmanager
def adapted(unet: Any, adapter: Adapter | None, weight: float) -> Iterator[None]:
    """Within the block, let `unet` attend to a reference picture as well.

    Parameters
    ----------
    adapter : `None` changes nothing.
    weight : how much the picture counts, 0 to 1.
    """
    if adapter is None:
        yield
        return
    processors, projection = dict(unet.attn_processors), unet.encoder_hid_proj
    kind = unet.config.encoder_hid_dim_type
    try:
        unet._load_ip_adapter_weights([adapter.weights], low_cpu_mem_usage=False)
        for processor in unet.attn_processors.values():
            if hasattr(processor, "to_k_ip"):
                processor.scale = [weight]
        yield
    finally:
        unet.encoder_hid_proj = projection  # first: a "plus" projection has processors of its own
        unet.set_attn_processor(processors)
        unet.config.encoder_hid_dim_type = kind
