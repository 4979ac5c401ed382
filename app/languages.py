"""What the app says, in English and in other languages.

English sentences stand in the code and are the keys of `languages/CODE.json`. Gradio translates
what components show, in the browser; the app's own HTML is put into words here, by the language
that the browser asks for, which is the same.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "languages"
FIRST = "en"


class Words:
    """Says things in one language.

    Parameters
    ----------
    code : of the language, like "de"; a language that is not known is English.
    """

    def __init__(self, code: str = FIRST) -> None:
        self.code = code if code in codes() else FIRST
        self._table = table(self.code)

    def __call__(self, text: str, /, **values: Any) -> str:
        """The English `text` in this language, with `values` in its braces."""
        said = self._table.get(text, text)
        return said.format(**values) if values else said


@cache
def codes() -> tuple[str, ...]:
    """The languages that are known, English first."""
    return FIRST, *sorted(file.stem for file in FOLDER.glob("*.json"))


@cache
def table(code: str) -> Mapping[str, str]:
    """English → the language; empty for English."""
    if code == FIRST:
        return {}
    return json.loads((FOLDER / f"{code}.json").read_text("utf-8"))


ENGLISH = Words()


def wanted(accepted: str | None) -> Words:
    """The language that a browser's Accept-Language puts first of those that are known."""
    ranked = []
    for place, part in enumerate((accepted or "").split(",")):
        found = re.fullmatch(r"\s*([A-Za-z]{2,3})(?:-[\w-]+)?\s*(?:;\s*q=([\d.]{1,5}))?\s*", part)
        if found and found[1].lower() in codes():
            weight = float(found[2]) if found[2] and found[2].count(".") < 2 else 1.0
            ranked.append((-weight, place, found[1].lower()))
    return Words(min(ranked)[2]) if ranked else ENGLISH


def on_page(text: str) -> Any:
    """`text` as a label, information, placeholder or title that Gradio translates."""
    import gradio as gr

    return gr.I18n()(text)


def translations() -> Any:
    """Every sentence in every language, as Gradio wants them."""
    import gradio as gr

    english = {text: text for code in codes() for text in table(code)}
    return gr.I18n(en=english, **{code: dict(table(code)) for code in codes()[1:]})
