"""Make the scenes in this folder again: `.venv/bin/python -m assets.make [NAME …]`.

The panorama, its distance and its layers are 512×256, so that the repository stays small and tests
are quick. scene.glb, which the viewer shows, is made from the same words and seed four times as
wide, or three times where there is much to draw. Each scene.json holds the words and the seed, so
that `create` makes the place at any size.
"""

import logging
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from depthfusion import studio
from depthfusion.io.images import read_rgb
from depthfusion.io.scene_folder import load_scene, save_scene
from depthfusion.scene.meshing import MeshOptions
from depthfusion.studio import CreateOptions, ExportOptions

HERE = Path(__file__).parent
PLACES = {
    "forest": ("a misty pine forest at dawn", 1, 1536),
    "living-room": ("a cosy living room with a fireplace in the evening", 1, 2048),
    "beach": ("a quiet beach with palms at sunset", 1, 2048),
}
"""Folder → words, seed, and the width that scene.glb is made from."""
WIDTH = 512
TRIANGLES = 30_000


def main(names: list[str]) -> None:
    """Make the scenes called `names`, or all."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name in names or PLACES:
        make(name)


def make(name: str) -> None:
    """Make one scene, replacing the one that is there."""
    words, seed, fine = PLACES[name]
    with TemporaryDirectory() as folder:
        small, large = Path(folder, "small"), Path(folder, "large")
        for place, width in ((small, WIDTH), (large, fine)):
            options = CreateOptions(seed=seed, width=width, height=width // 2, preview=None)
            studio.create(words, place, options)
        glb = Path(folder, "scene.glb")
        studio.export(large, glb, ExportOptions("webp", MeshOptions(triangles=TRIANGLES)))
        scene = load_scene(small)
        what = f"from {fine}×{fine // 2}, {TRIANGLES} triangles, WebP"
        made = {**scene.info.made, "scene.glb": what}
        save_scene(
            replace(scene, info=replace(scene.info, made=made)),
            HERE / name,
            thumbnail=read_rgb(large / "thumbnail.webp"),
            extra={"scene.glb": glb},
        )
    for picture in (HERE / name).rglob("*.png"):
        Image.open(picture).save(picture, optimize=True)
    total = sum(file.stat().st_size for file in (HERE / name).rglob("*") if file.is_file())
    logging.info("%s: %.2f MB", name, total / 1e6)


if __name__ == "__main__":
    main(sys.argv[1:])
