"""How a thing was made, kept inside its file: put into bytes, and taken out of files again.

GLB keeps it in `asset.extras`, PNG in a text and in XMP, JPEG and WebP in XMP, MP4 in its comment.
"""

import json
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from depthfusion.io import film_tags, picture_metadata, xmp
from depthfusion.io.atomic import StrPath
from depthfusion.io.file_errors import os_errors_explained, regular_file
from depthfusion.io.mp4 import read_index, rewrite_index
from depthfusion.types import InputError

MARK = "depthfusion"  # the entry that every recipe has: the version that wrote it
PNG_KEYWORD = "depthfusion recipe"
_JSON_LIMIT = 2**26  # bytes of a GLB's JSON
_RECIPE_LIMIT = 2**22
# Letters that XML or UTF-8 can't hold: controls, lone halves of pairs, and two that are none.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def written(recipe: Mapping[str, Any]) -> str:
    """A recipe as text: JSON on one line, its entries in their order."""
    words = json.dumps(dict(recipe), ensure_ascii=False, allow_nan=False)
    return _UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", words)


def _plain(recipe: Mapping[str, Any], name: str) -> str:
    """An entry as words for people."""
    return _UNWRITABLE.sub("\ufffd", str(recipe.get(name) or ""))


def film_words(recipe: Mapping[str, Any]) -> dict[bytes, str]:
    """What a film's tags say of a recipe."""
    return {
        film_tags.TITLE: _plain(recipe, "title"),
        film_tags.DESCRIPTION: _plain(recipe, "prompt"),
        film_tags.COMMENT: written(recipe),
    }


def put_recipe(
    data: bytes,
    recipe: Mapping[str, Any],
    *,
    view: xmp.SphereView | None = None,
    more: Mapping[str, str] | None = None,
) -> bytes:
    """Put a recipe into a picture's file, and what makes photo sites show it as a panorama.

    Parameters
    ----------
    data : a JPEG, PNG or WebP file without metadata. GLB takes recipes when it is encoded, films by
        `film_words`.
    recipe : JSON values.
    view : the part of the sphere it shows; `None` for a picture that is no panorama.
    more : XMP properties, "PREFIX:name" → value.

    Raises
    ------
    ValueError
        The file is none of them.
    """
    properties = {
        **(view.properties() if view else {}),
        **(more or {}),
        xmp.RECIPE: written(recipe),
    }
    title, prompt = _plain(recipe, "title"), _plain(recipe, "prompt")
    roomy = not picture_metadata.is_jpeg(data)
    packet = xmp.compose(properties, title, prompt, roomy=roomy)
    texts = {"Title": title, "Description": prompt, PNG_KEYWORD: written(recipe)}
    return picture_metadata.with_metadata(
        data, packet, {name: text for name, text in texts.items() if text}
    )


def take_recipe(path: StrPath) -> dict[str, Any] | None:
    """Take the recipe out of a GLB, PNG, JPEG, WebP, MP4 or QuickTime file.

    Returns
    -------
    `None` where the file is no such, or holds none.

    Raises
    ------
    InputError
        The file can't be read, or its recipe is damaged.
    """
    place = regular_file(path)
    with os_errors_explained("read", path), place.open("rb") as file:
        head = file.read(16)
        file.seek(0)
        words = _words(place, file, head)
    if words is None or len(words) > _RECIPE_LIMIT:
        return None
    try:
        found = json.loads(words)
    except (ValueError, RecursionError) as error:
        if f'"{MARK}"' not in words:
            return None  # somebody's own words
        raise InputError(f"the recipe in {path} is damaged") from error
    return found if isinstance(found, dict) and MARK in found else None


def put_film_recipe(path: Path, recipe: Mapping[str, Any]) -> None:
    """Put a recipe into an MP4 or QuickTime file in its place.

    Raises
    ------
    InputError
        It is no such file.
    """
    rewrite_index(path, film_tags.tag(film_words(recipe)))


def _words(path: Path, file: BinaryIO, head: bytes) -> str | None:
    if head[:4] == b"glTF":
        return _glb_extras(file)
    if picture_metadata.is_png(head):
        return picture_metadata.texts_of(file).get(PNG_KEYWORD)
    if picture_metadata.is_jpeg(head) or picture_metadata.is_webp(head):
        return xmp.value(picture_metadata.xmp_of(file), xmp.RECIPE)
    if head[4:8] in (b"ftyp", b"moov", b"wide", b"mdat"):
        try:
            said = film_tags.tags(read_index(path)).get(film_tags.COMMENT)
        except InputError:
            return None  # somebody's film, of a kind that is not written here
        return said if said and said.startswith("{") else None
    return None


def _glb_extras(file: BinaryIO) -> str | None:
    """The text of `asset.extras` of a binary glTF file; `None` where there is none."""
    head = file.read(20)
    if len(head) < 20 or head[16:20] != b"JSON":
        return None
    length = struct.unpack_from("<I", head, 12)[0]
    if length > _JSON_LIMIT:
        return None
    try:
        extras = json.loads(file.read(length)).get("asset", {}).get("extras")
    except (ValueError, RecursionError, AttributeError):
        return None
    return json.dumps(extras) if isinstance(extras, dict) else None
