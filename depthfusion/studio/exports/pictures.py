"""A scene as a picture: the panorama, both eyes all round, VR180, and the VR photo of one JPEG."""

from base64 import b64encode
from collections.abc import Mapping
from math import degrees
from typing import Any

from depthfusion.geometry.poses import yaw_pitch
from depthfusion.io.atomic import write_bytes
from depthfusion.io.encoding import FORMATS, encode_image
from depthfusion.io.recipes import put_recipe
from depthfusion.io.scene_folder import load_scene
from depthfusion.io.xmp import SphereView
from depthfusion.rendering.stereo import StereoOptions, compose
from depthfusion.studio.drawing import Artist, Picture
from depthfusion.studio.exports.order import Order, Written
from depthfusion.studio.labelling import name_notes, picture_view
from depthfusion.studio.loading import open_scene
from depthfusion.studio.pairing import drawn_pair
from depthfusion.studio.recipe import recipe
from depthfusion.types import Scene
from depthfusion.types.arrays import UInt8

LARGEST_EYE = 8192  # columns; two such eyes are as high as WebP and headsets allow


def panorama(order: Order) -> Written:
    """The scene's panorama as it is, shown as 360° by photo sites."""
    with order.stages.stage("Reading the scene"):
        scene = load_scene(order.scene)
    view = SphereView(
        scene.panorama.width,
        scene.panorama.height,
        scene.panorama.width,
        degrees(scene.info.forward_yaw),
    )
    with order.stages.stage("Writing the picture"):
        _write(order, scene.panorama.rgb, _recipe(scene), view)
    notes = name_notes(order.target, "equirectangular", "mono", "equirectangular")
    return Written({"width": scene.panorama.width, "height": scene.panorama.height}, notes)


def stereo(order: Order) -> Written:
    """Both eyes all round, omni-directional stereo, left above right."""
    return _pair(order, "ods", "tb")


def vr180(order: Order) -> Written:
    """Both eyes of the half that is ahead, left beside right."""
    return _pair(order, "vr180", "lr")


def vr_photo(order: Order) -> Written:
    """A VR photo: the left eye's half sphere, and the right one's inside its XMP."""
    scene, options, eyes = _drawn(order, "vr180", "lr")
    with order.stages.stage("Writing the picture"):
        right = b64encode(encode_image(eyes[1].rgb, "jpeg")).decode()
        more = {"GImage:Mime": "image/jpeg", "GImage:Data": right}
        side = options.eye_size[0]
        _write(order, eyes[0].rgb, _recipe(scene), SphereView(side, side, 2 * side), more)
    notes = []
    if not order.target.name.lower().endswith(".vr.jpg"):
        notes.append(f"programs that go by names know it as {order.target.stem}.vr.jpg")
    return Written(_facts(options, eyes) | {"width": side, "height": side}, notes)


def _pair(order: Order, projection: Any, layout: Any) -> Written:
    scene, options, eyes = _drawn(order, projection, layout)
    with order.stages.stage("Writing the picture"):
        picture = compose(eyes[0].rgb, eyes[1].rgb, options.layout)
        _write(order, picture, _recipe(scene), picture_view(options))
    notes = name_notes(order.target, projection, layout, options.lens, inside=False)
    return Written(_facts(options, eyes), notes)


def _drawn(
    order: Order, projection: Any, layout: Any
) -> tuple[Scene, StereoOptions, tuple[Picture, Picture]]:
    """Both eyes, as finely as the panorama is."""
    scene, meshes = open_scene(order.scene, order.stages, order.options.mesh)
    width = min(scene.panorama.width, LARGEST_EYE)
    size = (width, width // 2) if projection == "ods" else (width // 2, width // 2)
    options = StereoOptions(projection, layout, size=size)
    head = yaw_pitch(scene.info.forward_yaw, 0.0)
    with order.stages.stage("Drawing both eyes") as inside, Artist(meshes, scene) as artist:
        return scene, options, drawn_pair(artist, options, head, inside)


def _recipe(scene: Scene) -> Mapping[str, Any]:
    return recipe(scene.info, scene.layered)


def _write(
    order: Order,
    pixels: UInt8,
    made: Mapping[str, Any],
    view: SphereView | None,
    more: Mapping[str, str] | None = None,
) -> None:
    data = encode_image(pixels, FORMATS[order.format.suffix])
    write_bytes(order.target, put_recipe(data, made, view=view, more=more))


def _facts(options: StereoOptions, eyes: tuple[Picture, Picture]) -> dict[str, Any]:
    width, height = options.frame_size
    return {
        "projection": options.projection,
        "layout": options.layout,
        "width": width,
        "height": height,
        "renderer": eyes[0].renderer,
        "filled_pixels": [eye.filled for eye in eyes],
    }
