"""A scene as points, or as 3D Gaussians."""

import json
from collections.abc import Callable

from depthfusion.io.ply import write_points
from depthfusion.io.scene_folder import load_scene
from depthfusion.io.splats import write_splat_ply, write_spz
from depthfusion.scene.splats import Splats, splat_scene
from depthfusion.studio.exports.order import Order, Written
from depthfusion.studio.recipe import recipe

FLIPPED = (
    "axes are +X right, +Y down, +Z forward, as splat programs write them; a viewer that shows it "
    "upside down wants half a turn about X"
)


def points(order: Order) -> Written:
    """Write every pixel that shows, but the sky, as a coloured point with its normal."""
    return _write(order, lambda made, comment: _points(order, made, comment), splats=False)


def splats(order: Order) -> Written:
    """Write Gaussians in the layout of 3D Gaussian Splatting."""
    written = _write(
        order, lambda made, comment: write_splat_ply(order.target, made, comment), splats=True
    )
    return Written(written.facts, [FLIPPED])


def spz(order: Order) -> Written:
    """Write Gaussians in Niantic's compressed layout."""
    return _write(order, lambda made, _: write_spz(order.target, made), splats=True)


def _points(order: Order, made: Splats, comment: str) -> None:
    write_points(order.target, made.positions, made.normals, made.colours, comment)


def _write(order: Order, write: Callable[[Splats, str], None], *, splats: bool) -> Written:
    with order.stages.stage("Reading the scene"):
        scene = load_scene(order.scene)
    with order.stages.stage("Placing splats" if splats else "Placing points"):
        made = splat_scene(scene.layered, merge=splats, sky=splats)
    with order.stages.stage("Writing the file"):
        facts = dict(recipe(scene.info, scene.layered))
        write(made, f"DepthFusion {json.dumps(facts, ensure_ascii=True)}")
    return Written({"splats" if splats else "points": len(made)})
