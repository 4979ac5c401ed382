"""FID, inception score and CLIP similarity by torchmetrics, where it and the weights are there.

Networks that look at pictures were trained on ordinary photos, so a panorama is shown to them as
six views of 90° round the horizon and, for CLIP, their similarities are averaged.

FID: Heusel et al., arXiv 1706.08500. IS: Salimans et al., arXiv 1606.03498. CLIP score: Hessel et
al., arXiv 2104.08718. LDM3D (arXiv 2305.10853) is evaluated by these three.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from depthfusion.generation.estimation.views import FOV, View
from depthfusion.generation.models import locate
from depthfusion.geometry.cameras import Perspective
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.types import InputError, Progress, silent
from depthfusion.types.arrays import UInt8

SIDE = 299  # pixels that the inception network looks at
LOOKS = 6
FEATURES = 2048
HOW = "pip install 'depthfusion[metrics]'"


def looks(rgb: UInt8) -> list[UInt8]:
    """Views round the horizon, uint8 [299, 299, 3] each."""
    camera = Perspective.from_fov(SIDE, SIDE, FOV)
    turns = [2 * np.pi * k / LOOKS for k in range(LOOKS)]
    return [View(camera, yaw_pitch(t, 0.0).world_from_camera[:3, :3]).cut(rgb) for t in turns]


def inception_scores(
    shown: Sequence[UInt8],
    real: Sequence[UInt8],
    progress: Progress = silent,
    network: Any = None,
) -> dict[str, float]:
    """FID against real panoramas, where there are any, and the inception score.

    Parameters
    ----------
    shown, real : panoramas uint8 [H, 2H, 3].
    network : a torch module that gives features; torchmetrics' Inception v3 where `None`.

    Raises
    ------
    InputError
        torchmetrics or the network's weights are not there.
    """
    torch, metrics = _packages()
    counts = {"fid": FEATURES, "is": "logits_unbiased"}
    found: dict[str, float] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its advice on memory is for data sets
        score = _made(metrics.image.inception.InceptionScore, network or counts["is"])
        for number, rgb in enumerate(shown):
            progress("Looking", number / len(shown))
            score.update(_batch(torch, rgb))
        found["inception_score"] = round(float(score.compute()[0]), 4)
        if real:
            fid = _made(metrics.image.fid.FrechetInceptionDistance, network or counts["fid"])
            for pictures, are_real in ((shown, False), (real, True)):
                for number, rgb in enumerate(pictures):
                    progress("Comparing", number / len(pictures))
                    fid.update(_batch(torch, rgb), real=are_real)
            found["fid"] = round(float(fid.compute()), 4)
    return found


def clip_similarity(
    shown: Sequence[UInt8], prompts: Sequence[str], model: str, progress: Progress = silent
) -> float:
    """Mean CLIP score of panoramas and their words, 0 … 100.

    Parameters
    ----------
    shown : panoramas uint8 [H, 2H, 3].
    prompts : one for each.
    model : a CLIP model's id or folder, present on this machine.

    Raises
    ------
    InputError
        torchmetrics or the model are not there.
    """
    torch, _ = _packages()
    import transformers
    from torchmetrics.multimodal.clip_score import CLIPScore

    folder = locate(model).folder
    try:
        network = transformers.CLIPModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True
        )
        processor = transformers.CLIPProcessor.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, ImportError) as error:
        raise InputError(f"{model} cannot be loaded as a CLIP model") from error
    score = CLIPScore(model_name_or_path=lambda: (network.eval(), processor))
    for number, (rgb, prompt) in enumerate(zip(shown, prompts, strict=True)):
        progress("Reading pictures", number / len(shown))
        score.update(list(_batch(torch, rgb)), [prompt] * LOOKS)
    return float(score.compute())


def _packages() -> tuple[Any, Any]:
    try:
        import torch
        import torchmetrics
        import torchmetrics.image.fid
        import torchmetrics.image.inception
    except ImportError as error:
        raise InputError(f"FID, IS and CLIP similarity need torchmetrics: {HOW}") from error
    return torch, torchmetrics


def _made(metric: Any, feature: Any) -> Any:
    try:
        return metric(feature=feature)
    except (ModuleNotFoundError, OSError, RuntimeError) as error:
        raise InputError(
            "FID and IS need torch-fidelity and its Inception v3 weights, which it fetches once: "
            f"{HOW}, and let it reach the network"
        ) from error


def _batch(torch: Any, rgb: UInt8) -> Any:
    return torch.from_numpy(np.stack(looks(rgb)).transpose(0, 3, 1, 2).copy())
