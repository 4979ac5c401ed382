"""Library: every scene, by picture."""

from typing import Any

import gradio as gr

from app.desk import Desk

PRESS = """
element.addEventListener('click', (event) => {
  const card = event.target.closest('[data-scene]');
  if (card) trigger('click', { scene: card.dataset.scene });
});
"""


def library_tab(desk: Desk) -> gr.HTML:
    """Place the tab; gives the list of scenes."""
    return scene_cards(desk, "library")


def scene_cards(desk: Desk, name: str) -> gr.HTML:
    """Place pictures of scenes; pressing one opens it. Their markup is `markup.cards`."""
    cards = gr.HTML("", js_on_load=PRESS, elem_id=name)

    def choose(event: gr.EventData) -> tuple[Any, ...]:
        scene = desk.shelf.find(str(event._data.get("scene", "")))
        if scene is None:
            gr.Warning("This scene is not there any more.")
            return desk.unchanged()
        return desk.opened(scene.key)

    cards.click(
        choose,
        None,
        desk.view,
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )
    return cards
