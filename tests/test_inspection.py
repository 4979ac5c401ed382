"""The scorecard against scenes whose faults are known."""

import json
from dataclasses import replace

import numpy as np
import pytest
from fixtures import analytic, steps

from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.rendering.inspection import (
    Scorecard,
    axis_positions,
    eye_positions,
    inspect_scene,
    safe_radius,
)
from depthfusion.scene.build import SceneOptions, build_scene
from depthfusion.scene.meshing import mesh_scene
from depthfusion.types import Layer, LayeredScene, RGBDPanorama

HEAD_BOX = 0.35


def inspected(layered: LayeredScene) -> Scorecard:
    with CpuRenderer() as renderer:
        return inspect_scene(layered, mesh_scene(layered), renderer)


def built(panorama: RGBDPanorama, method: str) -> LayeredScene:
    return build_scene(panorama, SceneOptions(HEAD_BOX, method))  # type: ignore[arg-type]


def screened(hidden_deg: float) -> LayeredScene:
    """A disc of 20° at 1 m, behind it a sphere at 4 m with a smaller hole that the disc hides."""
    angle = steps.angle_from_forward(128)
    rgb = analytic.smooth_rgb(analytic.rays(128))
    sheets = [(angle < np.radians(20), steps.NEAR), (angle > np.radians(hidden_deg), steps.FAR)]
    return LayeredScene(
        tuple(
            Layer(
                np.dstack([rgb, np.where(shown, 255, 0).astype(np.uint8)]),
                np.full(angle.shape, distance, np.float32),
            )
            for shown, distance in sheets
        ),
        HEAD_BOX,
    )


def test_a_closed_sphere_has_no_fault() -> None:
    card = inspected(built(analytic.sphere(64), "sheet"))
    assert (card.boundary_edges, card.stretched_triangles, card.stretched_share) == (0, 0, 0)
    assert (card.hole_share, card.seam_error, card.pole_error) == (0, 0, 0)
    assert card.safe_head_box == card.head_box == HEAD_BOX
    assert card.nearest == pytest.approx(3.0)
    assert card.triangles_by_layer == {"layer-00": card.triangles}


def test_one_sheet_over_a_step_is_rubber_and_layers_are_not() -> None:
    sheet, layers = (inspected(built(steps.disc(128), method)) for method in ("sheet", "layers"))
    assert sheet.stretched_triangles > 0 and sheet.stretched_share > 0.005
    assert layers.stretched_share < sheet.stretched_share / 5
    assert layers.hole_share == sheet.hole_share == 0
    assert layers.safe_head_box == HEAD_BOX


def test_what_hides_behind_something_near_is_missed_only_from_aside() -> None:
    # Leaning by e, the disc's rim moves e / 1 and the hole's e / 4: 8° apart meet at 0.18.
    card = inspected(screened(hidden_deg=12))
    assert card.hole_share > 0
    assert 0.12 < card.safe_head_box < 0.19
    assert inspected(screened(hidden_deg=0)).hole_share == 0


def test_a_hole_that_shows_from_the_middle_leaves_no_room() -> None:
    (_, far) = screened(hidden_deg=12).layers
    layered = LayeredScene((far,), HEAD_BOX)
    card = inspected(layered)
    assert card.safe_head_box == 0 and card.boundary_edges > 0
    assert card.hole_share == pytest.approx((1 - np.cos(np.radians(12))) / 2, rel=5)


def test_a_glance_finds_what_the_whole_look_finds() -> None:
    meshes = mesh_scene(screened(hidden_deg=12))
    with CpuRenderer() as renderer:
        assert safe_radius(HEAD_BOX, meshes, renderer) == pytest.approx(HEAD_BOX * 0.8**3)
        assert safe_radius(0.1, meshes, renderer) == 0.1


def test_rubber_takes_the_head_box_in_as_holes_do() -> None:
    meshes = mesh_scene(built(steps.disc(128), "sheet"))
    with CpuRenderer() as renderer:
        share = inspected(built(steps.disc(128), "sheet")).stretched_share
        assert safe_radius(HEAD_BOX, meshes, renderer, rubber=1) == HEAD_BOX
        within = safe_radius(HEAD_BOX, meshes, renderer, rubber=share / 2)
        assert 0 < within < 0.85 * HEAD_BOX
        # Rubber grows with the movement, so half of it shows at about half the way.
        assert within > HEAD_BOX / 4


def test_a_seam_and_a_pole_that_gape_are_measured() -> None:
    layered = built(analytic.sphere(64), "sheet")
    (mesh,) = mesh_scene(layered)
    vertices = mesh.vertices.copy()
    at_seam = (mesh.uvs[:, 0] == 1) & (mesh.uvs[:, 1] > 0) & (mesh.uvs[:, 1] < 1)
    vertices[at_seam] *= 1.1
    vertices[np.flatnonzero(mesh.uvs[:, 1] == 0)[0]] *= 1.2
    with CpuRenderer() as renderer:
        card = inspect_scene(layered, [replace(mesh, vertices=vertices)], renderer)
    assert card.seam_error == pytest.approx(0.3, rel=1e-3)
    assert card.pole_error == pytest.approx(0.6, rel=1e-3)
    assert card.boundary_edges > 0


def test_eyes_stand_on_the_rim() -> None:
    assert eye_positions(0.3).shape == (14, 3) and axis_positions(0.3).shape == (6, 3)
    np.testing.assert_allclose(np.linalg.norm(eye_positions(0.3), axis=1), 0.3)
    np.testing.assert_allclose(eye_positions(0.3).sum(axis=0), 0, atol=1e-12)


def test_a_scorecard_is_json() -> None:
    card = inspected(built(analytic.sphere(32), "sheet"))
    assert json.loads(json.dumps(card.as_json(), allow_nan=False))["triangles"] == card.triangles
