"""What runs where: device, number type, and the slower ways that need less memory."""

import gc
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from depthfusion.types import InputError

GIB = 2**30
# What the UNet of the published size holds beside its weights, for each latent of each picture
# under each text (float32; 117,000 measured at 2,048 latents, much of which does not grow).
BYTES_A_LATENT = 90_000
# The same for the decoder of the VAE, for each latent that is decoded at once.
BYTES_DECODED = 330_000
LEAST_DECODED = 32 * 32  # latents; smaller tiles would be all overlap
RESERVE = GIB // 2
SHORT = ("out of memory", "can't allocate memory", "not enough memory", "failed to allocate")


@dataclass(frozen=True)
class Place:
    """Where the networks run.

    Parameters
    ----------
    device : "cpu", "cuda", "mps", "xpu", with a number where asked.
    dtype : of UNet and text encoder.
    offload : networks wait in main memory and come to the device by turns.
    """

    device: str
    dtype: torch.dtype
    offload: bool = False

    @property
    def words(self) -> str:
        """For the record: "cuda, float16, offloaded"."""
        kind = str(self.dtype).removeprefix("torch.")
        return f"{self.device}, {kind}" + (", offloaded" if self.offload else "")


def place(device: str, dtype: str, weights: int) -> Place:
    """Choose device and number type by what is there.

    Parameters
    ----------
    device, dtype : what was asked for, or "auto".
    weights : bytes of all networks in float32.

    Raises
    ------
    InputError
        The device is not here, or the number type is none.
    """
    name = _present() if device == "auto" else device
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise InputError(f'This machine has no device "{device}"; use "cpu" or "auto".') from error
    kinds = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
    if dtype not in ("auto", *kinds):
        raise InputError(f'There is no number type "{dtype}"; there are: {", ".join(kinds)}.')
    half = name.split(":")[0] in ("cuda", "xpu")
    kind = kinds[dtype] if dtype != "auto" else torch.float16 if half else torch.float32
    needed = weights * kind.itemsize // 4 + 2 * GIB
    return Place(name, kind, offload=half and free_bytes(name) < needed)


def free_bytes(device: str) -> int:
    """Memory that can be had on `device` now."""
    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[0])
    with open("/proc/meminfo", encoding="ascii") as lines:
        for line in lines:
            if line.startswith("MemAvailable"):
                return int(line.split()[1]) * 1024
    return 8 * GIB


def tight(device: str, latents: int, pictures: int, texts: int, channels: int) -> bool:
    """Whether pictures and texts must go through the UNet one by one.

    Parameters
    ----------
    latents : h · w of a window.
    channels : of the UNet's first block; 320 in the published models.

    Raises
    ------
    InputError
        Even one by one they would not fit. Linux would rather kill the program than refuse it
        memory, so this is said beforehand.
    """
    each, free = BYTES_A_LATENT * channels / 320 * latents, free_bytes(device)
    require(each, free, "take a smaller size, or another device")
    return each * pictures * texts > free - RESERVE


def decoded_at_once(device: str, most: int, channels: int) -> int:
    """Latents (h · w) to decode at once: `most`, or fewer where memory is short.

    Parameters
    ----------
    channels : of the VAE's first block; 128 in the published models.
    """
    each, free = BYTES_DECODED * channels / 128, free_bytes(device)
    require(each * LEAST_DECODED, free, "close other programs, or take another device")
    return max(LEAST_DECODED, min(most, int((free - RESERVE) / each)))


def require(needed: float, free: float, advice: str) -> None:
    """Raise `InputError`, ending in `advice`, unless `free` bytes are enough."""
    if needed > free:
        raise InputError(
            f"This needs {needed / GIB:.1f} GiB of memory and {free / GIB:.1f} GiB are free; "
            f"{advice}."
        )


@contextmanager
def enough_memory(advice: str) -> Iterator[None]:
    """Turn running out of memory into one sentence, and give back what had been taken.

    Parameters
    ----------
    advice : what to change, as the end of a sentence.

    Raises
    ------
    InputError
        Memory ran out within the block.
    """
    try:
        yield
        return
    except (RuntimeError, MemoryError) as error:
        if not _is_shortage(error):
            raise
        traceback.clear_frames(error.__traceback__)  # they hold what filled the memory
    give_back()
    raise InputError(f"This needs more memory than there is; {advice}.")


def give_back() -> None:
    """Return memory that nothing uses to the system."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def weights_of(networks: dict[str, Any]) -> int:
    """Bytes of all parameters in float32."""
    modules = [m for m in networks.values() if isinstance(m, torch.nn.Module)]
    return sum(4 * p.numel() for module in modules for p in module.parameters())


def _is_shortage(error: BaseException) -> bool:
    words = str(error).lower()
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(s in words for s in SHORT)


def _present() -> str:
    if torch.cuda.is_available():
        return "cuda"
    if hasattr(torch, "xpu") and torch.xpu.is_available():
        return "xpu"
    return "mps" if torch.backends.mps.is_available() else "cpu"
