"""What the LDM3D pipeline costs beside plain diffusers, in one run, at the published size.

    python benchmarks/ldm3d.py [--size 1024x512] [--steps 2] [--rounds 3] [--parts time,memory]
                               [--device auto] [--dtype auto] [--threads 2] [--every-tile]

The networks are those of Intel/ldm3d-4c and Intel/ldm3d-pano, of random weights: time and memory do
not depend on what the weights say.

- time: whole calls by turns, words to latents, with guidance: diffusers' own LDM3D pipeline on the
  same networks, ours with everything switched off, ours seamless with closed poles. Seconds a step,
  by the wall clock and of the processor; the ratio is of the medians of processor time (of the
  wall clock on a GPU). Then the decoding of one picture, likewise.
- memory: the peak of one process each (of the device on a GPU) for one step and the decoding of
  1024×512 at once and of 2048×1024 and 4096×2048 by windows and tiles. Windows and tiles are all
  alike, so the third and further ones are not computed but copied from the one before, unless
  --every-tile is given; every array is allocated and filled all the same.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from diffusers.pipelines.deprecated.stable_diffusion_ldm3d.pipeline_stable_diffusion_ldm3d import (
    StableDiffusionLDM3DPipeline,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from depthfusion.generation.ldm3d import Sampling
from depthfusion.generation.ldm3d.autoencoding import decode
from depthfusion.generation.ldm3d.drawing import Drawing
from depthfusion.generation.ldm3d.memory import place
from depthfusion.generation.ldm3d.pipeline import Ldm3dPipeline
from depthfusion.types import silent

ROOT = Path(__file__).resolve().parents[1]
BARS = "bars      seamless at most 1.05 of plain; 4096x2048 by tiles at most 1.3 of one 1024x512"
TEXT = {
    "vocab_size": 49408, "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12,
    "num_attention_heads": 12, "max_position_embeddings": 77, "hidden_act": "quick_gelu",
}  # fmt: skip
UNET = {
    "sample_size": 64, "in_channels": 4, "out_channels": 4, "cross_attention_dim": 768,
    "attention_head_dim": 8, "block_out_channels": (320, 640, 1280, 1280), "layers_per_block": 2,
}  # fmt: skip
VAE = {
    "in_channels": 4, "out_channels": 4, "latent_channels": 4, "layers_per_block": 2,
    "block_out_channels": (128, 256, 512, 512), "sample_size": 512,
    "down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4,
}  # fmt: skip
USUAL_STEPS = 30
SIZES = ("1024x512", "2048x1024", "4096x2048")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="1024x512")
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", default="time,memory")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--every-tile", action="store_true")
    parser.add_argument("--peak-of", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    if asked.peak_of:
        print(json.dumps(peak(asked)))
        return
    head(asked)
    results: dict[str, Any] = {}
    if "time" in asked.parts:
        results["time"] = timed(asked)
    if "memory" in asked.parts:
        results["memory"] = memory(asked)
    print(json.dumps(results))


def head(asked: argparse.Namespace) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    where = place(asked.device, asked.dtype, 0)
    name = torch.cuda.get_device_name() if where.device.startswith("cuda") else platform.machine()
    print(f"date      {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit}")
    print(f"machine   {name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"runs on   {where.words}, {asked.threads} threads")
    print(
        "versions  "
        + ", ".join(f"{p} {version(p)}" for p in ("torch", "diffusers", "transformers"))
    )
    print(BARS)


def published(asked: argparse.Namespace) -> Ldm3dPipeline:
    """The published architecture with random weights."""
    with torch.device("meta"):
        networks = {
            "unet": UNet2DConditionModel(**UNET),
            "vae": AutoencoderKL(**VAE),
            "text_encoder": CLIPTextModel(CLIPTextConfig(**TEXT)),
        }
    where = place(asked.device, asked.dtype, 0)
    torch.manual_seed(0)
    for name, network in networks.items():
        dtype = torch.float32 if name == "vae" else where.dtype
        torch.nn.Module.to(network, dtype).to_empty(device="cpu").eval().requires_grad_(False)
        fill(network)
    letters = [*(chr(c) for c in range(97, 123)), *(f"{chr(c)}</w>" for c in range(97, 123))]
    tokens = ["<|startoftext|>", "<|endoftext|>", *letters]
    words = CLIPTokenizer({t: i for i, t in enumerate(tokens)}, [], model_max_length=77)
    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
        set_alpha_to_one=False, steps_offset=1,
    )  # fmt: skip
    pipe = Ldm3dPipeline(tokenizer=words, scheduler=scheduler, **networks)
    pipe.settle(where)
    return pipe


def fill(network: torch.nn.Module) -> None:
    """Random weights of a sane size; buffers of CLIP count up."""
    for name, weight in network.named_parameters():
        if weight.ndim > 1:
            weight.data.uniform_(-1, 1).mul_((3 / weight[0].numel()) ** 0.5)
        else:
            weight.data.fill_(1.0 if name.endswith("weight") else 0.0)
    for _, buffer in network.named_buffers():
        buffer.data.copy_(torch.arange(buffer.numel()).reshape(buffer.shape))


def timed(asked: argparse.Namespace) -> dict[str, Any]:
    width, height = (int(side) for side in asked.size.split("x"))
    pipe = published(asked)
    theirs = StableDiffusionLDM3DPipeline(
        **pipe.components, safety_checker=None, feature_extractor=None, image_encoder=None,
        requires_safety_checker=False,
    )  # fmt: skip
    theirs.set_progress_bar_config(disable=True)
    base = {"width": width, "height": height, "steps": asked.steps, "scheduler": "ddim"}
    off = Sampling("a place", seamless=False, poles=False, **base)
    on = Sampling("a place", **base)
    latents = torch.randn(1, 4, height // 8, width // 8).to(pipe.device)

    def stop(_pipe: Any, step: int, _timestep: Any, kept: dict[str, Any]) -> dict[str, Any]:
        if step == asked.steps - 1:
            raise Enough  # its output_type="latent" is broken: this is how to leave out decoding
        return kept

    def plain() -> None:
        with suppress(Enough):
            theirs(
                "a place", width=width, height=height, num_inference_steps=asked.steps,
                guidance_scale=7.0, latents=latents.to(pipe.unet.dtype), callback_on_step_end=stop,
            )  # fmt: skip

    steps = turns(
        {
            "diffusers": plain,
            "ours, all off": lambda: drawn(pipe, off, latents),
            "ours, seamless": lambda: drawn(pipe, on, latents),
        },
        asked.rounds,
        pipe,
    )
    decoding = turns(
        {
            "diffusers": lambda: pipe.vae.decode(latents / 0.18215),
            "ours, seamless": lambda: decode(pipe.vae, latents, seamless=True),
        },
        asked.rounds,
        pipe,
    )
    print(f"\n{asked.size}, guidance 7        wall s   processor s   of diffusers")
    for what, table, count in (("step", steps, asked.steps), ("decoding", decoding, 1)):
        for name, (wall, processor, ratio) in table.items():
            print(
                f"{what:9s} {name:16s} {wall / count:9.2f} {processor / count:11.2f} {ratio:11.3f}"
            )
    which = 0 if pipe.device.type == "cuda" else 1
    whole = {
        name: USUAL_STEPS * steps[name][which] / asked.steps + decoding[name][which]
        for name in decoding
    }
    ratio = whole["ours, seamless"] / whole["diffusers"]
    print(f"{USUAL_STEPS} steps and decoding, ours seamless, of diffusers {ratio:20.3f}")
    return {
        "size": asked.size, "steps": asked.steps, "step": steps, "decoding": decoding,
        "picture": ratio,
    }  # fmt: skip


class Enough(Exception):
    """The last step is done."""


def drawn(pipe: Ldm3dPipeline, sampling: Sampling, latents: torch.Tensor) -> Any:
    return Drawing(pipe, sampling, silent, None).from_noise(latents, "Denoising")


@torch.no_grad()
def turns(
    calls: dict[str, Callable[[], Any]], rounds: int, pipe: Ldm3dPipeline
) -> dict[str, tuple[float, float, float]]:
    """Run each by turns after one to warm up: medians of wall and processor time, and the ratio."""
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    gpu = pipe.device.type == "cuda"
    for turn in range(rounds + 1):
        for name, call in calls.items():
            wall, processor = time.perf_counter(), time.process_time()
            call()
            if gpu:
                torch.cuda.synchronize()
            if turn:
                now = (time.perf_counter() - wall, time.process_time() - processor)
                spent[name].append(now)
    which = 0 if gpu else 1
    first = median(pair[which] for pair in next(iter(spent.values())))
    return {
        name: (
            median(wall for wall, _ in pairs),
            median(processor for _, processor in pairs),
            median(pair[which] for pair in pairs) / first,
        )
        for name, pairs in spent.items()
    }


def memory(asked: argparse.Namespace) -> dict[str, Any]:
    found = {}
    print("\npeak memory    MB   of 1024x512   seconds")
    for size in SIZES:
        line = [
            sys.executable, __file__, "--peak-of", size, "--device", asked.device,
            "--dtype", asked.dtype, "--threads", str(asked.threads),
            *(["--every-tile"] if asked.every_tile else []),
        ]  # fmt: skip
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(line, capture_output=True, text=True, env=environment, check=True)
        found[size] = json.loads(done.stdout.splitlines()[-1])
        ratio = found[size]["peak"] / found[SIZES[0]]["peak"]
        print(
            f"{size:10s} {found[size]['peak'] / 1e6:6.0f} {ratio:13.3f} "
            f"{found[size]['seconds']:9.0f}"
        )
    return found


def peak(asked: argparse.Namespace) -> dict[str, Any]:
    """Draw one panorama from one step; give the most memory this process ever held."""
    width, height = (int(side) for side in asked.peak_of.split("x"))
    pipe = published(asked)
    if not asked.every_tile:
        pipe.unet.forward = shortened(pipe.unet.forward)
        pipe.vae.decode = shortened(pipe.vae.decode)
    began = time.perf_counter()
    drawn = pipe.text(Sampling("a place", width=width, height=height, steps=1, layout_strength=1.0))
    assert drawn.rgb.shape == (1, height, width, 3)
    if pipe.device.type == "cuda":
        most = torch.cuda.max_memory_allocated()
    else:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"peak": most, "seconds": time.perf_counter() - began}


def shortened(call: Callable[..., Any]) -> Callable[..., Any]:
    """Compute the first two calls of each shape of input; then give the last answer again."""
    last: dict[Any, list[Any]] = {}

    def answer(first: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        seen = last.setdefault(tuple(first.shape), [])
        if len(seen) < 2:
            seen[:] = [*seen, call(first, *args, **kwargs)][-2:]
        return (seen[-1][0].clone(),)

    return answer


if __name__ == "__main__":
    main()
