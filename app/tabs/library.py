"""Library: every scene, by picture."""

from typing import Any

import gradio as gr

from app import markup
from app.desk import Desk

PRESS = """
element.addEventListener('click', (event) => {
  const card = event.target.closest('[data-scene]');
  if (card) trigger('click', { scene: card.dataset.scene });
});
"""


def library_tab(desk: Desk) -> gr.HTML:
    """Place the tab; gives the list of scenes."""
    shelf = gr.HTML("", js_on_load=PRESS, elem_id="library")

    def choose(event: gr.EventData) -> tuple[Any, Any]:
        scene = desk.shelf.find(str(event._data.get("scene", "")))
        if scene is None:
            gr.Warning("This scene is not there any more.")
            return gr.skip(), gr.skip()
        return scene.key, gr.update(selected="look")

    shelf.click(
        choose,
        None,
        [desk.current, desk.tabs],
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )
    return shelf


def shelved(desk: Desk) -> str:
    """The scenes as they are now."""
    return markup.cards(desk.shelf.scenes())
