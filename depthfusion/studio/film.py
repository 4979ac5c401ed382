"""Films: a camera's move through a scene, frame by frame, to MP4."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from depthfusion.geometry.cameras import Camera, Equirectangular, Perspective
from depthfusion.rendering.encoder import VideoOptions as Encoding
from depthfusion.rendering.parts import write_video_in_parts
from depthfusion.rendering.stereo import compose, eye_views
from depthfusion.rendering.video import ahead, write_video
from depthfusion.scene.clearance import kept_clear, verify_clear
from depthfusion.scene.paths import PATH_NAMES, camera_path, path_notes
from depthfusion.studio.drawing import Artist
from depthfusion.studio.labelling import film_finish, name_notes
from depthfusion.studio.options import VideoOptions
from depthfusion.studio.pairing import judge
from depthfusion.types import CameraPath, Pose, Progress, silent
from depthfusion.types.arrays import Float32, UInt8

FRAMES_AHEAD = 3

View = tuple[Camera, Pose]


class Film:
    """A film that is ready to be shot: everything a person could have got wrong is verified.

    Parameters
    ----------
    options : what to film.
    head_box : radius that the camera stays within.
    forward_yaw : radians; where named moves face.

    Raises
    ------
    InputError
        The path is unknown, or its file at fault.
    """

    def __init__(self, options: VideoOptions, head_box: float, forward_yaw: float) -> None:
        """Lay out the camera's way."""
        self.options = options
        self.path: CameraPath = camera_path(options.move, head_box, forward_yaw)
        self.filled = 0
        self.notes = list(path_notes(options.move))
        self._views = views(options)

    def keep_clear(self, distance: Float32) -> None:
        """Draw a named move in where it would pass a surface.

        Parameters
        ----------
        distance : [H, W], of the scene's panorama.

        Raises
        ------
        InputError
            The keyframes of a file pass one, and were not allowed to.
        """
        if self.options.outside:
            return
        if self.options.path not in PATH_NAMES:
            verify_clear(self.path, distance)
            return
        self.path, factor = kept_clear(self.path, distance)
        if factor < 1:
            self.notes.append(
                f"the move was made smaller, {factor:.0%}, so that it passes no surface"
            )

    def shoot(
        self,
        artist: Artist,
        out: Path,
        progress: Progress = silent,
        *,
        recipe: Mapping[str, Any] | None = None,
        resume: bool = False,
    ) -> dict[str, Any]:
        """Draw every frame and write the film, whole or not at all.

        Parameters
        ----------
        artist : draws the scene.
        out : the file.
        progress : told how far it is; what it raises leaves nothing behind.
        recipe : how the scene was made; goes into the file.
        resume : go on from what a killed run of the same film left, and leave that where killed.

        Returns
        -------
        Facts: path, frames, seconds, size, projection, layout, renderer, share of pixels filled.
        """
        options = self.options
        encoding = Encoding(
            fps=options.fps, size=options.frame_size, quality=options.quality, codec=options.codec
        )
        self.filled = 0
        judged: dict[str, Any] = {}
        if options.pair is not None:
            _, _, judged = judge(artist, options.pair, self.path.poses[0])
        self.keep_clear(artist.panorama.distance)
        count = len(self.path)
        finish = film_finish(recipe or {}, options)
        if resume and count > encoding.group:
            key = artist.digest(options, *self.path.poses)
            video = write_video_in_parts(
                out, partial(self._frames_ahead, artist), encoding, count, key, progress, finish
            )
        else:
            with closing(self._frames_ahead(artist)) as frames:
                video = write_video(out, frames, encoding, count, progress, finish)
        self.notes += video.notes
        self.notes += name_notes(out, options.projection, options.eyes, options.lens)
        return {
            "path": options.path,
            "frames": len(self.path),
            "seconds": len(self.path) / options.fps,
            "fps": options.fps,
            "width": video.width,
            "height": video.height,
            "projection": options.projection,
            "layout": options.eyes,
            "renderer": artist.choice(self._views[0][0]).name,
            "filled_share": self.filled / (len(self.path) * video.width * video.height),
            "codec": video.codec,
        } | judged

    def renderer(self, artist: Artist) -> str:
        """Say who draws it, and why."""
        choice = artist.choice(self._views[0][0])
        return f"{choice.name}: {choice.reason}"

    def _frames_ahead(self, artist: Artist, first: int = 0) -> Generator[UInt8]:
        """Draw while the encoder is at work; closing it stops the drawing."""
        yield from ahead(self._frames(artist, first), FRAMES_AHEAD)

    def _frames(self, artist: Artist, first: int) -> Iterator[UInt8]:
        for pose in self.path.poses[first:]:
            pictures = [
                artist.draw(camera, Pose(pose.world_from_camera @ place.world_from_camera))
                for camera, place in self._views
            ]
            self.filled += sum(picture.filled for picture in pictures)
            yield _joined([picture.rgb for picture in pictures], self.options)


def views(options: VideoOptions) -> tuple[View, ...]:
    """The cameras of a film, one or two, each with its place in the head's axes."""
    if options.pair:
        return eye_views(options.pair)
    width, height = options.eye_size
    if options.projection == "equirectangular":
        return ((Equirectangular(width, height), Pose(np.eye(4))),)
    camera = Perspective.from_fov(width, height, float(np.radians(options.fov_deg)))
    return ((camera, Pose(np.eye(4))),)


def _joined(pictures: list[UInt8], options: VideoOptions) -> UInt8:
    if options.pair is None:
        return pictures[0]
    return compose(pictures[0], pictures[1], options.pair.layout)
