"""A scene as data: instances of four shapes, materials, ground and air. One renderer draws all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Colour = tuple[float, ...]  # three, linear
Height = Callable[[NDArray, NDArray], NDArray]

SPHERE, BOX, CONE, CARD = range(4)
(
    PLAIN, BARK, PLANKS, BRICKS, TILES, GROUND, SAND, LEAVES, FACADE, ROAD, FABRIC, BOOKS, PANEL,
    PLANET, ROCK, PICTURE, WATER,
) = range(17)  # fmt: skip
SOLID, LEAFY, NEEDLES, GRASS, FROND, DISC, CONIFER, BLADE = range(8)


def colour(code: str) -> Colour:
    """Read "#rrggbb" (sRGB) as linear light."""
    srgb = np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return tuple(linear.tolist())


@dataclass(frozen=True)
class Material:
    """How a surface looks: a pattern between two colours, and how it takes light.

    Parameters
    ----------
    pattern : one of the patterns above.
    a, b : sRGB codes; what they colour is the pattern's business.
    scale : size of the pattern's main feature, metres.
    bump : relief of the shading normal, 0 to about 2.
    gloss : strength of the highlight and of the mirror, 0 to 1.
    glow : emitted light, a multiple of colour `a` (of the lit windows for a facade).
    leaf : light let through from behind, 0 to 1.
    cutout : the shape punched from a card or a sphere.
    detail : one free number that the pattern may use.
    """

    pattern: int
    a: str
    b: str
    scale: float = 1.0
    bump: float = 0.5
    gloss: float = 0.0
    glow: float = 0.0
    leaf: float = 0.0
    cutout: int = SOLID
    detail: float = 0.0

    def row(self) -> list[float]:
        """Give the numbers that the kernels read, in the order of their columns."""
        return [
            self.pattern, *colour(self.a), *colour(self.b), self.scale, self.bump, self.gloss,
            self.glow, self.leaf, self.cutout, self.detail,
        ]  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """A landscape around the viewer: heights over the plane, metres; the eye is at 0.

    Parameters
    ----------
    height : y from arrays x, z.
    material, cover, steep : on the level, where `covered` is 1, and on slopes beyond `slope`.
    covered : 0 to 1 from arrays x, z.
    ceiling : y of a roof from x, z, where there is one (a cave).
    reach : radius that is drawn, metres.
    relief : whether hills are large enough to shade each other.
    """

    height: Height
    material: int
    cover: int | None = None
    steep: int | None = None
    covered: Height | None = None
    ceiling: Height | None = None
    slope: float = 0.7
    reach: float = 4000.0
    relief: bool = False


class Air(NamedTuple):
    """Light and weather. Colours are linear; a NamedTuple because the kernels read it."""

    sun: tuple[float, ...]
    sun_colour: Colour
    sun_size: float
    zenith: Colour
    horizon: Colour
    glow: Colour
    ambient: Colour
    bounce: Colour
    fog_colour: Colour
    fog: float
    fog_height: float
    clouds: float
    cloud_colour: Colour
    stars: float
    rain: float
    snow: float
    exposure: float
    occlusion: float
    seed: float
    indoors: bool
    space: bool


class Shapes(NamedTuple):
    """Instances in the order of the tree's leaves, and the tree: arrays that the kernels read."""

    shape: NDArray
    inverse: NDArray
    material: NDArray
    tint: NDArray
    taper: NDArray
    bounds: NDArray


@dataclass
class Stage:
    """Where a place is put together: shapes are placed, then handed over all at once."""

    materials: list[Material] = field(default_factory=list)
    lights: list[tuple[float, ...]] = field(default_factory=list)
    ground: Ground | None = None
    water: tuple[float, int] | None = None
    _parts: list[tuple[NDArray, ...]] = field(default_factory=list)

    def material(self, *args: Any, **kwargs: Any) -> int:
        """Register a material and return its number."""
        self.materials.append(Material(*args, **kwargs))
        return len(self.materials) - 1

    def light(self, position: ArrayLike, tone: str, power: float, radius: float = 0.1) -> None:
        """Hang a lamp: `power` is the light it throws one metre away."""
        x, y, z = np.asarray(position, float).tolist()
        r, g, b = colour(tone)
        self.lights.append((x, y, z, r * power, g * power, b * power, radius))

    def place(
        self, shape: int, centre: ArrayLike, half: ArrayLike, material: int,
        turn: ArrayLike | None = None, tint: ArrayLike = 1.0, taper: ArrayLike = 1.0,
    ) -> None:  # fmt: skip
        """Place shapes whose local space is the cube ±1.

        Parameters
        ----------
        centre : [..., 3], metres.
        half : [..., 3], half the size along the local axes, metres.
        material : its number.
        turn : rotations [..., 3, 3] from local to world axes; upright where absent.
        tint : number or [N] (grey), or [N, 3] or [1, 3] (coloured): multiplies the colour.
        taper : [...], radius at the top of a cone where the foot has 1.
        """
        centre = np.atleast_2d(np.asarray(centre, float))
        half = np.asarray(half, float)
        half = np.atleast_2d(half if half.ndim else np.full(3, half))
        axes = np.eye(3) if turn is None else np.asarray(turn, float)
        count = max(len(centre), len(half), len(axes) if axes.ndim == 3 else 1)
        axes = np.broadcast_to(axes, (count, 3, 3)) * np.broadcast_to(half, (count, 3))[:, None]
        matrix = np.concatenate([axes, np.broadcast_to(centre, (count, 3))[..., None]], axis=-1)
        if not np.isfinite(matrix).all():
            raise ValueError("shapes must be placed at finite positions, sizes and turns")
        tint = np.asarray(tint, float)
        tint = tint[..., None] if tint.ndim < 2 else tint
        self._parts.append((
            np.full(count, shape, np.int8), matrix, np.full(count, material, np.int16),
            np.broadcast_to(tint, (count, 3)), np.broadcast_to(np.asarray(taper, float), count),
        ))  # fmt: skip

    def parts(self) -> tuple[NDArray, ...]:
        """Give shape [N], matrix [N, 3, 4], material [N], tint [N, 3] and taper [N]."""
        if not self._parts:
            self.place(SPHERE, (0, -1e4, 0), (1e-3, 1e-3, 1e-3), 0)
        return tuple(np.concatenate(column) for column in zip(*self._parts, strict=True))


def turned(yaw: ArrayLike = 0.0, pitch: ArrayLike = 0.0, roll: ArrayLike = 0.0) -> NDArray:
    """Rotate about Z by `roll`, then X by `pitch`, then Y by `yaw` (radians): [..., 3, 3]."""
    yaw, pitch, roll = np.broadcast_arrays(yaw, pitch, roll)
    cy, sy, cp, sp, cr, sr = (
        f(angle) for angle in (yaw, pitch, roll) for f in (np.cos, np.sin)
    )  # fmt: skip
    rows = (
        (cy * cr + sy * sp * sr, sy * sp * cr - cy * sr, sy * cp),
        (cp * sr, cp * cr, -sp),
        (cy * sp * sr - sy * cr, cy * sp * cr + sy * sr, cy * cp),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def along(start: ArrayLike, end: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    """Give centre [N, 3], half length [N] and rotation [N, 3, 3] of Y-aligned rods."""
    start, end = np.atleast_2d(np.asarray(start, float)), np.atleast_2d(np.asarray(end, float))
    start, end = np.broadcast_arrays(start, end)
    span = end - start
    length = np.linalg.norm(span, axis=-1, keepdims=True)
    up = span / np.maximum(length, 1e-9)
    helper = np.where(np.abs(up[:, :1]) < 0.9, [[1.0, 0, 0]], [[0, 0, 1.0]])
    side = np.cross(up, helper)
    side /= np.linalg.norm(side, axis=-1, keepdims=True)
    return (start + end) / 2, length[:, 0] / 2, np.stack([side, up, np.cross(side, up)], axis=-1)
