"""A scene as textured meshes in one binary glTF file."""

from depthfusion.io.atomic import write_bytes
from depthfusion.io.glb import encode_glb
from depthfusion.studio.exports.order import Order, Written
from depthfusion.studio.loading import open_scene
from depthfusion.studio.options import ExportOptions
from depthfusion.studio.recipe import recipe
from depthfusion.types import Scene, TexturedMesh


def write(order: Order) -> Written:
    """Mesh the layers and write them, the recipe inside."""
    opened, meshes = open_scene(order.scene, order.stages, order.options.mesh)
    with order.stages.stage("Writing the file"):
        write_bytes(order.target, glb_of(opened, meshes, order.options))
    return Written(
        {
            "meshes": len(meshes),
            "vertices": sum(len(mesh.vertices) for mesh in meshes),
            "triangles": sum(len(mesh.faces) for mesh in meshes),
        }
    )


def glb_of(scene: Scene, meshes: tuple[TexturedMesh, ...], options: ExportOptions) -> bytes:
    """The GLB file of a scene that was meshed, as the options want it."""
    light = options.light and options.texture == "auto"
    return encode_glb(
        meshes,
        recipe(scene.info, scene.layered),
        texture="webp" if light else options.texture,
        compression=options.compress,
        largest=options.largest_texture,
        power_of_two=options.power_of_two,
    )
