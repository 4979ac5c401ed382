"""The LDM3D engine: options → pipeline → panoramas with distance and their record.

This module is light; torch and diffusers load with the first picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from time import perf_counter
from typing import Any

import numpy as np

from depthfusion.generation.engines import Generated, Preview
from depthfusion.generation.ldm3d.distances import distances, inverse_of, joined, mapping_of
from depthfusion.generation.ldm3d.enlarging import Enlarged, enlarged
from depthfusion.generation.ldm3d.loaded import pipeline_of
from depthfusion.generation.ldm3d.mosaic import mosaic
from depthfusion.generation.ldm3d.rgbd import RGBD
from depthfusion.generation.ldm3d.sampling import Sampling, check_size, nearest_size
from depthfusion.generation.models import DEFAULT, Located, locate, present
from depthfusion.generation.options import DiffusionOptions, GenerateOptions, Start
from depthfusion.geometry.depth import DepthMapping
from depthfusion.types import InputError, Progress, RGBDPanorama, Scale, SceneInfo, silent

NAME = "ldm3d"
NATIVE = Sampling.window  # the size that the panorama model was trained at
APART = 0.6  # how far variations are pushed apart where nothing is said
USUAL_STRENGTH = 0.6
LOADING = "Loading the model"


@dataclass(frozen=True, eq=False)
class Plan:
    """What follows from the options: how it is drawn, and how large it comes out.

    Parameters
    ----------
    sampling : of the pipeline.
    width, height : of the panorama that comes out.
    mapping : of inverse depth to distance.
    scale : of these distances.
    """

    sampling: Sampling
    width: int
    height: int
    mapping: DepthMapping
    scale: Scale


class Ldm3dEngine:
    """Draws panoramas with depth by latent diffusion (arXiv 2305.10853, 2311.03226)."""

    name = NAME
    takes = frozenset(
        {"seed", "width", "height", "negative", "model", "init", "mask", "reference", "away_from"}
        | {field.name for field in fields(DiffusionOptions)}
    )

    def __init__(self, model: str | None = None) -> None:
        """Find the weights; nothing is loaded yet.

        Parameters
        ----------
        model : an id or a folder; the first known one that is here where absent.

        Raises
        ------
        InputError
            They are not here, not whole or not safe.
        """
        if model is None:
            here = present("panorama")
            model = here[0].id if here else DEFAULT["panorama"]
        self.located: Located = locate(model, "panorama")

    @property
    def model_id(self) -> str:
        """The model's id, or its folder's name."""
        return self.located.id

    def generate(
        self,
        options: GenerateOptions,
        progress: Progress = silent,
        preview: Preview | None = None,
    ) -> Generated:
        """Draw one panorama; the same options give the same on the same machine."""
        return self.generate_many(options, (options.seed,), progress, preview)[0]

    def generate_many(
        self,
        options: GenerateOptions,
        seeds: Sequence[int],
        progress: Progress = silent,
        preview: Preview | None = None,
    ) -> tuple[Generated, ...]:
        """Draw a batch of panoramas that differ, one for each seed.

        Raises
        ------
        InputError
            An option or the size can't be, or memory is short.
        """
        began = perf_counter()
        plan = planned(options, seeds)
        progress(LOADING, 0.0)
        with pipeline_of(self.located.folder, options) as pipeline:
            progress(LOADING, 1.0)
            drawn = _drawn(pipeline, plan.sampling, options, progress, preview)
            words = pipeline.device_words
        larger = enlarged(drawn, plan, options, progress)
        return tuple(
            self._generated(options, plan, drawn, number, one, words, perf_counter() - began)
            for number, one in enumerate(larger)
        )

    def _generated(
        self,
        options: GenerateOptions,
        plan: Plan,
        drawn: RGBD,
        number: int,
        larger: Enlarged,
        device: str,
        seconds: float,
    ) -> Generated:
        distance = distances(larger.inverse, plan.mapping)
        rgb, start = larger.rgb, options.start
        if start is not None and start.mask is not None:
            rgb, distance = joined(start, rgb, distance)
        seed = plan.sampling.seeds[number]
        notes = [*drawn.notes, *larger.notes]
        if drawn.flagged[number]:
            notes.append(
                f"The model's safety checker objects to the picture of seed {seed}; it is shown as "
                "it is, so look at it before you pass it on."
            )
        info = _info(options, plan, self.located, seed, larger, device)
        info = replace(info, options={**info.options, "flagged": drawn.flagged[number]})
        panorama = RGBDPanorama(rgb, distance, plan.scale)
        return Generated(panorama, info, (), (), tuple(notes), seconds)


def planned(options: GenerateOptions, seeds: Sequence[int]) -> Plan:
    """Work out how a panorama is drawn.

    Raises
    ------
    InputError
        A value is out of range, or the size is none that can be drawn.
    """
    start = options.start
    width, height = options.width, options.height
    drawn = (width, height)
    if start is not None and start.mask is not None:
        height, width = start.distance.shape
        drawn = nearest_size(width, height)
    else:
        check_size(width, height)
    if options.upscale != "tiles":
        drawn = min(drawn, NATIVE)
    chosen: dict[str, Any] = {
        "steps": options.steps,
        "guidance": options.guidance,
        "rescale": options.rescale,
        "scheduler": _sampler(options.scheduler),
        "reference": options.reference.rgb if options.reference else None,
        "reference_weight": options.reference_weight,
        "away_from": options.away_from.rgb if options.away_from else None,
        "apart": options.apart if options.apart is not None or len(seeds) == 1 else APART,
    }
    sampling = Sampling(
        prompt=options.prompt,
        negative=options.negative,
        around=dict(options.around),
        seeds=tuple(seeds),
        width=drawn[0],
        height=drawn[1],
        seamless=options.seamless,
        poles=options.seamless,
        **{name: value for name, value in chosen.items() if value is not None},
    )
    mapping, scale = _depth_of(options)
    return Plan(sampling, width, height, mapping, scale)


def _sampler(name: str | None) -> str | None:
    """A sampler's name as `SCHEDULERS` writes it: "DPM++_2M" and "euler-a" mean these, too."""
    if name is None:
        return None
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def _depth_of(options: GenerateOptions) -> tuple[DepthMapping, Scale]:
    """What inverse depth 0 and 1 stand for: the person's word, the start's own, or the usual."""
    if options.near is not None or options.far is not None:
        near = DepthMapping.near if options.near is None else options.near
        far = max(DepthMapping.far, 2 * near) if options.far is None else options.far
        if not 0 < near < far < np.inf:
            raise InputError(f"near must be above 0 and below far; got near {near} and far {far}")
        both = options.near is not None and options.far is not None
        return DepthMapping("inverse", near=near, far=far), "metric" if both else "relative"
    if options.start is None:
        return DepthMapping("inverse"), "relative"
    scale = options.start.scale if options.start.mask is not None else "relative"
    return mapping_of(options.start), scale


def _drawn(
    pipeline: Any,
    sampling: Sampling,
    options: GenerateOptions,
    progress: Progress,
    preview: Preview | None,
) -> RGBD:
    """Let the pipeline draw, from words, from a panorama, or into one."""

    def watch(rgb: np.ndarray, step: int, steps: int) -> None:
        if preview is not None:
            preview(mosaic(rgb))

    start = options.start
    if start is None:
        return pipeline.text(sampling, progress, watch)
    inverse = inverse_of(start, _depth_of(options)[0])
    strength = options.strength
    if start.mask is None:
        strength = USUAL_STRENGTH if strength is None else strength
        return pipeline.image(start.rgb, inverse, strength, sampling, progress, watch)
    fitted = _fitted(start, inverse, sampling)
    strength = 1.0 if strength is None else strength
    return pipeline.inpaint(*fitted, sampling, progress, watch, strength=strength)


def _fitted(
    start: Start, inverse: np.ndarray, sampling: Sampling
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bring a start and its mask to the size that is drawn; no masked pixel is lost."""
    import cv2

    size = (sampling.width, sampling.height)
    if start.distance.shape[::-1] == size:
        return start.rgb, inverse, start.mask  # type: ignore[return-value]
    rgb = cv2.resize(start.rgb, size, interpolation=cv2.INTER_AREA)
    depth = cv2.resize(inverse, size, interpolation=cv2.INTER_AREA)
    share = cv2.resize(start.mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)  # type: ignore[union-attr]
    return rgb, depth, share > 0


def _info(
    options: GenerateOptions,
    plan: Plan,
    located: Located,
    seed: int,
    larger: Enlarged,
    device: str,
) -> SceneInfo:
    """Write down everything that the picture hangs on."""
    sampling = plan.sampling
    start = options.start
    in_force = {
        "negative": sampling.negative, "width": plan.width, "height": plan.height,
        "drawn": [sampling.width, sampling.height], "steps": sampling.step_count,
        "guidance": sampling.guidance_scale, "rescale": sampling.rescale,
        "scheduler": sampling.scheduler, "seamless": sampling.seamless,
        "around": dict(sampling.around), "apart": sampling.apart,
        "batch": list(sampling.seeds), "enlarged": larger.how, "device": device,
        "start": None if start is None else ("region" if start.mask is not None else "whole"),
        "depth_near": plan.mapping.near, "depth_far": plan.mapping.far,
    }  # fmt: skip
    how = "a region drawn anew" if start is not None and start.mask is not None else "drawn"
    return SceneInfo(
        title=options.prompt.strip()[:80],
        engine=NAME,
        prompt=options.prompt,
        model=located.id,
        revision=located.revision,
        seed=seed,
        licence=located.licence.name if located.licence else None,
        options=in_force,
        made={
            "rgb": f"{how} by latent diffusion, {sampling.step_count} steps; {larger.how}",
            "distance": f"inverse depth of the same diffusion, 1 at {plan.mapping.near:g} and 0 at "
            f"{plan.mapping.far:g}; {larger.how}",
        },
    )
