"""Light of any range → eight bits that a screen shows."""

import numpy as np

from depthfusion.types.arrays import Float32, UInt8

KEY = 0.18  # what the scene's average brightness becomes: middle grey
WHITE_PERCENTILE = 99.5  # brighter than this burns out; a sun must not make all else dark
_BAND = 256  # rows at a time
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def tone_mapped(light: Float32) -> UInt8:
    """Map linear light to sRGB by the photographic operator with one exposure for the picture.

    Pictures that already lie within 0…1 are only encoded: they were not meant to be changed.

    Parameters
    ----------
    light : float32 [H, W, 3], linear, primaries of sRGB; negative, NaN and infinite values are
        taken as black and as the brightest that is finite.

    Returns
    -------
    uint8 [H, W, 3], sRGB.

    References
    ----------
    Reinhard, Stark, Shirley, Ferwerda: Photographic Tone Reproduction for Digital Images, SIGGRAPH
    2002, equations 1, 2 and 4.
    """
    finite = np.isfinite(light)
    brightest = float(light.max(where=finite, initial=0.0))
    exposure, white = (1.0, np.inf) if brightest <= 1.0 else _exposure(light)
    result = np.empty(light.shape, np.uint8)
    for top in range(0, len(light), _BAND):
        band = np.nan_to_num(light[top : top + _BAND], nan=0.0, posinf=brightest, neginf=0.0)
        result[top : top + _BAND] = _encoded(np.maximum(band, 0), exposure, white)
    return result


def _exposure(light: Float32) -> tuple[float, float]:
    """Factor that brings the mean of the logarithms to the key, and what then is white."""
    step = max(1, len(light) // 512)
    luminance = np.nan_to_num(light[::step, ::step], nan=0.0, posinf=0.0, neginf=0.0) @ _LUMA
    luminance = luminance[luminance > 0]
    if not luminance.size:
        return 1.0, np.inf
    exposure = KEY / float(np.exp(np.log(luminance).mean()))
    white = exposure * float(np.percentile(luminance, WHITE_PERCENTILE))
    return exposure, max(white, 1.0)


def _encoded(light: Float32, exposure: float, white: float) -> UInt8:
    if np.isfinite(white):
        luminance = np.maximum(exposure * (light @ _LUMA), 1e-9)[..., None]
        light = light * (exposure * (1 + luminance / white**2) / (1 + luminance))
    light = np.clip(light, 0, 1)
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(255 * curve).astype(np.uint8)
