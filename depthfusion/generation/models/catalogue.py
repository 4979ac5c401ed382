"""The models that this program knows by name: what each is for, its licence, and its files."""

from dataclasses import dataclass
from typing import Literal

Purpose = Literal["panorama", "upscaling", "reference", "lora", "depth"]


@dataclass(frozen=True)
class Licence:
    """What a model may be used for.

    Parameters
    ----------
    name : as people call it.
    url : where it is written.
    restricts : what it forbids or asks for, in a few words; empty where it is free in every way.
    commercial : whether what comes out may be used for money.
    """

    name: str
    url: str
    restricts: str = ""
    commercial: bool = True


@dataclass(frozen=True)
class Model:
    """A model on the hub.

    Parameters
    ----------
    id : "owner/name" on the hub.
    title : what it is, in a few words.
    purpose : what it is used for here.
    licence : its licence; the hub's word on it is shown as well before a download.
    gigabytes : about how much a download is; the hub says it exactly.
    files : the files that are needed; empty takes what the folder's own index names.
    """

    id: str
    title: str
    purpose: Purpose
    licence: Licence
    gigabytes: float
    files: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The id without its owner, which is enough where it is known."""
        return self.id.partition("/")[2]


OPENRAIL_M = Licence(
    "CreativeML OpenRAIL-M",
    "https://huggingface.co/spaces/CompVis/stable-diffusion-license",
    "lists uses that are forbidden, and what you pass on must forbid them too",
)
OPENRAIL_PP = Licence(
    "CreativeML Open RAIL++-M",
    "https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md",
    "lists uses that are forbidden, and what you pass on must forbid them too",
)
APACHE = Licence("Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0")
MIT = Licence("MIT", "https://opensource.org/license/mit")
CC_BY_NC = Licence(
    "CC-BY-NC-4.0",
    "https://creativecommons.org/licenses/by-nc/4.0/",
    "no commercial use; name the authors",
    commercial=False,
)
APPLE_AMLR = Licence(
    "Apple Machine Learning Research Model Licence",
    "https://huggingface.co/apple/DepthPro-hf/blob/main/LICENSE",
    "for research only",
    commercial=False,
)

MODELS: tuple[Model, ...] = (
    Model("Intel/ldm3d-pano", "LDM3D for panoramas", "panorama", OPENRAIL_M, 5.5),
    Model("Intel/ldm3d-4c", "LDM3D, colour and depth as 4 channels", "panorama", OPENRAIL_M, 5.5),
    Model("Intel/ldm3d", "LDM3D of the paper, 16-bit depth", "panorama", OPENRAIL_M, 5.5),
    Model("Intel/ldm3d-sr", "LDM3D-SR, finer colour and depth", "upscaling", OPENRAIL_M, 4.0),
    Model(
        "h94/IP-Adapter", "a reference image as condition", "reference", APACHE, 2.6,
        ("models/ip-adapter_sd15.safetensors", "models/image_encoder/config.json",
         "models/image_encoder/model.safetensors"),
    ),
    Model(
        "latent-consistency/lcm-lora-sdv1-5", "4 to 8 steps instead of 50", "lora", OPENRAIL_PP,
        0.14, ("pytorch_lora_weights.safetensors",),
    ),
    Model("depth-anything/Depth-Anything-V2-Small-hf", "Depth Anything V2, small", "depth",
          APACHE, 0.1),
    Model("depth-anything/Depth-Anything-V2-Base-hf", "Depth Anything V2, base", "depth",
          CC_BY_NC, 0.4),
    Model("depth-anything/Depth-Anything-V2-Large-hf", "Depth Anything V2, large", "depth",
          CC_BY_NC, 1.4),
    Model("depth-anything/Depth-Anything-V2-Metric-Indoor-Small-hf",
          "Depth Anything V2, metres, indoors", "depth", APACHE, 0.1),
    Model("depth-anything/Depth-Anything-V2-Metric-Outdoor-Small-hf",
          "Depth Anything V2, metres, outdoors", "depth", APACHE, 0.1),
    Model("Intel/dpt-large", "DPT, which LDM3D was trained with", "depth", APACHE, 1.4),
    Model("Intel/zoedepth-nyu-kitti", "ZoeDepth, metres", "depth", MIT, 1.4),
    Model("apple/DepthPro-hf", "Depth Pro, metres, fine edges", "depth", APPLE_AMLR, 1.9),
)  # fmt: skip

# The first of a purpose is its default.
DEFAULT: dict[Purpose, str] = {}
for _model in MODELS:
    DEFAULT.setdefault(_model.purpose, _model.id)


def known(name: str) -> Model | None:
    """The model of an id, or of a name without its owner; letters' case is forgiven."""
    wanted = name.casefold()
    return next((m for m in MODELS if wanted in (m.id.casefold(), m.name.casefold())), None)
