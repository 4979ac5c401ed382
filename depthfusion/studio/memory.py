"""How large a panorama this machine has the memory for."""

from pathlib import Path

BYTES_A_PIXEL = 400  # from panorama to layers, meshes and files, measured at 4096 and 8192 wide
SPARED = 0.75  # share of the free memory that a scene may take
SMALLEST = 2048  # pixels; less than that is not worth refusing


def free_memory() -> float:
    """Bytes that may still be taken: the system's, or what is left of the container's.

    Infinite where the system doesn't say.
    """
    free = float("inf")
    try:
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable"):
                free = float(line.split()[1]) * 1024
        group = Path("/sys/fs/cgroup")
        limit = float((group / "memory.max").read_text("ascii"))
        free = min(free, limit - float((group / "memory.current").read_text("ascii")))
    except (OSError, ValueError):
        return free
    return free


def affordable_width(free: float) -> float:
    """The widest panorama, pixels, that a scene can be made of with so many bytes free.

    A multiple of 1024; never less than `SMALLEST`.
    """
    if free == float("inf"):
        return free
    width = (2 * max(free, 0) * SPARED / BYTES_A_PIXEL) ** 0.5
    return max(float(SMALLEST), width // 1024 * 1024)
