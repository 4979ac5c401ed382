"""A move through a scene becomes a video file."""

from pathlib import Path

from depthfusion.io.atomic import StrPath
from depthfusion.io.scene_folder import read_info
from depthfusion.studio.drawing import COARSE_FILM, Artist
from depthfusion.studio.film import Film
from depthfusion.studio.library import find_scene
from depthfusion.studio.loading import open_scene
from depthfusion.studio.options import RenderOptions, VideoOptions
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.outputs import verify_file
from depthfusion.studio.recipe import recipe
from depthfusion.studio.stages import Stages
from depthfusion.types import Progress, silent

VIDEO_ENDINGS = (".mp4", ".m4v", ".mov")


def video(
    scene: StrPath,
    out: StrPath,
    options: VideoOptions | None = None,
    progress: Progress = silent,
    *,
    drawing: RenderOptions | None = None,
) -> Outcome:
    """Film a camera's move through a scene.

    A run that was killed leaves its frames in a hidden folder beside `out`; the same call goes on
    from them. A stop leaves nothing.

    Parameters
    ----------
    scene : a scene's folder, or its name in the library.
    out : .mp4, .m4v or .mov; replaced where it exists, whole or not at all.
    options, drawing : the defaults where absent.
    progress : told each stage; may raise `Cancelled`.

    Raises
    ------
    InputError
        No such scene or path, a renderer that can't work here, or `out` can't be written.
    """
    options = options or VideoOptions()
    target = Path(out)
    verify_file(target, VIDEO_ENDINGS, "a film")
    place = find_scene(scene)
    record = read_info(place)
    film = Film(options, record["head_box"], record["forward_yaw"])
    stages = Stages(progress)
    opened, meshes = open_scene(place, stages, options.mesh)
    artist = Artist(meshes, opened, drawing, COARSE_FILM)
    with stages.stage("Filming") as inside, artist:
        chosen = {"renderer": film.renderer(artist)}
        facts = film.shoot(
            artist, target, inside, recipe=recipe(opened.info, opened.layered), resume=True
        )
    if options.layout is None:
        chosen["layout"] = f"{options.eyes}, as players expect of {options.projection}"
    return Outcome({"file": target}, stages.seconds, chosen, film.notes, facts)
