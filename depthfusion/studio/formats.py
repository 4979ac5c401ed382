"""What a scene can be exported as; the command line's help reads it."""

FORMATS = (".glb",)
LATER_FORMATS = (".usdz", ".ply", ".html", ".exr", ".zip")
