"""From options to panoramas by diffusion, with tiny random weights: what reaches the pipeline."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hub_server import safetensors
from ldm3d_checkpoints import saved, saved_upscaler
from PIL import Image
from studio_samples import SHORT, Recorder, box_room, stopping_at, tree

from depthfusion import studio
from depthfusion.cli.program import run
from depthfusion.generation.engines import choose_engine
from depthfusion.generation.ldm3d import loaded
from depthfusion.generation.ldm3d.engine import Ldm3dEngine, planned
from depthfusion.generation.ldm3d.rgbd import RGBD
from depthfusion.generation.models import DEFAULT, cache_folder
from depthfusion.generation.options import GenerateOptions, Lora, Reference, Start
from depthfusion.io.scene_folder import load_scene, save_scene
from depthfusion.scene.build import SceneOptions, build_scene
from depthfusion.studio import creating
from depthfusion.studio.options import CreateOptions
from depthfusion.types import Cancelled, InputError, Scene, SceneInfo

SIZE = {"width": 128, "height": 64}
SMALL: dict[str, Any] = {**SIZE, "steps": 3, "seed": 5, "preview": None}
WORDS = "a misty forest at dawn"
COMMIT = "f" * 40


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random LDM3D in diffusers' layout."""
    return saved(tmp_path_factory.mktemp("weights") / "tiny", 4)


@pytest.fixture(autouse=True)
def _one_at_a_time() -> Iterator[None]:
    """Networks this small are quickest on one core; what is loaded is let go after each test."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
    loaded.let_go()


@pytest.fixture
def in_cache(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same weights where the hub's library keeps LDM3D-pano."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    storage = cache_folder() / f"models--{DEFAULT['panorama'].replace('/', '--')}"
    (storage / "snapshots").mkdir(parents=True)
    (storage / "refs").mkdir()
    (storage / "refs" / "main").write_text(COMMIT)
    (storage / "snapshots" / COMMIT).symlink_to(weights)
    return DEFAULT["panorama"]


def asked(**more: Any) -> GenerateOptions:
    return GenerateOptions(WORDS, **{**SIZE, "seed": 5, "steps": 3, **more})


@pytest.fixture
def unfilmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line without its film, which takes longer than all the rest."""
    for name in ("create", "create_variations"):
        whole = getattr(creating, name)

        def short(*arguments: Any, whole: Any = whole) -> Any:
            *given, options, progress = arguments
            return whole(*given, replace(options, preview=None), progress)

        monkeypatch.setattr(studio, name, short, raising=False)


def a_scene(folder: Path) -> Path:
    room = box_room(64)
    layered = build_scene(room, SceneOptions(method="sheet"))
    save_scene(Scene(SceneInfo("room", "import"), room, layered), folder)
    return folder


def test_auto_takes_ldm3d_where_its_weights_are(in_cache: str) -> None:
    engine, reason = choose_engine("auto")
    assert (
        engine.name == "ldm3d" and reason.startswith("ldm3d: the weights of") and in_cache in reason
    )
    assert choose_engine("ldm3d")[1] == f"ldm3d was asked for: {in_cache}"
    assert choose_engine("sketch")[0].name == "sketch"


def test_a_model_that_is_named_must_be_here(weights: Path) -> None:
    engine, reason = choose_engine("auto", str(weights))
    assert engine.name == "ldm3d" and "which the model is for" in reason
    with pytest.raises(InputError, match="not on this machine"):
        choose_engine("auto", "Intel/ldm3d-4c")


def test_words_become_a_panorama_and_its_record(in_cache: str) -> None:
    told = Recorder()
    engine = Ldm3dEngine()
    made = engine.generate(asked(negative="people", guidance=3.0, around={"front": "a sea"}), told)
    assert made.panorama.rgb.shape == (64, 128, 3) and made.panorama.scale == "relative"
    assert (made.info.engine, made.info.model, made.info.revision) == ("ldm3d", in_cache, COMMIT)
    assert made.info.licence == "CreativeML OpenRAIL-M" and made.info.seed == 5
    said = made.info.options
    assert (said["steps"], said["guidance"], said["negative"]) == (3, 3.0, "people")
    assert said["around"] == {"front": "a sea"} and said["drawn"] == [128, 64]
    assert said["flagged"] is False and "cpu" in said["device"]
    json.dumps(dict(said), allow_nan=False)
    assert told.stages[0] == "Loading the model"
    again = engine.generate(asked(negative="people", guidance=3.0, around={"front": "a sea"}))
    np.testing.assert_array_equal(made.panorama.rgb, again.panorama.rgb)
    np.testing.assert_array_equal(made.panorama.distance, again.panorama.distance)


def test_every_option_reaches_the_sampler() -> None:
    options = GenerateOptions(
        WORDS, negative="n", seed=3, width=256, height=128, steps=7, guidance=2.5, rescale=0.5,
        scheduler="euler a", seamless=False, around={"up": "sky"}, apart=0.9, upscale="tiles",
        reference=Reference(np.zeros((8, 8, 3), np.uint8)), reference_weight=0.3,
        away_from=Reference(np.zeros((4, 6, 3), np.uint8)),
    )  # fmt: skip
    sampling = planned(options, (3, 4)).sampling
    assert (sampling.prompt, sampling.negative, sampling.seeds) == (WORDS, "n", (3, 4))
    assert (sampling.width, sampling.height, sampling.steps) == (256, 128, 7)
    assert (sampling.guidance, sampling.rescale, sampling.scheduler) == (2.5, 0.5, "euler a")
    assert not sampling.seamless and not sampling.poles and sampling.around == {"up": "sky"}
    assert sampling.apart == 0.9 and sampling.reference_weight == 0.3
    assert sampling.reference is not None and sampling.reference.shape == (8, 8, 3)
    assert sampling.away_from is not None and sampling.away_from.shape == (4, 6, 3)


@pytest.mark.parametrize("written", ["Euler A", "euler-a", "euler_a"])
def test_a_sampler_may_be_written_in_several_ways(written: str) -> None:
    assert planned(asked(scheduler=written), (1,)).sampling.scheduler == "euler a"


@pytest.mark.parametrize(
    ("upscale", "size", "drawn"),
    [
        ("auto", (2048, 1024), (1024, 512)), ("auto", (1024, 512), (1024, 512)),
        ("auto", (512, 256), (512, 256)), ("tiles", (4096, 2048), (4096, 2048)),
        ("lanczos", (4096, 2048), (1024, 512)),
    ],
)  # fmt: skip
def test_large_sizes_are_drawn_whole_or_enlarged(
    upscale: Any, size: tuple[int, int], drawn: tuple[int, int]
) -> None:
    plan = planned(GenerateOptions(WORDS, width=size[0], height=size[1], upscale=upscale), (1,))
    assert (plan.sampling.width, plan.sampling.height) == drawn
    assert (plan.width, plan.height) == size


def test_a_larger_panorama_is_enlarged_and_says_how(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("depthfusion.generation.ldm3d.engine.NATIVE", (128, 64))
    made = Ldm3dEngine(str(weights)).generate(asked(width=256, height=128))
    assert made.panorama.rgb.shape == (128, 256, 3)
    assert made.info.options["enlarged"] == "resized from 128×64 by Lanczos"
    assert "Lanczos" in made.info.made["rgb"]
    with pytest.raises(InputError, match="Intel/ldm3d-sr is not on this machine"):
        Ldm3dEngine(str(weights)).generate(asked(width=256, height=128, upscale="sr"))


def test_a_batch_is_raised_by_one_upscaler(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from depthfusion.generation.ldm3d.upscaler import Ldm3dUpscaler

    monkeypatch.setattr("depthfusion.generation.ldm3d.engine.NATIVE", (128, 64))
    load, loads, closed = Ldm3dUpscaler.from_pretrained, [], []
    monkeypatch.setattr(
        Ldm3dUpscaler, "from_pretrained", lambda folder: (loads.append(folder), load(folder))[1]
    )
    monkeypatch.setattr(Ldm3dUpscaler, "close", lambda self: closed.append(self))
    upscaler = saved_upscaler(tmp_path / "finer")
    options = asked(width=256, height=128, steps=1, upscale="sr", upscale_model=str(upscaler))
    made = Ldm3dEngine(str(weights)).generate_many(options, (1, 2))
    assert [one.panorama.rgb.shape for one in made] == [(128, 256, 3)] * 2
    assert made[0].info.options["enlarged"] == "enlarged from 128×64 by finer"
    assert loads == [upscaler] and len(closed) == 1


def test_loras_and_an_adapter_reach_the_pipeline(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lora = tmp_path / "style.safetensors"
    lora.write_bytes(safetensors(16))
    got: list[Any] = []

    def load(*given: Any) -> Any:
        got.append(given)
        raise InputError("enough")

    monkeypatch.setattr(loaded, "_load", load)
    reference = Reference(np.zeros((8, 8, 3), np.uint8))
    options = asked(lora=(Lora(lora, 0.5),), reference=reference, adapter=str(tmp_path))
    with pytest.raises(InputError, match="enough"):
        Ldm3dEngine(str(weights)).generate(options)
    assert got == [(weights, (f"{lora}:0.5",), tmp_path)]
    for more, says in (
        ({"reference": reference}, "h94/IP-Adapter is not on this machine.*leave --reference out"),
        ({"scheduler": "lcm"}, "lcm-lora-sdv1-5 is not on this machine.*another --scheduler"),
    ):
        with pytest.raises(InputError, match=says):
            Ldm3dEngine(str(weights)).generate(asked(**more))
    assert len(got) == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"width": 100, "height": 50}, "take 112x56|take 128x64|take 96x48"),
        ({"width": 1000, "height": 700}, "twice as wide as high"),
        ({"scheduler": "oracle"}, "no scheduler"),
        ({"around": {"north": "x"}}, 'no direction "north"'),
        ({"near": 5.0, "far": 2.0}, "near must be above 0 and below far"),
        ({"lora": (Lora(Path("nowhere.safetensors")),)}, "there is no LoRA nowhere.safetensors"),
    ],
)
def test_what_cannot_be_is_said_before_anything_loads(
    options: dict[str, Any], says: str, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loaded, "_load", lambda *_: pytest.fail("loaded in vain"))
    with pytest.raises(InputError, match=says):
        Ldm3dEngine(str(weights)).generate(asked(**options))


def test_weights_that_are_pickled_or_cut_off_are_refused(weights: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "mine"
    shutil.copytree(weights, folder)
    file = next((folder / "unet").glob("*.safetensors"))
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(InputError, match="is damaged: "):
        Ldm3dEngine(str(folder))
    file.rename(file.with_suffix(".bin"))
    with pytest.raises(InputError, match="is pickled"):
        Ldm3dEngine(str(folder))


def test_a_long_prompt_is_cut_and_the_cut_is_said(weights: Path) -> None:
    made = Ldm3dEngine(str(weights)).generate(GenerateOptions("a forest " * 30, steps=2, **SIZE))
    assert any("longer than the model reads; left out" in note for note in made.notes)


def test_a_flagged_picture_is_said_and_never_black(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from depthfusion.generation.ldm3d.pipeline import Ldm3dPipeline

    text = Ldm3dPipeline.text

    def flagging(self: Any, *arguments: Any) -> RGBD:
        drawn = text(self, *arguments)
        return RGBD(drawn.rgb, drawn.inverse, (True,) * len(drawn.rgb), drawn.notes)

    plain = Ldm3dEngine(str(weights)).generate(asked())
    monkeypatch.setattr(Ldm3dPipeline, "text", flagging)
    made = Ldm3dEngine(str(weights)).generate(asked())
    assert made.info.options["flagged"] is True
    assert any("safety checker objects to the picture of seed 5" in note for note in made.notes)
    np.testing.assert_array_equal(made.panorama.rgb, plain.panorama.rgb)


def test_a_stop_ends_within_a_step_and_previews_come(weights: Path) -> None:
    shown: list[np.ndarray] = []
    engine = Ldm3dEngine(str(weights))
    engine.generate(asked(steps=10), preview=shown.append)
    assert shown and all(rgb.ndim == 3 and rgb.dtype == np.uint8 for rgb in shown)
    told = Recorder()

    def stop(stage: str, fraction: float) -> None:
        told(stage, fraction)
        if stage == "Denoising" and fraction >= 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.generate(asked(steps=10), stop)
    steps = [fraction for stage, fraction in told.told if stage == "Denoising"]
    assert max(steps) <= 0.41 and "Decoding" not in told.stages


def test_a_failure_gives_the_memory_back(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from depthfusion.generation.ldm3d.pipeline import Ldm3dPipeline

    engine = Ldm3dEngine(str(weights))
    engine.generate(asked())
    assert loaded._kept

    def short(*_: object) -> None:
        raise InputError("memory is short; take a smaller size")

    monkeypatch.setattr(Ldm3dPipeline, "text", short)
    with pytest.raises(InputError, match="memory is short"):
        engine.generate(asked())
    assert not loaded._kept


def test_the_pipeline_is_loaded_once_for_pictures_alike(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, count = loaded._load, []
    monkeypatch.setattr(loaded, "_load", lambda *a: (count.append(a), load(*a))[1])
    engine = Ldm3dEngine(str(weights))
    engine.generate(asked())
    engine.generate(asked(guidance=2.0))
    assert len(count) == 1


def test_variations_differ_and_tell_of_each_other(weights: Path) -> None:
    made = Ldm3dEngine(str(weights)).generate_many(asked(), (1, 2, 3))
    assert [one.info.seed for one in made] == [1, 2, 3]
    pictures = [one.panorama.rgb.astype(float) for one in made]
    assert all(np.abs(a - b).mean() > 1 for a, b in pairwise(pictures))
    assert made[0].info.options["batch"] == [1, 2, 3] and made[0].info.options["apart"] > 0


def test_a_start_keeps_its_layout_by_strength(weights: Path) -> None:
    room = box_room(64)
    start = Start(room.rgb, room.distance, room.scale)
    engine = Ldm3dEngine(str(weights))
    made = engine.generate(asked(start=start, strength=0.4))
    assert made.info.options["start"] == "whole" and made.panorama.scale == "relative"
    other = engine.generate(asked(start=start, strength=1.0))
    assert not np.array_equal(made.panorama.rgb, other.panorama.rgb)


def test_a_region_is_drawn_anew_and_all_else_stays(weights: Path) -> None:
    room = box_room(64)
    mask = np.zeros((64, 128), bool)
    mask[20:50, 110:] = mask[20:50, :20] = True
    start = Start(room.rgb, room.distance, room.scale, mask)
    made = Ldm3dEngine(str(weights)).generate(asked(start=start)).panorama
    np.testing.assert_array_equal(made.rgb[~mask], room.rgb[~mask])
    np.testing.assert_array_equal(made.distance[~mask], room.distance[~mask])
    inner = np.zeros_like(mask)
    inner[24:46, 114:] = inner[24:46, :16] = True
    assert np.abs(made.rgb[inner].astype(int) - room.rgb[inner]).mean() > 5
    assert made.scale == room.scale


def test_a_mask_of_nothing_is_refused() -> None:
    room = box_room(64)
    with pytest.raises(InputError, match="black all over"):
        Start(room.rgb, room.distance, room.scale, np.zeros((64, 128), bool))


def test_create_makes_a_scene_of_words_by_diffusion(weights: Path, tmp_path: Path) -> None:
    options = CreateOptions(engine="ldm3d", model=str(weights), **{**SMALL, "preview": SHORT})
    shown: list[np.ndarray] = []
    outcome = studio.create(WORDS, tmp_path / "s", options, preview=shown.append)
    scene = load_scene(tmp_path / "s")
    assert scene.info.engine == "ldm3d" and scene.info.options["steps"] == 3
    assert outcome.chosen["engine"] == "ldm3d was asked for: tiny"
    np.testing.assert_array_equal(shown[-1], scene.panorama.rgb)
    assert (tmp_path / "s" / "preview.mp4").stat().st_size > 1000


def test_create_starts_from_a_sketch(weights: Path, tmp_path: Path) -> None:
    options = CreateOptions(
        engine="ldm3d", model=str(weights), init="sketch", strength=0.5, **SMALL
    )
    outcome = studio.create("a red room", tmp_path / "s", options)
    assert any("sketch engine drew the layout" in note for note in outcome.notes)
    info = load_scene(tmp_path / "s").info
    assert (info.options["init"], info.options["start"]) == ("sketch", "whole")


def test_a_photo_without_depth_is_a_start_as_well(weights: Path, tmp_path: Path) -> None:
    Image.fromarray(box_room(64).rgb).save(tmp_path / "photo.png")
    options = CreateOptions(
        engine="ldm3d", model=str(weights), init=tmp_path / "photo.png", strength=0.5, **SMALL
    )
    outcome = studio.create("a room", tmp_path / "s", options)
    said = [note for note in outcome.notes if "depth of photo.png to start from" in note]
    assert len(said) == 1 and "geometry alone" in said[0]


def test_the_command_line_draws_a_region_of_a_scene_anew(
    weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], unfilmed: None
) -> None:
    scene = a_scene(tmp_path / "room")
    mask = np.zeros((32, 64), np.uint8)
    mask[8:24, 20:40] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    mask_file, out = str(tmp_path / "mask.png"), str(tmp_path / "new")
    line = ["create", "a blue sea", "--out", out, "--init", str(scene), "--mask", mask_file,
            "--engine", "ldm3d", "--model", str(weights), "--steps", "2", "--size", "128x64",
            "--method", "sheet", "--json"]  # fmt: skip
    assert run(line) == 0
    said = json.loads(capsys.readouterr().out)
    old, new = load_scene(scene).panorama, load_scene(tmp_path / "new").panorama
    outside = np.ones((64, 128), bool)
    outside[16:48, 40:80] = False
    np.testing.assert_array_equal(new.rgb[outside], old.rgb[outside])
    np.testing.assert_allclose(new.distance[outside], old.distance[outside], rtol=2e-3)
    assert not np.array_equal(new.rgb[30:34, 58:62], old.rgb[30:34, 58:62])
    assert said["facts"]["engine"] == "ldm3d"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"mask": Path("m.png")}, "add --init SCENE"),
        ({"init": Path("nowhere")}, "nowhere"),
        ({"strength": 0.5, "init": Path("/")}, "no scene, so nothing can start"),
        ({"reference": Path("nowhere.png")}, "nowhere.png"),
        ({"away_from": Path("nowhere.png")}, "nowhere.png"),
    ],
)
def test_a_start_that_cannot_be_is_said(
    options: dict[str, Any], says: str, weights: Path, tmp_path: Path
) -> None:
    wanted = CreateOptions(engine="ldm3d", model=str(weights), **SMALL, **options)
    with pytest.raises(InputError, match=says):
        studio.create(WORDS, tmp_path / "s", wanted)
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("strength", [-0.1, 1.01])
def test_strength_outside_0_to_1_is_refused(strength: float) -> None:
    with pytest.raises(InputError, match="strength must be 0 to 1"):
        CreateOptions(strength=strength)


def test_variations_become_scenes_of_their_own(weights: Path, tmp_path: Path) -> None:
    told = Recorder()
    options = CreateOptions(engine="ldm3d", model=str(weights), **SMALL)
    outcomes = studio.create_variations(WORDS, tmp_path / "s", 2, options, told)
    assert [o.paths["scene"].name for o in outcomes] == ["s-1", "s-2"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s-1", "s-2"]
    infos = [load_scene(o.paths["scene"]).info for o in outcomes]
    assert [info.seed for info in infos] == [5, 6]
    assert [o.facts["seed"] for o in outcomes] == [5, 6]
    assert told.stages[-1] == "Building scene 2 of 2"
    for outcome in outcomes:
        json.dumps(outcome.as_json(), allow_nan=False)


def test_a_stop_between_variations_keeps_what_is_whole(tmp_path: Path) -> None:
    options = CreateOptions(engine="sketch", seed=1, width=64, height=32, preview=None)
    stop = stopping_at(lambda stage, fraction: stage == "Building scene 2 of 3" and fraction > 0.1)
    with pytest.raises(Cancelled):
        studio.create_variations("a room", tmp_path / "s", 3, options, stop)
    assert [path.name for path in tmp_path.iterdir()] == ["s-1"]
    assert load_scene(tmp_path / "s-1").info.seed == 1


def test_the_command_line_makes_variations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], unfilmed: None
) -> None:
    line = ["create", "a room", "--out", str(tmp_path / "s"), "--variations", "2", "--seed", "9",
            "--size", "64x32", "--engine", "sketch", "--method", "sheet", "--json"]  # fmt: skip
    assert run(line) == 0
    said = json.loads(capsys.readouterr().out)["variations"]
    assert [one["facts"]["seed"] for one in said] == [9, 10]
    assert run([*line[:-1], "--variations", "99"]) == 2
    assert "variations must be 1 to 16" in capsys.readouterr().err


def test_hidden_parts_are_painted_by_diffusion_where_that_is_asked_for(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: list[Start] = []
    generate = Ldm3dEngine.generate

    def noting(self: Any, options: GenerateOptions, *more: Any) -> Any:
        if options.start is not None:
            asked_for.append(options.start)
        return generate(self, options, *more)

    monkeypatch.setattr(Ldm3dEngine, "generate", noting)
    scene = SceneOptions(head_box=0.3, fill="ldm3d", sharpen="off")
    options = CreateOptions(engine="sketch", model=str(weights), scene=scene, **SMALL)
    outcome = studio.create("a living room", tmp_path / "room", options)
    assert outcome.chosen["fill"] == "ldm3d: tiny paints what is hidden"
    assert asked_for and all(start.mask is not None for start in asked_for)
    plain = replace(options, scene=replace(scene, fill="exemplar"))
    studio.create("a living room", tmp_path / "plain", plain)
    painted, exemplar = (load_scene(tmp_path / name).layered for name in ("room", "plain"))
    pairs = list(zip(painted.layers, exemplar.layers, strict=True))
    np.testing.assert_array_equal(pairs[0][0].rgba, pairs[0][1].rgba)
    assert any(not np.array_equal(a.rgba, b.rgba) for a, b in pairs[1:])
    assert all(np.array_equal(a.distance, b.distance) for a, b in pairs)


def test_what_the_readme_shows_runs(
    in_cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unfilmed: None
) -> None:
    """Its lines one after the other, with the tiny weights in place of the published ones."""
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    blocks = [block.partition("```")[0] for block in readme.split("```text\n")[1:]]
    (block,) = (block for block in blocks if "models pull" in block)
    lines = [shlex.split(line)[2:] for line in block.splitlines()]
    assert lines.pop(0) == ["models", "pull", in_cache], "tests/test_models_cli.py has that"
    monkeypatch.chdir(tmp_path)
    region = np.zeros((32, 64), np.uint8)
    region[10:20, 30:40] = 255
    Image.fromarray(region).save("region.png")
    for line in lines:
        assert run([*line, "--size", "128x64", "--steps", "2", "--method", "sheet"]) == 0, line
    made = {path.name for path in tmp_path.iterdir() if path.is_dir()} - {"hf"}
    assert made == {"library", "overgrown", "warmer", *(f"square-{n}" for n in range(1, 5))}
    assert load_scene("square-2").info.options["around"] == {"back": "a town hall"}
