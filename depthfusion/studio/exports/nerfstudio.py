"""A scene as a nerfstudio data set: views all round from places in the head box, depth, points."""

from itertools import product
from math import pi, tan

import numpy as np

from depthfusion.geometry.cameras import Perspective
from depthfusion.geometry.equirectangular import direction_from_pixel, pixel_from_direction
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.io.archives import ArchiveWriter
from depthfusion.io.atomic import replacing
from depthfusion.io.dates import moment
from depthfusion.io.encoding import encode_image
from depthfusion.io.nerfstudio import (
    CAMERAS_NAME,
    POINTS_NAME,
    DataSetView,
    encode_depth,
    encode_points,
    encode_transforms,
)
from depthfusion.studio.drawing import Artist
from depthfusion.studio.exports.order import Order, Written
from depthfusion.studio.loading import open_scene
from depthfusion.studio.recipe import recipe
from depthfusion.types import Pose, RGBDPanorama
from depthfusion.types.arrays import Float32, UInt8

FOV = 1.65  # radians; a little over a quarter turn, so that neighbours overlap
REACH = 0.9  # of the head box, which is verified, where the places of the outer views lie
SIDES = (256, 2048)  # pixels, least and most
POINTS = 100_000
_HOW_TO = """{title}

A data set in nerfstudio's format, from DepthFusion: {count} views of {side} by {side} pixels,
from {places} places up to {reach:.2f} {unit} from the middle; their depth along the optical axis
(16 bits, {unit_words}, 0 where there is none); and a coloured point cloud to start from.

Unpack it, then for example:

    ns-train splatfacto --data FOLDER
    ns-train depth-nerfacto --data FOLDER

Axes: +X right, +Y up, -Z forward (OpenGL). nerfstudio turns the scene upright by itself. Other
trainers that read transforms.json take it as it is.
"""


def write(order: Order) -> Written:
    """Draw the views and put them into one ZIP file, each as it is done."""
    scene, meshes = open_scene(order.scene, order.stages, order.options.mesh)
    camera = _camera(scene.panorama.width)
    views = dataset_views(scene.layered.head_box)
    facts = recipe(scene.info, scene.layered)
    filled = 0
    with (
        replacing(order.target) as partial,
        ArchiveWriter(partial, moment(scene.info.created)) as out,
        Artist(meshes, scene) as artist,
        order.stages.stage("Drawing views") as inside,
    ):
        out.put(CAMERAS_NAME, encode_transforms(camera, views, facts))
        points, colours = sparse_points(scene.panorama)
        out.put(POINTS_NAME, encode_points(points, colours))
        for done, view in enumerate(views):
            inside("Drawing views", done / len(views))
            picture = artist.draw(camera, view.pose)
            filled += picture.filled
            out.put(view.image_name, encode_image(picture.rgb))
            out.put(view.depth_name, encode_depth(artist.distances(camera, view.pose), camera))
        metric = scene.layered.scale == "metric"
        places = len({tuple(view.pose.position) for view in views})
        out.put(
            "README.txt",
            _HOW_TO.format(
                title=scene.info.title,
                count=len(views),
                side=camera.width,
                places=places,
                reach=REACH * scene.layered.head_box,
                unit="m" if metric else "units",
                unit_words="millimetres" if metric else "thousandths of the scene's unit",
            ),
        )
    notes = []
    if scene.layered.head_box == 0:
        notes.append("all views stand in one place, because the scene's head box is 0")
    share = filled / (len(views) * camera.width * camera.height)
    return Written(
        {"views": len(views), "side": camera.width, "points": len(points), "filled_share": share},
        notes,
    )


def dataset_views(head_box: float) -> list[DataSetView]:
    """Six views each from the middle and from the corners of a cube in the head box.

    Each place looks round turned by another angle, so that the rims of views lie elsewhere.
    """
    corners = [np.array(signs) / np.sqrt(3) for signs in product((-1, 1), repeat=3)]
    places = [np.zeros(3), *(corners if head_box > 0 else [])]
    poses: list[Pose] = []
    for number, place in enumerate(places):
        turn = number * pi / 2 / len(places)
        for yaw, pitch in ((0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (0, -1)):
            position = REACH * head_box * place
            poses.append(yaw_pitch(turn + yaw * pi / 2, pitch * pi / 2, position))
    return [DataSetView(number, pose) for number, pose in enumerate(poses, 1)]


def sparse_points(panorama: RGBDPanorama, count: int = POINTS) -> tuple[Float32, UInt8]:
    """Pixels spread evenly over the sphere, where the panorama knows a distance.

    Returns
    -------
    float32 [N, 3] in the scene's axes, and their colours uint8 [N, 3].
    """
    rank = np.arange(count) + 0.5
    up = 1 - 2 * rank / count
    turn = rank * pi * (3 - np.sqrt(5))  # the golden angle: no two rows line up
    flat = np.sqrt(1 - up * up)
    rays = np.stack([flat * np.sin(turn), up, -flat * np.cos(turn)], axis=-1)
    height, width = panorama.distance.shape
    nearest = np.rint(pixel_from_direction(rays, height, width)).astype(int)
    rows, columns = np.clip(nearest[:, 1], 0, height - 1), nearest[:, 0] % width
    rows, columns = np.divmod(np.unique(rows * width + columns), width)
    distance = panorama.distance[rows, columns]
    rows, columns = rows[np.isfinite(distance)], columns[np.isfinite(distance)]
    ahead = direction_from_pixel(columns, rows, height, width)
    points = ahead * panorama.distance[rows, columns][:, None]
    return points.astype(np.float32), panorama.rgb[rows, columns]


def _camera(panorama_width: int) -> Perspective:
    """As fine in its middle as the panorama is."""
    side = round(panorama_width * tan(FOV / 2) / pi)
    side = min(max(side, SIDES[0]), SIDES[1]) // 2 * 2
    return Perspective.from_fov(side, side, FOV)
