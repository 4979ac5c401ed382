"""Types ↔ bytes: photos, depth files, the scene folder, GLB, camera files."""
