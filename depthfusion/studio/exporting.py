"""A scene is written for other programs."""

from pathlib import Path

from depthfusion.io.atomic import StrPath, write_bytes
from depthfusion.io.glb import encode_glb
from depthfusion.studio.formats import FORMATS, LATER_FORMATS
from depthfusion.studio.library import find_scene
from depthfusion.studio.loading import open_scene
from depthfusion.studio.options import ExportOptions
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.outputs import verify_file
from depthfusion.studio.recipe import recipe
from depthfusion.studio.stages import Stages
from depthfusion.types import InputError, Progress, silent


def export(
    scene: StrPath,
    out: StrPath,
    options: ExportOptions | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Write a scene as one file; the extension says how.

    Parameters
    ----------
    scene : a scene's folder, or its name in the library.
    out : the file, .glb in this version; replaced where it exists.
    options : the defaults where absent.
    progress : told each stage; may raise `Cancelled`.

    Raises
    ------
    InputError
        No such scene, another extension, or `out` can't be written.
    """
    options = options or ExportOptions()
    target = Path(out)
    if target.suffix.lower() in LATER_FORMATS:
        raise InputError(
            f"{target.suffix} belongs to a later version; this one exports {', '.join(FORMATS)}"
        )
    verify_file(target, FORMATS, "an export")
    find_scene(scene)
    stages = Stages(progress)
    opened, meshes = open_scene(scene, stages, options.mesh)
    with stages.stage("Writing GLB"):
        data = encode_glb(meshes, recipe(opened.info, opened.layered), texture=options.texture)
        write_bytes(target, data)
    facts = {
        "format": target.suffix.lower(),
        "bytes": len(data),
        "meshes": len(meshes),
        "vertices": sum(len(mesh.vertices) for mesh in meshes),
        "triangles": sum(len(mesh.faces) for mesh in meshes),
    }
    return Outcome({"file": target}, stages.seconds, facts=facts)
