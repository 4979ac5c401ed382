"""Depth set by hand: what a region becomes, kept apart from where the depth came from."""

from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from depthfusion.geometry.equirectangular import directions, solid_angles
from depthfusion.types import InputError
from depthfusion.types.arrays import Bool, Float32, Float64

EditKind = Literal["flat", "plane", "push", "pull", "sky"]
NEAREST = 0.05  # of the scene's unit; nothing is pulled nearer than that
SMALLEST = 8  # painted pixels
_ROUNDS = 12  # of reweighting when a plane is fitted
_FARTHEST = 20.0  # times the region's farthest that its plane may reach


@dataclass(frozen=True)
class Edit:
    """What becomes of a painted region.

    Parameters
    ----------
    kind : "flat": all of it at one distance; "plane": one plane through it; "push" and "pull":
        farther and nearer; "sky".
    amount : in the scene's unit; for "flat" the distance (`None`: the region's median), for "push"
        and "pull" how far (`None`: a tenth of the region's median). The others take none.

    Raises
    ------
    InputError
        The kind is unknown, or the amount is not above 0 or not wanted.
    """

    kind: EditKind
    amount: float | None = None

    def __post_init__(self) -> None:
        """Verify word and number."""
        if self.kind not in get_args(EditKind):
            known = ", ".join(get_args(EditKind))
            raise InputError(f"an edit must be one of {known}; got {self.kind!r}")
        if self.amount is None:
            return
        if self.kind in ("plane", "sky"):
            raise InputError(f"{self.kind} takes no amount; leave it out")
        if not 0 < self.amount < np.inf:
            raise InputError(f"the amount must be above 0; got {self.amount:g}")


def edited(distance: NDArray, mask: NDArray, edit: Edit) -> Float32:
    """Set the depth of a region by hand.

    Parameters
    ----------
    distance : float32 [H, 2H], above 0, +inf is sky; not changed.
    mask : [H, 2H], bool, or uint8 with 255 where the edit is in full force; between, it is blended
        in inverse distance.
    edit : what becomes of it.

    Returns
    -------
    float32 [H, 2H]; exactly as before where the mask is 0.

    Raises
    ------
    InputError
        Nothing is painted, nothing but sky is where a plane or a median is wanted, or everything
        would become sky.
    ValueError
        The mask has another shape.
    """
    if mask.shape != distance.shape:
        raise ValueError(f"mask must be {list(distance.shape)}; got {list(mask.shape)}")
    share = mask.astype(np.float32) / (255 if mask.dtype == np.uint8 else 1)
    inside: Bool = share >= 0.5
    if inside.sum() < SMALLEST:
        raise InputError("the mask is empty; paint the region white")
    if edit.kind == "sky":
        result = np.where(inside, np.inf, distance)
        if not np.isfinite(result).any():
            raise InputError("everything would be sky; paint less")
        return result.astype(np.float32)
    wanted = _wanted(np.asarray(distance, np.float64), inside, share > 0, edit)
    before = 1 / np.asarray(distance, np.float64)
    mixed = (1 - share) * before + share / wanted
    result = np.full(distance.shape, np.inf)
    np.divide(1, mixed, out=result, where=mixed > 0)
    # A soft rim over sky would be a veil at absurd distances: there it is all or nothing.
    rim = np.isinf(distance) & (share > 0) & (share < 1)
    result = np.where(rim, np.where(inside, wanted, np.inf), result)
    return np.where(share > 0, result, distance).astype(np.float32)


def _wanted(distance: Float64, inside: Bool, touched: Bool, edit: Edit) -> Float64:
    """The distance that an edit in full force gives, [H, W]; it counts where `touched`."""
    solid = inside & np.isfinite(distance)
    if edit.kind == "flat" and edit.amount is not None:
        return np.full(distance.shape, max(edit.amount, NEAREST))
    if not solid.any():
        raise InputError(f"only sky is painted; say with flat and an amount how far it is, "
                         f"as {edit.kind} has nothing to go by")  # fmt: skip
    middle = float(np.median(distance[solid]))
    if edit.kind == "flat":
        return np.full(distance.shape, middle)
    if edit.kind == "plane":
        return _plane(distance, solid, touched)
    step = edit.amount if edit.amount is not None else 0.1 * middle
    moved = distance + (step if edit.kind == "push" else -step)
    return np.maximum(moved, NEAREST)


def _plane(distance: Float64, solid: Bool, touched: Bool) -> Float64:
    """Distances to the plane that most of a region lies in.

    On a plane n·p = 1 the inverse distance along the unit ray u is n·u: linear in n. Found by
    least squares with the weights of Cauchy's distribution, which outliers hardly move.
    """
    rays = directions(*distance.shape).astype(np.float64)
    u, inverse = rays[solid], 1 / distance[solid]
    area = np.broadcast_to(solid_angles(*distance.shape)[:, None], distance.shape)[solid]
    weight = area.copy()
    normal = np.zeros(3)
    for _ in range(_ROUNDS):
        squares = (u * weight[:, None]).T @ u + 1e-12 * weight.sum() * np.eye(3)
        normal = np.linalg.solve(squares, (u * weight[:, None]).T @ inverse)
        off = np.abs(u @ normal - inverse)
        scale = max(float(np.median(off)) * 2, 1e-9 * float(inverse.max()))
        weight = area / (1 + (off / scale) ** 2)
    floor = 1 / (_FARTHEST * float(distance[solid].max()))
    result = np.ones(distance.shape)
    result[touched] = 1 / np.maximum(rays[touched] @ normal, floor)
    return np.maximum(result, NEAREST)


def fitted_mask(mask: NDArray, height: int, width: int) -> NDArray:
    """Bring a mask to the panorama's size.

    Parameters
    ----------
    mask : [h, w], bool or uint8.
    height, width : wanted.

    Returns
    -------
    uint8 [height, width].

    Raises
    ------
    InputError
        It is not 2:1 as the panorama is.
    """
    if mask.ndim != 2 or abs(mask.shape[1] / mask.shape[0] / 2 - 1) > 0.01:
        raise InputError(
            f"a mask is 2:1 as the panorama is, [H, 2H]; got {list(mask.shape)}"
        )  # fmt: skip
    full = mask.astype(np.uint8) * 255 if mask.dtype == np.bool_ else mask.astype(np.uint8)
    if full.shape == (height, width):
        return full
    smaller = full.shape[0] > height
    return cv2.resize(
        full, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    )
