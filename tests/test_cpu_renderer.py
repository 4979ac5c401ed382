"""The CPU renderer against the plain reference, closed forms, and poses nobody planned for."""

import threading
from collections.abc import Sequence

import numpy as np
import pytest
import reference_renderer
from fixtures import analytic
from hypothesis import given, settings
from hypothesis import strategies as st

from depthfusion.geometry import equirectangular as eq
from depthfusion.geometry.cameras import (
    VR180,
    Camera,
    Equirectangular,
    OmnidirectionalStereo,
    Perspective,
    VR180Fisheye,
)
from depthfusion.geometry.cubemap import CubeMap
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.rendering.renderer import Frame
from depthfusion.scene.meshing import MeshOptions, mesh_scene
from depthfusion.scene.sphere import displaced_sphere
from depthfusion.types import Layer, LayeredScene, Pose, TexturedMesh

TAPER = (0.9, 1.4)
CAMERAS: dict[str, Camera] = {
    "perspective": Perspective(37, 23, 15, 17, 20, 9),
    "wide": Perspective.from_fov(31, 31, 2.6),
    "equirectangular": Equirectangular(47, 21),
    "ods left": OmnidirectionalStereo(46, 23, "left", 0.2),
    "ods right": OmnidirectionalStereo(33, 18, "right", 0.5),
    "ods tapered": OmnidirectionalStereo(46, 23, "right", 0.5, TAPER),
    "vr180 left": VR180(25, 25, "left", 0.3),
    "vr180 right": VR180(24, 23, "right", 0.064),
    "fisheye left": VR180Fisheye(26, 26, "left", 0.3),
    "fisheye right": VR180Fisheye(31, 25, "right", 0.064),
    "cube strip": CubeMap(66, 11),
    "cube cross": CubeMap(40, 30),
}
every_camera = pytest.mark.parametrize("camera", CAMERAS.values(), ids=CAMERAS.keys())
angle = st.floats(-4, 4)
CENTRE = Pose.at((0, 0, 0))


@pytest.fixture(scope="module")
def renderer():
    with CpuRenderer() as renderer:
        yield renderer


def opaque(layer_rgb: np.ndarray, distance: np.ndarray) -> LayeredScene:
    alpha = np.full(distance.shape, 255, np.uint8)
    return LayeredScene((Layer(np.dstack([layer_rgb, alpha]), distance),), 0.1)


def scene_of(panorama) -> LayeredScene:
    return opaque(panorama.rgb, panorama.distance)


def compare(frame: Frame, meshes: Sequence[TexturedMesh], camera: Camera, pose: Pose) -> None:
    """Equal to the reference, but where that says itself that rounding decides."""
    plain = reference_renderer.render(meshes, camera, pose)
    sure = ~plain.doubtful
    assert sure.mean() > 0.8
    np.testing.assert_array_equal(frame.holes[sure], plain.holes[sure])
    np.testing.assert_allclose(frame.distance[sure], plain.distance[sure], rtol=1e-5)
    difference = np.abs(frame.rgb[sure].astype(float) - plain.rgb[sure])
    assert difference.max(initial=0) <= 1.5, difference.max()


def triangle(corners: np.ndarray) -> TexturedMesh:
    return TexturedMesh(
        corners, np.array([[0, 1, 2]]), np.eye(3)[:, :2], np.full((1, 1, 3), 200, np.uint8)
    )


def random_layers(seed: int) -> list[TexturedMesh]:
    """Some triangles in each of a few meshes, of every alpha mode, in no order."""
    random = np.random.default_rng(seed)
    meshes = []
    for number in range(4):
        count = 5
        height = int(random.integers(2, 6))
        texture = random.integers(0, 256, (height, 2 * height, 4), np.uint8)
        texture[..., 3] = random.choice([0, 60, 128, 255], texture.shape[:2])
        centre = random.normal(0, 2, (count, 1, 3))
        corners = centre + random.normal(0, 1.5, (count, 3, 3))
        meshes.append(
            TexturedMesh(
                corners.reshape(-1, 3),
                np.arange(3 * count).reshape(-1, 3),
                random.uniform(-0.2, 1.2, (3 * count, 2)),
                texture,
                ("opaque", "mask", "blend", "blend")[number],
            )
        )
    return [meshes[k] for k in random.permutation(4)]


@every_camera
@pytest.mark.parametrize("seed", range(4))
def test_every_camera_agrees_with_the_reference(
    renderer: CpuRenderer, camera: Camera, seed: int
) -> None:
    meshes = random_layers(seed)
    random = np.random.default_rng(seed + 100)
    pose = yaw_pitch(*random.uniform(-3, 3, 2), random.normal(0, 0.7, 3))
    renderer.load(meshes)
    compare(renderer.render(camera, pose), meshes, camera, pose)


corner = st.tuples(*[st.floats(-1, 1)] * 3)


@every_camera
@settings(max_examples=60)
@given(
    corners=st.tuples(corner, corner, corner),
    scale=st.sampled_from([0.05, 0.3, 1, 5, 100, 2000]),
    centre=st.sampled_from(
        [(0, 0, 0), (0, 0, 1), (0, 0, -1), (0, 1, 0), (0, -1, 0), (0.1, -1, 0), (1, 0.3, 0)]
    ),
    away=st.sampled_from([0, 0.5, 1, 3]),
    yaw=angle,
    pitch=st.sampled_from([0, 0.3, -1.5]),
)
def test_any_triangle_is_seen_by_every_ray_that_meets_it(
    renderer, camera, corners, scale, centre, away, yaw, pitch
) -> None:
    """Huge ones, round a pole, over the seam, behind and before the eye."""
    points = (np.array(corners) + away * np.array(centre)) * scale
    # Denormal extents say nothing about bounds.
    points = np.where(np.abs(points) < 1e-9, 0, points).astype(np.float32)
    mesh, pose = triangle(points), yaw_pitch(yaw, pitch, (0.1, -0.2, 0.05))
    renderer.load([mesh])
    frame = renderer.render(camera, pose)
    plain = reference_renderer.render([mesh], camera, pose)
    # Closer to the eye than a tenth of a millimetre is nobody's picture.
    sure = ~plain.doubtful & (plain.distance > 1e-3)
    np.testing.assert_array_equal(frame.holes[sure], plain.holes[sure])


@pytest.mark.parametrize("height", [64, 100])
def test_from_the_origin_the_panorama_comes_back(renderer: CpuRenderer, height: int) -> None:
    room = analytic.box_room(height)
    fine, coarse = displaced_sphere(room, 2 * height, height), mesh_scene(scene_of(room))
    for meshes in ([fine], coarse):
        renderer.load(meshes)
        frame = renderer.render(Equirectangular(2 * height, height), CENTRE)
        assert not frame.holes.any()
        error = frame.rgb.astype(float) - room.rgb
        assert (error**2).mean() < 255**2 / 10**4.5  # 45 dB
        off = np.abs(1 / frame.distance - 1 / room.distance)
        if meshes is coarse:  # by how many texels things shift when the eye moves by the head box
            assert off.max() * 0.1 / (np.pi / height) < 3 * MeshOptions().error
        else:  # where walls meet, the surface bends within a cell
            assert np.quantile(off * room.distance, 0.9) < 0.01


@pytest.mark.parametrize("columns", [1, 17, 64, 127])
def test_turning_by_columns_equals_rolling(renderer: CpuRenderer, columns: int) -> None:
    renderer.load(mesh_scene(scene_of(analytic.box_room(64))))
    still = renderer.render(Equirectangular(128, 64), Pose.at((0.1, 0, -0.2)))
    turned = renderer.render(
        Equirectangular(128, 64), yaw_pitch(columns / 128 * 2 * np.pi, 0, (0.1, 0, -0.2))
    )
    rolled = np.roll(still.rgb, -columns, axis=1).astype(int)
    assert np.abs(turned.rgb - rolled).max() <= 1
    np.testing.assert_allclose(
        turned.distance, np.roll(still.distance, -columns, axis=1), rtol=1e-5
    )


@pytest.mark.parametrize("model", [OmnidirectionalStereo, VR180])
def test_without_a_baseline_both_eyes_see_the_same(renderer: CpuRenderer, model) -> None:
    renderer.load(mesh_scene(scene_of(analytic.box_room(32))))
    left, right = (
        renderer.render(model(64, 64, eye, 0), yaw_pitch(0.3, 0.2, (0.1, 0, 0)))
        for eye in ("left", "right")
    )
    np.testing.assert_array_equal(left.rgb, right.rgb)
    np.testing.assert_array_equal(left.distance, right.distance)


@pytest.mark.parametrize("eye", ["left", "right"])
def test_ods_of_a_sphere_is_the_closed_form(renderer: CpuRenderer, eye) -> None:
    """A ray that starts R beside the centre, at right angles, ends √(r² − R²) further on."""
    radius, ipd = 3.0, 0.064
    ball = analytic.sphere(256, radius)
    renderer.load([displaced_sphere(ball, 512, 256)])
    camera = OmnidirectionalStereo(256, 128, eye, ipd)
    frame = renderer.render(camera, CENTRE)
    flat = np.sqrt(radius**2 - (ipd / 2) ** 2)
    np.testing.assert_allclose(frame.distance, flat, rtol=2e-4)  # facets lie within the ball
    origin, direction = camera.rays()
    expected = analytic.smooth_rgb((origin + flat * direction) / radius)
    error = np.abs(frame.rgb.astype(int) - expected)
    assert error.max() <= 2
    assert error.mean() < 0.3


@every_camera
@settings(max_examples=8)
@given(yaw=angle, pitch=angle, x=st.floats(-1, 1), y=st.floats(-0.9, 0.9), z=st.floats(-1, 1))
def test_a_closed_surface_has_no_pinhole_from_anywhere_inside(
    closed, camera, yaw, pitch, x, y, z
) -> None:
    frame = closed.render(camera.scaled(3), yaw_pitch(yaw, pitch, (x, y, z)))
    assert not frame.holes.any()
    shown = np.isfinite(camera.scaled(3).rays()[1]).all(axis=-1)
    np.testing.assert_array_equal(np.isfinite(frame.distance), shown)
    assert not frame.rgb[~shown].any()


@pytest.fixture(scope="module")
def closed():
    """The box room, meshed adaptively on a grid that is not the picture's."""
    with CpuRenderer() as renderer:
        renderer.load(mesh_scene(scene_of(analytic.box_room(50)), MeshOptions(error=0.3)))
        yield renderer


@pytest.mark.parametrize("axis", [(0, 0), (np.pi / 2, 0), (0, np.pi / 2), (np.pi, -np.pi / 2)])
def test_rays_along_the_grid_itself_slip_through_nowhere(closed, axis) -> None:
    """Rays in the planes of the mesh's own edges, where every sign test is a tie."""
    frame = closed.render(Perspective(33, 33, 16, 16, 16.5, 16.5), yaw_pitch(*axis))
    assert not frame.holes.any()
    assert not closed.render(Equirectangular(65, 33), yaw_pitch(*axis)).holes.any()


def test_a_far_sheet_reaching_behind_a_long_lens_is_drawn(renderer: CpuRenderer) -> None:
    """Projected corners beyond what 32 bits hold."""
    camera, seen = Perspective(12, 9, 5e4, 5e4, 6, 4.5), 0
    for corners in np.random.default_rng(0).normal(0, 1e6, (100, 3, 3)):
        mesh = triangle(corners)
        renderer.load([mesh])
        frame, plain = (
            renderer.render(camera, CENTRE),
            reference_renderer.render([mesh], camera, CENTRE),
        )
        np.testing.assert_array_equal(frame.holes, plain.holes)
        seen += not plain.holes.all()
    assert 2 < seen < 50


def wall(z: float, colour: Sequence[int], mode: str = "blend", size: float = 1) -> TexturedMesh:
    corners = size * np.array([[-9, -9, 0], [9, -9, 0], [9, 9, 0], [-9, 9, 0]]) + (0, 0, z)
    texture = np.full((2, 4, 4), colour, np.uint8)
    return TexturedMesh(
        corners, np.array([[0, 1, 2], [0, 2, 3]]), np.full((4, 2), 0.5), texture, mode
    )


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1)])
def test_layers_blend_by_distance_in_whatever_order_they_come(
    renderer: CpuRenderer, order: tuple[int, ...]
) -> None:
    sheets = [
        wall(-1, (250, 0, 0, 51)),
        wall(-2, (0, 250, 0, 102)),
        wall(-3, (0, 0, 250, 153)),
        wall(-4, (250, 250, 0, 204)),
        wall(-5, (250, 250, 250, 255)),
    ]
    renderer.load([sheets[k] for k in order])
    frame = renderer.render(Perspective(20, 20, 10, 10, 10, 10), CENTRE)
    left, colour = 1.0, np.zeros(3)
    for sheet in sheets:
        *rgb, alpha = sheet.texture[0, 0] / 255
        colour += left * alpha * np.array(rgb)
        left *= 1 - alpha
    # Every pixel, those on the walls' diagonals too: a hit counts once.
    assert np.abs(frame.rgb - 255 * colour).max() <= 1
    assert not frame.holes.any()
    assert frame.distance[10, 10] == pytest.approx(2, rel=0.01)  # 0.2, then 0.52 of the picture


def test_a_masked_texture_is_cut_not_blended(renderer: CpuRenderer) -> None:
    texture = np.full((2, 4, 4), 255, np.uint8)
    texture[..., 0], texture[:, :2, 3] = 10, 0
    sheet = wall(-2, (0, 0, 0, 0), "mask")
    mesh = TexturedMesh(
        sheet.vertices, sheet.faces, np.array([[0, 0.5], [1, 0.5], [1, 0.5], [0, 0.5]]),
        texture, "mask",
    )  # fmt: skip
    renderer.load([mesh, wall(-3, (200, 255, 255, 255))])
    frame = renderer.render(Perspective(64, 8, 32, 32, 32, 4), CENTRE)
    assert set(np.unique(frame.rgb[..., 0])) == {10, 200}


def test_what_shows_nothing_is_a_hole(renderer: CpuRenderer) -> None:
    camera = Perspective(20, 10, 5, 5, 10, 5)
    for meshes in ([], [wall(-2, (9, 9, 9, 0))], [wall(2, (9, 9, 9, 255))]):
        renderer.load(meshes)
        frame = renderer.render(camera, CENTRE)
        assert frame.holes.all()
        assert np.isinf(frame.distance).all()


def test_a_mesh_without_triangles_is_no_trouble(renderer: CpuRenderer) -> None:
    empty = TexturedMesh(
        np.zeros((0, 3)), np.zeros((0, 3), int), np.zeros((0, 2)), np.zeros((1, 1, 3), np.uint8)
    )
    renderer.load([empty, wall(-2, (9, 9, 9, 255))])
    assert not renderer.render(Perspective(20, 10, 9, 9, 10, 5), CENTRE).holes.any()


@every_camera
def test_more_samples_come_nearer_to_the_truth(renderer: CpuRenderer, camera: Camera) -> None:
    """Average of many rays a pixel: errors fall, and at 1 sample nothing is averaged."""
    texture = np.random.default_rng(0).integers(0, 256, (32, 64, 3), np.uint8)
    renderer.load(
        [displaced_sphere(type(analytic.sphere(32))(texture, analytic.sphere(32).distance), 64, 32)]
    )
    many = renderer.render(camera, CENTRE, samples=12).rgb.astype(float)
    errors = [
        np.abs(renderer.render(camera, CENTRE, samples=n).rgb - many).mean() for n in (1, 2, 4)
    ]
    assert errors[0] > 1.5 * errors[1] > 2 * errors[2]
    assert renderer.render(camera, CENTRE, samples=2).distance.shape == (
        camera.height,
        camera.width,
    )


def test_the_distance_of_an_oversampled_picture_is_a_distance(renderer: CpuRenderer) -> None:
    renderer.load([wall(-2, (9, 9, 9, 255))])
    for samples in (1, 2, 3):
        frame = renderer.render(Perspective(21, 11, 30, 30, 10.5, 5.5), CENTRE, samples)
        assert frame.distance[5, 10] == pytest.approx(2, rel=1e-3)


def test_two_threads_at_once_get_what_one_gets(renderer: CpuRenderer) -> None:
    renderer.load(mesh_scene(scene_of(analytic.box_room(50))))
    poses = [yaw_pitch(k / 3, 0, (0.1, 0, 0)) for k in range(6)]
    camera = OmnidirectionalStereo(120, 90, "left")
    alone = [renderer.render(camera, pose) for pose in poses]
    together: dict[tuple[int, int], Frame] = {}

    def work(number: int) -> None:
        for k, pose in enumerate(poses):
            together[number, k] = renderer.render(camera, pose)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(together) == 12
    for (_, k), frame in together.items():
        np.testing.assert_array_equal(frame.rgb, alone[k].rgb)
        np.testing.assert_array_equal(frame.distance, alone[k].distance)


def test_a_hole_in_a_wall_shows_what_lies_behind(renderer: CpuRenderer) -> None:
    layered = analytic.holed_wall(64)
    renderer.load(mesh_scene(layered))
    camera = Perspective.from_fov(65, 65, 1.4)
    for x in (0, 0.1):
        frame = renderer.render(camera, Pose.at((x, 0, 0)))
        assert not frame.holes.any()
        _, direction = camera.rays()
        on_wall = np.abs(2 * direction[..., :2] / -direction[..., 2:] + (x, 0)).max(axis=-1)
        solid = (on_wall > 0.5) & (on_wall < 1.4)
        off = np.abs(1 / frame.distance[solid] + direction[solid][:, 2] / 2)
        assert off.max() * 0.1 / (np.pi / 64) < 3 * MeshOptions().error
        through = on_wall < 0.3
        assert np.abs(1 / frame.distance[through] - 1 / 6).max() < 0.03


def test_order_of_use_is_explained() -> None:
    with CpuRenderer() as fresh:
        with pytest.raises(RuntimeError, match="load"):
            fresh.render(Equirectangular(4, 2), CENTRE)
        fresh.load([wall(-1, (1, 1, 1, 255))])
        with pytest.raises(ValueError, match="samples must be 1 or more; got 0"):
            fresh.render(Equirectangular(4, 2), CENTRE, samples=0)
        assert fresh.draws(Equirectangular(4, 2))


def test_pictures_given_out_cannot_be_changed(renderer: CpuRenderer) -> None:
    renderer.load([wall(-2, (9, 9, 9, 255))])
    frame = renderer.render(Equirectangular(8, 4), CENTRE)
    for array in (frame.rgb, frame.distance, frame.holes):
        assert not array.flags.writeable


def test_the_true_room_is_seen_by_ods_as_blender_saw_it(renderer: CpuRenderer, shared_data) -> None:
    from PIL import Image

    folder = shared_data / "truth/room"
    rgb = np.asarray(Image.open(folder / "pano_rgb.png").convert("RGB"))
    distance = np.load(folder / "pano_depth.npy").astype(np.float32)
    renderer.load(mesh_scene(opaque(rgb, distance)))
    for eye in ("left", "right"):
        truth = np.asarray(Image.open(folder / f"ods/{eye}.png").convert("RGB"), float)
        frame = renderer.render(OmnidirectionalStereo(1024, 512, eye), CENTRE)
        small = truth.reshape(512, 2, 1024, 2, 3).mean(axis=(1, 3))
        error = np.abs(frame.rgb - small).mean(axis=-1)[128:-128]
        other = np.abs(np.roll(frame.rgb, 3, axis=1) - small).mean(axis=-1)[128:-128]
        assert np.median(error) < 3
        assert np.median(error) < np.median(other)


def test_sampling_of_the_renderer_is_geometrys(renderer: CpuRenderer) -> None:
    """Cubic with the same kernel: a sphere seen off the pixel grid equals `sample`."""
    random = np.random.default_rng(5)
    ball = analytic.sphere(32)
    noise = type(ball)(random.integers(60, 190, (32, 64, 3), np.uint8), ball.distance)
    renderer.load([displaced_sphere(noise, 512, 256)])
    camera = Equirectangular(50, 25)
    frame = renderer.render(camera, CENTRE)
    x, y = np.moveaxis(eq.pixel_from_direction(camera.rays()[1], 32, 64), -1, 0)
    expected = np.clip(np.rint(eq.sample(noise.rgb, x, y, order="cubic")), 0, 255)
    # The grid's triangles interpolate longitude linearly, a hundredth of a texel from the truth.
    assert np.abs(frame.rgb - expected)[2:-2].max() <= 3
