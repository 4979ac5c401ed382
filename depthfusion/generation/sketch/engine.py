"""The sketch engine: words → spec → stage → panorama."""

from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np

from depthfusion.generation.engines import Generated, GenerateOptions, Preview
from depthfusion.generation.options import given
from depthfusion.generation.sketch.drawing import draw
from depthfusion.generation.sketch.light import air_of
from depthfusion.generation.sketch.places import BUILDERS
from depthfusion.generation.sketch.words import read
from depthfusion.types import InputError, Progress, SceneInfo, silent

VERSION = "1"


class SketchEngine:
    """Draws a procedural scene with exact distances. Not a diffusion model; needs no download."""

    name = "sketch"
    takes = frozenset({"seed", "width", "height", "negative"})

    def generate_many(
        self,
        options: GenerateOptions,
        seeds: Sequence[int],
        progress: Progress = silent,
        preview: Preview | None = None,
    ) -> tuple[Generated, ...]:
        """Draw one scene for each seed, one after the other."""
        made = []
        for number, seed in enumerate(seeds, 1):

            def numbered(
                stage: str, fraction: float, words: str = f", {number} of {len(seeds)}"
            ) -> None:
                progress(stage + words, fraction)

            made.append(self.generate(replace(options, seed=seed), numbered, preview))
        return tuple(made)

    def generate(
        self,
        options: GenerateOptions,
        progress: Progress = silent,
        preview: Preview | None = None,
    ) -> Generated:
        """Draw the scene that the words ask for; the same options give the same bytes.

        Parameters
        ----------
        preview : shown nothing: a sketch is there at once, in bands and not by and by.
        """
        began = perf_counter()
        width, height = options.width, options.height
        if width != 2 * height or height < 32:
            raise InputError(
                f"A panorama is twice as wide as high, at least 64×32; got {width}×{height}."
            )
        progress("reading the prompt", 0.0)
        reading = read(options.prompt, options.negative)
        rng = np.random.default_rng(options.seed)
        builder = BUILDERS[reading.spec.place]
        azimuth = np.radians(rng.uniform(28, 62)) * rng.choice((-1, 1))
        air = air_of(reading.spec, azimuth, int(rng.integers(1 << 16)))
        stage, air = builder(reading.spec, rng, air)
        panorama = draw(stage, air, width, height, progress)
        notes = reading.notes + _ignored(options)
        info = SceneInfo(
            title=options.prompt.strip()[:80],
            engine=self.name,
            prompt=options.prompt,
            model="sketch: procedural drawing, no diffusion model",
            revision=VERSION,
            seed=options.seed,
            options={
                "negative": options.negative, "width": width, "height": height,
                "place": reading.spec.place, "time": reading.spec.time,
                "weather": reading.spec.weather, "season": reading.spec.season,
            },
            made={
                "rgb": "drawn by the sketch engine from the words of the prompt",
                "distance": "exact distance of the drawn surface at each pixel's centre",
            },
        )  # fmt: skip
        return Generated(
            panorama, info, reading.understood, reading.passed_over, notes, perf_counter() - began
        )


def _ignored(options: GenerateOptions) -> tuple[str, ...]:
    """Say which options belong to diffusion and were given in vain."""
    others = ("model", "start", "reference", "away_from")
    names = [*given(options), *(name for name in others if getattr(options, name) is not None)]
    if not names:
        return ()
    words = ", ".join(name.replace("_", " ") for name in names)
    return (f"The sketch engine has no use for {words}: that guides diffusion.",)
