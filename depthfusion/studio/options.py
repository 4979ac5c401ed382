"""What can be chosen, and the only home of the defaults; light, because help pages read it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from depthfusion.generation.options import DiffusionOptions, GenerateOptions
from depthfusion.rendering.stereo import Lens, StereoOptions
from depthfusion.scene.build import SceneOptions
from depthfusion.scene.detail import MeshOptions
from depthfusion.scene.paths import PathOptions
from depthfusion.studio.import_options import ImportOptions as ImportOptions
from depthfusion.types import InputError

Projection = Literal["perspective", "equirectangular", "ods", "vr180"]
FilmLayout = Literal["mono", "lr", "tb", "anaglyph"]
Quality = Literal["draft", "good", "best"]
Codec = Literal["h264", "hevc", "prores"]
Texture = Literal["auto", "png", "jpeg", "webp"]
Compress = Literal["none", "meshopt", "draco"]

DESKTOP = MeshOptions.chosen()
MOST_SAMPLES = 8
MOBILE_TEXTURE = 2048  # pixels; what phones of ten years ago hold
LARGEST_SIDE = 16384  # pixels; encoders end there
# For each projection: its layouts, the first where none is given, and the size of one eye's frame.
PROJECTIONS: dict[str, tuple[tuple[FilmLayout, ...], tuple[int, int]]] = {
    "perspective": (("mono", "lr", "tb", "anaglyph"), (1280, 720)),
    "equirectangular": (("mono",), (2048, 1024)),
    "ods": (("tb", "lr", "anaglyph"), (2048, 1024)),
    "vr180": (("lr", "tb", "anaglyph"), (1440, 1440)),
}


@dataclass(frozen=True)
class RenderOptions:
    """How pictures are drawn.

    Parameters
    ----------
    renderer : "auto", "opengl" or "cpu".
    samples : per pixel along each side, 1 to 8; `None` takes 2 where a picture's pixels are about
        as coarse as the panorama's, 3 where coarser, else 1; films 2 where they are coarser.

    Raises
    ------
    InputError
        `samples` is out of range.
    """

    renderer: str = "auto"
    samples: int | None = None

    def __post_init__(self) -> None:
        """Verify ranges."""
        if self.samples is not None and not 1 <= self.samples <= MOST_SAMPLES:
            raise InputError(f"samples must be 1 to {MOST_SAMPLES}; got {self.samples}")


@dataclass(frozen=True)
class VideoOptions:
    """A film of a scene.

    Parameters
    ----------
    path : a camera move by name ("orbit", "dolly", "sway", "spiral", "turntable", "walk"), or a
        file of keyframes.
    seconds : length; `None` is 5 s for a name and a file's own length for a file.
    fps : frames a second.
    size : width and height of one eye's picture; `None` takes the projection's own.
    projection : "perspective", "equirectangular", "ods" or "vr180".
    layout : "mono", "lr", "tb" or "anaglyph"; `None` is mono where the projection can be, else the
        layout in which players expect it.
    fov_deg : horizontal field of view of a perspective picture.
    ipd : between the pupils, in the scene's unit.
    radius : how far a named move goes, as a share of the head box.
    quality : "draft", "good" or "best".
    lens : what a VR180 frame is, "equirectangular" or "fisheye".
    codec : "h264" plays everywhere, "hevc" is smaller, "prores" (.mov) is for editing.
    turn_limit_deg : a named move never turns faster, degrees a second; `None` lets it.
    outside : let a file of keyframes leave the head box, and pass through surfaces.
    mesh : how finely the place is meshed; more than on a desktop can't be told in motion, and takes
        half as long again.

    Raises
    ------
    InputError
        A word is unknown, a number out of range, or layout or size don't fit the projection.
    """

    path: str = PathOptions.name
    seconds: float | None = None
    fps: float = PathOptions.fps
    size: tuple[int, int] | None = None
    projection: Projection = "perspective"
    layout: FilmLayout | None = None
    fov_deg: float = StereoOptions.fov_deg
    ipd: float = StereoOptions.ipd
    radius: float = PathOptions.radius
    quality: Quality = "good"
    lens: Lens = StereoOptions.lens
    codec: Codec = "h264"
    turn_limit_deg: float | None = PathOptions.turn_limit_deg
    outside: bool = False
    mesh: MeshOptions = DESKTOP

    def __post_init__(self) -> None:
        """Verify words and ranges by making what they are for."""
        if self.projection not in PROJECTIONS:
            known = ", ".join(PROJECTIONS)
            raise InputError(f"projection must be one of {known}; got {self.projection!r}")
        layouts, _ = PROJECTIONS[self.projection]
        if self.eyes not in layouts:
            raise InputError(
                f"a film in projection {self.projection} has layout {' or '.join(layouts)}; "
                f"got {self.eyes!r}" + (
                    "; for two eyes all round take --projection ods"
                    if self.projection == "equirectangular" else ""
                )
            )  # fmt: skip
        if not 1 <= self.fov_deg <= 170:
            raise InputError(f"fov must be 1 to 170 degrees; got {self.fov_deg:g}")
        _ = self.move, self.pair
        for name, value, known_words in (
            ("quality", self.quality, get_args(Quality)),
            ("codec", self.codec, get_args(Codec)),
        ):
            if value not in known_words:
                raise InputError(f"{name} must be one of {', '.join(known_words)}; got {value!r}")
        width, height = self.frame_size
        if not (2 <= width <= LARGEST_SIDE and 2 <= height <= LARGEST_SIDE):
            raise InputError(f"a film is 2 to {LARGEST_SIDE} pixels each way; got {width}×{height}")
        if self.projection == "equirectangular" and width != 2 * height:
            raise InputError(
                f"an equirectangular film is twice as wide as high; got {width}×{height}"
            )

    @property
    def eyes(self) -> str:
        """The layout in force."""
        return self.layout or PROJECTIONS[self.projection][0][0]

    @property
    def eye_size(self) -> tuple[int, int]:
        """Width and height of one eye's picture."""
        return self.size or PROJECTIONS[self.projection][1]

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height of a frame."""
        return self.pair.frame_size if self.pair else self.eye_size

    @property
    def move(self) -> PathOptions:
        """The camera's way."""
        return PathOptions(
            self.path, self.seconds, self.fps, self.radius,
            turn_limit_deg=self.turn_limit_deg, outside=self.outside,
        )  # fmt: skip

    @property
    def pair(self) -> StereoOptions | None:
        """The two eyes, where there are two."""
        if self.eyes == "mono":
            return None
        return StereoOptions(
            self.projection, self.eyes, self.ipd, self.eye_size, self.fov_deg, lens=self.lens  # type: ignore[arg-type]
        )  # fmt: skip


@dataclass(frozen=True)
class CreateOptions(DiffusionOptions):
    """How words become a scene; with everything that `DiffusionOptions` holds.

    Parameters
    ----------
    engine : "auto", "sketch" or "ldm3d".
    model : a model's name or folder, for engines that have models.
    negative : what should not be there.
    seed : the same seed, words and options give the same scene; `None` draws one, which is kept in
        the scene's record.
    width, height : of the panorama, pixels, 2:1.
    init : for diffusion engines: a scene, a 2:1 picture, or "sketch" to start from; `strength` says
        how far to leave it.
    mask : a 2:1 picture, white where `init` is to be drawn anew; all else stays.
    reference : for diffusion engines: a picture whose look is wanted.
    away_from : for diffusion engines: a picture whose look to keep away from; `apart` says how far.
    title : shown in lists; the prompt where absent.
    scene : how the place is built.
    mesh : how finely scene.glb is meshed.
    preview : the film that becomes preview.mp4; `None` leaves it out.
    """

    engine: str = GenerateOptions.engine
    model: str | None = None
    negative: str | None = None
    seed: int | None = None
    width: int = GenerateOptions.width
    height: int = GenerateOptions.height
    init: Path | str | None = None
    mask: Path | None = None
    reference: Path | None = None
    away_from: Path | None = None
    title: str | None = None
    scene: SceneOptions = field(default_factory=SceneOptions)
    mesh: MeshOptions = DESKTOP
    preview: VideoOptions | None = field(default_factory=VideoOptions)

    def __post_init__(self) -> None:
        """Verify ranges; anything but "sketch" to start from is a path."""
        super().__post_init__()
        if isinstance(self.init, str) and self.init != "sketch":
            object.__setattr__(self, "init", Path(self.init))


@dataclass(frozen=True)
class ExportOptions:
    """How a scene is written for other programs.

    Parameters
    ----------
    texture : of meshes: "auto" (JPEG where opaque, else PNG), "png", "jpeg" or "webp".
    mesh : how finely the place is meshed; all that the detail asks for are millions of triangles in
        a forest.
    kind : which of the kinds that an extension can be (`studio.FORMATS`); `None` takes its usual.
    compress : triangles of a .glb: "none", "meshopt" or "draco"; programs must know the extension.
    largest_texture : longest side of a mesh's texture, pixels; `None` for no limit.
    power_of_two : give textures sides that are powers of two, for graphics chips of phones.
    light : for headsets and phones, whose browsers know WebP: where `texture` is "auto", a .glb
        holds that.

    Raises
    ------
    InputError
        A word is unknown, or a number out of range.
    """

    texture: Texture = "auto"
    mesh: MeshOptions = DESKTOP
    kind: str | None = None
    compress: Compress = "none"
    largest_texture: int | None = None
    power_of_two: bool = False
    light: bool = False

    @classmethod
    def chosen(
        cls,
        preset: str | None = None,
        triangles: int | None = None,
        error: float | None = None,
        **others: Any,
    ) -> "ExportOptions":
        """Options from what a person says: presets for light machines choose pictures, too.

        Parameters
        ----------
        preset, triangles, error : as for `MeshOptions.chosen`.
        others : fields as they are; the preset "mobile" sets what they leave open.
        """
        others["light"] = preset in ("headset", "mobile")
        if preset == "mobile":
            others["power_of_two"] = True
            others["largest_texture"] = others.get("largest_texture") or MOBILE_TEXTURE
        return cls(mesh=MeshOptions.chosen(preset, triangles, error), **others)

    def __post_init__(self) -> None:
        """Verify words and ranges."""
        if self.texture not in get_args(Texture):
            known = ", ".join(get_args(Texture))
            raise InputError(f"texture must be one of {known}; got {self.texture!r}")
        if self.compress not in get_args(Compress):
            known = ", ".join(get_args(Compress))
            raise InputError(f"compress must be one of {known}; got {self.compress!r}")
        if self.largest_texture is not None and not 16 <= self.largest_texture <= LARGEST_SIDE:
            raise InputError(
                f"the largest texture is 16 to {LARGEST_SIDE} pixels; got {self.largest_texture}"
            )
