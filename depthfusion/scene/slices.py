"""Compiled work on all cores: bands of rows on threads that hold no lock."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

BANDS_PER_CORE = 4


def by_rows(height: int, work: Callable[[int, int], None]) -> None:
    """Run `work(first, last)` over bands that make up rows 0 … height, all cores at once.

    Bands must not write to the same place. The first error of a band is raised.
    """
    cores = os.cpu_count() or 1
    bands = min(height, BANDS_PER_CORE * cores)
    edges = [height * k // bands for k in range(bands + 1)]
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(work, edges[:-1], edges[1:]))
