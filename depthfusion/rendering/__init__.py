"""From meshes and cameras to pictures, pairs of pictures, and video."""
