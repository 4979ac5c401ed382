"""Text from people and files never becomes markup."""

from pathlib import Path
from types import SimpleNamespace

import pretend_studio
import pytest

from app import cards, markup, recognition, takeaways
from app.jobs import Snapshot
from app.languages import Words
from app.shelf import Found

EVIL = "<img src=x onerror=alert(1)>\"'"


def found(**record: object) -> Found:
    return Found(EVIL, {"title": EVIL, "prompt": EVIL, "files": {"scene.glb": 5}} | record)


def recognised() -> SimpleNamespace:
    many = (EVIL, EVIL)
    return SimpleNamespace(
        words=EVIL, width=1, height=1, assumed=many, warnings=many, depth=EVIL, ready=False
    )


def entry(**given: object) -> SimpleNamespace:
    plain = {
        "name": EVIL,
        "title": EVIL,
        "prompt": EVIL + "!",
        "engine": EVIL,
        "created": "",
        "thumbnail": "x",
    }
    return SimpleNamespace(**(plain | {"problem": None} | given))


@pytest.mark.parametrize(
    "html",
    [
        markup.ended(EVIL, [EVIL], kind="warn"),
        markup.progress(Snapshot("running", stage=EVIL)),
        markup.made(found(), 3.0, [EVIL]),
        markup.several([found(), found()]),
        markup.scorecard([(EVIL, EVIL, EVIL, True)]),
        takeaways.takeaways(pretend_studio.PretendStudio, found(files={f"exports/{EVIL}.glb": 5})),
        cards.library([entry(), entry(problem=EVIL)], [entry()]),
        cards.undo_bar(EVIL, EVIL),
        recognition.recognition(recognised(), Path("none"), Words("de")),
        markup.frame(EVIL),
        markup.idle(EVIL),
    ],
)
def test_markup_in_texts_stays_text(html: str) -> None:
    assert "<img src=x" not in html
    assert "\"'" not in html


def test_amounts_read_as_people_say_them() -> None:
    assert [markup.size(n) for n in (950, 48_213, 213_004, 5_750_000)] == [
        "0.9 kB", "48.2 kB", "213 kB", "5.8 MB",
    ]  # fmt: skip
    assert [markup.duration(s) for s in (0.2, 12.4, 59.6, 200)] == [
        "1 s", "12 s", "1 min 00 s", "3 min 20 s",
    ]  # fmt: skip


def test_progress_says_how_much_is_left_once_it_knows() -> None:
    now = Snapshot("running", stage="Filming", fraction=0.5, overall=0.8, elapsed=20, left=5)
    assert "80" in markup.progress(now) and "about 5 s left" in markup.progress(now)
    assert "left" not in markup.progress(Snapshot("running", stage="Filming", fraction=0.5))
    assert "2 jobs go first" in markup.progress(Snapshot("waiting", ahead=2))
