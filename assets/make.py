"""Make the scenes in this folder again: `.venv/bin/python -m assets.make [NAME …]`.

The panorama, its distance and its layers are 512×256, so that the repository stays small and tests
are quick. scene.glb, which the viewer shows, is made from the same words and seed at 2048×1024.
Each scene.json holds the words and the seed, so that `create` makes the place at any size.
"""

import logging
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from depthfusion import studio
from depthfusion.io.glb import encode_glb
from depthfusion.io.images import read_rgb
from depthfusion.io.scene_folder import load_scene, save_scene
from depthfusion.scene.meshing import MeshOptions, mesh_scene
from depthfusion.studio import CreateOptions
from depthfusion.studio.low_level import LOW_NAME
from depthfusion.studio.recipe import recipe
from depthfusion.types import Scene

HERE = Path(__file__).parent
PLACES = {
    "space-station": ("a space station above a blue planet", 1),
    "living-room": ("a cosy living room with a fireplace in the evening", 1),
    "beach": ("a quiet beach with palms at sunset", 1),
}
"""Folder → words and seed."""
SMALL, LARGE = 512, 2048
TRIANGLES, QUALITY = 60_000, 75


def main(names: list[str]) -> None:
    """Make the scenes called `names`, or all."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name in names or PLACES:
        make(name)


def make(name: str) -> None:
    """Make one scene, replacing the one that is there."""
    words, seed = PLACES[name]
    with TemporaryDirectory() as folder:
        small, large = Path(folder, "small"), Path(folder, "large")
        for place, width in ((small, SMALL), (large, LARGE)):
            options = CreateOptions(seed=seed, width=width, height=width // 2, preview=None)
            studio.create(words, place, options)
        glb = Path(folder, "scene.glb")
        glb.write_bytes(light_glb(load_scene(large)))
        scene = load_scene(small)
        what = f"at {LARGE}×{LARGE // 2}, {TRIANGLES} triangles, WebP of quality {QUALITY}"
        made = {**scene.info.made, "scene.glb": what}
        save_scene(
            replace(scene, info=replace(scene.info, made=made)),
            HERE / name,
            thumbnail=read_rgb(large / "thumbnail.webp"),
            extra={"scene.glb": glb, LOW_NAME: small / LOW_NAME},
        )
    for picture in (HERE / name).rglob("*.png"):
        Image.open(picture).save(picture, optimize=True)
    total = sum(file.stat().st_size for file in (HERE / name).rglob("*") if file.is_file())
    logging.info("%s: %.2f MB", name, total / 1e6)


def light_glb(scene: Scene) -> bytes:
    """The scene as a file that a page loads at once."""
    meshes = mesh_scene(scene.layered, MeshOptions(triangles=TRIANGLES))
    extras = recipe(scene.info, scene.layered)
    return encode_glb(meshes, extras, texture="webp", quality=QUALITY)


if __name__ == "__main__":
    main(sys.argv[1:])
