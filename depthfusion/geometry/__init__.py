"""Where things are: the equirectangular picture, cameras, poses, and what depth means."""
