"""What a diffusion engine starts from: a scene, a panorama, a sketch, and a picture to like."""

from pathlib import Path

import cv2
import numpy as np

from depthfusion.generation.engines import GenerateOptions, choose_engine
from depthfusion.generation.options import Reference, Start
from depthfusion.io.images import read_panorama_rgb, read_rgb
from depthfusion.io.scene_folder import is_scene, load_scene
from depthfusion.studio.depth_sources import choose_source, estimated
from depthfusion.studio.import_options import ImportOptions
from depthfusion.studio.options import CreateOptions
from depthfusion.studio.stages import Stages
from depthfusion.types import InputError, Progress, RGBDPanorama
from depthfusion.types.arrays import Bool, UInt8

SKETCH = "sketch"
WHITE = 128  # from which a mask's pixel counts as painted
LARGEST_REFERENCE = 1024  # pixels; adapters look at far fewer


def start_of(
    options: CreateOptions, wanted: GenerateOptions, progress: Progress
) -> tuple[Start | None, list[str]]:
    """Read what to start from, and sentences about it.

    Parameters
    ----------
    options : `init` and `mask` of them.
    wanted : what is to be made; a sketch is drawn of its words.
    progress : of the stage that this is part of.

    Raises
    ------
    InputError
        A file can't be read, is no panorama, or a mask came without a panorama.
    """
    if options.init is None:
        if options.mask is not None:
            raise InputError("a mask needs the scene that it was painted on: add --init SCENE")
        return None, []
    panorama, notes = _panorama(options.init, wanted, progress)
    mask = None
    if options.mask is not None:
        mask = read_mask(options.mask, panorama.height, panorama.width)
    return Start(panorama.rgb, panorama.distance, panorama.scale, mask), notes


def reference_of(picture: Path | None) -> Reference | None:
    """Read a picture whose look is wanted or not wanted, made smaller where it is large.

    Raises
    ------
    InputError
        It can't be read.
    """
    if picture is None:
        return None
    rgb = read_rgb(picture)
    share = min(1.0, LARGEST_REFERENCE / max(rgb.shape[:2]))
    size = [max(1, round(side * share)) for side in rgb.shape[1::-1]]
    return Reference(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) if share < 1 else rgb)


def read_mask(path: Path, height: int, width: int) -> Bool:
    """Read which region to draw anew: white in a 2:1 picture of any size.

    Returns
    -------
    bool [height, width].

    Raises
    ------
    InputError
        It can't be read, or is not 2:1.
    """
    rgb: UInt8 = read_rgb(path)
    if rgb.shape[1] != 2 * rgb.shape[0]:
        raise InputError(
            f"the mask {path} must be 2:1, like the panorama; got {rgb.shape[1]}×{rgb.shape[0]}"
        )
    painted = (rgb.mean(axis=-1) >= WHITE).astype(np.uint8)
    return cv2.resize(painted, (width, height), interpolation=cv2.INTER_NEAREST).astype(bool)


def _panorama(
    init: Path | str, wanted: GenerateOptions, progress: Progress
) -> tuple[RGBDPanorama, list[str]]:
    if str(init) == SKETCH and not Path(init).is_dir():
        drawn = choose_engine(SKETCH)[0].generate(
            GenerateOptions(
                prompt=wanted.prompt,
                negative=wanted.negative,
                seed=wanted.seed,
                width=wanted.width,
                height=wanted.height,
            ),
            lambda stage, fraction: progress(f"sketch: {stage}", fraction),
        )
        passed = ", ".join(drawn.passed_over)
        lost = f"; it did not know: {passed}" if passed else ""
        return drawn.panorama, [f"the sketch engine drew the layout to start from{lost}"]
    path = Path(init).expanduser()
    scene = path.parent if path.name == "rgb.png" else path
    if is_scene(scene):
        return load_scene(scene).panorama, []
    if path.is_dir():
        raise InputError(f"{init} is no scene, so nothing can start from it")
    return _photo(path, progress)


def _photo(path: Path, progress: Progress) -> tuple[RGBDPanorama, list[str]]:
    """A panorama that has no depth: by a model that is here, else floor and walls by geometry."""
    picture = read_panorama_rgb(path, fit=True)
    options = ImportOptions()
    try:
        source, _ = choose_source(path, False, options)
    except InputError:
        source = "prior"
    found = estimated(source, picture, options, Stages(progress))
    words = "a depth model" if source == "model" else "floor and walls by geometry alone"
    return found.panorama, [*picture.notes, f"the depth of {path.name} to start from is {words}"]
