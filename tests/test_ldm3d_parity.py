"""With our own ideas switched off, the pipeline is diffusers' own, where that one is right."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers.pipelines.deprecated.stable_diffusion_ldm3d.pipeline_stable_diffusion_ldm3d import (
    StableDiffusionLDM3DPipeline,
)
from ldm3d_checkpoints import saved

from depthfusion.generation.ldm3d import Sampling
from depthfusion.generation.ldm3d.autoencoding import decode
from depthfusion.generation.ldm3d.codec import unpack
from depthfusion.generation.ldm3d.drawing import Drawing
from depthfusion.generation.ldm3d.pipeline import Ldm3dPipeline
from depthfusion.types import silent


@pytest.mark.parametrize(("guidance", "rescale"), [(7.0, 0.0), (5.0, 0.7), (1.0, 0.0)])
def test_equals_diffusers(tmp_path: Path, guidance: float, rescale: float) -> None:
    folder = saved(tmp_path / "model", 4)
    ours = Ldm3dPipeline.from_pretrained(folder, device="cpu")
    sampling = Sampling(
        "a misty forest",
        negative="blue",
        seeds=(3, 4),
        width=128,
        height=64,
        steps=4,
        guidance=guidance,
        rescale=rescale,
        scheduler="ddim",
        seamless=False,
        poles=False,
    )
    theirs = StableDiffusionLDM3DPipeline.from_pretrained(folder, local_files_only=True)
    theirs.set_progress_bar_config(disable=True)
    with torch.no_grad():
        drawing = Drawing(ours, sampling, silent, None)
        noise = drawing.noise(128, 64)
        image = decode(ours.vae, drawing.from_noise(noise.clone(), "x"), seamless=False)
        result = theirs(
            prompt=["a misty forest"] * 2,
            negative_prompt=["blue"] * 2,
            width=128,
            height=64,
            num_inference_steps=4,
            guidance_scale=guidance,
            guidance_rescale=rescale,
            latents=noise,
            output_type="np",
        )
    rgb, inverse = unpack(image.numpy())
    assert result.rgb.std() > 0.05
    np.testing.assert_allclose(rgb, result.rgb, atol=1e-4)
    np.testing.assert_allclose(inverse, result.depth[..., 0], atol=1e-4)
    drawn = ours.text(sampling)
    np.testing.assert_allclose(drawn.inverse, inverse, atol=1e-6)
    np.testing.assert_allclose(drawn.rgb / 255, rgb, atol=0.5 / 255 + 1e-6)
