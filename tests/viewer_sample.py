"""A scene with known colours by direction, written by trimesh alone."""

import json
from pathlib import Path

import numpy as np
import trimesh
from PIL import Image
from trimesh.visual import TextureVisuals
from trimesh.visual.material import PBRMaterial

COLOURS = {
    "front": (214, 64, 48),
    "right": (46, 160, 84),
    "back": (58, 84, 196),
    "left": (232, 196, 60),
    "up": (240, 240, 240),
    "down": (24, 24, 24),
}
"""What the far sphere shows around −Z, +X, +Z, −X, +Y and −Y."""
PATCH = (255, 0, 255)
"""The colour of the near patch straight ahead, 16° wide, 1 m away."""
HEAD_BOX = 0.3


def panorama(height: int = 256) -> np.ndarray:
    """Colours by the nearest axis, equirectangular, uint8 [H, 2H, 3]."""
    width = 2 * height
    longitude = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi
    latitude = (0.5 - (np.arange(height) + 0.5) / height) * np.pi
    flat = np.cos(latitude)[:, None]
    x, y, z = (
        flat * np.sin(longitude),
        np.sin(latitude)[:, None] + 0 * flat * longitude,
        -flat * np.cos(longitude),
    )
    nearest = np.argmax([-z, x, z, -x, y, -y], axis=0)
    return np.array(list(COLOURS.values()), np.uint8)[nearest]


def sheet(
    longitudes: np.ndarray, latitudes: np.ndarray, radius: float, texture: np.ndarray, mode: str
) -> trimesh.Trimesh:
    """Part of a sphere seen from inside, its texture stretched over it."""
    rows, columns = len(latitudes), len(longitudes)
    flat = np.cos(latitudes)[:, None]
    place = np.stack(
        [
            flat * np.sin(longitudes),
            np.sin(latitudes)[:, None] + 0 * longitudes,
            -flat * np.cos(longitudes),
        ],
        -1,
    )
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    quad = np.stack(
        [corner, corner + columns, corner + 1, corner + 1, corner + columns, corner + columns + 1],
        -1,
    )
    uv = np.stack(np.meshgrid(np.linspace(0, 1, columns), np.linspace(1, 0, rows)), -1)
    picture = Image.fromarray(texture)
    material = PBRMaterial(baseColorTexture=picture, alphaMode=mode, doubleSided=True)
    return trimesh.Trimesh(
        radius * place.reshape(-1, 3), quad.reshape(-1, 3), process=False,
        visual=TextureVisuals(uv=uv.reshape(-1, 2), material=material),
    )  # fmt: skip


def unlit(tree: dict) -> None:
    """Draw the textures as they are."""
    tree["extensionsUsed"] = ["KHR_materials_unlit"]
    for material in tree["materials"]:
        material["extensions"] = {"KHR_materials_unlit": {}}


def glb() -> bytes:
    """A patch 1 m away, blended at its rim, before a sphere of 4 m; far to near as `encode_glb`."""
    rim = np.full((64, 64, 4), (*PATCH, 255), np.uint8)
    for inset, alpha in ((12, 128), (8, 0)):
        rim[:inset, :, 3] = rim[-inset:, :, 3] = rim[:, :inset, 3] = rim[:, -inset:, 3] = alpha
    half = np.radians(8)
    near = sheet(np.linspace(-half, half, 9), np.linspace(half, -half, 9), 1.0, rim, "BLEND")
    far = sheet(
        np.linspace(-np.pi, np.pi, 97),
        np.linspace(np.pi / 2, -np.pi / 2, 49),
        4.0,
        panorama(),
        "OPAQUE",
    )
    scene = trimesh.Scene()
    scene.add_geometry(far, geom_name="layer-01", node_name="layer-01")
    scene.add_geometry(near, geom_name="layer-00", node_name="layer-00")
    return scene.export(file_type="glb", tree_postprocessor=unlit)


def write_sample(folder: Path, **info: object) -> Path:
    """Write a scene folder that the viewer can open."""
    folder.mkdir(parents=True)
    (folder / "scene.glb").write_bytes(glb())
    Image.fromarray(panorama()).save(folder / "rgb.png")
    Image.fromarray(panorama(64)).save(folder / "thumbnail.webp")
    record = {
        "schema": 1, "id": folder.name, "title": "Six colours", "prompt": "a test of directions",
        "engine": "import", "head_box": HEAD_BOX, "near": 1.0, "far": 4.0, "forward_yaw": 0.0,
    }  # fmt: skip
    (folder / "scene.json").write_text(json.dumps(record | info))
    return folder
