"""`depthfusion show`: what a scene holds and how it was made."""

from depthfusion.cli.options import Json, SceneFolder
from depthfusion.cli.report import fact
from depthfusion.cli.terminal import print_json, print_lines


def command(scene: SceneFolder, json: Json = False) -> None:
    """Show a scene's record and files."""
    from depthfusion import studio

    found = studio.show(scene)
    if json:
        print_json(found)
    else:
        print_lines([line for name, value in found.items() for line in fact(name, value)])
