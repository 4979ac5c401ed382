"""What was installed: the core, the encoder, the web app, the diffusion engine and its models."""

from importlib.util import find_spec
from pathlib import Path

from depthfusion.generation.models import DEFAULT, cache_folder, present
from depthfusion.studio.doctor.item import Item
from depthfusion.studio.doctor.probe import ProbeError, probe
from depthfusion.studio.doctor.remedy import installed, pip_line

CORE = ("numpy", "scipy", "numba", "pillow", "opencv-python-headless", "trimesh", "OpenEXR")
DIFFUSION = ("torch", "diffusers", "transformers", "accelerate")
VIEWER_FILES = ("index.html", "main.js", "vendor/three.js")

# Encoder → what people call it; the first is the one that every video needs.
ENCODERS = {"libx264": "H.264", "libx265": "HEVC", "prores_ks": "ProRes"}

TRY_CORE = "import numpy, scipy, numba, PIL, cv2, trimesh, OpenEXR; print('{}')"

TRY_ENCODERS = """
import json, subprocess, imageio_ffmpeg
program = imageio_ffmpeg.get_ffmpeg_exe()
command = [program, "-hide_banner", "-encoders"]
listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
names = [line.split()[1] for line in listing.splitlines() if len(line.split()) > 1]
print(json.dumps({"program": program, "names": names}))
"""


def core() -> Item:
    """Whether the packages that every command needs are there and can be imported."""
    name = "core packages"
    found = installed(*CORE)
    lacking = [package for package, version in found.items() if version is None]
    if lacking:
        return Item(name, "absent", f"missing: {', '.join(lacking)}", pip_line(""))
    try:
        probe(TRY_CORE)
    except ProbeError as error:
        return Item(name, "absent", str(error), pip_line(""))
    return Item(name, "present", versions(found))


def video_encoder() -> Item:
    """Whether the bundled ffmpeg runs, and what it can encode."""
    name = "video encoder"
    try:
        found = probe(TRY_ENCODERS)
    except ProbeError as error:
        return Item(name, "absent", f"no ffmpeg: {error}", pip_line(""))
    words = [word for encoder, word in ENCODERS.items() if encoder in found["names"]]
    if "H.264" not in words:
        advice = "unset IMAGEIO_FFMPEG_EXE, so that the bundled ffmpeg is used"
        return Item(name, "absent", f"{found['program']} cannot encode H.264", advice)
    return Item(name, "present", f"{', '.join(words)} by {found['program']}")


def web_app() -> Item:
    """Whether Gradio is installed and the viewer's files are where it serves them from."""
    name = "web app"
    gradio = installed("gradio")
    if gradio["gradio"] is None:
        return Item(name, "optional", "no Gradio; the commands work without", pip_line("app"))
    spec = find_spec("app")
    homes = list(spec.submodule_search_locations or ()) if spec else []
    viewer = Path(homes[0], "viewer") if homes else Path("app/viewer")
    lacking = [file for file in VIEWER_FILES if not (viewer / file).is_file()]
    if lacking:
        says = f"the viewer lacks {', '.join(lacking)} in {viewer}"
        return Item(name, "absent", says, "get DepthFusion again: its files are not complete")
    return Item(name, "present", f"{versions(gradio)}, viewer in {viewer}")


def diffusion() -> Item:
    """Whether the packages of the diffusion engine are installed."""
    name = "diffusion packages"
    found = installed(*DIFFUSION)
    lacking = [package for package, version in found.items() if version is None]
    if lacking:
        says = f"missing: {', '.join(lacking)}; the sketch engine works without"
        return Item(name, "optional", says, pip_line("ldm3d"))
    return Item(name, "present", versions(found))


def models() -> Item:
    """Which downloaded models can be used without a network."""
    cache = cache_folder()
    found = [located.id for located in present()]
    if not found:
        says = f"none in {cache}; the sketch engine needs none"
        return Item("models", "optional", says, f"depthfusion models pull {DEFAULT['panorama']}")
    return Item("models", "present", f"{', '.join(found)} in {cache}")


def versions(found: dict[str, str | None]) -> str:
    """`numpy 2.4.6, scipy 1.17.1`."""
    return ", ".join(f"{name} {version}" for name, version in found.items())
