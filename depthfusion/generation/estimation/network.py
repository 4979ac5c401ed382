"""Depth networks of transformers, loaded from a folder and asked for one view at a time.

`predicted_depth` is what counts; the 8-bit `depth` of transformers' pipeline is never used. Views
are square and all of one size, so all that is needed of the model's preprocessor_config.json is
that size and the colours' mean and deviation, and pictures are prepared here.
"""

import json
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from depthfusion.types import InputError
from depthfusion.types.arrays import Float32, UInt8

Output = Literal["inverse", "metric", "inverse metric"]

# What a model of each type gives; the rest of the name decides where a type has both.
OUTPUTS: dict[str, Output] = {
    "depth_anything": "inverse",
    "dpt": "inverse",
    "zoedepth": "metric",
    "glpn": "metric",
    "depth_pro": "inverse metric",
}
METRIC_NAMES = ("-nyu", "-kitti", "metric")  # DPT heads trained on metres say so only by name
USUAL_SIZE = 384
MULTIPLES = {"depth_anything": 14, "depth_pro": 1}
USUAL_MULTIPLE = 32
LARGEST_SIZE = 1536
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
FOV_SCALE = 2.0  # width over focal length at 90°, by which Depth Pro's canonical inverse is scaled
FURTHEST = 1e4  # metres that a metric inverse depth of 0 is taken for


class DepthNetwork:
    """A network that gives a depth for each pixel of a picture.

    Parameters
    ----------
    folder : in transformers' layout, weights as safetensors.
    name : the model's id, for messages and for what its type leaves open.

    Raises
    ------
    InputError
        The folder holds no depth model, or one that can't be loaded; torch or transformers lack.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Load the weights, on the GPU where there is one."""
        self.name = name
        self.kind = _kind(folder, name)
        torch, transformers = _packages()
        self._torch = torch
        self._network = _loaded(transformers, folder, name)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._network.to(self._device).eval()
        self.output = self._output()
        self.size, self._mean, self._std = _preparation(folder, self.kind)

    @property
    def metric(self) -> bool:
        """Whether it gives metres."""
        return self.output != "inverse"

    def __call__(self, picture: UInt8) -> Float32:
        """Depth of a square view of 90°.

        Parameters
        ----------
        picture : uint8 [S, S, 3], sRGB.

        Returns
        -------
        float32 [S, S]: inverse depth of any scale and shift, larger nearer; or metres along the
        optical axis where the network gives metres. Not finite: NaN.
        """
        side = picture.shape[0]
        size = (self.size, self.size)
        way = cv2.INTER_AREA if side > self.size else cv2.INTER_CUBIC
        ready = cv2.resize(picture, size, interpolation=way).astype(np.float32) / 255
        ready = (ready - self._mean) / self._std
        pixels = self._torch.from_numpy(ready.astype(np.float32).transpose(2, 0, 1).copy())[None]
        with self._torch.inference_mode():
            found = self._network(pixel_values=pixels.to(self._device)).predicted_depth
        depth = found.float().cpu().numpy().reshape(found.shape[-2:])
        if self.output == "inverse metric":
            depth = 1 / np.clip(depth * FOV_SCALE, 1 / FURTHEST, FURTHEST)
        depth = np.where(np.isfinite(depth), depth, np.nan)
        if self.output != "inverse":
            depth = np.where(depth > 0, depth, np.nan)
        return cv2.resize(depth.astype(np.float32), (side, side), interpolation=cv2.INTER_LINEAR)

    def _output(self) -> Output:
        config = self._network.config
        said = getattr(config, "depth_estimation_type", None)
        if self.kind == "depth_anything":
            return "metric" if said == "metric" else "inverse"
        if self.kind == "dpt" and any(word in self.name.lower() for word in METRIC_NAMES):
            return "metric"
        return OUTPUTS[self.kind]


def _kind(folder: Path, name: str) -> str:
    """The model's type, refused here where it gives no depth, before torch is loaded."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        kind = str(config["model_type"])
    except (OSError, ValueError, KeyError, TypeError):
        kind = "unknown"
    if kind not in OUTPUTS:
        raise InputError(
            f"{name} is not a depth model (its type is {kind}); "
            "`models list` names those that are, like Depth-Anything-V2-Small-hf"
        )
    return kind


def _packages() -> tuple[Any, Any]:
    try:
        import torch
        import transformers
    except ImportError as error:
        raise InputError(
            "estimating depth needs torch and transformers, which are not installed; install the "
            "extra: pip install 'depthfusion[ldm3d]'"
        ) from error
    return torch, transformers


def _loaded(transformers: Any, folder: Path, name: str) -> Any:
    """The network with its weights; other people's words on the way are not the person's."""
    words = transformers.utils.logging
    verbosity = words.get_verbosity()
    words.set_verbosity_error()
    words.disable_progress_bar()
    try:
        network, told = transformers.AutoModelForDepthEstimation.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, output_loading_info=True
        )
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        raise InputError(
            f"{name} cannot be loaded as a depth model; get it again with `models pull`"
        ) from error
    finally:
        words.set_verbosity(verbosity)
        words.enable_progress_bar()
    lacking = sorted(told["missing_keys"])
    if lacking:
        raise InputError(
            f"{name} lacks {len(lacking)} of its weights, first {lacking[0]}; get it again with "
            "`models pull`"
        )
    return network


def _preparation(folder: Path, kind: str) -> tuple[int, Float32, Float32]:
    """Side of the square that goes in, and mean and deviation of its colours."""
    try:
        said = json.loads((folder / "preprocessor_config.json").read_text("utf-8"))
    except (OSError, ValueError):
        said = {}
    size = said.get("size")
    sides = [size[k] for k in ("height", "width", "shortest_edge") if k in size] if isinstance(
        size, dict
    ) else [size]  # fmt: skip
    numbers = [int(side) for side in sides if isinstance(side, int | float) and side > 0]
    side = min(min(numbers, default=USUAL_SIZE), LARGEST_SIZE)
    multiple = said.get("ensure_multiple_of")
    if not isinstance(multiple, int) or multiple < 1:
        multiple = MULTIPLES.get(kind, USUAL_MULTIPLE)
    side = max(round(side / multiple), 1) * multiple
    mean, std = said.get("image_mean") or IMAGENET[0], said.get("image_std") or IMAGENET[1]
    return side, np.asarray(mean, np.float32), np.asarray(std, np.float32)
