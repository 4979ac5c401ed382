"""Distance from a photo with two eyes: omni-directional stereo, measured without any model."""

from depthfusion.generation.stereo_depth.depth import OdsOptions, StereoDepth, distance_from_ods
from depthfusion.generation.stereo_depth.eyes import EyeLayout, order_of_eyes, split_eyes

__all__ = [
    "EyeLayout",
    "OdsOptions",
    "StereoDepth",
    "distance_from_ods",
    "order_of_eyes",
    "split_eyes",
]
