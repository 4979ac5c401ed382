"""The choices of menus in other languages, which Gradio leaves as they are."""

from typing import Any

import gradio as gr

from app.desk import QUIET, words_of
from app.languages import Words


def translate_choices(page: gr.Blocks) -> None:
    """Put the choices of every menu into a visitor's language when the page is opened."""
    menus = [
        block
        for block in page.blocks.values()
        if isinstance(block, gr.Dropdown | gr.Radio) and block.choices
    ]

    def choices(request: gr.Request) -> Any:
        words = words_of(request)
        return [translated(menu, words) for menu in menus]

    page.load(choices, None, menus, **QUIET)


def translated(menu: Any, words: Words) -> Any:
    """The choices of one menu; nothing where they are the same."""
    said = [(words(name), value) if isinstance(name, str) else (name, value)
            for name, value in menu.choices]  # fmt: skip
    return gr.skip() if said == list(menu.choices) else gr.update(choices=said)
