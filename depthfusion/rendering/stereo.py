"""Pictures for two eyes: parallel perspective, ODS and VR180, side by side, stacked or anaglyph."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from depthfusion.geometry.cameras import (
    IPD,
    VR180,
    Camera,
    Eye,
    OmnidirectionalStereo,
    Perspective,
    VR180Fisheye,
)
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.rendering.renderer import Renderer
from depthfusion.types import InputError, Pose
from depthfusion.types.arrays import Float32, UInt8

Projection = Literal["perspective", "ods", "vr180"]
Layout = Literal["lr", "tb", "anaglyph"]
Lens = Literal["equirectangular", "fisheye"]
View = tuple[Camera, Pose]  # a camera, and its place in the head's axes

SIZES: dict[str, tuple[int, int]] = {
    "perspective": (1920, 1080),
    "ods": (4096, 2048),
    "vr180": (2048, 2048),
}


@dataclass(frozen=True)
class StereoOptions:
    """What the two eyes see and how their pictures are put together.

    Parameters
    ----------
    projection : "perspective" (parallel axes), "ods" (omni-directional stereo) or "vr180".
    layout : "lr" left beside right, "tb" left above right, "anaglyph" for red-cyan glasses.
    ipd : between the pupils, in the scene's unit, ≥ 0.
    size : width and height of one eye's picture in pixels; `None` takes the projection's own.
    fov_deg : horizontal field of view of a perspective picture, 1 to 170.
    yaw : radians the head is turned by, + towards +X.
    taper_deg : latitudes between which the ODS baseline shrinks to nothing, `None` for the plain
        definition with its double images at the poles.
    lens : what a VR180 picture is: half an equirectangular one, or an equidistant 180° "fisheye".
    zero_plane : distance ahead at which a perspective pair's two pictures agree, in the scene's
        unit; `None` is infinitely far, parallel axes.

    Raises
    ------
    InputError
        A word is not known, a number out of range, or the size does not fit the projection.
    """

    projection: Projection = "perspective"
    layout: Layout = "lr"
    ipd: float = IPD
    size: tuple[int, int] | None = None
    fov_deg: float = 90.0
    yaw: float = 0.0
    taper_deg: tuple[float, float] | None = (60.0, 75.0)
    lens: Lens = "equirectangular"
    zero_plane: float | None = None

    def __post_init__(self) -> None:
        """Verify words, ranges and the picture's shape."""
        for name, value, known in (
            ("projection", self.projection, get_args(Projection)),
            ("layout", self.layout, get_args(Layout)),
            ("lens", self.lens, get_args(Lens)),
        ):
            if value not in known:
                raise InputError(f"{name} must be one of {', '.join(known)}; got {value!r}")
        if not 0 <= self.ipd < np.inf:
            raise InputError(f"ipd must be 0 or more; got {self.ipd:g}")
        if not 1 <= self.fov_deg <= 170:
            raise InputError(f"fov must be 1 to 170 degrees; got {self.fov_deg:g}")
        if not np.isfinite(self.yaw):
            raise InputError(f"yaw must be finite; got {self.yaw}")
        if self.taper_deg is not None and not 0 <= self.taper_deg[0] < self.taper_deg[1] <= 90:
            raise InputError(f"the taper must rise within 0 to 90 degrees; got {self.taper_deg}")
        if self.lens == "fisheye" and self.projection != "vr180":
            raise InputError(f"a fisheye lens belongs to vr180, not to {self.projection}")
        self._verify_zero_plane()
        self._verify_size()

    def _verify_zero_plane(self) -> None:
        if self.zero_plane is None:
            return
        if self.projection != "perspective":
            raise InputError(
                f"a zero plane belongs to perspective pairs; {self.projection} has parallel axes"
            )
        if not self.zero_plane > 0:
            raise InputError(f"the zero plane must lie above 0 ahead; got {self.zero_plane:g}")

    def _verify_size(self) -> None:
        width, height = self.eye_size
        if width < 1 or height < 1:
            raise InputError(f"size must be 1×1 or more; got {width}×{height}")
        if self.projection == "ods" and width != 2 * height:
            raise InputError(
                f"an ODS picture is twice as wide as high for each eye; got {width}×{height}, "
                f"take {2 * height}x{height}"
            )
        if self.projection == "vr180" and width != height:
            raise InputError(
                f"a VR180 picture is square for each eye; got {width}×{height}, "
                f"take {height}x{height}"
            )

    @property
    def eye_size(self) -> tuple[int, int]:
        """Width and height of one eye's picture."""
        return SIZES[self.projection] if self.size is None else self.size

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height of both eyes' pictures put together."""
        width, height = self.eye_size
        return {"lr": (2 * width, height), "tb": (width, 2 * height)}.get(
            self.layout, (width, height)
        )


def eye_views(options: StereoOptions) -> tuple[View, View]:
    """Camera of the left and the right eye, and where each stands in the head's axes."""
    return _eye_view(options, "left"), _eye_view(options, "right")


def render_pair(
    renderer: Renderer, options: StereoOptions, pose: Pose | None = None, samples: int = 1
) -> UInt8:
    """Draw both eyes of a head at `pose` and put them together, uint8 [H, W, 3]."""
    world_from_head = np.eye(4) if pose is None else pose.world_from_camera
    left, right = (
        renderer.render(camera, Pose(world_from_head @ place.world_from_camera), samples).rgb
        for camera, place in eye_views(options)
    )
    return compose(left, right, options.layout)


def compose(left: UInt8, right: UInt8, layout: Layout) -> UInt8:
    """Put the pictures of two eyes, uint8 [H, W, 3] each, into one.

    Raises
    ------
    ValueError
        The pictures differ in size, or there is no such layout.
    """
    if left.shape != right.shape:
        raise ValueError(
            f"left and right must have one size; got {list(left.shape)} and {list(right.shape)}"
        )
    if layout == "lr":
        return np.concatenate([left, right], axis=1)
    if layout == "tb":
        return np.concatenate([left, right], axis=0)
    if layout == "anaglyph":
        return anaglyph(left, right)
    raise ValueError(f"layout must be one of {', '.join(get_args(Layout))}; got {layout!r}")


# Linear red, green, blue from both eyes' linear red, green, blue: the colours seen through red-cyan
# glasses come nearest to the pair's own, by least squares over the spectra of filters and display;
# scaled so that white stays white. E. Dubois, "A projection method to generate anaglyph stereo
# images", ICASSP 2001.
_DUBOIS_LEFT = np.array(
    [
        [0.456100, 0.500484, 0.176381],
        [-0.0400822, -0.0378246, -0.0157589],
        [-0.0152161, -0.0205971, -0.00546856],
    ],
    np.float32,
)
_DUBOIS_RIGHT = np.array(
    [
        [-0.0434706, -0.0879388, -0.00155529],
        [0.378476, 0.733640, -0.0184503],
        [-0.0721527, -0.112961, 1.226395],
    ],
    np.float32,
)


def anaglyph(left: UInt8, right: UInt8) -> UInt8:
    """One picture for red-cyan glasses (red before the left eye), mixed in linear light."""
    light = _LINEAR[left] @ _DUBOIS_LEFT.T + _LINEAR[right] @ _DUBOIS_RIGHT.T
    steps = np.clip(light * (len(_ENCODED) - 1) + 0.5, 0, len(_ENCODED) - 1)
    return _ENCODED[steps.astype(np.uint16)]


def _linear_from_srgb() -> Float32:
    """Linear light of each 8-bit value, [256] (IEC 61966-2-1)."""
    value = np.arange(256) / 255
    dark = value <= 0.04045
    return np.where(dark, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _srgb_from_linear(steps: int) -> UInt8:
    """8-bit value of `steps` equal steps of linear light."""
    light = np.arange(steps) / (steps - 1)
    dark = light <= 0.0031308
    value = np.where(dark, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(value * 255).astype(np.uint8)


_LINEAR = _linear_from_srgb()
_ENCODED = _srgb_from_linear(16384)  # finer than the steepest 8-bit step


def _eye_view(options: StereoOptions, eye: Eye) -> View:
    width, height = options.eye_size
    turned = yaw_pitch(options.yaw, 0)
    if options.projection == "ods":
        taper = None
        if options.taper_deg is not None:
            start, end = options.taper_deg
            taper = (np.radians(start), np.radians(end))
        return OmnidirectionalStereo(width, height, eye, options.ipd, taper), turned
    if options.projection == "vr180":
        model = VR180Fisheye if options.lens == "fisheye" else VR180
        return model(width, height, eye, options.ipd), turned
    side = (-0.5 if eye == "left" else 0.5) * options.ipd
    camera = Perspective.from_fov(width, height, np.radians(options.fov_deg))
    # The frames shift so that what lies ahead on the zero plane falls into their middles.
    shift = camera.fl_x * side / (options.zero_plane or np.inf)
    camera = replace(camera, cx=camera.cx + shift)
    return camera, yaw_pitch(options.yaw, 0, turned.rotation @ (side, 0, 0))
