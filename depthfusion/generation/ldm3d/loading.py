"""Folders in diffusers' layout → the networks, from safetensors and nothing else."""

import json
from pathlib import Path
from typing import Any

import diffusers
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer
from transformers.utils import logging

from depthfusion.generation.ldm3d.memory import free_bytes, require
from depthfusion.types import InputError

logging.disable_progress_bar()  # we have our own, and stderr belongs to it

NETWORKS = ("unet", "vae", "text_encoder")
PARTS = (*NETWORKS, "tokenizer", "scheduler")
PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl")


def check_folder(folder: Path) -> None:
    """Raise `InputError`, saying what is missing, unless `folder` holds a model we can load."""
    if not folder.is_dir():
        raise InputError(f"There is no model folder {folder}; name one in diffusers' layout.")
    missing = [name for name in PARTS if not (folder / name).is_dir()]
    if not (folder / "model_index.json").is_file():
        missing.insert(0, "model_index.json")
    if missing:
        raise InputError(
            f"{folder} is no LDM3D model in diffusers' layout: it lacks {', '.join(missing)}."
        )
    for name in NETWORKS:
        if not any((folder / name).glob("*.safetensors")):
            pickled = [p.name for p in (folder / name).iterdir() if p.suffix in PICKLES]
            raise InputError(
                f"{folder / name} holds pickled weights ({pickled[0]}), which can run code and are "
                "never loaded; get the model's safetensors files."
                if pickled
                else f"{folder / name} lacks its weights (.safetensors); get the model again."
            )


def weights_in(folder: Path) -> int:
    """Bytes of the weights that a model's networks are loaded from."""
    files = [file for name in NETWORKS for file in (folder / name).glob("*.safetensors")]
    return sum(file.stat().st_size for file in files if ".fp16." not in file.name)


def load_parts(folder: Path, dtype: Any) -> dict[str, Any]:
    """Load every network of an LDM3D model and its tokenizer and scheduler.

    Parameters
    ----------
    folder : diffusers' layout; nothing is fetched from the network.
    dtype : of UNet and text encoder; the VAE is float32 always.

    Raises
    ------
    InputError
        A part is missing or damaged, or the VAE has neither 4 nor 6 channels.
    """
    check_folder(folder)
    require(weights_in(folder), free_bytes("cpu"), "close other programs")
    wanted = {"local_files_only": True, "use_safetensors": True, "low_cpu_mem_usage": True}
    try:
        parts = {
            "unet": UNet2DConditionModel.from_pretrained(
                folder / "unet", torch_dtype=dtype, **wanted
            ),
            "vae": AutoencoderKL.from_pretrained(
                folder / "vae", torch_dtype=torch.float32, **wanted
            ),
            "text_encoder": CLIPTextModel.from_pretrained(
                folder / "text_encoder", dtype=dtype, local_files_only=True, use_safetensors=True
            ),
            "tokenizer": CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True),
            "scheduler": load_scheduler(folder / "scheduler"),
        }
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise InputError(
            f"The model in {folder} cannot be loaded ({reason}); get it again."
        ) from error
    channels = parts["vae"].config.out_channels
    if channels not in (4, 6):
        raise InputError(
            f"{folder} is no LDM3D model: its VAE gives {channels} channels, not 4 or 6 (colour "
            "and depth)."
        )
    return parts


def load_scheduler(folder: Path) -> Any:
    """Make the scheduler that a folder names."""
    config = json.loads((folder / "scheduler_config.json").read_text("utf-8"))
    kind = getattr(diffusers, str(config.get("_class_name")), None)
    if kind is None or not hasattr(kind, "set_timesteps"):
        raise InputError(f"{folder} names no scheduler that diffusers has; get the model again.")
    return kind.from_config(config)
