"""LoRA files, added to the weights once, so that they cost nothing while drawing.

Read are the two common layouts in safetensors: diffusers' and PEFT's ("unet.….lora_A.weight",
"lora.down.weight") and kohya's ("lora_unet_….lora_down.weight" with ".alpha").
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from depthfusion.types import InputError

SUFFIX = re.compile(
    r"[._](?P<part>lora_A|lora_B|lora_down|lora_up|lora\.down|lora\.up|alpha)(?:\.default)?"
    r"(?:\.weight)?$"
)
DOWN, UP = ("lora_A", "lora_down", "lora.down"), ("lora_B", "lora_up", "lora.up")
PREFIXES = {
    "lora_unet_": "unet",
    "lora_te_": "text_encoder",
    "lora_te1_": "text_encoder",
    "unet.": "unet",
    "text_encoder.": "text_encoder",
}


@dataclass
class Pair:
    """The two factors of one layer's change, up · down · alpha / rank."""

    down: Tensor | None = None
    up: Tensor | None = None
    alpha: float | None = field(default=None)

    def change(self, shape: torch.Size) -> Tensor:
        """Give what is added to a weight of `shape`."""
        assert self.down is not None and self.up is not None
        rank = self.down.shape[0]
        product = self.up.float().flatten(1) @ self.down.float().flatten(1)
        return product.reshape(shape) * ((rank if self.alpha is None else self.alpha) / rank)


def parsed(text: str) -> tuple[Path, float]:
    """Split "FILE[:weight]"; the weight is 1 where it is left out.

    Raises
    ------
    InputError
        No such file, or no safetensors file.
    """
    name, colon, tail = text.rpartition(":")
    try:
        path, weight = (Path(name), float(tail)) if colon else (Path(text), 1.0)
    except ValueError:
        path, weight = Path(text), 1.0
    if path.suffix != ".safetensors":
        raise InputError(f"The LoRA {path} is no .safetensors file; no other kind is ever loaded.")
    if not path.is_file():
        raise InputError(f"There is no LoRA file {path}; give the path of a .safetensors file.")
    return path, weight


def apply(text: str, networks: Mapping[str, Any]) -> str | None:
    """Add the LoRA "FILE[:weight]" to the weights of UNet and text encoder.

    Parameters
    ----------
    networks : "unet" and "text_encoder" among them are changed in place.

    Returns
    -------
    A sentence where part of it fits nothing in this model and was left out.

    Raises
    ------
    InputError
        The file cannot be read, or was made for another kind of model.
    """
    path, weight = parsed(text)
    try:
        pairs = paired(load_file(path))
    except (SafetensorError, OSError) as error:
        raise InputError(f"The LoRA {path} is damaged ({error}); get the file again.") from error
    layers = {name: _layers(networks[name]) for name in ("unet", "text_encoder")}
    strange = 0
    for (network, name), pair in pairs.items():
        layer = layers.get(network, {}).get(name)
        whole = pair.down is not None and pair.up is not None
        if layer is None or not whole or not _fits(pair, layer.weight):
            strange += 1
            continue
        change = pair.change(layer.weight.shape).to(layer.weight)
        layer.weight.data.add_(change, alpha=weight)
    if strange == len(pairs):
        raise InputError(
            f"The LoRA {path} fits no layer of this model; it must be made for Stable Diffusion 1."
        )
    if strange:
        return (
            f"{strange} of {len(pairs)} layers of the LoRA {path.name} fit nothing in this model."
        )
    return None


def paired(tensors: Mapping[str, Tensor]) -> dict[tuple[str, str], Pair]:
    """Sort tensors of a LoRA file by (network, layer with "." as "_")."""
    pairs: dict[tuple[str, str], Pair] = {}
    for key, tensor in tensors.items():
        found = SUFFIX.search(key)
        if not found:
            continue
        stem, part = key[: found.start()], found["part"]
        prefix = next((p for p in PREFIXES if stem.startswith(p)), "")
        name = stem.removeprefix(prefix).replace(".", "_").replace("_processor", "")
        pair = pairs.setdefault((PREFIXES.get(prefix, "unet"), _modern(name)), Pair())
        if part == "alpha":
            pair.alpha = float(tensor)
        elif part in DOWN:
            pair.down = tensor
        else:
            pair.up = tensor
    return pairs


def _modern(name: str) -> str:
    """The name of a layer as it is today; older files say to_q_lora and to_out."""
    name = re.sub(r"_(to_[qkv]|to_out)_lora$", r"_\1", name)
    name = re.sub(r"to_out$", "to_out_0", name)
    return name.removeprefix("text_model_")


def _layers(network: nn.Module) -> dict[str, Any]:
    """Every layer that has a weight, by its name with "." as "_"."""
    named = {n: m for n, m in network.named_modules() if isinstance(m, nn.Linear | nn.Conv2d)}
    return {n.replace(".", "_").removeprefix("text_model_"): m for n, m in named.items()}


def _fits(pair: Pair, weight: Tensor) -> bool:
    assert pair.down is not None and pair.up is not None
    flat = weight.flatten(1).shape
    return (pair.up.flatten(1).shape[0], pair.down.flatten(1).shape[1]) == flat and (
        pair.up.flatten(1).shape[1] == pair.down.shape[0]
    )
