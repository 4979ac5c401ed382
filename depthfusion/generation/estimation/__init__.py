"""Estimating the depth of a panorama; the networks (torch, transformers) are loaded when asked."""

from depthfusion.generation.estimation.estimate import Estimate, estimate_distance, estimate_with
from depthfusion.generation.estimation.merging import merge_views
from depthfusion.generation.estimation.views import View, covering_views

__all__ = [
    "Estimate",
    "View",
    "covering_views",
    "estimate_distance",
    "estimate_with",
    "merge_views",
]
