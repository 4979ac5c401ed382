"""The models of the engines and depth estimators: which are known, which are here, how they come.

No torch here: a list of models must be quick.
"""

from depthfusion.generation.models.catalogue import DEFAULT, MODELS, Licence, Model, Purpose, known
from depthfusion.generation.models.checking import verified, verify_weights
from depthfusion.generation.models.offering import Offer, offer
from depthfusion.generation.models.pulling import pull
from depthfusion.generation.models.store import (
    Located,
    absent,
    cache_folder,
    find,
    is_offline,
    locate,
    present,
)

__all__ = [
    "DEFAULT",
    "MODELS",
    "Licence",
    "Located",
    "Model",
    "Offer",
    "Purpose",
    "absent",
    "cache_folder",
    "find",
    "is_offline",
    "known",
    "locate",
    "offer",
    "present",
    "pull",
    "verified",
    "verify_weights",
]
