"""How a photo becomes a scene: what can be said about it, and the only home of the defaults."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from depthfusion.scene.build import SceneOptions
from depthfusion.scene.detail import MeshOptions
from depthfusion.studio.reach import Reach
from depthfusion.types import InputError

DepthKind = Literal["distance", "inverse", "z"]
PhotoLayout = Literal["auto", "mono", "tb", "lr"]
PhotoShape = Literal["auto", "panorama", "cube", "vr180", "photo"]
Missing = Literal["auto", "sky", "gap"]
Level = Literal["off", "auto"]
DepthSource = Literal["auto", "file", "stereo", "model", "prior"]
DepthUnit = Literal["auto", "metric", "relative"]
Surroundings = Literal["auto", "indoors", "outdoors"]


@dataclass(frozen=True)
class ImportOptions:
    """How a photo and its depth are read.

    Parameters
    ----------
    depth : the depth file, where there is one.
    depth_kind : what its numbers are: "distance" along the ray, "inverse" (0 to 1, 1 nearest), or
        "z" along the optical axis of an ordinary photo or a cube map's face; `None` is taken as
        distance, and said so.
    near, far : metres; what inverse depth 1 and 0 stand for, or limits for measured distances.
    layout : "mono", two eyes as "tb" (left eye on top) or "lr", or "auto": by name, shape and
        whether the halves are alike.
    fit : lay a photo on the sphere by the usual guess where neither shape nor record says how.
    title : shown in lists; the photo's name where absent.
    missing : what a place is where nothing was measured: "sky", "gap" (its surroundings continue),
        or "auto".
    metres_per_step : of depth files of whole numbers; 0.001 for 16 bits where `None`.
    max_width : larger photos are made smaller; pixels.
    pixel_limit : larger files are refused before they are unpacked; `None` is 16384×8192.
    scene : how the place is built.
    mesh : how finely scene.glb is meshed.
    projection : how one eye's picture covers the sphere: "panorama", "cube", "vr180" (the front
        half), "photo" (a window straight ahead), or "auto".
    hfov_deg, vfov_deg : degrees that a part of a panorama, or a "photo", covers.
    level : "auto" finds the upright lines and turns the photo until they stand.
    pitch_deg, roll_deg, yaw_deg : how the camera was held: up, clockwise, to the right; undone.
    depth_source : "file", "stereo" (two eyes), "model", "prior" (floor, walls and sky by geometry),
        or "auto": the first of file, stereo and model that is there.
    depth_model : a depth model's name or folder; `None` is the usual one.
    ipd : between the eyes of a stereo photo, metres.
    camera_height : metres that the camera stood above the floor; gives depth without a unit one.
    invert_depth : turn the depth file's numbers round: its nearest are its farthest.
    depth_scale : whether the depth file is in metres (inverse: in 1/m) or has no unit; "auto" takes
        distance and z as metres and inverse depth as without.
    place : "indoors" or "outdoors" for the prior; "auto" looks for sky.

    Raises
    ------
    InputError
        A value is out of range, or two contradict each other.
    """

    depth: Path | None = None
    depth_kind: DepthKind | None = None
    near: float | None = None
    far: float | None = None
    layout: PhotoLayout = "auto"
    fit: bool = False
    title: str | None = None
    missing: Missing = "auto"
    metres_per_step: float | None = None
    max_width: int = 8192
    pixel_limit: int | None = None
    scene: SceneOptions = field(default_factory=SceneOptions)
    mesh: MeshOptions = field(default_factory=MeshOptions.chosen)
    projection: PhotoShape = "auto"
    hfov_deg: float | None = None
    vfov_deg: float | None = None
    level: Level = "off"
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    yaw_deg: float = 0.0
    depth_source: DepthSource = "auto"
    depth_model: str | None = None
    ipd: float = 0.064
    camera_height: float | None = None
    invert_depth: bool = False
    depth_scale: DepthUnit = "auto"
    place: Surroundings = "auto"

    def __post_init__(self) -> None:
        """Refuse what can't work before anything is read."""
        for name, value, known in (
            ("layout", self.layout, get_args(PhotoLayout)),
            ("projection", self.projection, get_args(PhotoShape)),
            ("depth kind", self.depth_kind or "distance", get_args(DepthKind)),
            ("missing", self.missing, get_args(Missing)),
            ("level", self.level, get_args(Level)),
            ("depth source", self.depth_source, get_args(DepthSource)),
            ("depth scale", self.depth_scale, get_args(DepthUnit)),
            ("place", self.place, get_args(Surroundings)),
        ):
            if value not in known:
                raise InputError(f"{name} must be one of {', '.join(known)}; got {value!r}")
        if self.max_width < 64:
            raise InputError(f"the largest width must be 64 or more; got {self.max_width}")
        if self.pixel_limit is not None and self.pixel_limit < 1:
            raise InputError(f"the limit of pixels must be above 0; got {self.pixel_limit}")
        for name, number, most in (
            ("the distance between the eyes", self.ipd, 10.0),
            ("the camera's height", self.camera_height, 10_000.0),
        ):
            if number is not None and not 0 < number <= most:
                raise InputError(f"{name} must be above 0 and at most {most:g} m; got {number:g}")
        for name, angle, limit in (
            ("pitch", self.pitch_deg, 90.0),
            ("roll", self.roll_deg, 180.0),
            ("yaw", self.yaw_deg, 360.0),
        ):
            if not abs(angle) <= limit:
                raise InputError(f"{name} must be −{limit:g} to {limit:g} degrees; got {angle:g}")
        self._verify_source()
        _ = self.reach

    def _verify_source(self) -> None:
        if self.depth_source == "file" and self.depth is None:
            raise InputError("the depth is to come from a file; say which with --depth FILE")
        if self.depth is not None and self.depth_source not in ("auto", "file"):
            raise InputError(
                f"--depth FILE and --depth-source {self.depth_source} exclude each other; "
                "leave one of them out"
            )
        if self.level == "auto" and (self.pitch_deg or self.roll_deg):
            raise InputError("--level auto finds pitch and roll; leave --pitch and --roll out")

    @property
    def reach(self) -> Reach:
        """`near` and `far`, verified."""
        return Reach(self.near, self.far)

    @property
    def turn(self) -> tuple[float, float, float]:
        """Yaw, pitch and roll, radians."""
        yaw, pitch, roll = (
            math.radians(a) for a in (self.yaw_deg, self.pitch_deg, self.roll_deg)
        )  # fmt: skip
        return yaw, pitch, roll
