"""Compiled work on all cores, on threads: it holds no lock while it runs."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

BANDS_PER_CORE = 4
Given = TypeVar("Given")
Made = TypeVar("Made")


def by_rows(height: int, work: Callable[[int, int], None]) -> None:
    """Run `work(first, last)` over bands that make up rows 0 … height, all cores at once.

    Bands must not write to the same place. The first error of a band is raised.
    """
    cores = os.cpu_count() or 1
    bands = min(height, BANDS_PER_CORE * cores)
    edges = [height * k // bands for k in range(bands + 1)]
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(work, edges[:-1], edges[1:]))


def each(work: Callable[[Given], Made], items: Iterable[Given]) -> list[Made]:
    """What `work` makes of each item, in their order, as many at once as there are cores."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(work, items))


def beside(first: Callable[[], Given], second: Callable[[], Made]) -> tuple[Given, Made]:
    """What two pieces of work make, done at the same time."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(second)
        return first(), waiting.result()
