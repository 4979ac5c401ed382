"""A scene folder as one file, which `import` gives back."""

from depthfusion.io.scene_archive import write_scene_archive
from depthfusion.io.scene_folder import read_info
from depthfusion.studio.exports.order import Order, Written


def write(order: Order) -> Written:
    """Put the folder's files into one ZIP, without its exports."""
    record = read_info(order.scene)
    with order.stages.stage("Packing the scene") as inside:
        files = write_scene_archive(order.scene, order.target, record, inside)
    return Written({"files": files})
