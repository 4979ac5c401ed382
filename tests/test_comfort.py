"""Comfort: closed forms of disparity, and pairs that are made easier."""

from dataclasses import replace

import numpy as np
import pytest

from depthfusion.geometry.cameras import OmnidirectionalStereo, Perspective
from depthfusion.rendering.comfort import (
    LIMIT,
    SHARE,
    comfort,
    comfortable,
    vergence,
    zero_vergence,
)
from depthfusion.rendering.stereo import StereoOptions, eye_views

IPD = 0.064
ODS = StereoOptions("ods", ipd=IPD, size=(64, 32), taper_deg=None)
FLAT = StereoOptions(ipd=IPD, size=(64, 48))
HALF = StereoOptions("vr180", ipd=IPD, size=(48, 48))


def ball_seen_by_ods(radius: float) -> np.ndarray:
    """What an eye R off the axis, looking at right angles to its arm, measures at any latitude."""
    return np.full((32, 64), np.sqrt(radius**2 - (IPD / 2) ** 2), np.float32)


@pytest.mark.parametrize("radius", [0.3, 1.0, 20.0])
def test_ods_of_a_sphere_is_the_closed_form(radius: float) -> None:
    angle = vergence(ODS, ball_seen_by_ods(radius))
    latitude = np.radians(90 - (np.arange(32) + 0.5) * 180 / 32)
    reach = np.sqrt(radius**2 - (IPD / 2) ** 2)
    shift = 2 * np.arctan(IPD / 2 / (reach * np.cos(latitude)))
    expected = 2 * np.arcsin(np.cos(latitude) * np.sin(shift / 2))
    np.testing.assert_allclose(angle, np.broadcast_to(expected[:, None], (32, 64)), rtol=1e-4)
    assert angle[15, 0] == pytest.approx(2 * np.arcsin(IPD / 2 / radius), rel=3e-3)


def test_ods_agrees_with_what_both_cameras_see() -> None:
    """A point's places in both pictures, as directions at one latitude."""
    point = np.array([0.4, 0.3, -0.9])
    seen = []
    for eye in ("left", "right"):
        camera = OmnidirectionalStereo(64, 32, eye, IPD)  # type: ignore[arg-type]
        x, y = camera.project(point)
        longitude = ((x + 0.5) / 64 - 0.5) * 2 * np.pi
        latitude = (0.5 - (y + 0.5) / 32) * np.pi
        level = np.cos(latitude)
        seen.append(
            [level * np.sin(longitude), np.sin(latitude), -level * np.cos(longitude)]
        )  # fmt: skip
    expected = np.arccos(np.dot(*seen))
    column = round(float(camera.project(point)[0]))
    row = round(float(camera.project(point)[1]))
    distance = np.full((32, 64), np.inf, np.float32)
    distance[row, column] = np.sqrt((point**2).sum() - (IPD / 2) ** 2)
    assert vergence(ODS, distance)[row, column] == pytest.approx(expected, rel=0.02)


def test_a_fixed_pair_is_the_angle_at_the_point() -> None:
    for options in (FLAT, HALF, replace(HALF, lens="fisheye")):
        camera, _ = eye_views(options)[0]
        _, direction = camera.rays()
        distance = np.full((options.eye_size[1], options.eye_size[0]), 0.7, np.float32)
        point = 0.7 * direction.astype(float)
        right = point - (IPD, 0, 0)
        cosine = (point * right).sum(-1) / np.linalg.norm(point, axis=-1)
        expected = np.arccos(cosine / np.linalg.norm(right, axis=-1))
        np.testing.assert_allclose(vergence(options, distance), expected, atol=2e-4)


def test_a_tapered_baseline_asks_nothing_at_the_poles() -> None:
    angle = vergence(replace(ODS, taper_deg=(40, 60)), ball_seen_by_ods(0.5))
    assert not angle[:5].any()
    assert (angle[13:19] > LIMIT).all()


def test_the_report_counts_what_it_says() -> None:
    distance = np.full((32, 64), np.inf, np.float32)
    assert comfort(ODS, distance).beyond_share == 0
    assert comfort(ODS, distance).as_json()["nearest"] is None
    distance[16:, :] = 0.5
    report = comfort(ODS, distance)
    assert report.nearest == 0.5
    assert report.beyond_share == 0.5
    assert report.vergence_deg == pytest.approx(np.degrees(2 * np.arctan(0.032 / 0.5)), rel=0.01)
    assert report.disparity_deg["0 to 30"] == 0
    assert report.disparity_deg["-30 to 0"] == pytest.approx(7.3, abs=0.2)
    assert list(report.disparity_deg) == [f"{k} to {k + 30}" for k in range(-90, 90, 30)]


def test_a_fisheyes_corners_count_for_nothing() -> None:
    options = replace(HALF, lens="fisheye")
    report = comfort(options, np.full((48, 48), 0.4, np.float32))
    assert report.beyond_share == pytest.approx(1, abs=0.12)  # the eyes' own line is at 0°


def test_what_is_comfortable_stays_as_it_is() -> None:
    options, words = comfortable(ODS, ball_seen_by_ods(10.0))
    assert options == ODS
    assert "as it is" in words


@pytest.mark.parametrize("options", [ODS, HALF, replace(HALF, lens="fisheye")])
def test_a_baseline_shrinks_until_it_is_comfortable(options: StereoOptions) -> None:
    distance = np.full((options.eye_size[1], options.eye_size[0]), 0.5, np.float32)
    made, words = comfortable(options, distance)
    assert comfort(made, distance).beyond_share <= SHARE
    assert 0 < made.ipd < options.ipd
    # At half a metre a degree is what a baseline of 8.7 mm takes.
    assert made.ipd == pytest.approx(0.5 * np.tan(LIMIT), rel=0.02)
    assert "scaled by" in words


def test_a_perspective_pair_has_its_zero_plane_moved_first() -> None:
    distance = np.full((48, 64), 2.0, np.float32)  # 1.8° of vergence
    made, words = comfortable(FLAT, distance)
    assert made.ipd == FLAT.ipd
    assert made.zero_plane is not None
    assert zero_vergence(made) > 0
    assert comfort(made, distance).beyond_share <= SHARE
    assert "zero plane" in words
    distance[:24] = np.inf  # half of it sky: 0° and 1.8° are still less than 2° apart
    made, _ = comfortable(FLAT, distance)
    assert made.ipd == FLAT.ipd
    assert comfort(made, distance).beyond_share <= SHARE
    distance[24:] = 0.5  # 7°: no plane serves both
    made, words = comfortable(FLAT, distance)
    assert 0.5 * np.tan(2 * LIMIT) == pytest.approx(made.ipd, rel=0.1)
    assert comfort(made, distance).beyond_share <= SHARE
    assert "scaled" in words and "zero plane" in words


def test_what_lies_on_the_zero_plane_falls_into_both_middles() -> None:
    views = eye_views(replace(FLAT, zero_plane=1.5))
    for camera, place in views:
        assert isinstance(camera, Perspective)
        point = np.array([0, 0, -1.5]) - place.position
        np.testing.assert_allclose(camera.project(point), (31.5, 23.5), atol=1e-9)
