"""Everything the app says is there in every language, and nothing that it does not say."""

import ast
import re
import string
from pathlib import Path

import pytest

from app import diffusion, job_routes, markup
from app.advanced import FILLS, METHODS, SHARPENINGS
from app.cards import VERBS
from app.engines import ENGINES
from app.languages import ENGLISH, Words, codes, table, wanted
from app.recognition import NO_DEPTH, WAITING
from app.shelf import NAMED, Found
from app.tabs import bring, depth_panel, models_panel, take_away
from app.tabs.create import OPENS
from app.takeaways import STILL_WORDS
from depthfusion.studio.formats import FORMATS
from depthfusion.studio.stages import USUAL

APP = Path(__file__).resolve().parents[1] / "app"
CALLS = ("words", "on_page", "job_buttons")


def said_in_code() -> set[str]:
    """The first argument of every call that puts something into words."""
    found = set()
    for file in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if name in CALLS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found


def said_in_tables() -> set[str]:
    """What is put into words from a table."""
    tables = (
        METHODS, SHARPENINGS, FILLS, ENGINES, bring.KINDS, bring.LAYOUTS, bring.SHAPES,
        bring.SOURCES,
        take_away.PATHS, take_away.FILMS, depth_panel.MAPPINGS, depth_panel.TOOLS,
        depth_panel.EDITS, diffusion.UPSCALES, diffusion.SAMPLERS,
    )  # fmt: skip
    found = {name for table in tables for name in table}
    said = (markup.KINDS, VERBS, job_routes.SAID, models_panel.PURPOSES, diffusion.TOWARDS)
    for values in said:
        found |= set(values.values())
    found |= {text for pair in STILL_WORDS.values() for text in pair}
    named = {text for pair in NAMED.values() for text in pair} | {"made on request"}
    facts = set(Found("x", {}).facts) | {"Understood", "Passed over"}
    return found | named | facts | {WAITING, NO_DEPTH, OPENS}


def may_be_said() -> set[str]:
    """What others say, in which the app may know words of its own language for it."""
    stages = {stage for stages in USUAL.values() for stage in stages}
    titles = {row.title[:1].upper() + row.title[1:] for row in FORMATS}
    return stages | titles | {row.what_for for row in FORMATS}


SAID = said_in_code() | said_in_tables()


def test_something_is_said() -> None:
    assert len(SAID) > 120
    assert {"Create", "Undo", "Which one do you want to stand in?"} <= SAID


@pytest.mark.parametrize("code", codes()[1:])
def test_a_language_is_whole(code: str) -> None:
    lacking = sorted(text for text in SAID if text not in table(code) and not is_the_same(text))
    assert lacking == []


@pytest.mark.parametrize("code", codes()[1:])
def test_the_same_values_go_in(code: str) -> None:
    for text, said in table(code).items():
        assert values(text) == values(said), text


def is_the_same(text: str) -> bool:
    """Names and sizes are the same in every language."""
    return not re.search("[a-z]{2}", text) or text in {"LDM3D", "VR180", "DepthFusion"}


def values(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        (None, "en"),
        ("", "en"),
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr,de;q=0.5,en;q=0.2", "de"),
        ("fr", "en"),
        ("de;q=x, \x00", "en"),
    ],
)
def test_the_language_that_a_browser_prefers(accepted: str | None, code: str) -> None:
    assert wanted(accepted).code == code


def test_words_take_values() -> None:
    assert ENGLISH("{count} jobs go first", count=2) == "2 jobs go first"
    assert Words("de")("{count} jobs go first", count=2) != "2 jobs go first"
    assert Words("xx")("Undo") == "Undo"
