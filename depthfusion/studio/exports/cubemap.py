"""A scene's panorama as the six faces of a cube map."""

import zipfile

from depthfusion.io.atomic import replacing
from depthfusion.io.cube_faces import cube_faces
from depthfusion.io.dates import EPOCH, moment
from depthfusion.io.encoding import encode_image
from depthfusion.io.recipes import put_recipe
from depthfusion.io.scene_folder import load_scene
from depthfusion.studio.exports.order import Order, Written
from depthfusion.studio.recipe import recipe

READ_ME = """Six faces of a cube map, each 90 degrees and upright as seen from inside.
front is straight ahead; right, left, up, down and back are where they say.

three.js: new THREE.CubeTextureLoader().load(
  ["left.png", "right.png", "up.png", "down.png", "back.png", "front.png"])
Its cube maps are mirrored, so left and right change places; the camera then looks at front.
"""


def write(order: Order) -> Written:
    """Write six PNG pictures, and a text that says which is which, into one zip."""
    with order.stages.stage("Reading the scene"):
        scene = load_scene(order.scene)
    when = max(moment(scene.info.created), EPOCH).timetuple()[:6]
    side = 0
    with (
        order.stages.stage("Writing the file"),
        replacing(order.target) as partial,
        zipfile.ZipFile(partial, "w") as pack,
    ):
        facts = recipe(scene.info, scene.layered)
        for name, face in cube_faces(scene.panorama.rgb):
            side = len(face)
            picture = put_recipe(encode_image(face), facts)
            pack.writestr(zipfile.ZipInfo(f"{name}.png", when), picture)
        pack.writestr(zipfile.ZipInfo("faces.txt", when), READ_ME)
    return Written({"faces": 6, "side": side})
