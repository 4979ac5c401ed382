"""From a stage and its air to an `RGBDPanorama`, in bands of columns on a few threads."""

import os
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import numpy as np

from depthfusion.generation.sketch.model import Air, Stage
from depthfusion.generation.sketch.terrain import survey
from depthfusion.generation.sketch.tracing import FINISH, SOFTEN, TRACE, draw_columns
from depthfusion.generation.sketch.tree import plant
from depthfusion.types import Progress, RGBDPanorama, silent

LANES = min(8, os.cpu_count() or 1)


def draw(
    stage: Stage, air: Air, width: int, height: int, progress: Progress = silent
) -> RGBDPanorama:
    """Draw a stage from the origin.

    Every pixel depends on its own indices only, so threads and bands change no byte.

    Raises
    ------
    Cancelled
        Raised by `progress`; at most the bands under way are finished first.
    """
    progress("measuring the ground", 0.0)
    ground = stage.ground
    relief = survey(ground, min(2048, width), 1024)
    progress("planting the tree of shapes", 0.0)
    table = np.array([material.row() for material in stage.materials], np.float64)
    lamps = np.array(stage.lights, np.float64).reshape(-1, 7)
    use = np.array([
        -1 if ground is None else ground.material,
        -1 if ground is None or ground.cover is None else ground.cover,
        -1 if ground is None or ground.steep is None else ground.steep,
        -1 if stage.water is None else stage.water[1],
        100 if ground is None else round(100 * ground.slope),
        0 if ground is None else int(ground.relief),
    ], np.int64)  # fmt: skip
    sea = 0.0 if stage.water is None else float(stage.water[0])
    place = (plant(stage), relief, table, lamps, air, sea, use)

    distance = np.zeros((width, height), np.float32)
    light = np.zeros((width, height, 4, 3), np.float32)
    gauged, shade = np.zeros((2, width, height, 3), np.float32)
    rgb = np.zeros((height, width, 3), np.uint8)
    bands = [(x, min(width, x + 16)) for x in range(0, width, 16)]
    with ThreadPoolExecutor(LANES) as pool:
        for name, step in (
            ("drawing", TRACE), ("softening shadows", SOFTEN), ("smoothing edges", FINISH),
        ):  # fmt: skip

            def work(start: int, stop: int, step: int = step) -> None:
                draw_columns(step, place, start, stop, distance, light, gauged, shade, rgb)

            _in_bands(pool, bands, work, name, progress)
    return RGBDPanorama(rgb, distance.T, "metric")


def _in_bands(pool, bands, work, name, progress):
    """Run bands on the pool, never more queued than a stop may leave unfinished."""
    waiting = list(reversed(bands))
    running: set[Future[None]] = set()
    while waiting or running:
        while waiting and len(running) < LANES + 1:
            running.add(pool.submit(work, *waiting.pop()))
        done, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
        for band in done:
            band.result()
        progress(name, 1.0 - (len(waiting) + len(running)) / len(bands))
