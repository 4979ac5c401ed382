"""Look: the viewer, as wide as the page."""

import gradio as gr

from app import markup
from app.desk import Desk


def look_tab(desk: Desk) -> gr.HTML:
    """Place the tab; gives the part that holds the viewer."""
    return gr.HTML(markup.frame(None), elem_id="look", padding=False)
