"""Small scenes with every feature the scene folder has to keep: sky, alpha, several layers."""

import numpy as np

from depthfusion.types import Layer, LayeredScene, RGBDPanorama, Scene, SceneInfo


def small_scene(seed: int = 0, height: int = 32, layers: int = 2, title: str = "sample") -> Scene:
    """Random colours, distances of 1 to 40 with sky in the upper rows, partly clear layers."""
    rng = np.random.default_rng(seed)
    shape = (height, 2 * height)
    rgb = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
    distance = rng.uniform(1, 40, shape).astype(np.float32)
    distance[: height // 4] = np.inf
    sheets = tuple(
        Layer(rng.integers(0, 256, (*shape, 4), dtype=np.uint8), distance * np.float32(1 + k))
        for k in range(layers)
    )
    info = SceneInfo(
        title=title,
        engine="sketch",
        prompt="a misty forest — at dawn",
        seed=7,
        options={"width": 64, "nested": {"steps": [1, 2]}},
        forward_yaw=0.5,
        made={"rgb.png": "drawn"},
    )
    return Scene(info, RGBDPanorama(rgb, distance), LayeredScene(sheets, 0.3))
