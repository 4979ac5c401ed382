"""Six files in a folder, one for each face of a cube map."""

from pathlib import Path

import numpy as np
from PIL import Image

from depthfusion.geometry.cubemap import FACE_NAMES
from depthfusion.io.cube_layouts import FACE_WORDS, face_of
from depthfusion.io.file_errors import os_errors_explained
from depthfusion.io.photo_files import PHOTO_SUFFIXES, PIXEL_LIMIT, PhotoFile, open_photo
from depthfusion.types import InputError
from depthfusion.types.arrays import UInt8


def open_cube_folder(folder: Path, *, pixel_limit: int = PIXEL_LIMIT) -> PhotoFile:
    """Open six faces as one strip (6:1, right left up down front back).

    Parameters
    ----------
    folder : holds one photo for each face, told apart by the word that its name ends in: px nx py
        ny pz nz, posx …, right left up down front back, or their first letters.
    pixel_limit : largest width · height of the six together.

    Raises
    ------
    InputError
        A face is missing, there twice, not square, or of another size than the rest.
    """
    with os_errors_explained("read", folder):
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in PHOTO_SUFFIXES)
    found: dict[str, Path] = {}
    for file in files:
        face = face_of(file.stem)
        if face in found:
            raise InputError(f"{folder} has two files for the face {face}; keep one of them")
        if face is not None:
            found[face] = file
    lacking = [face for face in FACE_NAMES if face not in found]
    if lacking:
        words = ", ".join(f"{face} ({FACE_WORDS[face][0]})" for face in lacking)
        what = "is a folder, and as a cube map" if found else "is a folder without photos; for a"
        raise InputError(f"{folder} {what} it lacks the faces {words}".replace("for a it", "it"))
    faces = {face: open_photo(found[face], pixel_limit=pixel_limit) for face in FACE_NAMES}
    side = faces["front"].width
    for face, photo in faces.items():
        if (photo.width, photo.height) != (side, side):
            raise InputError(
                f"{photo.path} is {photo.width}×{photo.height}; every face of a cube map must be "
                f"square and of one size, here {side}×{side}, and {face} isn't"
            )
    if 6 * side * side > pixel_limit:
        raise InputError(f"{folder} has more pixels than the limit of {pixel_limit:,}")

    def unpack(shrink: float) -> UInt8:
        size = max(1, round(side / shrink))
        return np.concatenate([_face(faces[face], shrink, size) for face in FACE_NAMES], axis=1)

    return PhotoFile(folder, "CUBE", 6 * side, side, {}, b"", unpack)


def _face(photo: PhotoFile, shrink: float, size: int) -> UInt8:
    pixels = photo.pixels(shrink)
    if pixels.shape[0] == size:
        return pixels
    return np.array(Image.fromarray(pixels).resize((size, size), Image.Resampling.LANCZOS))
