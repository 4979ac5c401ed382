"""Pictures and depth at another size, without a network: the seam and the poles go on smoothly."""

import numpy as np
from PIL import Image

from depthfusion.types.arrays import Float32, UInt8

MARGIN = 8  # pixels over the seam and the poles, more than Lanczos reaches


def resized_rgb(rgb: UInt8, width: int, height: int) -> UInt8:
    """Lanczos over the sphere: uint8 [H, W, 3] → [height, width, 3]."""
    if rgb.shape[:2] == (height, width):
        return rgb
    return np.asarray(_resized(Image.fromarray(continued(rgb)), rgb.shape, width, height))


def resized_depth(inverse: Float32, width: int, height: int) -> Float32:
    """Linear (and area-true when smaller) over the sphere: float32 [H, W] → [height, width]."""
    if inverse.shape == (height, width):
        return inverse
    image = Image.fromarray(continued(np.asarray(inverse, np.float32)))
    small = _resized(image, inverse.shape, width, height, Image.Resampling.BILINEAR)
    return np.clip(np.asarray(small, np.float32), 0, 1)


def continued(picture: np.ndarray, margin: int = MARGIN) -> np.ndarray:
    """Continue [H, W, …] by `margin` pixels over the poles, half a turn away, and the seam."""
    half = picture.shape[1] // 2
    top = np.roll(picture[:margin][::-1], half, axis=1)
    bottom = np.roll(picture[-margin:][::-1], half, axis=1)
    tall = np.concatenate([top, picture, bottom])
    columns = np.arange(-margin, picture.shape[1] + margin) % picture.shape[1]
    return tall[:, columns]


def _resized(
    image: Image.Image,
    shape: tuple[int, ...],
    width: int,
    height: int,
    kernel: Image.Resampling = Image.Resampling.LANCZOS,
) -> Image.Image:
    box = (MARGIN, MARGIN, MARGIN + shape[1], MARGIN + shape[0])
    return image.resize((width, height), kernel, box=box)
