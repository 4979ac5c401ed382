"""The shared dataclasses: what they refuse, and that nobody can change what they hold."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from fixtures import analytic

from depthfusion.types import (
    CameraPath,
    InputError,
    Layer,
    LayeredScene,
    Pose,
    RGBDPanorama,
    TexturedMesh,
    silent,
)
from depthfusion.types.arrays import frozen

RGB = np.zeros((4, 8, 3), np.uint8)
RGBA = np.zeros((4, 8, 4), np.uint8)
FAR = np.ones((4, 8), np.float32)
CORNERS = np.eye(3, dtype=np.float32)
FACES = np.array([[0, 1, 2]], np.int32)
UVS = np.zeros((3, 2), np.float32)


def with_pixel(value: float) -> np.ndarray:
    distance = FAR.copy()
    distance[1, 2] = value
    return distance


def mesh(**change: Any) -> TexturedMesh:
    return TexturedMesh(
        **({"vertices": CORNERS, "faces": FACES, "uvs": UVS, "texture": RGB} | change)
    )


REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("rgb must be", lambda: RGBDPanorama(RGB[:, :6], FAR[:, :6])),
    ("rgb must be", lambda: RGBDPanorama(RGB[..., 0], FAR)),
    ("rgb must be", lambda: RGBDPanorama(RGBA, FAR)),
    ("rgb must hold uint8", lambda: RGBDPanorama(RGB.astype(np.float32), FAR)),
    ("rgb must hold uint8", lambda: RGBDPanorama(RGB.astype(np.int64) + 300, FAR)),
    ("rgb must hold uint8", lambda: RGBDPanorama(RGB.astype(np.int64) - 1, FAR)),
    (
        r"distance must be \[H, W\] matching rgb \[4, 8, 3\]; got \[8, 4\]",
        lambda: RGBDPanorama(RGB, FAR.T),
    ),
    ("distance must be above 0", lambda: RGBDPanorama(RGB, with_pixel(0))),
    ("distance must be above 0", lambda: RGBDPanorama(RGB, with_pixel(-1))),
    ("distance must be above 0", lambda: RGBDPanorama(RGB, with_pixel(np.nan))),
    ("sky everywhere", lambda: RGBDPanorama(RGB, FAR * np.inf)),
    ("scale must be", lambda: RGBDPanorama(RGB, FAR, "feet")),  # type: ignore[arg-type]
    ("rgba must be", lambda: Layer(RGB, FAR)),
    ("rgba must be", lambda: Layer(RGBA[:, :6], FAR[:, :6])),
    ("distance must be", lambda: Layer(RGBA, FAR[:2])),
    ("distance must be above 0", lambda: Layer(RGBA, with_pixel(np.nan))),
    ("layers must hold", lambda: LayeredScene((), 0.1)),
    (
        "one size",
        lambda: LayeredScene((Layer(RGBA, FAR), Layer(RGBA[:2, :4], FAR[:2, :4])), 0.1),
    ),
    ("head_box must be", lambda: LayeredScene((Layer(RGBA, FAR),), -0.1)),
    ("head_box must be", lambda: LayeredScene((Layer(RGBA, FAR),), np.nan)),
    ("head_box must be", lambda: LayeredScene((Layer(RGBA, FAR),), np.inf)),
    ("scale must be", lambda: LayeredScene((Layer(RGBA, FAR),), 0.1, "feet")),  # type: ignore[arg-type]
    ("vertices must be", lambda: mesh(vertices=CORNERS[:, :2])),
    ("vertices must be finite", lambda: mesh(vertices=CORNERS + np.float32(np.inf))),
    ("faces must index 3 vertices; got 0 to 3", lambda: mesh(faces=np.array([[0, 1, 3]]))),
    ("faces must index 3 vertices; got -1 to", lambda: mesh(faces=FACES - 1)),
    ("faces must hold int32", lambda: mesh(faces=FACES.astype(np.float32))),
    ("faces must hold int32", lambda: mesh(faces=FACES.astype(np.int64) + 2**32)),
    ("uvs must be", lambda: mesh(uvs=UVS[:2])),
    ("uvs must be finite", lambda: mesh(uvs=UVS * np.nan)),
    ("texture must have 3 or 4 channels", lambda: mesh(texture=RGB[..., :2])),
    ("texture must have 3 or 4 channels", lambda: mesh(texture=np.uint8(1))),
    ("texture must have at least one pixel", lambda: mesh(texture=RGB[:0])),
    ("alpha_mode must be", lambda: mesh(alpha_mode="glass")),
    ("times must match poses", lambda: CameraPath(np.arange(2.0), [Pose.at((0, 0, 0))])),
    ("times must match poses", lambda: CameraPath(np.zeros(0), [])),
    ("times must increase", lambda: CameraPath(np.zeros(2), [Pose.at((0, 0, 0))] * 2)),
    ("times must be finite", lambda: CameraPath([0, np.nan], [Pose.at((0, 0, 0))] * 2)),
]


@pytest.mark.parametrize(("message", "make"), REFUSED, ids=[m for m, _ in REFUSED])
def test_a_wrong_value_is_refused_by_name(message: str, make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    "value",
    [
        analytic.sphere(4),
        analytic.holed_wall(8).layers[0],
        mesh(),
        Pose.at((1, 2, 3)),
        CameraPath(np.arange(2.0), [Pose.at((0, 0, 0))] * 2),
    ],
    ids=lambda value: type(value).__name__,
)
def test_nothing_held_can_be_changed(value: Any) -> None:
    arrays = 0
    for field in dataclasses.fields(value):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, field.name, None)
        held = getattr(value, field.name)
        if isinstance(held, np.ndarray):
            arrays += 1
            with pytest.raises(ValueError, match="read-only"):
                held.flat[0] = 0
    assert arrays


def test_the_callers_array_stays_writeable_and_is_not_copied() -> None:
    mine = np.ones((4, 8), np.float32)
    view = frozen("mine", mine, np.float32, (4, None))
    assert np.shares_memory(view, mine)
    mine[0, 0] = 2
    assert not view.flags.writeable


def test_layers_given_as_a_list_are_kept_as_a_tuple() -> None:
    layers = [Layer(RGBA, FAR)]
    scene = LayeredScene(layers, 0.1)  # type: ignore[arg-type]
    layers.clear()
    assert len(scene.layers) == 1


def test_whole_numbers_that_fit_are_taken_from_any_integer_type() -> None:
    assert mesh(faces=FACES.astype(np.uint64)).faces.dtype == np.int32


def test_a_panorama_tells_its_size() -> None:
    panorama = analytic.sphere(4)
    assert (panorama.height, panorama.width) == (4, 8)


def test_a_users_mistake_is_a_value_error() -> None:
    assert issubclass(InputError, ValueError)


def test_a_path_counts_its_poses() -> None:
    assert len(CameraPath(np.arange(3.0), [Pose.at((0, 0, 0))] * 3)) == 3


def test_silence_takes_any_progress() -> None:
    silent("meshing", 0.5)
