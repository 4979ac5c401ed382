"""Models in the app: what is shown of them, and the job that fetches one."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.languages import Words
from app.ledger import Record
from app.tabs.models_panel import PURPOSES, labelled, terms_of, told
from app.tasks import TASKS
from app.tasks.diffusing import FILES, SETTINGS
from app.tasks.fetching import fetch
from app.tasks.making import creation
from depthfusion import studio
from depthfusion.generation.ldm3d.sampling import DIRECTIONS
from depthfusion.generation.options import Lora
from depthfusion.studio.models import ModelEntry, list_models
from depthfusion.studio.outcome import Outcome
from depthfusion.types import InputError, silent

RESEARCH = "apple/DepthPro-hf"


class Studio:
    """Remembers what was fetched."""

    def __init__(self) -> None:
        self.fetched: list[str] = []

    def list_models(self) -> list[ModelEntry]:
        return list_models()

    def model_offer(self, name: str) -> str:
        return name

    def pull_model(self, offered: str, progress: Any) -> Outcome:
        progress("Downloading", 0.5)
        self.fetched.append(offered)
        return Outcome({}, facts={"bytes": 7})


def test_every_model_can_be_chosen_and_one_sees_which_are_here(tmp_path: Path) -> None:
    entries = list_models()
    choices = labelled(entries)
    assert [value for _, value in choices] == [entry.id for entry in entries]
    assert all(label.startswith("· ") and label.endswith(" GB") for label, _ in choices)
    here = replace(entries[0], folder=tmp_path, bytes=2_340_000_000)
    assert labelled([here]) == [(f"✓ {here.id}, 2.3 GB", here.id)]
    assert {entry.purpose for entry in entries} == set(PURPOSES)


def test_nothing_of_a_model_becomes_markup() -> None:
    evil = replace(list_models()[0], licence="<script>", licence_url='"><b>', restricts="<i>")
    shown = terms_of(SimpleNamespace(list_models=lambda: [evil]), evil.id)
    assert not any(tag in shown for tag in ("<script>", "<b>", "<i>"))


def test_terms_are_shown_before_a_download() -> None:
    shown = terms_of(Studio(), RESEARCH)
    assert "Estimates the depth" in shown and "for research only" in shown
    assert "must not be used commercially" in shown
    assert 'rel="noreferrer"' in shown and "https://huggingface.co/apple" in shown
    assert "nicht kommerziell" in terms_of(Studio(), RESEARCH, Words("de"))
    assert terms_of(Studio(), None) == terms_of(Studio(), "someone/else") == ""


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"model": None, "agreed": True}, "choose one of the models"),
        ({"model": "someone/else", "agreed": True}, "choose one of the models"),
        ({"model": RESEARCH, "agreed": False}, "read the licence of apple/DepthPro-hf"),
        ({"model": RESEARCH}, "agree to it first"),
    ],
)
def test_nothing_comes_without_a_choice_and_a_yes(given: dict[str, Any], says: str) -> None:
    shop = Studio()
    with pytest.raises(InputError, match=says):
        fetch(SimpleNamespace(studio=shop), given, silent, silent)  # type: ignore[arg-type]
    assert shop.fetched == []


def test_a_model_is_fetched_and_told_of() -> None:
    shop = Studio()
    assert TASKS["fetch"].act is fetch
    bench: Any = SimpleNamespace(studio=shop)
    result = fetch(bench, {"model": RESEARCH, "agreed": True}, silent, lambda rgb: None)
    assert shop.fetched == [RESEARCH] and result == {"model": RESEARCH, "facts": {"bytes": 7}}
    record = Record("j", "fetch", RESEARCH, "ann", {}, state="done", result=result)
    assert f"{RESEARCH} is here." in told(record, Words())


def test_what_a_form_says_of_diffusion_becomes_options(tmp_path: Path) -> None:
    said = {
        "scheduler": "lcm", "rescale": 0.5, "upscale": "tiles", "seamless": False,
        "front": "a door", "back": "", "down": "a rug", "reference": "r.png", "mask": "m.png",
        "away_from": "n.png",
        "reference_weight": 0.3, "lora": "style.safetensors", "lora_weight": 0.5,
    }  # fmt: skip
    options = creation(studio, {"engine": "ldm3d", "init": "old", **said})
    assert (options.scheduler, options.rescale, options.upscale) == ("lcm", 0.5, "tiles")
    assert not options.seamless and options.around == {"front": "a door", "down": "a rug"}
    assert (options.reference, options.mask) == (Path("r.png"), Path("m.png"))
    assert options.away_from == Path("n.png")
    assert options.lora == (Lora(Path("style.safetensors"), 0.5),)
    assert creation(studio, {"sketched": True}).init == "sketch"
    assert creation(studio, {"sketched": True, "init": "old"}).init == Path("old")
    assert creation(studio, {"fill": "auto"}).scene.fill == "auto"
    assert creation(studio, dict.fromkeys((*SETTINGS, *FILES))) == studio.CreateOptions()
    assert set(SETTINGS) | set(FILES) >= set(DIRECTIONS)
