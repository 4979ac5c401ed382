"""A scene is written for other programs."""

from pathlib import Path

from depthfusion.io.atomic import StrPath
from depthfusion.studio.exports.order import Order
from depthfusion.studio.formats import find_format, suffixes
from depthfusion.studio.library import find_scene
from depthfusion.studio.options import ExportOptions
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.outputs import verify_file
from depthfusion.studio.stages import Stages
from depthfusion.types import Progress, silent


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
    out : the file, its extension one of `FORMATS`; replaced where it exists.
    options : the defaults where absent.
    progress : told each stage; may raise `Cancelled`.

    Raises
    ------
    InputError
        No such scene, another extension, a package lacks, or `out` can't be written.
    """
    options = options or ExportOptions()
    target = Path(out)
    chosen = find_format(target, options.kind)
    verify_file(target, suffixes(), "an export")
    folder = find_scene(scene)
    write = chosen.load()
    stages = Stages(progress)
    written = write(Order(folder, target, options, stages, chosen))
    facts = {
        "format": chosen.suffix,
        "kind": chosen.kind,
        "bytes": target.stat().st_size,
        **written.facts,
    }
    paths = {"file": target, **written.beside}
    return Outcome(paths, stages.seconds, written.chosen, written.notes, facts)
