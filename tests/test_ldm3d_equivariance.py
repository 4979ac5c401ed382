"""A panorama has no first column: turning what goes in turns what comes out."""

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from ldm3d_checkpoints import parts

from depthfusion.generation.ldm3d import Sampling, autoencoding, wrapping
from depthfusion.generation.ldm3d.autoencoding import decode, encode
from depthfusion.generation.ldm3d.drawing import Drawing
from depthfusion.generation.ldm3d.pipeline import Ldm3dPipeline
from depthfusion.generation.ldm3d.wrapping import wrapped
from depthfusion.types import silent

PIPES = {channels: Ldm3dPipeline(**parts(channels)) for channels in (4, 6)}
TILES = 128  # latents at once: 16×32 latents go by tiles of 8
SAMPLING = Sampling("a misty forest", width=256, height=128, steps=3)


@pytest.mark.parametrize("channels", [4, 6])
@pytest.mark.parametrize("whole", [TILES, 10_000], ids=["tiles", "whole"])
@pytest.mark.parametrize("by", [1, 5, 16, 31])
@torch.no_grad()
def test_turned_latents_give_the_turned_panorama(channels: int, whole: int, by: int) -> None:
    vae = PIPES[channels].vae
    latents = torch.randn(2, 4, 16, 32, generator=torch.Generator().manual_seed(5))
    straight = decode(vae, latents, seamless=True, whole=whole)
    rolled = decode(vae, latents.roll(by, -1), seamless=True, whole=whole)
    assert straight.std() > 0.05
    torch.testing.assert_close(rolled, straight.roll(8 * by, -1), atol=1e-4, rtol=0)


@torch.no_grad()
def test_without_the_wrap_it_does_not() -> None:
    vae = PIPES[4].vae
    latents = torch.randn(1, 4, 16, 32, generator=torch.Generator().manual_seed(5))
    plain = decode(vae, latents, seamless=False)
    rolled = decode(vae, latents.roll(5, -1), seamless=False)
    assert (rolled - plain.roll(40, -1)).abs().max() > 0.05


@pytest.mark.parametrize("whole", [TILES, 10_000], ids=["tiles", "whole"])
@torch.no_grad()
def test_turned_pictures_have_turned_latents(whole: int) -> None:
    image = torch.rand(1, 4, 128, 256, generator=torch.Generator().manual_seed(6)) * 2 - 1
    straight = encode(PIPES[4].vae, image, seamless=True, whole=whole)
    rolled = encode(PIPES[4].vae, image.roll(24, -1), seamless=True, whole=whole)
    torch.testing.assert_close(rolled, straight.roll(3, -1), atol=1e-4, rtol=0)


@pytest.mark.parametrize("window", [(256, 128), (128, 64)], ids=["whole", "windows"])
@pytest.mark.parametrize("by", [3, 8])
@torch.no_grad()
def test_turned_noise_draws_the_turned_place(window: tuple[int, int], by: int) -> None:
    drawing = Drawing(PIPES[4], replace(SAMPLING, window=window), silent, None)
    noise = drawing.noise(256, 128)
    straight = drawing.from_noise(noise, "x")
    rolled = drawing.from_noise(noise.roll(by, -1), "x")
    assert straight.std() > 0.1
    torch.testing.assert_close(rolled, straight.roll(by, -1), atol=1e-4, rtol=0)


@torch.no_grad()
def test_one_set_of_statistics_keeps_tiles_close_to_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coarse = torch.randn(1, 4, 4, 8, generator=torch.Generator().manual_seed(7))
    latents = torch.nn.functional.interpolate(coarse, (32, 64), mode="bicubic")  # as pictures are
    vae = PIPES[4].vae
    whole = decode(vae, latents, seamless=True, whole=10_000)
    tiled = decode(vae, latents, seamless=True, whole=512)
    monkeypatch.setattr(autoencoding, "applied", lambda statistics: nullcontext())
    each_its_own = decode(vae, latents, seamless=True, whole=512)
    error, without = (tiled - whole).abs().mean(), (each_its_own - whole).abs().mean()
    assert error < 0.2 * whole.std() and error < 0.5 * without


@torch.no_grad()
def test_the_seam_is_no_worse_than_any_column() -> None:
    drawn = PIPES[4].text(SAMPLING)
    picture = drawn.rgb[0].astype(float)
    steps = np.abs(picture - np.roll(picture, 1, axis=1)).mean(axis=(0, 2))
    block = steps[::8]  # columns where latents meet; the seam is the first
    assert block[0] <= 1.5 * np.median(block)


def test_networks_are_given_back_as_they_were() -> None:
    unet, vae = PIPES[4].unet, PIPES[4].vae
    with wrapped(unet, vae):
        changed = [m for m in [*unet.modules(), *vae.modules()] if "_conv_forward" in m.__dict__]
        assert len(changed) > 20
    everything = [*unet.modules(), *vae.modules()]
    assert not [m for m in everything if {"_conv_forward", "forward"} & set(vars(m))]


@pytest.mark.parametrize("large", [0, 10**9], ids=["mended", "padded"])
@torch.no_grad()
def test_both_ways_to_wrap_are_one(large: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrapping, "LARGE", large)
    conv = torch.nn.Conv2d(3, 5, 3, padding=1)
    x = torch.randn(2, 3, 6, 10)
    padded = torch.nn.functional.pad(x, (1, 1, 0, 0), mode="circular")
    plain = torch.nn.functional.conv2d(padded, conv.weight, conv.bias, padding=(1, 0))
    with wrapped(conv):
        torch.testing.assert_close(conv(x), plain, atol=1e-5, rtol=0)
    assert (conv(x) - plain)[..., 0].abs().max() > 0.05


@torch.no_grad()
def test_mended_networks_are_as_seamless(monkeypatch: pytest.MonkeyPatch) -> None:
    latents = torch.randn(1, 4, 16, 32, generator=torch.Generator().manual_seed(5))
    padded = decode(PIPES[4].vae, latents, seamless=True)
    monkeypatch.setattr(wrapping, "LARGE", 0)
    mended = decode(PIPES[4].vae, latents, seamless=True)
    torch.testing.assert_close(mended, padded, atol=1e-4, rtol=0)
