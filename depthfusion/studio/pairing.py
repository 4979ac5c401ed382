"""A scene as a picture for two eyes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from depthfusion.geometry.poses import yaw_pitch
from depthfusion.io.atomic import StrPath, write_bytes
from depthfusion.io.encoding import FORMATS, encode_image
from depthfusion.io.recipes import put_recipe
from depthfusion.rendering.comfort import comfort, comfortable, glance
from depthfusion.rendering.stereo import StereoOptions, compose, eye_views
from depthfusion.studio.drawing import Artist, Picture
from depthfusion.studio.labelling import name_notes, picture_view
from depthfusion.studio.library import find_scene
from depthfusion.studio.loading import open_scene
from depthfusion.studio.options import RenderOptions
from depthfusion.studio.outcome import Outcome
from depthfusion.studio.outputs import verify_file
from depthfusion.studio.recipe import options_in_force, recipe
from depthfusion.studio.stages import Stages
from depthfusion.types import Pose, Progress, silent


def stereo(
    scene: StrPath,
    out: StrPath,
    options: StereoOptions | None = None,
    progress: Progress = silent,
    *,
    drawing: RenderOptions | None = None,
    report: bool = False,
    ease: bool = False,
) -> Outcome:
    """Draw what two eyes at the scene's centre see, as one picture.

    Parameters
    ----------
    scene : a scene's folder, or its name in the library.
    out : .png, .jpg or .webp; replaced where it exists, whole or not at all.
    options, drawing : the defaults where absent; the head's yaw counts from the scene's forward.
    report : say in the facts how hard the pair is on the eyes.
    ease : shrink the baseline, or move a perspective pair's zero plane, until it is comfortable,
        and say by how much; reports too.
    progress : told each stage; may raise `Cancelled`.

    Raises
    ------
    InputError
        No such scene, a renderer that can't work here, or `out` can't be written.
    """
    options = options or StereoOptions()
    target = Path(out)
    verify_file(target, tuple(FORMATS), "a picture")
    find_scene(scene)
    stages = Stages(progress)
    opened, meshes = open_scene(scene, stages)
    head = yaw_pitch(opened.info.forward_yaw, 0.0)
    with stages.stage("Drawing both eyes") as inside, Artist(meshes, opened, drawing) as artist:
        notes: list[str] = []
        judged: dict[str, Any] = {}
        if report or ease:
            options, notes, judged = judge(artist, options, head, ease)
        choice = artist.choice(eye_views(options)[0][0])
        eyes = drawn_pair(artist, options, head, inside)
    with stages.stage("Writing the picture"):
        picture = compose(eyes[0].rgb, eyes[1].rgb, options.layout)
        made = {**recipe(opened.info, opened.layered), "picture": options_in_force(options)}
        view = picture_view(options) if options.lens == "equirectangular" else None
        data = encode_image(picture, FORMATS[target.suffix.lower()])
        write_bytes(target, put_recipe(data, made, view=view))
    notes += name_notes(target, options.projection, options.layout, options.lens, inside=False)
    width, height = options.frame_size
    facts: dict[str, Any] = {
        "projection": options.projection,
        "layout": options.layout,
        "ipd": options.ipd,
        "zero_plane": options.zero_plane,
        "width": width,
        "height": height,
        "renderer": eyes[0].renderer,
        "filled_pixels": [eye.filled for eye in eyes],
        "filled_share": float(np.mean([eye.filled / eye.rgb[..., 0].size for eye in eyes])),
    }
    chosen = {"renderer": f"{choice.name}: {choice.reason}"}
    return Outcome({"file": target}, stages.seconds, chosen, notes, facts | judged)


def drawn_pair(
    artist: Artist, options: StereoOptions, head: Pose, progress: Progress = silent
) -> tuple[Picture, Picture]:
    """Draw what the left and the right eye of a head at `head` see; `progress` is told."""
    eyes = []
    for camera, place in eye_views(options):
        eyes.append(artist.draw(camera, Pose(head.world_from_camera @ place.world_from_camera)))
        progress("Drawing both eyes", len(eyes) / 2)
    return eyes[0], eyes[1]


def judge(
    artist: Artist, options: StereoOptions, head: Pose, ease: bool = False
) -> tuple[StereoOptions, list[str], dict[str, Any]]:
    """Say how hard a pair is on the eyes, and make it easier where asked to.

    Parameters
    ----------
    artist : draws the scene.
    options : of the pair.
    head : its pose.
    ease : change what is uncomfortable.

    Returns
    -------
    The options in force, what was changed in one sentence, and the fact "comfort".
    """
    small = glance(options)
    camera, place = eye_views(replace(small, zero_plane=None))[0]
    seen = artist.distances(camera, Pose(head.world_from_camera @ place.world_from_camera))
    notes = []
    if ease:
        small, words = comfortable(small, seen)
        options = replace(options, ipd=small.ipd, zero_plane=small.zero_plane)
        notes = [f"comfort: {words}"]
    return options, notes, {"comfort": comfort(small, seen).as_json()}
