"""The sketch engine's pictures: exact distances, a closed seam, clean poles, the same bytes."""

import numpy as np
import pytest

from depthfusion.generation import GenerateOptions
from depthfusion.generation.sketch import drawing
from depthfusion.generation.sketch.engine import SketchEngine
from depthfusion.generation.sketch.light import air_of
from depthfusion.generation.sketch.model import BOX, CARD, CONE, PLAIN, SPHERE, Ground, Stage
from depthfusion.generation.sketch.places import BUILDERS
from depthfusion.generation.sketch.words import PLACES, read
from depthfusion.types import RGBDPanorama

WIDTH, HEIGHT = 256, 128


def draw(prompt: str, seed: int = 0, negative: str = "", width: int = WIDTH) -> RGBDPanorama:
    options = GenerateOptions(prompt, negative, seed, width, width // 2)
    return SketchEngine().generate(options).panorama


def directions(height: int) -> np.ndarray:
    """Unit rays of the pixels, [H, W, 3], as DESIGN.md section 3 defines them."""
    lon = ((np.arange(2 * height) + 0.5) / (2 * height) - 0.5) * 2 * np.pi
    lat = (0.5 - (np.arange(height) + 0.5) / height)[:, None] * np.pi
    return np.stack([
        np.cos(lat) * np.sin(lon), np.sin(lat) + 0 * lon, -np.cos(lat) * np.cos(lon)
    ], axis=-1)  # fmt: skip


def stand(stage: Stage) -> np.ndarray:
    """Distances of a stage drawn by itself."""
    air = air_of(read("a clear day").spec, 0.5, 1)
    return drawing.draw(stage, air, WIDTH, HEIGHT).distance


def stage_with(shape: int, centre, half) -> Stage:
    stage = Stage()
    stage.place(shape, centre, half, stage.material(PLAIN, "#808080", "#808080"))
    return stage


@pytest.fixture(scope="module")
def pictures() -> dict[str, RGBDPanorama]:
    return {place: draw(place) for place in BUILDERS}


def test_every_place_that_words_name_can_be_built():
    assert set(BUILDERS) == set(PLACES)


@pytest.mark.parametrize("place", BUILDERS)
def test_a_place_is_a_picture_worth_the_name(pictures, place):
    picture = pictures[place]
    assert picture.scale == "metric" and picture.width == WIDTH
    assert picture.rgb.std() > 12
    near = picture.distance[HEIGHT // 2 :].min()
    assert 0.3 < near < 4.0


@pytest.mark.parametrize("place", BUILDERS)
def test_the_seam_is_as_smooth_as_any_other_column(pictures, place):
    rgb = pictures[place].rgb.astype(float)
    steps = np.median(np.abs(rgb - np.roll(rgb, 1, axis=1)).mean(axis=2), axis=0)
    assert steps[0] <= np.quantile(steps, 0.98) + 2


@pytest.mark.parametrize("place", BUILDERS)
def test_the_poles_are_one_point(pictures, place):
    picture = pictures[place]
    ground = picture.distance[-1]
    assert np.ptp(ground) < 0.05 * ground.mean()
    if place != "forest":  # leaves may hang over the head
        assert picture.rgb[0].astype(float).std(axis=0).max() < 12


def test_the_floor_of_a_room_is_the_plane_below_the_eye():
    distance = draw("a room", negative="rug, sofa, plants, lamps, library, fireplace").distance
    down = directions(HEIGHT)[..., 1]
    np.testing.assert_allclose((distance * down)[-12:], -1.6, atol=1e-5)
    assert ((distance * down)[HEIGHT // 2 :] >= -1.6 - 1e-4)[distance[HEIGHT // 2 :] < 3].all()


def test_a_rug_lies_on_the_floor():
    down = directions(HEIGHT)[..., 1]
    np.testing.assert_allclose((draw("a room").distance * down)[-8:], -1.584, atol=1e-5)


@pytest.mark.parametrize("height", [-1.6, -0.4])
def test_a_level_ground_is_the_plane(height):
    stage = Stage()
    earth = stage.material(PLAIN, "#808080", "#808080")
    stage.ground = Ground(lambda x, z: np.full(np.shape(x), height), earth, reach=1e4)
    rays = directions(HEIGHT)
    below = rays[..., 1] < -0.01
    np.testing.assert_allclose(stand(stage)[below], height / rays[..., 1][below], rtol=1e-5)


def test_a_slope_is_the_slope_and_hides_what_is_behind():
    stage = Stage()
    earth = stage.material(PLAIN, "#808080", "#808080")
    stage.ground = Ground(lambda x, z: -1.6 + 0.25 * x, earth, reach=1e4)
    rays = directions(HEIGHT)
    expected = -1.6 / (rays[..., 1] - 0.25 * rays[..., 0])
    hit = (expected > 0) & (expected < 500)
    np.testing.assert_allclose(stand(stage)[hit], expected[hit], rtol=2e-3)


def test_a_sphere_around_the_eye_has_one_distance():
    np.testing.assert_allclose(stand(stage_with(SPHERE, (0, 0, 0), (3, 3, 3))), 3.0, rtol=1e-6)


def test_a_box_around_the_eye_has_its_walls():
    rays = np.abs(directions(HEIGHT))
    expected = (np.array([2, 1.5, 3]) / np.maximum(rays, 1e-12)).min(axis=-1)
    np.testing.assert_allclose(stand(stage_with(BOX, (0, 0, 0), (2, 1.5, 3))), expected, rtol=1e-5)


def test_a_cylinder_around_the_eye_has_its_radius():
    rays = directions(HEIGHT)
    distance = stand(stage_with(CONE, (0, 0, 0), (2, 50, 2)))
    side = np.abs(rays[..., 1]) < 0.9
    across = np.hypot(rays[..., 0], rays[..., 2])
    np.testing.assert_allclose(distance[side], 2 / across[side], rtol=1e-5)


def test_a_card_is_where_it_stands_and_nowhere_else():
    rays = directions(HEIGHT)
    distance = stand(stage_with(CARD, (0, 0, -2), (1, 1, 1)))
    point = rays * (-2 / np.minimum(rays[..., 2:], -1e-9))
    inside = (rays[..., 2] < -0.1) & (np.abs(point[..., :2]).max(axis=-1) < 1)
    np.testing.assert_allclose(distance[inside], -2 / rays[..., 2][inside], rtol=1e-5)
    assert np.isinf(distance[~inside]).all()


def test_many_shapes_are_found_through_the_tree():
    stage = Stage()
    grey = stage.material(PLAIN, "#808080", "#808080")
    rng = np.random.default_rng(4)
    centre = rng.normal(0, 6, (301, 3)) + np.sign(rng.normal(size=(301, 3))) * 2
    radius = rng.uniform(0.1, 0.6, 301)
    stage.place(SPHERE, centre, radius[:, None] * np.ones(3), grey)
    rays = directions(HEIGHT).reshape(-1, 3)
    along = rays @ centre.T
    root = along**2 - (centre**2).sum(axis=1) + radius**2
    with np.errstate(invalid="ignore"):
        expected = np.where((root > 0) & (along > 0), along - np.sqrt(root), np.inf).min(axis=1)
    np.testing.assert_allclose(stand(stage).reshape(-1), expected, rtol=2e-4)


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads(monkeypatch):
    one = draw("a forest at dusk", seed=3)
    monkeypatch.setattr(drawing, "LANES", 5)
    other = draw("a forest at dusk", seed=3)
    assert one.rgb.tobytes() == other.rgb.tobytes()
    assert one.distance.tobytes() == other.distance.tobytes()


def test_another_seed_gives_another_picture():
    assert (draw("a beach", 1).rgb != draw("a beach", 2).rgb).mean() > 0.3


@pytest.mark.parametrize("word", ["night", "dusk", "foggy", "snowy", "rainy", "autumn", "red"])
def test_a_word_changes_the_picture(pictures, word):
    changed = draw(f"a {word} forest").rgb.astype(float)
    assert np.abs(changed - pictures["forest"].rgb).mean() > 4


def test_night_is_darker_and_snow_is_whiter(pictures):
    day = pictures["meadow"].rgb[HEIGHT // 2 :].astype(float)
    night = draw("a meadow at night").rgb[HEIGHT // 2 :].astype(float)
    snow = draw("a meadow in winter").rgb[HEIGHT // 2 :].astype(float)
    assert night.mean() < 0.6 * day.mean()
    assert snow[..., 2].mean() > 1.2 * day[..., 2].mean()


def test_no_trees_means_no_trees():
    bare = draw("a meadow", negative="trees").distance[: HEIGHT // 2 - 8]
    assert np.isinf(bare).mean() > np.isinf(draw("a meadow").distance[: HEIGHT // 2 - 8]).mean()


def test_other_sizes_show_the_same_scene():
    small, large = draw("a cave", width=128), draw("a cave", width=256)
    near = large.distance.reshape(64, 2, 128, 2).mean(axis=(1, 3))
    ratio = small.distance / near
    assert np.median(np.abs(ratio - 1)) < 0.03
