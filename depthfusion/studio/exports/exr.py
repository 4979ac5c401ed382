"""A scene's panorama in OpenEXR: colour and distance, distance alone, or light for engines."""

import json
from pathlib import Path

from depthfusion.geometry.depth import code_range, encode_distance16
from depthfusion.io.atomic import write_bytes
from depthfusion.io.encoding import encode_image
from depthfusion.io.exr import write_exr
from depthfusion.io.scene_folder import load_scene
from depthfusion.studio.exports.order import Order, Written
from depthfusion.studio.recipe import recipe
from depthfusion.types import RGBDPanorama, Scene

METRES, UNITS = "metres along the ray", "scene units along the ray"


def write(order: Order) -> Written:
    """Write colour in linear light and distance as one file, and inverse depth beside it."""
    return _with_distance(order, colour=True)


def write_distance(order: Order) -> Written:
    """Write distance as one channel, and inverse depth beside it."""
    return _with_distance(order, colour=False)


def write_environment(order: Order) -> Written:
    """Write the panorama in linear light, marked as the whole sphere, for an engine's sky."""
    with order.stages.stage("Reading the scene"):
        scene = load_scene(order.scene)
    with order.stages.stage("Writing the file"):
        attributes = {"depthfusion": _recipe(scene)}
        write_exr(order.target, rgb=scene.panorama.rgb, latlong=True, attributes=attributes)
    note = "the picture has 8 bits a channel: nothing in it is brighter than white"
    return Written(_size(scene.panorama), [note])


def _with_distance(order: Order, *, colour: bool) -> Written:
    with order.stages.stage("Reading the scene"):
        scene = load_scene(order.scene)
    panorama = scene.panorama
    beside = order.target.with_name(f"{order.target.stem}_inverse.png")
    with order.stages.stage("Writing inverse depth"):
        near, far = write_inverse(beside, panorama)
    with order.stages.stage("Writing the file"):
        write_exr(
            order.target,
            rgb=panorama.rgb if colour else None,
            distance=panorama.distance,
            latlong=True,
            attributes={
                "depth": METRES if panorama.scale == "metric" else UNITS,
                "depthfusion": _recipe(scene),
            },
        )
    note = (
        f"{beside.name} is inverse depth in 16 bits, 0 sky; --depth-kind inverse --near {near:.6g} "
        f"--far {far:.6g} reads it back"
    )
    facts = {**_size(panorama), "near": near, "far": far}
    return Written(facts, [note], {"inverse": beside})


def write_inverse(path: Path, panorama: RGBDPanorama) -> tuple[float, float]:
    """Write inverse depth as 16-bit PNG, as distance.png of a scene has it; give near and far."""
    near, far = code_range(panorama.distance)
    write_bytes(path, encode_image(encode_distance16(panorama.distance, near, far)))
    return near, far


def _recipe(scene: Scene) -> str:
    return json.dumps(dict(recipe(scene.info, scene.layered)), ensure_ascii=True)


def _size(panorama: RGBDPanorama) -> dict[str, object]:
    return {"width": panorama.width, "height": panorama.height, "scale": panorama.scale}
