"""A scene is opened: found, read, meshed."""

from depthfusion.io.atomic import StrPath
from depthfusion.io.scene_folder import load_scene
from depthfusion.scene.meshing import MeshOptions, mesh_scene
from depthfusion.studio.library import find_scene
from depthfusion.studio.stages import Stages
from depthfusion.types import Scene, TexturedMesh


def open_scene(
    scene: StrPath, stages: Stages, mesh: MeshOptions | None = None
) -> tuple[Scene, tuple[TexturedMesh, ...]]:
    """Read a scene by its folder or name, and mesh its layers.

    Parameters
    ----------
    scene : a scene's folder, or its name in the library.
    stages : told what is under way.
    mesh : how finely; all that the detail asks for where absent.

    Raises
    ------
    InputError
        There is none, or it is damaged or newer than this version.
    """
    with stages.stage("Reading the scene"):
        opened = load_scene(find_scene(scene))
    with stages.stage("Meshing"):
        return opened, mesh_scene(opened.layered, mesh)
