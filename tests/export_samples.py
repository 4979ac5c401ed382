"""A small place in a folder, as quick to export as can be."""

from pathlib import Path

from studio_samples import box_room

from depthfusion.io.scene_folder import save_scene
from depthfusion.scene.build import SceneOptions, build_scene
from depthfusion.types import Scene, SceneInfo


def room_scene(folder: Path, height: int = 64, head_box: float = 0.3) -> Path:
    """A room of one layer, with a record that has a recipe in it."""
    panorama = box_room(height)
    layered = build_scene(panorama, SceneOptions(head_box=head_box))
    info = SceneInfo(
        title="a room",
        engine="sketch",
        prompt="a <plain> room & nothing “else”",
        seed=5,
        options={"width": 2 * height, "height": height, "versions": {"depthfusion": "0.1.0"}},
        forward_yaw=0.5,
        id="0123456789abcdef",
        created="2026-11-20T12:00:00+00:00",
    )
    save_scene(Scene(info, panorama, layered), folder)
    return folder
