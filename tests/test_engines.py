"""Choosing an engine, and what it says of the words it was given."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from depthfusion.generation import ENGINES, GenerateOptions, choose_engine
from depthfusion.types import Cancelled, InputError, SceneInfo

SMALL = {"width": 128, "height": 64}


@pytest.fixture(scope="module")
def engine():
    """The engine that `auto` chooses."""
    return choose_engine("auto")[0]


def test_auto_says_what_it_chose_and_why():
    engine, reason = choose_engine("auto")
    assert engine.name == "sketch"
    assert "no LDM3D weights" in reason and "models pull" in reason


def test_sketch_is_chosen_by_name():
    assert choose_engine("sketch")[0].name == "sketch"


def test_ldm3d_without_weights_says_the_three_ways_out():
    with pytest.raises(InputError) as caught:
        choose_engine("ldm3d")
    said = str(caught.value)
    assert "models pull Intel/ldm3d-pano" in said and "with --model;" in said
    assert "--engine sketch" in said and "\n" not in said


def test_an_unknown_engine_is_refused_with_the_names_there_are():
    with pytest.raises(InputError) as caught:
        choose_engine("dalle")
    assert all(name in str(caught.value) for name in ENGINES)


@pytest.mark.parametrize("prompt", ["", "   ", "…!?"])
def test_an_empty_prompt_is_the_callers_fault(engine, prompt):
    with pytest.raises(InputError, match="prompt is empty"):
        engine.generate(GenerateOptions(prompt, **SMALL))


@pytest.mark.parametrize("size", [(100, 64), (128, 128), (32, 16)])
def test_a_size_that_is_no_panorama_is_the_callers_fault(engine, size):
    with pytest.raises(InputError, match="twice as wide as high"):
        engine.generate(GenerateOptions("a room", width=size[0], height=size[1]))


def test_the_record_can_be_written_down_and_claims_no_diffusion(engine):
    made = engine.generate(GenerateOptions("a red room at night", seed=5, **SMALL))
    assert isinstance(made.info, SceneInfo)
    assert made.info.engine == "sketch" and made.info.seed == 5
    assert "no diffusion" in made.info.model
    assert made.info.options["place"] == "room" and made.info.options["time"] == "night"
    assert set(made.info.made) == {"rgb", "distance"}
    assert made.seconds > 0 and made.notes == ()


def test_options_of_diffusion_are_said_to_be_ignored(engine):
    plain = engine.generate(GenerateOptions("a room", **SMALL))
    given = engine.generate(GenerateOptions("a room", steps=30, guidance=7.0, **SMALL))
    assert any("steps, guidance" in note for note in given.notes)
    np.testing.assert_array_equal(plain.panorama.rgb, given.panorama.rgb)


def test_a_stop_reaches_the_drawing(engine):
    calls = []

    def progress(stage: str, fraction: float) -> None:
        calls.append((stage, fraction))
        if stage == "drawing":
            raise Cancelled

    with pytest.raises(Cancelled):
        engine.generate(GenerateOptions("a room", width=512, height=256), progress)
    assert calls[-1][0] == "drawing" and calls[-1][1] < 1


def test_progress_runs_from_words_to_done_within_its_bounds(engine):
    calls = []
    engine.generate(GenerateOptions("a cave", **SMALL), lambda *call: calls.append(call))
    assert calls[0][0] == "reading the prompt" and calls[-1] == ("smoothing edges", 1.0)
    assert all(0.0 <= fraction <= 1.0 for _, fraction in calls)


def test_choosing_costs_nothing_until_something_is_drawn():
    code = "import sys, depthfusion.generation; print('numba' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_options_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        GenerateOptions("a room").seed = 3
