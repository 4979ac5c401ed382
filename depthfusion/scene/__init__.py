"""From a panorama with distance to a place: meshes, discontinuities, layers, filling, paths."""
