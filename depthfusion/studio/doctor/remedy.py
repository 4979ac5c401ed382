"""Exact commands for what is missing."""

import ctypes
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def installed(*distributions: str) -> dict[str, str | None]:
    """The version of each distribution, `None` where it is not there."""
    return {name: version_of(name) for name in distributions}


def is_installed(distribution: str) -> bool:
    """Whether a distribution is there, in whatever version."""
    return version_of(distribution) is not None


def version_of(distribution: str) -> str | None:
    """The installed version, or `None`."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def pip_line(extra: str) -> str:
    """The pip command that brings an extra of pyproject.toml into this environment."""
    requirements = ROOT / "requirements.txt"
    if requirements.is_file():
        return f"{sys.executable} -m pip install -r {requirements}"
    return f"{sys.executable} -m pip install 'depthfusion{extra and f'[{extra}]'}'"


def missing_libraries(packages: Mapping[str, str]) -> list[str]:
    """Those of the shared libraries that this system cannot load, by soname → Debian package."""
    return [soname for soname in packages if not is_loadable(soname)]


def is_loadable(soname: str) -> bool:
    """Whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def system_line(packages: Mapping[str, str], sonames: list[str]) -> str:
    """How this system gets libraries: the apt line on Debian and Ubuntu, else their names."""
    if shutil.which("apt-get"):
        return f"sudo apt install {' '.join(packages[soname] for soname in sonames)}"
    return f"install {', '.join(sonames)} with this system's package manager"
