"""What this machine has, item by item, and the exact command for what it lacks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from depthfusion.studio.doctor.graphics import graphics_card, open3d, opengl
from depthfusion.studio.doctor.item import Item, Report
from depthfusion.studio.doctor.machine import disk, library, memory, processor, python
from depthfusion.studio.doctor.software import core, diffusion, models, video_encoder, web_app
from depthfusion.types import Progress, silent

__all__ = ["Item", "Report", "examine"]

EXAMINATIONS: dict[str, Callable[[], Item]] = {
    "Python": python,
    "processor": processor,
    "memory": memory,
    "disk": disk,
    "library folder": library,
    "core packages": core,
    "video encoder": video_encoder,
    "web app": web_app,
    "graphics card": graphics_card,
    "OpenGL": opengl,
    "Open3D": open3d,
    "diffusion packages": diffusion,
    "models": models,
}


def examine(progress: Progress = silent) -> Report:
    """Look at everything; what might crash is tried in a process of its own.

    Parameters
    ----------
    progress : called as the items come in.

    Returns
    -------
    The items in a fixed order. None of them raises: what fails is an item that says so.
    """
    with ThreadPoolExecutor(max_workers=4) as workers:
        running = [workers.submit(look) for look in EXAMINATIONS.values()]
        items = []
        for number, (name, future) in enumerate(zip(EXAMINATIONS, running, strict=True)):
            progress("looking at this machine", number / len(running))
            try:
                items.append(future.result())
            except Exception as error:  # noqa: BLE001 - a doctor survives what it finds
                items.append(Item(name, "absent", f"{type(error).__name__}: {error}"))
    progress("looking at this machine", 1.0)
    return Report(tuple(items))
