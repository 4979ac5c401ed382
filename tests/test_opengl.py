"""The OpenGL renderer against the CPU renderer, its one context, and the choice between the two."""

import ctypes.util
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

import depthfusion.rendering
from depthfusion.geometry.cameras import Equirectangular, OmnidirectionalStereo, Perspective
from depthfusion.geometry.equirectangular import directions
from depthfusion.geometry.poses import yaw_pitch
from depthfusion.rendering import choice, opengl
from depthfusion.rendering.choice import RENDERERS, choose_renderer, make_renderer
from depthfusion.rendering.cpu import CpuRenderer
from depthfusion.rendering.opengl import OpenGLDriver, OpenGLRenderer, opengl_driver
from depthfusion.scene.meshing import mesh_scene
from depthfusion.scene.sphere import displaced_sphere
from depthfusion.types import (
    InputError,
    Layer,
    LayeredScene,
    Pose,
    RGBDPanorama,
    TexturedMesh,
)

needs_opengl = [
    pytest.mark.opengl,
    pytest.mark.skipif(ctypes.util.find_library("EGL") is None, reason="no libEGL here"),
]


def on_opengl(test):
    for mark in needs_opengl:
        test = mark(test)
    return test


def psnr(a, b):
    return -10 * np.log10(((a.astype(float) - b) ** 2).mean() / 255**2 + 1e-12)


def picture(seed, height=128):
    """Smooth colours with some edges, [H, 2H, 3]."""
    rng = np.random.default_rng(seed)
    waves = directions(height, 2 * height) @ rng.normal(0, 6, (3, 12))
    mixed = np.sin(waves + rng.uniform(0, 6, 12)) @ rng.normal(0, 0.5, (12, 3))
    stripes = 0.4 * np.sign(np.sin(waves[..., :3] * 2))
    return np.clip(127 + 60 * (mixed + stripes), 0, 255).astype(np.uint8)


def sheet(seed, distance, cover=None, height=128):
    """A layer about `distance` away; `cover` is the share that shows, its rim soft."""
    look = directions(height, 2 * height)
    rng = np.random.default_rng(seed + 100)
    hills = np.sin(look @ rng.normal(0, 3, (3, 4))).sum(axis=-1)
    alpha = np.full((height, 2 * height, 1), 255, np.uint8)
    if cover is not None:
        level = np.quantile(hills, 1 - cover)
        alpha[..., 0] = np.clip(127 + 500 * (hills - level), 0, 255)
    rgba = np.concatenate([picture(seed, height), alpha], axis=-1)
    shape = distance * (1 + 0.08 * np.sin(look @ rng.normal(0, 4, 3)))
    return Layer(rgba, shape.astype(np.float32))


@pytest.fixture(scope="module")
def layers():
    """Four layers, two of them half there, before a sky."""
    sky = Layer(sheet(4, 1).rgba, np.full((128, 256), np.inf, np.float32))
    scene = LayeredScene(
        (sheet(1, 1.2, 0.25), sheet(2, 2.0, 0.4), sheet(3, 4.0, 0.6), sky), head_box=0.3
    )
    return mesh_scene(scene)


@pytest.fixture(scope="module")
def both(layers):
    with OpenGLRenderer() as gl, CpuRenderer() as cpu:
        gl.load(layers)
        cpu.load(layers)
        yield gl, cpu


CAMERA = Perspective.from_fov(200, 150, np.radians(80))
POSES = [
    Pose.at((0, 0, 0)),
    yaw_pitch(2.0, 0.3, (0.2, 0.1, -0.1)),
    yaw_pitch(np.pi, 0.0, (0, 0, 0.25)),  # across the seam
    yaw_pitch(0.5, np.pi / 2 - 0.05, (0.1, 0, 0)),  # the pole above
    yaw_pitch(0.5, -np.pi / 2 + 0.05, (0.1, 0, 0)),  # the pole below
]


def agree(a, b, at_least):
    """Same colours, holes and distances but where an edge falls on another side of a pixel."""
    assert a.rgb.shape == b.rgb.shape and a.rgb.dtype == np.uint8
    assert a.distance.dtype == np.float32 and a.holes.dtype == np.bool_
    shown = ~(a.holes | b.holes)
    assert psnr(a.rgb[shown], b.rgb[shown]) >= at_least
    assert (a.holes != b.holes).mean() < 2e-3
    near = np.abs(a.distance[shown] / b.distance[shown] - 1)
    assert np.median(near) < 1e-5
    assert (near > 1e-3).mean() < 1e-2  # mostly where two soft rims cross


@on_opengl
@pytest.mark.parametrize("pose", POSES)
def test_layers_with_soft_rims_look_the_same(both, pose):
    gl, cpu = both
    frame, reference = gl.render(CAMERA, pose), cpu.render(CAMERA, pose)
    assert not reference.holes.any()
    agree(frame, reference, 45)


@on_opengl
def test_an_eye_off_the_middle_and_oblong_pixels(both):
    gl, cpu = both
    camera = Perspective(161, 90, 120.0, 70.0, 30.5, 80.25)
    pose = yaw_pitch(-1, 0.2, (0.1, -0.1, 0.1))
    agree(gl.render(camera, pose), cpu.render(camera, pose), 45)


@on_opengl
@pytest.mark.parametrize("samples", [2, 3])
def test_supersampling_is_the_same_average(both, samples):
    gl, cpu = both
    frames = [renderer.render(CAMERA, POSES[1], samples) for renderer in (gl, cpu)]
    agree(*frames, 45)


@on_opengl
def test_supersampling_converges(both):
    gl, _ = both
    small = Perspective.from_fov(40, 30, np.radians(140))  # several texels a pixel
    finest = gl.render(small, POSES[1], 16).rgb
    errors = [psnr(gl.render(small, POSES[1], samples).rgb, finest) for samples in (1, 2, 4)]
    assert errors[0] + 3 < errors[1] < errors[2] - 3


@on_opengl
def test_where_nothing_is_there_are_holes(layers):
    with OpenGLRenderer() as gl, CpuRenderer() as cpu:
        gl.load(layers[:1])
        cpu.load(layers[:1])
        frame, reference = (r.render(CAMERA, POSES[1]) for r in (gl, cpu))
        assert 0.1 < reference.holes.mean() < 0.99
        assert np.array_equal(np.isinf(frame.distance), frame.holes)
        agree(frame, reference, 40)


@on_opengl
def test_masks_cut_at_one_half(layers):
    masks = [TexturedMesh(m.vertices, m.faces, m.uvs, m.texture, "mask") for m in layers]
    with OpenGLRenderer() as gl, CpuRenderer() as cpu:
        gl.load(masks)
        cpu.load(masks)
        agree(*(r.render(CAMERA, POSES[1]) for r in (gl, cpu)), 38)


@on_opengl
def test_the_order_of_opaque_meshes_does_not_matter(layers):
    opaque = []
    for number, mesh in enumerate(layers):  # each nearer one a wedge, so that all show
        middle = mesh.vertices[mesh.faces].mean(axis=1)
        shown = mesh.faces[np.arctan2(middle[:, 0], -middle[:, 2]) < number]
        opaque.append(TexturedMesh(mesh.vertices, shown, mesh.uvs, mesh.texture, "opaque"))
    with OpenGLRenderer() as gl:
        gl.load(opaque)
        forwards = gl.render(CAMERA, POSES[0])
        gl.load(opaque[::-1])
        assert np.array_equal(forwards.rgb, gl.render(CAMERA, POSES[0]).rgb)


@on_opengl
@pytest.mark.parametrize("size", [(37, 53), (64, 128)])
def test_three_channels_of_any_width(size):
    rng = np.random.default_rng(0)
    corners = np.float32([[-1, -1, -2], [1, -1, -2], [1, 1, -2], [-1, 1, -2]])
    uvs = np.float32([[0.1, 0.9], [0.9, 0.9], [0.9, 0.1], [0.1, 0.1]])
    texture = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    mesh = TexturedMesh(corners, np.int32([[0, 1, 2], [0, 2, 3]]), uvs, texture)
    with OpenGLRenderer() as gl, CpuRenderer() as cpu:
        for renderer in (gl, cpu):
            renderer.load([mesh])
        agree(*(r.render(CAMERA, Pose.at((0, 0, 0))) for r in (gl, cpu)), 45)


@on_opengl
def test_distance_runs_along_the_ray_and_far_things_keep_their_order():
    pano = RGBDPanorama(picture(1), np.full((128, 256), 3.0, np.float32))
    ball = displaced_sphere(pano, 256, 128)
    far = TexturedMesh(ball.vertices * 1000, ball.faces, ball.uvs, 255 - ball.texture)
    with OpenGLRenderer() as gl:
        gl.load([far, ball])  # the wrong way round: depth has to tell
        frame = gl.render(CAMERA, Pose.at((0, 0, 0)))
        assert np.abs(frame.distance - 3).max() < 2e-3  # flat facets of a round ball
        gl.load([far])
        frame = gl.render(CAMERA, Pose.at((0, 0, 0)))
        assert np.abs(frame.distance / 3000 - 1).max() < 1e-3


@on_opengl
def test_a_large_picture_is_drawn_in_tiles(both, monkeypatch):
    from depthfusion.rendering import opengl_passes

    gl, _ = both
    whole = gl.render(CAMERA, POSES[1], 2)
    monkeypatch.setattr(opengl_passes, "TILE", 2 * 64)
    tiled = gl.render(CAMERA, POSES[1], 2)
    assert psnr(tiled.rgb, whole.rgb) > 50
    assert np.array_equal(tiled.holes, whole.holes)


@on_opengl
def test_frames_upload_nothing(layers, monkeypatch):
    import pyrender

    uploads = []
    for kind in (pyrender.Texture, pyrender.Primitive):
        add = kind._add_to_context
        monkeypatch.setattr(
            kind, "_add_to_context", lambda self, add=add: (uploads.append(self), add(self))
        )
    with OpenGLRenderer() as gl:
        gl.load(layers)
        loaded = len(uploads)
        assert loaded >= 2 * len(layers)
        for pose in POSES:
            gl.render(CAMERA, pose)
        assert len(uploads) == loaded
        gl.load(layers[:1])  # and what is no longer shown is freed
        assert not any(part._in_context() for part in uploads[:loaded])


@on_opengl
def test_closing_one_leaves_the_others_their_context(layers):
    with OpenGLRenderer() as kept:
        kept.load(layers)
        before = kept.render(CAMERA, POSES[0]).rgb
        for _ in range(3):
            with OpenGLRenderer() as other:
                other.load(layers[-1:])
                other.render(CAMERA, POSES[0])
        assert np.array_equal(kept.render(CAMERA, POSES[0]).rgb, before)
    with pytest.raises(RuntimeError, match="load"):
        kept.render(CAMERA, POSES[0])


@on_opengl
def test_many_threads_may_ask_at_once(both):
    gl, _ = both
    alone = [gl.render(CAMERA, pose).rgb for pose in POSES]
    with ThreadPoolExecutor(5) as pool:
        together = list(pool.map(lambda k: gl.render(CAMERA, POSES[k % 5]).rgb, range(20)))
    for k, rgb in enumerate(together):
        assert np.array_equal(rgb, alone[k % 5])


@on_opengl
def test_errors_of_the_worker_reach_the_caller(both):
    gl, _ = both
    assert gl.draws(CAMERA) and not gl.draws(Equirectangular(64, 32))
    with pytest.raises(ValueError, match="Equirectangular"):
        gl.render(Equirectangular(64, 32), POSES[0])
    with pytest.raises(ValueError, match="samples"):
        gl.render(CAMERA, POSES[0], 0)
    with pytest.raises(AttributeError):
        gl.load([object()])
    assert gl._painter is not None


@on_opengl
def test_textures_beyond_the_limit_shrink():
    from depthfusion.rendering.opengl_passes import _within

    texels = np.full((64, 128, 4), 77, np.uint8)
    assert _within(texels, 128) is texels
    assert _within(texels, 100).shape == (64, 100, 4)
    assert _within(texels, 32).shape == (32, 32, 4)
    assert (_within(texels, 32) == 77).all()


@on_opengl
def test_a_device_that_is_not_there_is_told_with_the_remedy():
    code = (
        "from depthfusion.rendering.choice import make_renderer\n"
        "from depthfusion.types import InputError\n"
        "try: make_renderer('opengl')\n"
        "except InputError as error: print(error)\n"
        "import sys; sys.exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"EGL_DEVICE_ID": "77", "PATH": "/usr/bin", "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "apt-get install libegl1" in done.stdout
    assert len(done.stdout.splitlines()) == 1


@on_opengl
def test_a_process_that_drew_ends_quietly():
    code = (
        "import numpy as np\n"
        "from depthfusion.geometry.cameras import Perspective\n"
        "from depthfusion.rendering.opengl import OpenGLRenderer\n"
        "from depthfusion.scene.sphere import displaced_sphere\n"
        "from depthfusion.types import Pose, RGBDPanorama\n"
        "pano = RGBDPanorama(np.zeros((8, 16, 3), np.uint8), np.ones((8, 16), np.float32))\n"
        "gl = OpenGLRenderer(); gl.load([displaced_sphere(pano, 16, 8)])\n"
        "print(gl.render(Perspective.from_fov(8, 8, 1.0), Pose.at((0, 0, 0))).distance.shape)\n"
    )  # never closed
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "(8, 8)\n", "")


@on_opengl
@pytest.mark.parametrize("scene", ["room", "street", "sphere"])
def test_the_truth_views_agree(scene, shared_data):
    folder = shared_data / "truth" / scene
    rgb = np.asarray(Image.open(folder / "pano_rgb.png").convert("RGB"))
    distance = np.load(folder / "pano_depth.npy").astype(np.float32)
    mesh = displaced_sphere(RGBDPanorama(rgb, distance), 1024, 512)
    views = json.loads((folder / "cameras.json").read_text())["views"]
    with OpenGLRenderer() as gl, CpuRenderer() as cpu:
        gl.load([mesh])
        cpu.load([mesh])
        for view in views[::3]:
            camera = Perspective(
                view["width"], view["height"], view["fx"], view["fy"], view["cx"], view["cy"]
            )
            pose = Pose(np.array(view["c2w"]))
            agree(gl.render(camera, pose), cpu.render(camera, pose), 45)


# The choice: no OpenGL is needed to make it. -----------------------------------------------------


@pytest.fixture
def machine(monkeypatch):
    """Pretend a machine: its device nodes, its EGL library and its driver."""

    def pretend(*, gpu, egl=True, driver=None):
        choice._by_machine.cache_clear()
        monkeypatch.setattr(choice, "_GPU_NODES", ("/dev",) if gpu else ("/no/such/node",))
        monkeypatch.setattr(choice, "find_library", lambda name: "libEGL.so.1" if egl else None)
        monkeypatch.setattr(choice, "opengl_driver", driver or opengl_driver)

    yield pretend
    choice._by_machine.cache_clear()


def test_auto_takes_the_cpu_without_a_gpu(machine):
    machine(gpu=False)
    taken = choose_renderer("auto", CAMERA)
    assert (taken.name, taken.reason) == ("cpu", "this machine has no GPU")


def test_auto_takes_the_cpu_without_egl(machine):
    machine(gpu=True, egl=False)
    taken = choose_renderer()
    assert taken.name == "cpu" and "libEGL" in taken.reason


@pytest.mark.parametrize(("software", "name"), [(True, "cpu"), (False, "opengl")])
def test_auto_asks_the_driver_where_there_is_a_gpu(machine, software, name):
    machine(gpu=True, driver=lambda: OpenGLDriver("some", "Card 9000", "4.6", software))
    taken = choose_renderer("auto", CAMERA)
    assert taken.name == name and "Card 9000" in taken.reason


def test_auto_takes_the_cpu_where_opengl_cannot_start(machine):
    def fails():
        raise InputError("OpenGL cannot start here")

    machine(gpu=True, driver=fails)
    assert choose_renderer().name == "cpu"
    assert "cannot start" in choose_renderer().reason


def test_other_cameras_are_drawn_on_the_cpu(machine):
    machine(gpu=True, driver=lambda: OpenGLDriver("some", "Card 9000", "4.6", False))
    taken = choose_renderer("auto", OmnidirectionalStereo(64, 32, "left"))
    assert taken.name == "cpu" and "OmnidirectionalStereo" in taken.reason
    with pytest.raises(InputError, match="perspective views only"):
        make_renderer("opengl", OmnidirectionalStereo(64, 32, "left"))


def test_an_unknown_renderer_lists_the_known():
    with pytest.raises(InputError, match=", ".join(RENDERERS)):
        make_renderer("vulkan")


def test_a_named_renderer_is_made(machine):
    machine(gpu=False)
    for name in ("auto", "cpu"):
        with make_renderer(name, CAMERA) as renderer:
            assert renderer.name == "cpu"


def test_opengl_that_cannot_start_names_the_remedy(monkeypatch):
    monkeypatch.delattr(depthfusion.rendering, "opengl_passes", raising=False)
    monkeypatch.setitem(sys.modules, "depthfusion.rendering.opengl_passes", None)
    with pytest.raises(InputError, match="apt-get install libegl1 libgl1 libgl1-mesa-dri"):
        opengl._start.__wrapped__()


def test_choosing_loads_no_opengl():
    code = (
        "import sys\n"
        "from depthfusion.rendering.choice import choose_renderer\n"
        "choose_renderer('cpu')\n"
        "print([name for name in ('OpenGL', 'pyrender') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
