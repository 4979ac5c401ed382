"""A scene as USDZ, for Vision Pro and iPhones."""

from depthfusion.io.dates import EPOCH, moment
from depthfusion.io.usdz import write_usdz
from depthfusion.studio.exports.order import Order, Written
from depthfusion.studio.loading import open_scene
from depthfusion.studio.recipe import recipe
from depthfusion.types import InputError


def write(order: Order) -> Written:
    """Mesh the layers and write them, the recipe inside."""
    options = order.options
    if options.texture == "webp":
        raise InputError("a .usdz holds PNG and JPEG; leave out --texture webp")
    opened, meshes = open_scene(order.scene, order.stages, options.mesh)
    with order.stages.stage("Writing the file"):
        write_usdz(
            order.target,
            meshes,
            recipe(opened.info, opened.layered),
            texture=options.texture,
            largest=options.largest_texture,
            power_of_two=options.power_of_two,
            when=max(moment(opened.info.created), EPOCH),
        )
    return Written({"meshes": len(meshes), "triangles": sum(len(mesh.faces) for mesh in meshes)})
