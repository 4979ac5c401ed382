"""The machine itself: Python, processor, memory, disk, and the folder of the scenes."""

import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from depthfusion.studio.doctor.item import Item
from depthfusion.studio.library import library_folder

GB = 1e9
LITTLE_MEMORY = 4 * GB
LITTLE_DISK = 2 * GB


def python() -> Item:
    """Which Python runs this."""
    return Item("Python", "present", f"{platform.python_version()} in {sys.prefix}")


def processor() -> Item:
    """How many cores this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    plural = "core" if cores == 1 else "cores"
    return Item("processor", "present", f"{cores} {plural}, {platform.machine()}")


def memory() -> Item:
    """How much memory there is, the container's limit where that is smaller."""
    total = min(physical_memory(), container_limit())
    if total == float("inf"):
        return Item("memory", "present", "unknown amount")
    if total < LITTLE_MEMORY:
        advice = "choose --size 1024x512"
        return Item("memory", "optional", f"{total / GB:.1f} GB; large scenes want 4", advice)
    return Item("memory", "present", f"{total / GB:.1f} GB")


def physical_memory() -> float:
    """Bytes of memory, infinite where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return float("inf")


def container_limit() -> float:
    """Bytes that this control group may use, infinite where there is no limit."""
    try:
        return float(Path("/sys/fs/cgroup/memory.max").read_text("ascii"))
    except (OSError, ValueError):
        return float("inf")


def disk() -> Item:
    """How much room the library's disk has."""
    place = existing_parent(library_folder())
    free = shutil.disk_usage(place).free
    if free < LITTLE_DISK:
        advice = "make room, or set DEPTHFUSION_HOME to a folder on another disk"
        return Item("disk", "optional", f"{free / GB:.1f} GB free at {place}", advice)
    return Item("disk", "present", f"{free / GB:.0f} GB free at {place}")


def library() -> Item:
    """Whether scenes can be written where the app and `list` look for them."""
    folder = library_folder()
    try:
        with tempfile.TemporaryFile(dir=existing_parent(folder)):
            return Item("library folder", "present", f"{folder}, writable")
    except OSError as error:
        advice = "set DEPTHFUSION_HOME to a folder that you can write to"
        return Item("library folder", "absent", f"{folder}: {error.strerror}", advice)


def existing_parent(folder: Path) -> Path:
    """`folder`, or the nearest folder above it that is there."""
    return next(place for place in (folder, *folder.parents) if place.exists())
