"""A scene as textured meshes in one binary glTF file."""

from depthfusion.io.atomic import write_bytes
from depthfusion.io.glb import encode_glb
from depthfusion.studio.exports.order import Order, Written
from depthfusion.studio.loading import open_scene
from depthfusion.studio.recipe import recipe


def write(order: Order) -> Written:
    """Mesh the layers and write them, the recipe inside."""
    opened, meshes = open_scene(order.scene, order.stages, order.options.mesh)
    with order.stages.stage("Writing the file"):
        facts = recipe(opened.info, opened.layered)
        write_bytes(order.target, encode_glb(meshes, facts, texture=order.options.texture))
    return Written(
        {
            "meshes": len(meshes),
            "vertices": sum(len(mesh.vertices) for mesh in meshes),
            "triangles": sum(len(mesh.faces) for mesh in meshes),
        }
    )
