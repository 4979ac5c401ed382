"""Models in the app: what is shown of them, and the job that fetches one."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from app.languages import Words
from app.ledger import Record
from app.tabs.models_panel import PURPOSES, list_of, terms_of, told
from app.tasks import TASKS
from app.tasks.fetching import fetch
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


def test_every_model_is_listed_with_its_licence() -> None:
    entries = list_models()
    shown = list_of(entries)
    for entry in entries:
        assert entry.id in shown and entry.licence in shown
    assert shown.count("<th") == len({entry.purpose for entry in entries}) == len(PURPOSES)
    assert "is here" not in shown
    evil = replace(entries[0], id="<b>x", licence="<script>")
    assert "<b>" not in list_of([evil]) and "<script>" not in list_of([evil])


def test_terms_are_shown_before_a_download() -> None:
    shown = terms_of(Studio(), RESEARCH)
    assert "for research only" in shown and "must not be used commercially" in shown
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
    studio = Studio()
    with pytest.raises(InputError, match=says):
        fetch(SimpleNamespace(studio=studio), given, silent, silent)  # type: ignore[arg-type]
    assert studio.fetched == []


def test_a_model_is_fetched_and_told_of() -> None:
    studio = Studio()
    assert TASKS["fetch"].act is fetch
    bench: Any = SimpleNamespace(studio=studio)
    result = fetch(bench, {"model": RESEARCH, "agreed": True}, silent, lambda rgb: None)
    assert studio.fetched == [RESEARCH] and result == {"model": RESEARCH, "facts": {"bytes": 7}}
    record = Record("j", "fetch", RESEARCH, "ann", {}, state="done", result=result)
    assert f"{RESEARCH} is here." in told(record, Words())
