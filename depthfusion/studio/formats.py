"""What a scene can be exported as: one table for help pages, error words, the app and `export`.

A new format is a row here and a function `write(order) -> Written` in a module of
`depthfusion.studio.exports`, imported when it is first asked for.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from depthfusion.types import InputError

if TYPE_CHECKING:
    from depthfusion.studio.exports.order import Writer


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Parameters
    ----------
    suffix : the file's extension in lower case, with its dot.
    kind : what `--as` calls it; the first row of a suffix is what the extension alone means.
    title : what it is, a few words.
    what_for : where it opens, a few words.
    writer : the module in `depthfusion.studio.exports`, and its function after a colon where that
        is not `write`.
    extra : what pip calls the extra that it needs; `None` where the core is enough.
    packages : what the extra has to bring, by the names Python imports.
    """

    suffix: str
    kind: str
    title: str
    what_for: str
    writer: str
    extra: str | None = None
    packages: tuple[str, ...] = ()

    @property
    def lacking(self) -> str | None:
        """The first of its packages that is not installed."""
        return next((name for name in self.packages if find_spec(name) is None), None)

    def load(self) -> "Writer":
        """Import the function that writes it.

        Raises
        ------
        InputError
            A package is lacking; the sentence says how to install it.
        """
        if self.lacking:
            raise InputError(
                f"{self.suffix} ({self.title}) needs {self.lacking}: "
                f"pip install 'depthfusion[{self.extra}]'"
            )
        module, _, function = self.writer.partition(":")
        return getattr(import_module(f"depthfusion.studio.exports.{module}"), function or "write")


def _pictures(*suffixes: str) -> tuple[Format, ...]:
    """The pictures that every picture format can hold."""
    return tuple(
        Format(suffix, *words)
        for suffix in suffixes
        for words in (
            ("panorama", "360° panorama", "photo sites, panorama viewers", "pictures:panorama"),
            ("stereo", "360° for two eyes, top-bottom", "headsets", "pictures:stereo"),
            ("vr180", "VR180, left beside right", "headsets", "pictures:vr180"),
        )
    )


FORMATS: tuple[Format, ...] = (
    Format(".glb", "meshes", "textured meshes", "Blender, game engines, headsets", "glb"),
    Format(".usdz", "meshes", "textured meshes", "Vision Pro, iPhone", "usdz", "usd", ("pxr",)),
    Format(".html", "page", "viewer and scene in one page", "any browser, no network", "html"),
    *_pictures(".jpg", ".jpeg", ".png", ".webp"),
    Format(
        ".jpg", "vr-photo", "one photo, the right eye inside", "VR180 viewers", "pictures:vr_photo"
    ),
    Format(".ply", "points", "coloured points", "CloudCompare, MeshLab, Open3D", "ply:points"),
    Format(".ply", "splats", "3D Gaussians", "splat viewers and editors", "ply:splats"),
    Format(".spz", "splats", "3D Gaussians, a tenth of the size", "splat viewers", "ply:spz"),
    Format(".exr", "rgbz", "colour and distance", "Nuke, Blender, Houdini", "exr"),
    Format(".exr", "distance", "distance alone", "Nuke, Blender", "exr:write_distance"),
    Format(".exr", "environment", "light all round", "game engines", "exr:write_environment"),
    Format(
        ".zip", "nerfstudio", "views, depth and points", "splat and NeRF trainers", "nerfstudio"
    ),
    Format(".zip", "headset", "headset pack", "every player's file in one", "headset"),
    Format(".zip", "cubemap", "the six faces of a cube map", "game engines", "cubemap"),
    Format(".zip", "scene", "the scene in one file", "depthfusion import", "whole_scene"),
)


def suffixes() -> tuple[str, ...]:
    """Every extension once, in the table's order."""
    return tuple(dict.fromkeys(row.suffix for row in FORMATS))


def find_format(out: Path, kind: str | None = None) -> Format:
    """Find the row for a file's name and what `--as` says.

    Parameters
    ----------
    out : the file to write; its extension decides.
    kind : one of the extension's kinds; the first where absent.

    Raises
    ------
    InputError
        No such extension, or not as that kind.
    """
    suffix = out.suffix.lower()
    rows = [row for row in FORMATS if row.suffix == suffix]
    if not rows:
        known = " or ".join(suffixes())
        raise InputError(f"cannot write {out}: the name of an export ends in {known}")
    for row in rows:
        if kind in (None, row.kind):
            return row
    kinds = ", ".join(row.kind for row in rows)
    raise InputError(f"{suffix} can be written as {kinds}; got {kind!r}")
